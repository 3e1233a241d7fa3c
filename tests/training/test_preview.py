"""Previews show what the averaged weights can do, and leave training alone."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.events import PreviewSaved, Work, is_progress
from ddpm_studio.training import Trainer

# all that a checkpoint holds
from ddpm_studio.training.checkpoints import _state
from ddpm_studio.training.preview import averaged_model, preview

MakeTrainer = Callable[..., Trainer]


def trained(make_trainer: MakeTrainer, *settings: str) -> Trainer:
    trainer = make_trainer("model.dropout=0.5", "train.preview_count=5", *settings)
    for _ in range(3):
        trainer.train_step()
    return trainer


def pictures_of(trainer: Trainer, path: Path) -> np.ndarray:
    saved = [event for event in preview(trainer, path) if isinstance(event, PreviewSaved)]
    assert len(saved) == 1
    return np.asarray(saved[0].pictures)


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_preview_does_not_touch_the_state_of_training(
    precision: str, make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    """Weights, averages, optimizer, randomness and mode stay; the next step is the same."""
    trainer = trained(make_trainer, f"train.precision={precision}")
    other = trained(make_trainer, f"train.precision={precision}")
    before = {name: tensor.clone() for name, tensor in _state(trainer).items()}
    pictures_of(trainer, tmp_path / "samples" / "a.png")
    after = _state(trainer)
    assert after.keys() == before.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert all(parameter.requires_grad for parameter in trainer.parameters)
    assert trainer.model.training
    assert trainer.train_step() == other.train_step()


def test_a_preview_left_in_the_middle_does_not_either(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    trainer, other = trained(make_trainer), trained(make_trainer)
    events = preview(trainer, tmp_path / "samples" / "a.png")
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert trainer.train_step() == other.train_step()
    assert not (tmp_path / "samples").exists()


def test_the_same_weights_give_the_same_pictures(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    """Twice in a row, in another process' trainer, and whatever was drawn in between."""
    trainer = trained(make_trainer)
    one = pictures_of(trainer, tmp_path / "a.png")
    torch.rand(3)
    trainer.generator.manual_seed(99)
    assert np.array_equal(one, pictures_of(trainer, tmp_path / "b.png"))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert np.array_equal(one, pictures_of(trained(make_trainer), tmp_path / "c.png"))


def test_the_first_pictures_do_not_depend_on_how_many_there_are(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    few = pictures_of(trained(make_trainer, "train.preview_count=2"), tmp_path / "a.png")
    many = pictures_of(trained(make_trainer, "train.preview_count=7"), tmp_path / "b.png")
    gaps = np.abs(few.astype(int) - many[:2])
    assert gaps.max() <= 1  # of 255: layers may add up in another order for another batch


def test_the_averaged_weights_are_shown(make_trainer: MakeTrainer) -> None:
    trainer = trained(make_trainer)
    model = averaged_model(trainer).model
    assert not model.training
    for parameter, average in zip(model.parameters(), trainer.averages, strict=True):
        assert torch.equal(parameter, average)
        assert not parameter.requires_grad


@pytest.mark.parametrize(
    ("settings", "shape", "mode"),
    [
        ([], (5, 8, 8, 3), "RGB"),
        (["pictures.channels=1"], (5, 8, 8, 1), "L"),
        (["pictures.height=12"], (5, 12, 8, 3), "RGB"),
    ],
)
def test_the_file_is_the_grid_of_the_pictures(
    settings: list[str],
    shape: tuple[int, ...],
    mode: str,
    make_trainer: MakeTrainer,
    tmp_path: Path,
) -> None:
    pictures = pictures_of(trained(make_trainer, *settings), tmp_path / "samples" / "a.png")
    assert pictures.shape == shape
    assert pictures.dtype == np.uint8
    with Image.open(tmp_path / "samples" / "a.png") as grid:
        assert grid.mode == mode
        assert grid.size == (3 * shape[2], 2 * shape[1])
        first = np.asarray(grid).reshape(2 * shape[1], 3 * shape[2], shape[3])
    assert np.array_equal(first[: shape[1], : shape[2]], pictures[0])


def test_progress_is_told_step_by_step(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    events = list(preview(trained(make_trainer, "train.preview_steps=4"), tmp_path / "a.png"))
    progress = [event for event in events if is_progress(event, Work.PREVIEW)]
    assert [(event.step, event.done, event.total) for event in progress] == [
        (3, done, 4) for done in range(5)
    ]
