"""What can go wrong outside this program, said in sentences."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ddpm_studio.config import TrainConfig
from ddpm_studio.device import describe_device
from ddpm_studio.errors import TrainingError

# how allocators that raise a plain RuntimeError begin: the CPU's, the GPU libraries', Metal's
ALLOCATOR_WORDS = ("DefaultCPUAllocator", "ALLOC_FAILED", "out of memory", "not enough memory")


@contextmanager
def told_in_sentences(config: TrainConfig, device: torch.device) -> Iterator[None]:
    """Turn a lack of memory and a refusal of the system into a TrainingError."""
    try:
        yield
    except OSError as error:
        raise TrainingError(_with_notes(_system_sentence(error), error)) from error
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingError(_with_notes(_memory_sentence(config, device), error)) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator had nothing left to give."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in ALLOCATOR_WORDS)


def _memory_sentence(config: TrainConfig, device: torch.device) -> str:
    part = config.batch_size // config.accumulation
    if part > 1:
        advice = (
            f"set train.accumulation higher than {config.accumulation}, which trains the same in "
            f"smaller parts, or train.batch_size lower than {config.batch_size}"
        )
    else:
        advice = "make a new project with a smaller pictures.size or model.model_channels"
    return f"There is not enough memory on {describe_device(device)} for training; {advice}."


def _system_sentence(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    if error.errno == errno.ENOSPC:
        return f"The disk is full{where}; make some room and train on."
    return f"The system refused: {error.strerror or error}{where}."


def _with_notes(sentence: str, error: BaseException) -> str:
    return " ".join([sentence, *getattr(error, "__notes__", [])])
