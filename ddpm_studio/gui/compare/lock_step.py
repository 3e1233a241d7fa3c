"""What belongs together in two runs: frames with as much noise, and how far pictures are apart."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.sampling.trajectory import Moment

GAIN = 4  # how many times as bright a difference is shown


def lock_step(leader: Sequence[Moment], follower: Sequence[Moment]) -> tuple[int, ...]:
    """For each moment of one run, that of another one with the nearest noise level.

    Both fall from noise to picture, so the positions never go back; ends meet ends.
    """
    levels = [-moment.noise for moment in follower]  # rising, as bisect wants them
    positions = []
    for moment in leader:
        after = bisect_left(levels, -moment.noise)
        nearest = min(
            (at for at in (after, after - 1) if 0 <= at < len(levels)),
            key=lambda at: abs(levels[at] + moment.noise),
        )
        positions.append(nearest)
    return tuple(positions)


def difference(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How far pictures are apart, GAIN times as bright: uint8 (..., C) -> (..., 1 or 3).

    Black is no difference. Of pictures with alpha, what is invisible does not count; where only
    one of them is transparent is bright.
    """
    import numpy as np

    parts = [_premultiplied(one) if one.shape[-1] == 4 else one for one in (first, second)]
    apart = np.maximum(*parts) - np.minimum(*parts)
    if apart.shape[-1] == 4:
        apart = np.maximum(apart[..., :3], apart[..., 3:])
    brighter: np.ndarray = np.minimum(np.arange(256) * GAIN, 255).astype(np.uint8)[apart]
    return np.ascontiguousarray(brighter)


def _premultiplied(pictures: np.ndarray) -> np.ndarray:
    import numpy as np

    alpha = pictures[..., 3:]
    colours = (pictures[..., :3].astype(np.uint16) * alpha + 127) // 255
    return np.concatenate([colours.astype(np.uint8), alpha], axis=-1)
