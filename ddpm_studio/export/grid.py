"""Several pictures side by side as one."""

from __future__ import annotations

import math

import numpy as np


def picture_grid(pictures: np.ndarray, columns: int | None = None) -> np.ndarray:
    """uint8 (N, H, W, C) -> (rows * H, columns * W, C), row by row.

    Empty places are black, or transparent if the pictures have alpha (C of 4). Without `columns`
    the grid is as square as it can be.
    """
    count, height, width, channels = pictures.shape
    columns = columns or math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    grid = np.zeros((rows * columns, height, width, channels), np.uint8)
    grid[:count] = pictures
    return (
        grid.reshape(rows, columns, height, width, channels)
        .swapaxes(1, 2)
        .reshape(rows * height, columns * width, channels)
    )


def enlarge(pictures: np.ndarray, factor: int) -> np.ndarray:
    """Whole-number upscaling without any blur: uint8 (..., H, W, C) -> (..., H f, W f, C)."""
    return pictures.repeat(factor, axis=-3).repeat(factor, axis=-2)
