"""A network of four channels learns pictures with transparency and makes such pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ddpm_studio.config import SampleConfig
from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import PreviewSaved, SampleFinished
from ddpm_studio.sampling.generate import generate
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.trajectory import trajectory
from ddpm_studio.training import Trainer, load_model
from ddpm_studio.training.preview import preview
from ddpm_studio.training.resolved_settings import with_alpha
from tests.training.saving import save_checkpoint

MakeTrainer = Callable[..., Trainer]
CPU = torch.device("cpu")
SQUARE = slice(2, 6)  # the rows and columns of a picture where something is


def premultiplied(seed: int = 0) -> torch.Tensor:
    """Prepared pictures, as the cache holds them: no colour is above its alpha."""
    pixels = np.random.default_rng(seed).integers(0, 256, (10, 8, 8, 4))
    pixels[..., :3] = pixels[..., :3] * pixels[..., 3:] // 255
    return torch.from_numpy(pixels.astype(np.uint8))


def with_alpha_trainer(make_trainer: MakeTrainer, *settings: str, steps: int = 5) -> Trainer:
    trainer = make_trainer("pictures.channels=4", *settings, pictures=premultiplied())
    for _ in range(steps):
        trainer.train_step()
    return trainer


def test_every_step_counts_and_flips_take_alpha_along(make_trainer: MakeTrainer) -> None:
    trainer = with_alpha_trainer(make_trainer, "pictures.flip_horizontal=true", steps=0)
    results = [trainer.train_step() for _ in range(5)]
    assert all(result.applied for result in results)
    assert trainer.model.state_dict()["conv_in.weight"].shape[1] == 4
    x_0 = trainer.batch(torch.arange(10))
    assert x_0.shape == (10, 4, 8, 8)
    assert bool((x_0[:, :3] <= x_0[:, 3:]).all())


def test_samples_of_its_checkpoint_have_straight_alpha(
    make_trainer: MakeTrainer, tmp_path: Path
) -> None:
    path = tmp_path / "step_00000005.safetensors"
    save_checkpoint(path, with_alpha_trainer(make_trainer), 1.0)
    model, config = load_model(path)
    sample = SampleConfig(num_inference_steps=4)
    events = list(generate(Network(model, config, CPU), sample, range(3)))
    pictures = [np.asarray(one.picture) for one in events if isinstance(one, SampleFinished)]
    assert len(pictures) == 3
    *_, last = trajectory(Network(model, config, CPU), sample, range(3))
    for picture, same in zip(pictures, last.x_t, strict=True):
        assert picture.shape == (8, 8, 4)
        assert picture.dtype == np.uint8
        assert np.array_equal(picture, same)
        assert (picture[picture[..., 3] == 0] == 0).all()
    assert len(np.unique(np.stack(pictures)[..., 3])) > 10  # alpha is as free as the colours


def test_a_preview_is_written_with_alpha_trainer(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    trainer = with_alpha_trainer(make_trainer, "train.preview_count=5")
    path = tmp_path / "samples" / "a.png"
    (saved,) = (event for event in preview(trainer, path) if isinstance(event, PreviewSaved))
    pictures = np.asarray(saved.pictures)
    assert pictures.shape == (5, 8, 8, 4)
    with Image.open(path) as grid:
        assert grid.mode == "RGBA"
        pixels = np.asarray(grid)
    assert pixels.shape == (16, 24, 4)
    assert np.array_equal(pixels[:8, 16:], pictures[2])
    assert (pixels[8:, 16:] == 0).all()  # the sixth place is empty


def test_it_learns_where_nothing_is(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    """From coloured squares on nothing come squares on nothing, after a second of training."""
    pictures = torch.zeros(8, 8, 8, 4, dtype=torch.uint8)
    for index, picture in enumerate(pictures):
        picture[SQUARE, SQUARE] = torch.tensor([200, 30 * index, 60, 255], dtype=torch.uint8)
    trainer = make_trainer(
        "pictures.channels=4",
        "model.model_channels=16",
        "model.head_channels=16",
        "diffusion.num_timesteps=100",
        "train.learning_rate=1e-2",
        "train.preview_count=4",
        "train.preview_steps=20",
        pictures=pictures,
    )
    for _ in range(200):
        trainer.train_step()
    *_, saved = preview(trainer, tmp_path / "a.png")
    assert isinstance(saved, PreviewSaved)
    alpha = np.array(saved.pictures)[..., 3]
    assert alpha[:, SQUARE, SQUARE].min() > 192
    alpha[:, SQUARE, SQUARE] = 0
    assert alpha.max() < 64


@pytest.mark.parametrize(
    ("channels", "soft_pixels", "asked", "settled"),
    [
        (4, 0, "auto", "hard"),
        (4, 3, "auto", "hard"),  # a thousandth and less is an accident
        (4, 4, "auto", "soft"),
        (4, 0, "soft", "soft"),
        (4, 640, "hard", "hard"),
        (3, 0, "auto", "auto"),
    ],
)
def test_the_kind_of_transparency_is_that_of_the_pictures(
    channels: int, soft_pixels: int, asked: str, settled: str
) -> None:
    records = np.zeros((100, 8, 8, channels), np.uint8)
    records[:, 2:6, 2:6] = 255
    records.reshape(-1, channels)[:soft_pixels, -1] = 100
    settings = [f"pictures.channels={channels}", "pictures.size=8", f"pictures.alpha={asked}"]
    config = with_settings(preset("sketch"), [*settings, "model.channel_mult=1,2"])
    records[50:] = 128  # left out
    assert with_alpha(config, records, np.arange(50)).pictures.alpha == settled


def test_finished_sprites_have_no_veil(make_trainer: MakeTrainer, tmp_path: Path) -> None:
    """However little was learned; on the way everything may be half there."""
    path = tmp_path / "step_00000005.safetensors"
    save_checkpoint(path, with_alpha_trainer(make_trainer, "pictures.alpha=hard"), 1.0)
    model, config = load_model(path)
    frames = list(
        trajectory(Network(model, config, CPU), SampleConfig(num_inference_steps=4), range(3))
    )
    for frame in frames:
        assert set(np.unique(frame.pred_x_0[..., 3])) <= {0, 255}
        assert (frame.pred_x_0[frame.pred_x_0[..., 3] == 0] == 0).all()
    assert set(np.unique(frames[-1].x_t[..., 3])) == {0, 255}
    assert len(np.unique(frames[0].x_t[..., 3])) > 10
