"""Noise that belongs to a seed: the same whatever the batch, the device and the order."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

START = 0  # the draw that x_T is made of; step i draws number i + 1


def seeded_noise(seeds: Sequence[int], draw: int, shape: Sequence[int]) -> Tensor:
    """Standard normal noise, float32 (len(seeds), *shape), one independent stream per seed.

    Counter-based (Philox), keyed by (seed, draw), through numpy's RandomState, whose stream
    is frozen for good, so that a seed gives the same picture in later versions too.
    """
    noise = np.empty((len(seeds), *shape), np.float32)
    for index, seed in enumerate(seeds):
        key = np.array([seed % 2**64, draw], np.uint64)
        noise[index] = np.random.RandomState(np.random.Philox(key=key)).standard_normal(shape)
    return torch.from_numpy(noise)


def initial_noise(seeds: Sequence[int], shape: Sequence[int]) -> Tensor:
    """x_T for each seed: float32 (len(seeds), *shape)."""
    return seeded_noise(seeds, START, shape)


def step_noise(seeds: Sequence[int] | None, index: int, like: Tensor) -> Tensor:
    """Fresh noise for step `index`, shaped and typed like x_t.

    Without seeds it comes from torch's own generator of that device.
    """
    if seeds is None:
        return torch.randn_like(like)
    return seeded_noise(seeds, index + 1, like.shape[1:]).to(like.device, like.dtype)
