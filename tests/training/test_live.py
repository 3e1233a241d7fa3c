"""A look at a model at any moment shows both kinds of weights, and leaves training alone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from ddpm_studio.errors import CheckpointError, TrainingError
from ddpm_studio.events import BothPainted, PreviewSaved, TrainStarted, TrainStep
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, train
from ddpm_studio.training import live as live_module

# all that a checkpoint holds
from ddpm_studio.training.checkpoints import _state
from ddpm_studio.training.live import Live, paint_checkpoint
from ddpm_studio.training.preview import plain_model, preview
from ddpm_studio.training.stopwatch import Stopwatch
from tests.training.saving import save_checkpoint

MakeProject = Callable[..., Project]
MakeTrainer = Callable[..., Trainer]
SEEDS, STEPS = (3, 1, 4), 4


def last(painted: Iterator[BothPainted]) -> BothPainted:
    """The finished pictures."""
    *_, finished = painted
    assert finished.done == finished.total
    return finished


def trained(make_trainer: MakeTrainer, steps: int, *settings: str) -> Trainer:
    trainer = make_trainer(*settings)
    for _ in range(steps):
        trainer.train_step()
    return trainer


def paint(trainer: Trainer) -> BothPainted:
    live = Live()
    with live.following(trainer, Stopwatch(None)):
        return last(live.paint(SEEDS, STEPS))


def looked_at(project: Project, at: int, steps: int) -> list[TrainEvent]:
    """All events of a training that is looked at after a step, in the middle and to the end."""
    live, events = Live(), []
    for event in train(project, device="cpu", steps=steps, live=live):
        events.append(event)
        if isinstance(event, TrainStep) and event.step == at:
            assert live.step == at
            left_in_the_middle = live.paint(SEEDS, STEPS)
            next(left_in_the_middle)
            assert last(live.paint(SEEDS, STEPS)).step == at
    assert live.step is None
    return events


@pytest.mark.parametrize(
    "settings",
    [
        [],
        ["model.dropout=0.5"],
        ["train.precision=bf16"],
        ["train.gradient_checkpointing=true", "model.dropout=0.3"],
        ["train.augment=0.5", "pictures.flip_horizontal=true"],
    ],
    ids=["plain", "dropout", "bf16", "recomputing", "augmented"],
)
def test_training_goes_on_as_if_nobody_had_looked(
    settings: list[str],
    make_project: MakeProject,
    assert_same_state: Callable[[Path, Path], None],
    train_for: Callable[..., list[TrainEvent]],
) -> None:
    """Six steps with a look after the third end with the bits of six steps without."""
    one, other = make_project("one", *settings), make_project("other", *settings)
    losses = [
        [event.loss for event in events if isinstance(event, TrainStep)]
        for events in (looked_at(one, at=3, steps=6), train_for(other, 6))
    ]
    assert losses[0] == losses[1]
    assert_same_state(one.checkpoint_path(6), other.checkpoint_path(6))


def test_nothing_of_a_trainer_changes(make_trainer: MakeTrainer) -> None:
    """Weights, averages, optimizer, randomness and mode; nor where the weights lie."""
    trainer = trained(make_trainer, 3, "model.dropout=0.5")
    before = {name: (tensor.clone(), tensor.data_ptr()) for name, tensor in _state(trainer).items()}
    global_noise = torch.get_rng_state()
    paint(trainer)
    after = _state(trainer)
    assert after.keys() == before.keys()
    for name, (tensor, address) in before.items():
        assert torch.equal(tensor, after[name]), name
        assert name == "generator" or after[name].data_ptr() == address, name
    assert all(parameter.requires_grad for parameter in trainer.parameters)
    assert all(parameter.grad is None for parameter in trainer.parameters)
    assert trainer.model.training
    assert torch.equal(torch.get_rng_state(), global_noise)


def test_the_weights_are_shared_and_not_copied(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer, 2)
    model = plain_model(trainer).model
    for own, parameter in zip(model.parameters(), trainer.parameters, strict=True):
        assert own.data_ptr() == parameter.data_ptr()
        assert own is not parameter, "else it could not be set to need no gradient"
        assert not own.requires_grad
        assert parameter.requires_grad
    assert not model.training


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_checkpoint_of_that_step_paints_the_same_pictures(
    precision: str, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    trainer = trained(make_trainer, 5, f"train.precision={precision}")
    path = tmp_path / "step_00000005.safetensors"
    save_checkpoint(path, trainer, 1.0)
    live = paint(trainer)
    saved = last(paint_checkpoint(path, SEEDS, STEPS))
    assert live.step == saved.step == 5
    assert np.array_equal(live.averaged, saved.averaged)
    assert np.array_equal(live.plain, saved.plain)


def test_both_are_alike_after_one_step_and_differ_later(make_trainer: MakeTrainer) -> None:
    """At step 1 nothing of the initial weights is kept in the average."""
    first, later = paint(trained(make_trainer, 1)), paint(trained(make_trainer, 12))
    assert np.array_equal(first.averaged, first.plain)
    assert not np.array_equal(later.averaged, later.plain)


def test_the_average_paints_what_the_preview_shows(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    """From the same seeds, so that the wall and the look can be compared."""
    trainer = trained(make_trainer, 4, "train.preview_count=3", f"train.preview_steps={STEPS}")
    (saved,) = (e for e in preview(trainer, tmp_path / "a.png") if isinstance(e, PreviewSaved))
    live = Live()
    with live.following(trainer, Stopwatch(None)):
        both = last(live.paint(range(3), STEPS))
    assert np.array_equal(both.averaged, saved.pictures)


def test_pictures_can_be_watched_as_they_grow(make_trainer: MakeTrainer) -> None:
    live = Live()
    with live.following(
        trained(make_trainer, 2, "pictures.channels=1", "pictures.height=12"), Stopwatch(None)
    ):
        events = list(live.paint(SEEDS, STEPS))
    assert [(event.step, event.done, event.total) for event in events] == [
        (2, done, STEPS) for done in range(STEPS + 1)
    ]
    for event in events:
        for pictures in (event.averaged, event.plain):
            assert pictures.dtype == np.uint8
            assert pictures.shape == (3, 12, 8, 1)
    assert not np.array_equal(events[0].averaged, events[-1].averaged)


def test_the_model_can_be_asked_from_the_start_to_the_end(project: Project) -> None:
    live = Live()
    assert live.step is None
    seen: dict[type[TrainEvent], int | None] = {}
    for event in train(project, device="cpu", steps=2, live=live):
        seen[type(event)] = live.step
    assert seen[TrainStarted] == 0
    assert seen[TrainStep] == 2
    assert live.step is None
    with pytest.raises(TrainingError, match="No training runs"):
        live.paint(SEEDS, STEPS)


def test_what_is_being_painted_is_finished_when_training_is_closed(project: Project) -> None:
    """And it shows the weights that were saved."""
    live = Live()
    training = train(project, device="cpu", live=live)
    for event in training:
        if isinstance(event, TrainStep) and event.step == 4:
            break
    painting = live.paint(SEEDS, STEPS)
    next(painting)
    training.close()
    assert live.step is None
    both = last(painting)
    saved = last(paint_checkpoint(project.checkpoint_path(4), SEEDS, STEPS))
    assert np.array_equal(both.averaged, saved.averaged)
    assert np.array_equal(both.plain, saved.plain)


def test_a_training_that_fails_is_not_asked_any_more(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_trainer: Trainer) -> None:
        raise TrainingError("It cannot go on.")

    live = Live()
    monkeypatch.setattr(Trainer, "train_step", fail)
    with pytest.raises(TrainingError, match="cannot go on"):
        list(train(project, device="cpu", steps=1, live=live))
    assert live.step is None


def test_spoilt_weights_are_not_painted_with(make_trainer: MakeTrainer) -> None:
    """While training is on its way back from numbers that are not finite."""
    trainer = trained(make_trainer, 2)
    with torch.no_grad():
        trainer.parameters[0].fill_(float("nan"))
    with pytest.raises(TrainingError, match="Not all weights"):
        paint(trainer)


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (MemoryError(), TrainingError, "to paint 3 pictures; choose fewer"),
        (RuntimeError("CUDA error: out of memory"), TrainingError, "choose fewer"),
        (RuntimeError("mat1 and mat2 do not fit"), RuntimeError, "mat1"),
    ],
)
def test_too_little_memory_is_a_sentence(
    error: Exception,
    expected: type[Exception],
    words: str,
    make_trainer: MakeTrainer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_arguments: object) -> Iterator[object]:
        raise error
        yield

    monkeypatch.setattr(live_module, "trajectory", fail)
    with pytest.raises(expected, match=words):
        paint(trained(make_trainer, 1))


def test_a_checkpoint_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        last(paint_checkpoint(tmp_path / "step_00000005.safetensors", SEEDS, STEPS))
