"""When memory runs out the batch goes through in smaller parts, and nothing is lost."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from ddpm_studio.errors import TrainingError
from ddpm_studio.events import BatchHalved, CheckpointSaved, RolledBack, StepSkipped, TrainStep
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent
from tests.training.conftest import read_state

STEPS = 8
MakeProject = Callable[..., Project]
TrainFor = Callable[..., list[TrainEvent]]


@pytest.fixture
def memory_for(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """memory_for(pictures, from_step=0): more pictures in one part do not fit any more."""

    def limit(most: int, from_step: int = 0) -> None:
        real = Trainer.losses

        def loss(trainer: Trainer, x_0: Tensor, *others: Any) -> Tensor:
            result = real(trainer, x_0, *others)  # randomness is drawn before memory is missing
            if trainer.step >= from_step and len(x_0) > most:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
            return result

        monkeypatch.setattr(Trainer, "losses", loss)

    return limit


def of_kind(events: list[TrainEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_batch_that_does_not_fit_is_halved_until_it_does(
    make_project: MakeProject,
    train_for: TrainFor,
    memory_for: Callable[..., None],
    assert_same_state: Callable[[Path, Path], None],
) -> None:
    """The end is, bit for bit, that of a run that had so many parts from the beginning."""
    settings = ["model.dropout=0.2", "pictures.flip_horizontal=true"]
    small = make_project("small", *settings)
    parts = make_project("parts", *settings, "train.accumulation=4")
    train_for(parts, STEPS)
    memory_for(1)
    events = train_for(small, STEPS)
    assert [event.accumulation for event in of_kind(events, BatchHalved)] == [2, 4]
    assert [event.step for event in of_kind(events, TrainStep)] == list(range(1, STEPS + 1))
    assert_same_state(small.checkpoint_path(STEPS), parts.checkpoint_path(STEPS))


def test_memory_that_runs_out_in_mid_run_loses_no_step(
    make_project: MakeProject, train_for: TrainFor, memory_for: Callable[..., None]
) -> None:
    """The same training as with enough memory, up to the order in which numbers are added.

    Not compared number by number: a bias that a norm takes away again has a gradient of rounding
    errors alone, and Adam makes a whole step of whatever they are.
    """
    whole, tight, short = map(make_project, ("whole", "tight", "short"))
    train_for(whole, STEPS)
    train_for(short, STEPS - 1)
    memory_for(2, from_step=3)
    events = train_for(tight, STEPS)
    (halved,) = of_kind(events, BatchHalved)
    assert (halved.step, halved.accumulation) == (3, 2)
    assert "in 2 parts" in halved.message
    assert not of_kind(events, RolledBack) + of_kind(events, StepSkipped)
    (end, _), (other, _) = (read_state(p.checkpoint_path(STEPS)) for p in (whole, tight))
    earlier, _ = read_state(short.checkpoint_path(STEPS - 1))
    for role in ("model", "ema"):
        assert 100 * distance(role, end, other) < distance(role, end, earlier), role
    assert torch.equal(end["generator"], other["generator"])
    entries = [json.loads(line) for line in tight.metrics_path.read_text().splitlines()]
    (mark,) = [entry["happened"] for entry in entries if "happened" in entry]
    assert mark == {"step": 3, "kind": "batch_halved", "message": halved.message}


def distance(role: str, one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    """Between all weights of one role, as one long vector."""
    names = [name for name in one if name.startswith(f"{role}.")]
    differences = torch.cat([(one[name] - other[name]).flatten() for name in names])
    return float(torch.linalg.vector_norm(differences, dtype=torch.float64))


@pytest.mark.parametrize(("batch", "parts"), [(6, [2, 6]), (5, [5]), (8, [2, 4, 8]), (1, [])])
def test_parts_are_always_equal(
    batch: int, parts: list[int], make_trainer: Callable[..., Trainer]
) -> None:
    trainer = make_trainer(f"train.batch_size={batch}")
    found = []
    while trainer.can_halve:
        found.append(trainer.halve())
    assert found == parts


def test_when_one_picture_is_too_much_what_was_learned_is_saved(
    make_project: MakeProject, train_for: TrainFor, memory_for: Callable[..., None]
) -> None:
    project = make_project("project")
    memory_for(0, from_step=5)
    with pytest.raises(TrainingError, match="not enough memory") as caught:
        train_for(project, STEPS)
    assert "\n" not in str(caught.value)
    assert project.checkpoint_path(5).exists()


def test_unseen_pictures_that_do_not_fit_are_no_end(
    make_project: MakeProject, train_for: TrainFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(*_arguments: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("ddpm_studio.training.held_out.HeldOut.measure", measure)
    project = make_project("project", "train.held_out_share=0.2")
    events = train_for(project, STEPS)
    assert of_kind(events, CheckpointSaved)[-1].step == STEPS
    assert any("unseen" in getattr(event, "message", "") for event in events)
