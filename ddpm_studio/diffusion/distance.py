"""How far pictures lie apart, which says how much noise hides which of them it was."""

import torch
from torch import Tensor

PART = 512  # pictures, whose distances to all others are computed together


def largest_distance(pictures: Tensor) -> float:
    """The largest Euclidean distance between two of some pictures, (N, ...); 0 of a single one.

    What sigma_max of VE should be (Song & Ermon 2020, technique 1). Of uint8 pictures it is that
    of their values in [-1, 1].
    """
    unit = 1 / 127.5 if pictures.dtype == torch.uint8 else 1.0
    flat = pictures.flatten(1)
    largest = 0.0
    for rows in flat.split(PART):
        one = rows.double()
        for columns in flat.split(PART):
            other = columns.double()
            squared = one.square().sum(1)[:, None] + other.square().sum(1) - 2 * one @ other.T
            largest = max(largest, float(squared.max()))
    return unit * largest**0.5
