"""The log only ever grows, and what is read from it is what counts in the end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.events import TrainStep
from ddpm_studio.training.metrics import (
    Journal,
    Log,
    Measured,
    MetricsLog,
    best_checkpoint,
    read_held_out,
    read_log,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def steps(path: Path) -> list[int]:
    return [line["step"] for line in read_log(path).steps]


def test_there_is_nothing_before_the_first_line(path: Path) -> None:
    assert read_log(path).steps == []


def test_what_is_written_is_read(path: Path) -> None:
    log = MetricsLog(path)
    log.append({"resumed_at": 0})
    log.append({"step": 10, "loss": 0.5})
    assert read_log(path).steps == [{"step": 10, "loss": 0.5}]


def test_a_line_is_only_ever_appended(path: Path) -> None:
    log, before = MetricsLog(path), b""
    for values in ({"resumed_at": 0}, {"step": 1}, {"resumed_at": 0}, {"step": 1}):
        log.append(values)
        after = path.read_bytes()
        assert after.startswith(before)
        assert after.count(b"\n") == before.count(b"\n") + 1
        before = after


def test_the_log_comes_as_far_as_what_is_saved(path: Path) -> None:
    journal = Journal(path, log_every=10)
    for step in range(1, 13):
        list(journal.stepped(TrainStep(step, float(step), 1.0, 1e-3, 9.0, step, None), 100 + step))
    assert steps(path) == [10]
    for _ in range(2):  # the same is not written twice
        list(journal.saving())
    last = read_log(path).steps[-1]
    assert steps(path) == [10, 12]
    assert (last["loss"], last["seconds"]) == (11.5, 112)


def test_steps_that_were_lost_do_not_count(path: Path) -> None:
    log = MetricsLog(path)
    for values in ({"step": 1}, {"step": 2}, {"step": 3}, {"resumed_at": 1}, {"step": 2}):
        log.append(values | {"run": len(path.read_text().splitlines()) if path.exists() else 0})
    assert steps(path) == [1, 2]
    assert read_log(path).steps[1]["run"] == 4


def test_steps_rise_even_without_the_line_that_says_resumed(path: Path) -> None:
    log = MetricsLog(path)
    for step in (1, 2, 3, 2, 3, 4):
        log.append({"step": step})
    assert steps(path) == [1, 2, 3, 4]


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_broken_last_line_costs_only_itself(path: Path, cut: int) -> None:
    """A killed process, then another one that goes on."""
    log = MetricsLog(path)
    log.append({"step": 1})
    log.append({"step": 2, "loss": 0.25})
    path.write_bytes(path.read_bytes()[:-cut])
    is_whole = cut == 1  # only the line's end is missing
    assert steps(path) == ([1, 2] if is_whole else [1])
    MetricsLog(path).append({"step": 3})
    assert steps(path) == ([1, 2, 3] if is_whole else [1, 3])


@given(st.binary(max_size=60))
def test_any_rubbish_in_the_middle_is_passed_over(
    tmp_path_factory: pytest.TempPathFactory, rubbish: bytes
) -> None:
    path = tmp_path_factory.mktemp("log") / "metrics.jsonl"
    log = MetricsLog(path)
    log.append({"step": 1})
    with path.open("ab") as file:
        file.write(rubbish)
    log.append({"step": 2})
    assert steps(path) == [1, 2]


@pytest.mark.parametrize(
    "line", ["null", "[1]", "7", '{"step": "x"}', '{"resumed_at": null}', '{"loss": 1}', "\0" * 50]
)
def test_lines_of_another_kind_are_passed_over(path: Path, line: str) -> None:
    path.write_text(f'{{"step": 1}}\n{line}\n{{"step": 2}}\n')
    assert steps(path) == [1, 2]


# what stands beside the steps


def held_out(step: int, loss: float = 0.5, bands: object = (0.1, 0.2, 0.3, 0.4)) -> dict:
    return {"held_out": {"step": step, "loss": loss, "bands": bands}}


def happened(step: int, kind: str, message: str = "So it was.") -> dict:
    return {"happened": {"step": step, "kind": kind, "message": message}}


def write(path: Path, *lines: dict) -> None:
    log = MetricsLog(path)
    for line in lines:
        log.append(line)


def test_measurements_come_with_their_bands(path: Path) -> None:
    write(path, {"step": 10, "loss": 1}, held_out(10, 0.25), held_out(20, 0.125, bands=None))
    assert read_held_out(path) == [
        Measured(10, 0.25, (0.1, 0.2, 0.3, 0.4)),
        Measured(20, 0.125, ()),
    ]


def test_what_happened_is_void_after_going_back_but_the_going_back_itself_stays(path: Path) -> None:
    write(
        path,
        happened(0, "resumed"),
        happened(12, "batch_halved"),
        {"step": 20},
        happened(31, "skipped"),
        happened(35, "rolled_back"),
        {"resumed_at": 20},
        happened(20, "checkpoint_skipped"),
        happened(22, "skipped"),
        {"resumed_at": 15},
        {"resumed_at": 0},
        happened(3, "skipped"),
    )
    found = [(one.step, one.kind) for one in read_log(path).happened]
    assert found == [(0, "resumed"), (3, "skipped"), (35, "rolled_back")]


@pytest.mark.parametrize(
    "line",
    [
        '{"happened": null}',
        '{"happened": {"step": 1, "kind": "party", "message": "x"}}',
        '{"happened": {"step": "1", "kind": "skipped", "message": "x"}}',
        '{"happened": {"step": 1, "kind": ["skipped"], "message": "x"}}',
        '{"happened": {"step": 1, "kind": "skipped"}}',
        '{"held_out": {"step": 1, "loss": NaN, "bands": []}}',
        '{"held_out": {"step": 1, "loss": "low"}}',
        '{"held_out": {"loss": 0.5}}',
    ],
)
def test_odd_lines_beside_the_steps_are_passed_over(path: Path, line: str) -> None:
    path.write_text(line + "\n")
    assert read_log(path) == Log()


def test_odd_bands_leave_the_loss(path: Path) -> None:
    write(path, held_out(5, 0.5, bands=[0.1, "x"]), held_out(6, 1, bands=7))
    assert read_held_out(path) == [(5, 0.5, ()), (6, 1.0, ())]


def test_all_is_read_in_one_pass(path: Path) -> None:
    write(path, {"step": 1}, held_out(1), happened(1, "skipped"), {"step": 2})
    log = read_log(path)
    assert log.held_out == read_held_out(path)
    assert [len(part) for part in (log.steps, log.held_out, log.happened)] == [2, 1, 1]


@pytest.mark.parametrize(
    ("steps", "best"),
    [
        ({100, 200, 300}, 200),  # 250 is lower, but nobody can load it
        ({100, 300, 999}, 300),
        ({999}, None),  # saved, never measured
        (set(), None),
    ],
)
def test_the_best_checkpoint_is_the_one_that_was_measured_lowest(
    steps: set[int], best: int | None
) -> None:
    losses = {100: 0.5, 200: 0.2, 250: 0.1, 300: 0.3}
    measured = [Measured(step, loss) for step, loss in losses.items()]
    assert best_checkpoint(measured, steps) == best


def test_of_equals_the_first_is_the_best() -> None:
    assert best_checkpoint([Measured(1, 0.5), Measured(2, 0.5)], {1, 2}) == 1
