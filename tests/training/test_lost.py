"""What could not be saved is said when training goes on, and marked in its log."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ddpm_studio.events import CheckpointSkipped, Note
from ddpm_studio.project import Project
from ddpm_studio.training import TrainEvent
from ddpm_studio.training.metrics import TAIL, last_step, read_log

TrainFor = Callable[..., list[TrainEvent]]
SETTINGS = ["train.checkpoint_every=2", "train.log_every=1"]


def notes(events: list[TrainEvent]) -> list[str]:
    return [event.message for event in events if isinstance(event, Note)]


def test_after_a_clean_end_nothing_is_lost(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", *SETTINGS)
    assert notes(train_for(project, 3) + train_for(project, 3)) == []
    found = [(one.step, one.kind, one.message) for one in read_log(project.metrics_path).happened]
    assert found == [(3, "resumed", "Training goes on from step 3.")]


def test_steps_that_were_not_saved_are_told(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", *SETTINGS)
    train_for(project, 7)
    project.checkpoint_path(7).unlink()  # as if a power cut had come before it
    (note,) = notes(train_for(project, 1))
    assert note == (
        "Training goes on from step 6. "
        "What was learned from there to step 7 had not been saved and is lost."
    )
    assert [line["step"] for line in read_log(project.metrics_path).steps] == list(range(1, 8))
    assert notes(train_for(project, 1)) == []  # once


def test_a_damaged_checkpoint_is_marked_where_training_goes_on(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", *SETTINGS)
    train_for(project, 6)
    project.checkpoint_path(6).write_bytes(b"")
    events = train_for(project, 2)
    (skipped,) = [event for event in events if isinstance(event, CheckpointSkipped)]
    assert "from there to step 6" in notes(events)[0]
    found = [(one.step, one.kind, one.message) for one in read_log(project.metrics_path).happened]
    assert (4, "checkpoint_skipped", skipped.message) in found
    assert (4, "resumed", notes(events)[0]) in found


def test_when_nothing_was_saved_all_is_lost(
    make_project: Callable[..., Project], train_for: TrainFor
) -> None:
    project = make_project("project", *SETTINGS)
    train_for(project, 3)
    for path in project.checkpoint_paths():
        path.unlink()
    assert notes(train_for(project, 1))[0].startswith("Training goes on from step 0. What was")


@pytest.mark.parametrize(
    ("log", "step"),
    [
        ("", 0),
        ('{"step": 5}\n', 5),
        ('{"step": 5}\n{"resumed_at": 3}\n', 3),
        ('{"step": 5}\n{"held_out": {"step": 9}}\n{"happened": {"step": 9}}\n', 5),
        ('{"step": 5}\n{"step": 6, "lo', 5),
        ('{"step": 5}\n\0\0\0\0\n[1]\n"step"\n{"step": null}\n{"step": "7"}\n', 5),
        ('{"step": 1}\n' + '{"step": 2}\n' * TAIL, 2),
    ],
)
def test_the_end_of_a_log_tells_how_far_training_came(log: str, step: int, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(log)
    assert last_step(tmp_path / "log") == step


def test_a_log_that_is_not_there_or_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "bytes").write_bytes(b'\xff\xfe{"step": 5}\n\xc3\n')
    assert [last_step(tmp_path / name) for name in ("none", "folder", "bytes")] == [0, 0, 0]
