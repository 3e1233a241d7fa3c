"""How a batch must go through the network so that training fits into the memory there is."""

import dataclasses
from collections.abc import Iterator

import torch

from ddpm_studio.config import StudioConfig, TrainConfig
from ddpm_studio.training.planning.rehearsal import Rehearsal, rehearse

HEADROOM = 0.9  # of the free memory may be taken
FEW = 4  # pictures at a time: with fewer, graphics cards idle, and computing twice is quicker

Way = tuple[int, bool]  # accumulation, gradient checkpointing


def fit(
    config: StudioConfig, device: torch.device, memory: int
) -> Iterator[tuple[StudioConfig, Rehearsal, bool]]:
    """Ever more frugal ways to make the same steps, until one fits; the last one is the answer.

    memory: bytes that are free; HEADROOM of them may be taken. Every item takes a second or two:
    the settings, what they need, and whether that fits. The batch of a step stays the same.
    """
    room = HEADROOM * memory
    last: Rehearsal | None = None
    last_way: Way = (1, False)
    *ways, frugal = _ways(config.train)
    for way in [*ways, frugal]:
        if last is not None and way != frugal and _least(last, last_way, way) > room:
            continue
        changed = with_way(config, way)
        last, last_way = rehearse(changed, device), way
        fits = last.peak_memory() <= room
        yield changed, last, fits
        if fits:
            return


def with_way(config: StudioConfig, way: Way) -> StudioConfig:
    """The same training with other accumulation and gradient checkpointing."""
    return config.changed("train", accumulation=way[0], gradient_checkpointing=way[1])


def _ways(train: TrainConfig) -> list[Way]:
    """All of them, from the quickest to the most frugal; the configured one comes first."""
    size = train.batch_size
    parts = [n for n in range(train.accumulation, size + 1) if size % n == 0]
    many = [n for n in parts if size // n >= FEW] or parts[:1]
    ways = [(n, train.gradient_checkpointing) for n in many]
    ways += [(n, True) for n in parts]
    return list(dict.fromkeys(ways))


def _least(known: Rehearsal, way: Way, other: Way) -> float:
    """Bytes that another way takes at the very least, by what one is known to take."""
    passing = known.passing * way[0] / other[0] if way[1] == other[1] else 0.0
    return dataclasses.replace(known, passing=int(passing), looking=0).peak_memory()
