"""In which order pictures are seen: every one once, shuffled, before any is seen again."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor


def shuffled_indices(
    count: int, seed: int, step: int, batch_size: int, weights: Tensor | None = None
) -> Tensor:
    """The pictures of one step: int64 (batch_size,), a pure function of its arguments.

    Step after step walks through one shuffled round after another; a batch may straddle two.
    weights: (count,), positive multiples of 0.5: picture k is seen weights[k] times as often as
    one of weight 1, exactly so in every round, and its places are spread over the round. Equal
    weights are as none. Raises ValueError for others.
    """
    times = None
    if weights is not None:
        times = _times(weights.detach().to("cpu", torch.float64).numpy().tobytes(), count)
    length = count if times is None else times.total
    start = step * batch_size
    stop = start + batch_size
    rounds = range(start // length, (stop - 1) // length + 1)
    orders = torch.cat([_round(count, seed, number, times) for number in rounds])
    offset = rounds[0] * length
    return orders[start - offset : stop - offset]


@dataclass(frozen=True, eq=False)  # the same only as itself, which a cache finds fast
class _Times:
    """How often each picture is in a round: int64 (N,), with the sum."""

    each: Tensor
    total: int


@lru_cache(maxsize=4)  # asked in every step
def _times(weights: bytes, count: int) -> _Times | None:
    """The smallest whole numbers that are in proportion to the weights; None if all are 1."""
    halves = np.frombuffer(weights, np.float64) * 2
    is_good = np.isfinite(halves) & (halves >= 1) & (halves == np.floor(halves))
    if len(halves) != count or not is_good.all():
        raise ValueError(f"weights must be {count} positive multiples of 0.5")
    whole = halves.astype(np.int64)
    each = whole // np.gcd.reduce(whole)
    if each.max() == 1:
        return None
    return _Times(torch.from_numpy(each), int(each.sum()))


@lru_cache(maxsize=4)  # a round lasts many steps
def _round(count: int, seed: int, number: int, times: _Times | None) -> Tensor:
    generator = torch.Generator().manual_seed((seed * 1_000_003 + number) % 2**63)
    if times is None:
        return torch.randperm(count, generator=generator)
    return _spread(times, generator)


def _spread(times: _Times, generator: torch.Generator) -> Tensor:
    """A shuffled round in which a picture comes back after half of its usual time at the least.

    The round is a circle of length 1: a picture that is in it n times has n places, 1/n apart,
    from an even start that is random; then each moves on by up to half of that distance. So
    places are uniform, and neither a picture nor its company returns too soon.
    """
    count = len(times.each)
    start = torch.rand(count, generator=generator, dtype=torch.float64)
    jitter = torch.rand(times.total, generator=generator, dtype=torch.float64) / 2
    pictures = torch.repeat_interleave(torch.arange(count), times.each)
    first = (times.each.cumsum(0) - times.each)[pictures]
    turn = torch.arange(times.total) - first  # 0 .. n - 1
    places = (turn + start[pictures] + jitter) / times.each[pictures] % 1
    return pictures[places.argsort(stable=True)]
