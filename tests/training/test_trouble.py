"""What the system says becomes a sentence that says what to do."""

import errno

import pytest
import torch

from ddpm_studio.config import TrainConfig
from ddpm_studio.errors import PicturesError, TrainingError
from ddpm_studio.training.trouble import is_out_of_memory, told_in_sentences

CPU = torch.device("cpu")


def sentence_for(error: Exception, config: TrainConfig | None = None) -> str:
    with pytest.raises(TrainingError) as caught, told_in_sentences(config or TrainConfig(), CPU):
        raise error
    assert caught.value.__cause__ is error
    return str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't allocate "
            "memory: you tried to allocate 1 bytes. Error code 12 (Cannot allocate memory)"
        ),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes."),
        RuntimeError("MPS backend out of memory (MPS allocated: 1.00 GB, ...)"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_all_ways_to_run_out_of_memory_are_known(error: Exception) -> None:
    assert is_out_of_memory(error)
    assert "not enough memory on CPU" in sentence_for(error)


def test_what_an_allocator_here_really_says_is_known() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60)
    assert is_out_of_memory(caught.value)


def test_the_advice_is_what_helps_most() -> None:
    first = sentence_for(MemoryError(), TrainConfig(batch_size=16, accumulation=2))
    assert "train.accumulation higher than 2" in first
    assert "train.batch_size lower than 16" in first
    last = sentence_for(MemoryError(), TrainConfig(batch_size=4, accumulation=4))
    assert "pictures.size" in last


def test_a_full_disk_is_called_so() -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "/somewhere/file")
    assert sentence_for(error) == (
        "The disk is full (/somewhere/file); make some room and train on."
    )


def test_other_refusals_name_the_file() -> None:
    error = PermissionError(errno.EACCES, "Permission denied", "/somewhere/file")
    assert sentence_for(error) == "The system refused: Permission denied (/somewhere/file)."


@pytest.mark.parametrize("error", [RuntimeError("a bug"), PicturesError("None."), GeneratorExit()])
def test_everything_else_comes_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, told_in_sentences(TrainConfig(), CPU):
        raise error
    assert caught.value is error
