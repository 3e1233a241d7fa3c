"""What a film is of: a denoising, or the same noise painted by one checkpoint after the other."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.images import picture_grid
from ddpm_studio.words import time_in_words

GAP = 32  # parts of a side's width, between two sides


class MomentLike(Protocol):
    """Where a frame of a denoising stands: index, t (-1 when finished), noise from 1 to 0."""

    @property
    def index(self) -> int: ...
    @property
    def t(self) -> float: ...
    @property
    def noise(self) -> float: ...


def moment_captions(moments: Sequence[MomentLike]) -> tuple[str, ...]:
    """Such as "step 12 of 50 · t 740 · 71 % noise"; the last one is of the finished picture."""
    if not moments:
        return ()
    last = moments[-1].index
    return tuple(
        f"step {moment.index} of {last} · "
        + (
            f"t {time_in_words(moment.t)} · {100 * moment.noise:.0f} % noise"
            if moment.t >= 0
            else "finished"
        )
        for moment in moments
    )


def denoising_film(
    sides: Sequence[Sequence[np.ndarray]],
    chosen: Sequence[int] | None = None,
    *,
    moments: Sequence[MomentLike] = (),
    columns: int | None = None,
) -> Film:
    """Some pictures of a denoising as a grid; a single chosen one is a film of one picture.

    sides: one, or two that are seen beside each other, such as the pictures on their way and what
    the model makes of them, with a gap between them, black or transparent. Each: uint8
    (N, H, W, C), one a moment. chosen: which of the N, all if nothing is said.
    moments: of the whole denoising, also where it was stopped and has fewer frames.
    columns: of the grid; else it is as square as it can be.
    """

    def compose(index: int) -> np.ndarray:
        first, *others = (picture_grid(_taken(side[index], chosen), columns) for side in sides)
        height, width, channels = first.shape
        gap = np.zeros((height, max(1, width // GAP), channels), np.uint8)
        return np.concatenate([first, *(part for other in others for part in (gap, other))], 1)

    count = min(map(len, sides))
    noise = tuple(moment.noise for moment in moments[:count])
    return Film(count, compose, moment_captions(moments)[:count], noise)


def training_film(
    steps: Sequence[int],
    pictures: Callable[[int], np.ndarray],
    chosen: Sequence[int] | None = None,
    *,
    columns: int | None = None,
) -> Film:
    """The model learning: what it painted from the same seeds after each of some steps.

    pictures: gives those of steps[i], uint8 (N, H, W, C). The rest as of `denoising_film`.
    """

    def compose(index: int) -> np.ndarray:
        return picture_grid(_taken(pictures(index), chosen), columns)

    return Film(len(steps), compose, tuple(f"step {step:,}" for step in steps))


def _taken(pictures: np.ndarray, chosen: Sequence[int] | None) -> np.ndarray:
    return pictures if chosen is None else pictures[list(chosen)]
