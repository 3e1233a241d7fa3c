"""Pictures made again from their recipe: the same settings, the same noise, the same network."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.events import SampleStep
from ddpm_studio.nn import UNet
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.forward import noised
from ddpm_studio.sampling.generate import BATCH
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.trajectory import trajectory


def remake_pictures(
    model: UNet,
    config: StudioConfig,
    recipe: Recipe,
    device: torch.device,
    x_0: Tensor | None = None,
    batch: int = BATCH,
) -> Generator[SampleStep, None, np.ndarray]:
    """All pictures of a recipe, in its order: uint8 (N, H, W, C), the frame that it names.

    model: on `device`, as `load_model` gives it, and `config` its own settings. x_0: (1, C, H, W),
    the own picture that the recipe began with, if it has a `start`. On the machine that made
    them before, the pictures are the same to the bit, whatever the batch.
    Raises StudioError with one sentence.
    """
    if (recipe.start is None) != (x_0 is None):
        raise StudioError("The recipe began with a picture of yours, which is needed again.")
    sample, seeds = recipe.sample, recipe.all_seeds
    first_frame = 0 if recipe.start is None else int(recipe.start["index"])
    last = sample.num_inference_steps if recipe.frame is None else recipe.frame
    if last < first_frame:
        raise StudioError(
            f"The recipe is of frame {last}, but was painted on from frame {first_frame} only."
        )
    if x_0 is not None and first_frame == sample.num_inference_steps:  # nothing was painted
        return to_uint8(x_0.expand(len(seeds), -1, -1, -1), config.pictures.has_hard_alpha)
    made: list[Any] = []
    for first in range(0, len(seeds), batch):
        part = seeds[first : first + batch]
        start = None if x_0 is None else noised(config, sample, x_0, part, first_frame)
        for frame in trajectory(model, config, sample, part, device, batch, start=start):
            yield SampleStep(frame.index, last, len(part), first, len(seeds))
            if frame.index == last:
                made.append(getattr(frame, recipe.show))
                break
    return np.concatenate(made)
