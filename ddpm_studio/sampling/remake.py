"""Pictures made again from their recipe: the same settings, the same noise, the same network."""

from collections.abc import Generator, Iterator, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from ddpm_studio.errors import StudioError
from ddpm_studio.events import SampleStep
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.forward import Noising, levels, noised
from ddpm_studio.sampling.generate import BATCH
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.trajectory import TrajectoryFrame, trajectory


def remake_pictures(
    network: Network, recipe: Recipe, x_0: Tensor | None = None, batch: int = BATCH
) -> Generator[SampleStep, None, np.ndarray]:
    """All pictures of a recipe, in its order: uint8 (N, H, W, C), the frame that it names.

    x_0: (1, C, H, W),
    the own picture that the recipe began with, if it has a `start`. On the machine that made
    them before, the pictures are the same to the bit, whatever the batch.
    Raises StudioError with one sentence.
    """
    _check(recipe, x_0)
    seeds, last = recipe.all_seeds, recipe.last_frame
    if x_0 is not None and recipe.is_forward and recipe.is_finished:  # the own picture itself
        return to_uint8(x_0.expand(len(seeds), -1, -1, -1), network.config.pictures.has_hard_alpha)
    made: list[Any] = []
    for first in range(0, len(seeds), batch):
        part = seeds[first : first + batch]
        for frame in _frames(network, recipe, x_0, part, batch):
            yield SampleStep(frame.index, last, len(part), first, len(seeds))
            if frame.index == last:
                made.append(getattr(frame, recipe.show))
                break
    return np.concatenate(made)


def remake_frames(
    network: Network, recipe: Recipe, x_0: Tensor | None = None, batch: int = BATCH
) -> Iterator[TrajectoryFrame]:
    """All frames of a recipe, from the one that it begins with to its last; see above."""
    _check(recipe, x_0)
    for frame in _frames(network, recipe, x_0, recipe.all_seeds, batch):
        yield frame
        if frame.index == recipe.last_frame:
            break


def _check(recipe: Recipe, x_0: Tensor | None) -> None:
    if (recipe.start is None) != (x_0 is None):
        raise StudioError("The recipe began with a picture of yours, which is needed again.")
    first, last = recipe.first_frame, recipe.last_frame
    if last < first:
        raise StudioError(
            f"The recipe is of frame {last}, but was painted on from frame {first} only."
        )


def _frames(
    network: Network, recipe: Recipe, x_0: Tensor | None, seeds: Sequence[int], batch: int
) -> Iterator[TrajectoryFrame]:
    sample = recipe.sample
    if x_0 is None:
        return trajectory(network, sample, seeds, batch)
    if recipe.is_forward:
        noising = Noising(network, sample, x_0, seeds[0])
        return levels(noising, range(sample.num_inference_steps + 1), batch)
    start = noised(network.process, sample, x_0, seeds, recipe.first_frame)
    return trajectory(network, sample, seeds, batch, start=start)
