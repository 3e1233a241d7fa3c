"""In which order pictures are seen: every one once, shuffled, before any is seen again."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor


def shuffled_indices(count: int, seed: int, step: int, batch_size: int) -> Tensor:
    """The pictures of one step: int64 (batch_size,), a pure function of its arguments.

    Step after step walks through one shuffled round after another; a batch may straddle two.
    """
    start = step * batch_size
    stop = start + batch_size
    rounds = range(start // count, (stop - 1) // count + 1)
    orders = torch.cat([_round(count, seed, number) for number in rounds])
    offset = rounds[0] * count
    return orders[start - offset : stop - offset]


@lru_cache(maxsize=4)  # a round lasts many steps
def _round(count: int, seed: int, number: int) -> Tensor:
    generator = torch.Generator().manual_seed((seed * 1_000_003 + number) % 2**63)
    return torch.randperm(count, generator=generator)
