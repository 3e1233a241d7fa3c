"""Whatever a decoder does, it costs one file; the others are answered, in order."""

import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ddpm_studio.data.isolation import pool as isolation
from ddpm_studio.data.isolation import process as isolated
from ddpm_studio.data.isolation import worker
from ddpm_studio.data.isolation.pool import DecoderPool
from ddpm_studio.data.isolation.process import CRASHED, TOO_LONG, TOO_MUCH_MEMORY, Answer
from ddpm_studio.data.isolation.worker import unpack, worker_command
from ddpm_studio.errors import StudioError

HERE = Path(__file__).resolve().parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals to a group of processes are POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")
MEMORY = 300_000_000

Request = dict[str, Any]


@pytest.fixture(autouse=True)
def findable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers find what this process finds."""
    monkeypatch.syspath_prepend(HERE)


def pool_of(workers: int = 1, seconds: float = 30.0, **more: Any) -> DecoderPool:
    return DecoderPool("bad_decoder:handle", workers, seconds, MEMORY, **more)


def echo(name: object) -> Request:
    return {"do": "echo", "name": name}


def among_good(*bad: Request) -> list[tuple[int, Request]]:
    """Bad requests, with good ones around each."""
    good = (echo(f"good {k}") for k in itertools.count())
    requests = [*itertools.islice(good, 5)]
    for request in bad:
        requests += [request, *itertools.islice(good, 3)]
    return list(enumerate(requests))


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        ("crash", CRASHED),
        ("leave", CRASHED),
        ("hang", TOO_LONG),
        ("hang_in_c", TOO_LONG),
        ("grow", TOO_MUCH_MEMORY),
        ("grow_in_c", TOO_MUCH_MEMORY),
        ("refuse", "ValueError: no such chunk"),
    ],
)
def test_a_bad_file_costs_only_itself(bad: str, failure: str) -> None:
    requests = among_good({"do": bad})
    with pool_of(seconds=2.0 if failure is TOO_LONG else 30.0) as pool:
        answers = list(pool.run(requests))
    assert [key for key, _ in answers] == [key for key, _ in requests]
    for (_, request), (_, answer) in zip(requests, answers, strict=True):
        if request["do"] == "echo":
            name = request["name"]
            assert answer == Answer({"name": name}, name.encode())
        else:
            assert answer.failure == failure
            assert answer.data == b""


def test_answers_do_not_depend_on_the_number_of_workers() -> None:
    bad = [{"do": name} for name in ("refuse", "crash", "grow")]
    runs = []
    for workers in (1, 3):
        with pool_of(workers) as pool:
            runs.append(list(pool.run(among_good(*bad))))
    assert runs[0] == runs[1]
    failures = [answer.failure for _, answer in runs[0] if answer.failure]
    assert failures == ["ValueError: no such chunk", CRASHED, TOO_MUCH_MEMORY]


def test_one_that_only_waits_for_a_busy_machine_is_not_late() -> None:
    """What counts is how much it computes, not the clock."""
    with pool_of(seconds=0.5) as pool:
        answers = dict(pool.run(among_good({"do": "doze", "seconds": 1.5})))
    assert answers[5] == Answer({"name": "late"})
    assert not any(answer.failure for answer in answers.values())


def test_one_that_waits_for_ever_ends_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "PATIENCE", 2)
    with pool_of(seconds=1.0) as pool:
        answers = dict(pool.run(among_good({"do": "wait"})))
    assert [key for key, answer in answers.items() if answer.failure == TOO_LONG] == [5]


def test_a_crash_is_tried_once_more_in_a_fresh_process(tmp_path: Path) -> None:
    """Memory that one file has spoiled may be the end of the next, which is whole."""
    request = {"do": "crash_once", "marker": str(tmp_path / "marker")}
    with pool_of() as pool:
        answers = dict(pool.run(among_good(request)))
    assert answers[5] == Answer({"name": "late"})
    assert not any(answer.failure for answer in answers.values())


def test_what_libraries_print_comes_with_its_file() -> None:
    requests = [echo("a"), {"do": "chatter", "name": "b"}, echo("c")]
    requests += [{"do": "chatter", "name": "d", "more": 100_000}, echo("e")]
    with pool_of() as pool:
        answers = [answer for _, answer in pool.run(enumerate(requests))]
    assert [answer.values["name"] for answer in answers] == list("abcde")
    printed = [answer.values.get("stderr", "") for answer in answers]
    lines = ["a warning", "on the wrong stream", "TIFFReadDirectory: odd tag"]
    assert printed[1].splitlines() == lines
    assert printed[3].splitlines()[:3] == lines
    assert len(printed[3]) == worker.PRINTED
    assert printed[0] == printed[2] == printed[4] == ""
    assert answers[1].data == b"data"


def test_what_a_handler_must_not_return_is_a_failure() -> None:
    with pool_of() as pool:
        (_, answer), (_, after) = pool.run(enumerate([{"do": "no_json"}, echo("b")]))
    assert answer.failure.startswith("TypeError: ")
    assert after.values == {"name": "b"}


def test_names_with_any_bytes_and_large_data_pass() -> None:
    size = 3_000_000
    requests = [echo("b\udcff\n\0"), *({"do": "large", "size": size, "value": v} for v in (1, 2))]
    with pool_of(2) as pool:
        name, one, two = (answer for _, answer in pool.run(enumerate(requests)))
    assert name.values == {"name": "b\udcff\n\0"}
    assert (one.data, two.data) == (b"\1" * size, b"\2" * size)


def test_thousands_in_order_and_never_far_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "AHEAD", 150)
    asked = 0

    def requests() -> Iterator[tuple[int, Request]]:
        nonlocal asked
        for asked in range(1, 3001):
            yield asked, echo(asked)

    with pool_of(2) as pool:
        for delivered, (key, answer) in enumerate(pool.run(requests()), 1):
            assert answer.values == {"name": key}
            assert key == delivered
            assert asked - delivered <= 150
    assert delivered == 3000


def test_nothing_asked_nothing_started() -> None:
    with pool_of(2) as pool:
        assert list(pool.run([])) == []
        # processes are nothing for callers; here it matters whether they live
        assert pool._workers == []


@LINUX
def test_closing_early_leaves_nothing_behind() -> None:
    threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    with pool_of(2) as pool:
        pool.prewarm()
        asked = itertools.chain([{"do": "who"}], itertools.repeat({"do": "hang"}))
        answers = pool.run(enumerate(asked))
        first = next(answers)[1].values["pid"]
        # to see whether they live
        processes = [one._process for one in pool._workers]
        assert first in [process.pid for process in processes]
        answers.close()
        (again,) = pool.run([("again", {"do": "who"})])  # the pool can still be used
        assert again[0] == "again"
        processes += [one._process for one in pool._workers]
    assert all(process.poll() is not None for process in processes)
    assert not any(psutil.pid_exists(process.pid) for process in processes)
    assert threading.active_count() == threads
    assert len(os.listdir("/proc/self/fd")) == files  # noqa: PTH208


def test_prewarmed_workers_are_those_that_answer() -> None:
    with pool_of(2) as pool:
        pool.prewarm()
        warm = {one._process.pid for one in pool._workers}
        answers = list(pool.run((k, {"do": "who"}) for k in range(9)))
    assert len(warm) == 2
    assert {answer.values["pid"] for _, answer in answers} <= warm


@POSIX
def test_ctrl_c_in_a_terminal_does_not_reach_the_workers() -> None:
    program = """
import signal
from ddpm_studio.data.isolation.pool import DecoderPool
heard = []
signal.signal(signal.SIGINT, lambda *_: heard.append(1))
requests = [(k, {"do": "interrupt" if k == 4 else "who"}) for k in range(12)]
with DecoderPool("bad_decoder:handle", 2) as pool:
    answers = [answer for _, answer in pool.run(requests)]
    alive = {one._process.pid for one in pool._workers}
assert heard and not any(answer.failure for answer in answers)
assert {answer.values["pid"] for answer in answers} <= alive
print("all", len(answers))
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=500,
    )
    assert (done.stdout, done.stderr) == ("all 12\n", "")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"command": ["/no/such/program"]}, "No such file"),
        ({"command": [sys.executable, "-c", "print('?' * 999)"]}, "it ended with code"),
        ({"handler": "no_such_module:handle"}, "No module named 'no_such_module'"),
        ({"handler": "bad_decoder:no_such_function"}, "no_such_function"),
    ],
)
def test_a_worker_that_cannot_be_started_is_one_sentence(more: Any, reason: str) -> None:
    options = {"handler": "bad_decoder:handle", "workers": 2, **more}
    with DecoderPool(**options) as pool, pytest.raises(StudioError) as error:
        list(pool.run([(0, echo("a"))]))
    sentence = str(error.value)
    assert reason in sentence
    assert sentence.startswith("The helper that opens pictures cannot be started (")
    assert "\n" not in sentence


def test_a_process_that_cannot_be_ended_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waits for a network drive that is gone does not even die when killed."""
    stuck: list[isolation.WorkerProcess] = []  # type: ignore[name-defined]
    monkeypatch.setattr(isolation.WorkerProcess, "kill", lambda self: stuck.append(self))  # type: ignore[attr-defined]
    monkeypatch.setattr(isolation, "DYING_SECONDS", 0.2)
    monkeypatch.setattr(isolated, "PATIENCE", 1)
    with pool_of(1, seconds=2.0) as pool:
        answers = dict(pool.run(among_good({"do": "wait"})))
    monkeypatch.undo()
    for one in set(stuck):  # here it can be
        one.kill()
        one.stop(10.0)
    assert [key for key, answer in answers.items() if answer.failure] == [5]
    assert answers[5].failure == TOO_LONG
    assert sorted(answers) == list(range(9))


# --- the process itself ----------------------------------------------------------------------


def start(*arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipe = subprocess.PIPE
    command = [*worker_command(), *arguments]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment)


def test_it_ends_when_the_program_is_gone() -> None:
    process = start("bad_decoder:handle")
    out, err = process.communicate(timeout=500)
    assert process.returncode == 0
    assert unpack(bytearray(out)) == [(worker.READY, {}, b"")]
    assert err == b""


def test_it_can_be_run_by_hand_as_its_docstring_says() -> None:
    module = [sys.executable, "-m", "ddpm_studio.data.isolation.worker", "bad_decoder:handle"]
    request = b'[{"do":"chatter","name":"a"}]'
    done = subprocess.run(
        [*module, "--memory", str(MEMORY), "--seconds", "9"],
        input=worker.LENGTH.pack(len(request)) + request,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        timeout=500,
        check=True,
    )
    ready, (how, values, data) = unpack(bytearray(done.stdout))
    assert ready[0] == worker.READY
    assert (how, values["name"], data) == (worker.DONE, "a", b"data")
    assert "odd tag" in values["stderr"]


def test_answers_may_arrive_in_any_pieces() -> None:
    one = worker.HEADER.pack(worker.DONE, 7, 3) + b'{"a":1}' + b"xyz"
    held, answers = bytearray(), []
    for byte in one * 3:
        held.append(byte)
        answers += unpack(held)
    assert answers == [(worker.DONE, {"a": 1}, b"xyz")] * 3
    assert held == b""


@pytest.mark.parametrize(
    "garbled", [b"?" * 99, worker.HEADER.pack(1, 2, 0) + b"[]", worker.HEADER.pack(1, 1, 0) + b"{"]
)
def test_garbled_answers_are_noticed(garbled: bytes) -> None:
    with pytest.raises(ValueError, match=r"no answer|no object|Expecting"):
        unpack(bytearray(garbled))


@POSIX
def test_memory_is_watched_where_the_system_knows_no_limit() -> None:
    program = "from ddpm_studio.data.isolation.worker import watch_memory; watch_memory(1_000_000)"
    done = subprocess.run([sys.executable, "-c", program], cwd=HERE.parent.parent, timeout=500)
    assert done.returncode == worker.NO_MEMORY_EXIT


def test_a_frozen_program_is_its_own_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert worker_command() == [sys.executable, "--decoder-worker"]
