"""What a picture looks like, in a few bytes: a tiny copy of it, and 64 bits to compare."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ddpm_studio.data.picture_facts import MINI_SIZE

Floats = npt.NDArray[np.float32]
Weights = Callable[[int, int], Floats]

GREY = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
BAND = 1 << 18  # values that are averaged at once, so that large pictures need little memory
PHASH_SIDE = 32  # pixels: finer detail than this has no say in the hash
WAVES = 8  # of the lowest frequencies along a side
SILENT = 1e-2  # levels: weaker waves are those of one colour, and of rounding


def area_average(pixels: np.ndarray, height: int, width: int) -> Floats:
    """Every pixel counts by the area it covers: float32 (height, width, C), 0 .. 255.

    pixels: uint8 (H, W, C).
    """
    return _project(pixels, height, width, _areas)


def likeness(pixels: np.ndarray) -> tuple[npt.NDArray[np.uint8], int]:
    """A tiny copy and the perceptual hash of one picture. pixels: uint8 (H, W, 1 or 3).

    The copy: all of it, averaged, uint8 (8, 8, 3). The hash: 64 bits of which the same picture
    scaled, recompressed or a bit brighter changes few, the signs of the 8 x 8 lowest waves of a
    grey copy of 32 x 32 pixels, as in pHash (Zauner, 2010), but the first; 0 for one colour alone.
    """
    both = _project(pixels, MINI_SIZE + WAVES, MINI_SIZE + WAVES, _both)
    mini = (both[:MINI_SIZE, :MINI_SIZE] + 0.5).astype(np.uint8)
    waves = both[MINI_SIZE:, MINI_SIZE:]
    signs = (waves @ GREY if waves.shape[2] == 3 else waves[..., 0]) > SILENT
    signs[0, 0] = False  # the mean brightness is no likeness
    phash = int.from_bytes(np.packbits(signs).tobytes(), "big")
    return mini if mini.shape[2] == 3 else mini.repeat(3, 2), phash


def _project(pixels: np.ndarray, height: int, width: int, kind: Weights) -> Floats:
    """Weigh all rows and columns of uint8 (H, W, C) into float32 (height, width, C)."""
    high, wide, channels = pixels.shape
    down, across = kind(high, height), kind(wide, width)
    rows = max(1, BAND // (wide * channels))
    lines = pixels.reshape(high, -1)
    summed = down[:, :rows] @ lines[:rows].astype(np.float32)
    for top in range(rows, high, rows):
        summed += down[:, top : top + rows] @ lines[top : top + rows].astype(np.float32)
    # all channels in one large product, which is far faster than many narrow ones
    rows_of_one = summed.reshape(height, wide, channels).transpose(0, 2, 1).reshape(-1, wide)
    return (rows_of_one @ across.T).reshape(height, channels, width).transpose(0, 2, 1)


@lru_cache(maxsize=64)
def _areas(length: int, parts: int) -> Floats:
    """(parts, length): how much each of `length` pixels counts in each part; rows add up to 1."""
    edges = np.arange(parts + 1) * (length / parts)
    pixels = np.arange(length)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.maximum(covered, 0) * (parts / length)).astype(np.float32)


@lru_cache(maxsize=64)
def _both(length: int, _: int) -> Floats:
    """Those of the copy, and cosines of rising frequency over the average in PHASH_SIDE parts."""
    places = (np.arange(PHASH_SIDE) + 0.5) * (math.pi / PHASH_SIDE)
    cosines = np.cos(np.arange(WAVES)[:, None] * places) / PHASH_SIDE
    waves = (cosines @ _areas(length, PHASH_SIDE)).astype(np.float32)
    return np.concatenate((_areas(length, MINI_SIZE), waves))
