"""The log only ever grows, and what is read from it is what counts in the end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.training.metrics import MetricsLog, read_metrics


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "metrics.jsonl"


def steps(path: Path) -> list[int]:
    return [line["step"] for line in read_metrics(path)]


def test_there_is_nothing_before_the_first_line(path: Path) -> None:
    assert read_metrics(path) == []


def test_what_is_written_is_read(path: Path) -> None:
    log = MetricsLog(path)
    log.append({"resumed_at": 0})
    log.append({"step": 10, "loss": 0.5})
    assert read_metrics(path) == [{"step": 10, "loss": 0.5}]


def test_a_line_is_only_ever_appended(path: Path) -> None:
    log, before = MetricsLog(path), b""
    for values in ({"resumed_at": 0}, {"step": 1}, {"resumed_at": 0}, {"step": 1}):
        log.append(values)
        after = path.read_bytes()
        assert after.startswith(before)
        assert after.count(b"\n") == before.count(b"\n") + 1
        before = after


def test_steps_that_were_lost_do_not_count(path: Path) -> None:
    log = MetricsLog(path)
    for values in ({"step": 1}, {"step": 2}, {"step": 3}, {"resumed_at": 1}, {"step": 2}):
        log.append(values | {"run": len(path.read_text().splitlines()) if path.exists() else 0})
    assert steps(path) == [1, 2]
    assert read_metrics(path)[1]["run"] == 4


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
