"""The same noise painted by one checkpoint after the other: a model learning."""

import dataclasses
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numpy as np

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import CheckpointSkipped, SampleFinished, SampleStep
from ddpm_studio.sampling.generate import generate
from ddpm_studio.sampling.network import Network

LEAST = 2  # checkpoints


def paint_through_training(
    checkpoints: Sequence[Path],
    load: Callable[[Path], Network],
    sample: SampleConfig,
    seeds: Sequence[int],
) -> Generator[CheckpointSkipped | SampleStep, None, dict[Path, np.ndarray]]:
    """Paint with each checkpoint that can be read, in order; one is in memory at a time.

    load: gives the network of a checkpoint, or raises CheckpointError.
    Returns the finished pictures of each, uint8 (N, H, W, C).
    Raises CheckpointError with one sentence if there are not two.
    """
    total = len(checkpoints) * len(seeds)
    painted: dict[Path, np.ndarray] = {}
    for place, path in enumerate(checkpoints):
        try:
            network = load(path)
        except CheckpointError as error:
            yield CheckpointSkipped(path, f"{error} It is left out of the film.")
            continue
        pictures: list[np.ndarray] = []
        for event in generate(network, sample, seeds):
            if isinstance(event, SampleFinished):
                pictures.append(event.picture)
            else:
                finished = place * len(seeds) + event.finished
                yield dataclasses.replace(event, finished=finished, total=total)
        painted[path] = np.stack(pictures)
    if len(painted) < LEAST:
        raise CheckpointError(
            f"A film of the training needs {LEAST} checkpoints that can be read, but there "
            f"{'is' if len(painted) == 1 else 'are'} {len(painted)}; train a little longer."
        )
    return painted
