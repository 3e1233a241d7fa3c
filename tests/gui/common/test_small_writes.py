"""What a click changes is written in the background, and nothing of it is lost."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import SMALL_WRITES
from ddpm_studio.gui.common.small_writes import SmallWrites

SLOW = 10.0  # seconds, after which a test does not wait any longer


class Disk:
    """Writes what it is told into files, once `may_go` is set; `error` is what it says instead."""

    def __init__(self, jobs: JobRunner, path: Path) -> None:
        self.parent = QObject()
        self.jobs, self.path = jobs, path
        self.writes = SmallWrites(jobs, self.parent)
        self.may_go = threading.Event()
        self.error: OSError | None = None
        self.threads: list[threading.Thread] = []
        self.heard: list[tuple[str, object]] = []
        self.writes.saved.connect(lambda _path, value: self.heard.append(("kept", value)))
        self.writes.failed.connect(lambda _path, error: self.heard.append(("failed", str(error))))

    def want(self, value: str) -> None:
        def write() -> None:
            self.threads.append(threading.current_thread())
            assert self.may_go.wait(SLOW)
            if self.error is not None:
                raise self.error
            self.path.write_text(value)

        self.writes.write(self.path, value, write)


@pytest.fixture
def disk(qapp, tmp_path, qtbot):
    jobs = JobRunner()
    disk = Disk(jobs, tmp_path / "choices")
    yield disk
    disk.may_go.set()
    qtbot.waitUntil(lambda: not jobs.is_busy())


def test_the_window_goes_on_while_the_disk_is_slow_and_the_last_word_is_written(disk, qtbot):
    for value in ("a", "b", "c"):
        disk.want(value)
    assert not disk.path.exists()
    assert disk.writes.waiting(disk.path) == "c"
    disk.may_go.set()
    qtbot.waitUntil(lambda: not disk.jobs.is_busy())
    assert disk.path.read_text() == "c"
    assert threading.main_thread() not in disk.threads
    assert len(disk.threads) <= 2  # "b" was void before its turn came
    assert disk.heard[-1] == ("kept", "c")
    assert disk.writes.waiting(disk.path) is None


def test_what_is_wanted_while_a_write_ends_is_written_too(disk, qtbot):
    disk.may_go.set()
    disk.want("a")
    disk.writes.saved.connect(lambda _path, value: value == "a" and disk.want("b"))
    qtbot.waitUntil(lambda: not disk.jobs.is_busy() and len(disk.heard) == 2)
    assert disk.path.read_text() == "b"


def test_a_job_that_begins_later_finds_it_on_disk(disk, qtbot):
    found = []

    def read():
        found.append(disk.path.read_text())
        yield

    disk.want("a")
    disk.jobs.start("train", read)
    disk.may_go.set()
    qtbot.waitUntil(lambda: not disk.jobs.is_busy())
    assert found == ["a"]


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_window_that_closes_waits_for_it(disk, qtbot, is_begun):
    disk.want("a")
    if is_begun:
        qtbot.waitUntil(lambda: bool(disk.threads))
    disk.jobs.stop_all()
    assert disk.jobs.is_busy()
    disk.may_go.set()
    qtbot.waitUntil(lambda: not disk.jobs.is_busy())
    assert disk.path.read_text() == "a"


def test_stopped_before_its_thread_has_begun_it_writes_all_the_same(disk, qtbot, monkeypatch):
    """`stop` comes before the first step, as on a machine that is slow to start threads."""
    start = disk.jobs.start
    monkeypatch.setattr(disk.jobs, "start", lambda *a, **k: start(*a, begin=False, **k))
    disk.may_go.set()
    disk.want("a")
    disk.jobs.get(SMALL_WRITES).stop()
    qtbot.waitUntil(lambda: not disk.jobs.is_busy())
    assert disk.path.read_text() == "a"


def test_what_the_disk_does_not_take_is_told(disk, qtbot):
    disk.may_go.set()
    disk.error = OSError("No space left")
    disk.want("a")
    qtbot.waitUntil(lambda: not disk.jobs.is_busy())
    assert disk.heard == [("failed", "No space left")]
    assert disk.writes.waiting(disk.path) is None


def test_an_older_failure_is_not_told_if_the_last_word_was_taken(disk, qtbot):
    disk.error = OSError("No space left")
    disk.want("a")
    qtbot.waitUntil(lambda: bool(disk.threads))
    disk.want("b")

    def room_again() -> None:
        disk.error = None
        disk.path.write_text("b")

    disk.writes.write(disk.path, "b", room_again)
    disk.may_go.set()
    qtbot.waitUntil(lambda: not disk.jobs.is_busy())
    assert disk.path.read_text() == "b"
    assert disk.heard == [("kept", "b")]
