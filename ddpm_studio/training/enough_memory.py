"""Whether a training fits into memory at all: asked before it begins, where that is in doubt.

A graphics card refuses what it does not have, and then a batch goes through in smaller parts. A
system hands out more than it has, and ends the program later; so it is not put to the test.
"""

import dataclasses
import math
from collections.abc import Iterator

import psutil
import torch

from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.device import free_memory
from ddpm_studio.errors import TrainingError
from ddpm_studio.events import Note
from ddpm_studio.training.failures import memory_sentence
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.words import size_in_words

DOUBTFUL = 2**30  # bytes, by a rough guess; below that nothing is looked into
HEADROOM = 0.9  # of the free memory may be taken
DRAWN, NAMED = 9, 40  # bytes for each number of a batch, and for each of its pictures
KEPT_OF_FEATURES, KEPT_OF_WEIGHTS = 40, 16  # bytes for each, about


def parts_that_fit(config: StudioConfig, device: torch.device) -> int:
    """In how many parts a batch has to go through the network; as the settings say, or more.

    Raises TrainingError with one sentence if the memory of the device does not even hold a batch
    and what one picture at a time takes.
    """
    train = config.train
    if _guess(config) < DOUBTFUL:
        return train.accumulation
    try:
        one, two = (_foretold(config, device, count) for count in (1, 2))
    except (RuntimeError, OverflowError):  # numbers of bytes that have no name
        raise TrainingError(memory_sentence(train, device)) from None
    drawn = train.batch_size * (DRAWN * math.prod(config.pictures.shape) + NAMED)
    if drawn + one > _whole_memory(device):
        raise TrainingError(
            f"{memory_sentence(train, device)} It takes {size_in_words(drawn + one)} at the least."
        )
    if device.type != "cpu":
        return train.accumulation
    room = HEADROOM * free_memory(device) - drawn - one
    most = 1 + max(0, int(room // max(1, two - one)))
    return next(
        parts
        for parts in range(train.accumulation, train.batch_size + 1)
        if train.batch_size % parts == 0 and train.batch_size // parts <= most
    )


def go_in_parts(trainer: Trainer, parts: int) -> Iterator[Note]:
    """Have a batch go through in so many parts, and say so if the settings have fewer."""
    if parts > trainer.accumulation and trainer.team.size == 1:
        trainer.accumulation = parts
        yield Note(
            f"The memory that is free does not take {trainer.config.train.batch_size} pictures at "
            f"once, so they go through the network in {parts} parts; the result is the same."
        )


def _guess(config: StudioConfig) -> int:
    """Bytes, roughly and at once; of other networks than ours it is always looked into."""
    (channels, height, width), model, train = config.pictures.shape, config.model, config.train
    if not isinstance(model, ModelConfig):
        return DOUBTFUL
    features = train.batch_size // train.accumulation * height * width * model.model_channels
    layers = model.num_res_blocks * len(model.channel_mult)
    weights = 9 * max(model.widths) ** 2 * layers
    drawn = train.batch_size * DRAWN * channels * height * width
    return drawn + KEPT_OF_FEATURES * features + KEPT_OF_WEIGHTS * weights


def _foretold(config: StudioConfig, device: torch.device, count: int) -> int:
    """Bytes that a training with so many pictures a step takes."""
    from ddpm_studio.training.planning.rehearsal import rehearse

    train = dataclasses.replace(config.train, batch_size=count, accumulation=1, preview_count=1)
    return rehearse(dataclasses.replace(config, train=train), device).peak_memory()


def _whole_memory(device: torch.device) -> int:
    """Bytes that the device has, or could make free."""
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[1])
    if device.type == "cpu":
        return psutil.virtual_memory().total + psutil.swap_memory().total
    return free_memory(device)
