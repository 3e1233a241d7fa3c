"""Preview grids: the same seeds again and again, the film of the model learning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

from ddpm_studio.events import PreviewProgress, PreviewSaved
from ddpm_studio.export.grid import picture_grid
from ddpm_studio.export.images import write_png
from ddpm_studio.nn import UNet
from ddpm_studio.sampling import denoise
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.training.trainer import Trainer

FIRST_PREVIEW = 25


def is_preview_step(step: int, every: int) -> bool:
    """Every `every` steps; before that at 25, 50, 100, 200 ..., when most happens."""
    if step % every == 0:
        return True
    doublings, remainder = divmod(step, FIRST_PREVIEW)
    return step < every and remainder == 0 and doublings.bit_count() == 1


def preview(trainer: Trainer, path: Path) -> Iterator[PreviewProgress | PreviewSaved]:
    """Sample a grid with the averaged weights and write it; training's state is not touched."""
    config = trainer.config
    seeds = range(config.train.preview_count)
    x_T = initial_noise(seeds, config.pictures.shape).to(trainer.device)
    model = averaged_model(trainer)

    def predict(x_t, t):  # type: ignore[no-untyped-def]
        with trainer.autocast():
            return model(x_t, t)

    steps = config.train.preview_steps
    for frame in denoise(
        predict,
        trainer.schedule,
        x_T,
        num_inference_steps=steps,
        prediction=config.diffusion.prediction,
        spacing=config.sample.spacing,
        clip=config.sample.clip,
        seeds=seeds,
    ):
        yield PreviewProgress(trainer.step, frame.index, steps)
    pictures = to_uint8(frame.x_t, config.pictures.has_hard_alpha)
    path.parent.mkdir(exist_ok=True)
    write_png(path, picture_grid(pictures))
    yield PreviewSaved(trainer.step, path, pictures)


def averaged_model(trainer: Trainer) -> UNet:
    """The network with the averaged weights, ready to sample; it shares them with the trainer."""
    with torch.device("meta"):  # no weights of its own
        model = UNet(trainer.config.model)
    names = [name for name, _ in trainer.model.named_parameters()]
    model.load_state_dict(dict(zip(names, trainer.ema.average, strict=True)), assign=True)
    model.each_alone = False  # the batch of a preview never changes, so neither do its pictures
    return model.eval().requires_grad_(False)
