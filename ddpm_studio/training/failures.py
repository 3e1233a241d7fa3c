"""What can go wrong outside this program, said in sentences."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from ddpm_studio.config import TrainConfig
from ddpm_studio.device import describe_device
from ddpm_studio.errors import TeamError, TrainingError
from ddpm_studio.project import Project, step_of

# how allocators that raise a plain RuntimeError begin: the CPU's, the GPU libraries', Metal's, C++;
# and what is said of numbers of bytes that have no name
ALLOCATOR_WORDS = ("DefaultCPUAllocator", "ALLOC_FAILED", "out of memory", "not enough memory",
                   "bad_alloc", "calculation overflowed", "multiplication overflow")  # fmt: skip


# how drivers say in a RuntimeError that a graphics card no longer answers
LOST_WORDS = ("CUDA error", "HIP error", "cuDNN error", "CUBLAS_STATUS", "NVML", "DEVICE_LOST",
              "device lost", "command buffer")  # fmt: skip
PARTNER_WORDS = ("Connection closed by peer", "Connection reset by peer", "NCCL", "gloo")


@contextmanager
def told_in_sentences(project: Project, device: torch.device) -> Iterator[None]:
    """Turn what the system, the device or another process refuses into a TrainingError."""
    try:
        yield
    except OSError as error:
        raise TrainingError(_with_notes(_system_sentence(error), error)) from error
    except (MemoryError, RuntimeError) as error:
        told = _told(project, device, error)
        if told is None:
            raise
        raise told from error


def _told(project: Project, device: torch.device, error: BaseException) -> TrainingError | None:
    """What happened outside this program; None if it is a fault of its own."""
    if is_out_of_memory(error):
        sentence = memory_sentence(project.config.train, device)
    elif _is_lost(error):  # without notes: that nothing could be copied from it is no news
        return TrainingError(
            f"The device {device.type.upper()} no longer answers ({_first_line(error)}). "
            f"{_kept(project)} Restart the program, or the computer, and train on."
        )
    elif any(word in str(error) for word in PARTNER_WORDS):
        sentence = f"Another process of this training has ended. {_kept(project)}"
        return TeamError(_with_notes(sentence, error))
    else:
        return None
    return TrainingError(_with_notes(sentence, error))


def _is_lost(error: BaseException) -> bool:
    if isinstance(error, torch.AcceleratorError):
        return True
    return any(word in str(error) for word in LOST_WORDS)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _kept(project: Project) -> str:
    paths = project.checkpoint_paths()
    if not paths:
        return "Nothing was saved yet."
    return f"The state of step {step_of(paths[-1])} is saved."


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator had nothing left to give."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in ALLOCATOR_WORDS)


def memory_sentence(config: TrainConfig, device: torch.device) -> str:
    """That memory is missing, and which setting mends it."""
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
