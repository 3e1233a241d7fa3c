"""What the system says becomes a sentence that says what to do."""

import errno
from pathlib import Path

import pytest
import torch

from ddpm_studio.config import StudioConfig, TrainConfig
from ddpm_studio.errors import PicturesError, TrainingError
from ddpm_studio.project import Project
from ddpm_studio.training.failures import is_out_of_memory, told_in_sentences

CPU = torch.device("cpu")
NOWHERE = Path("nowhere")


def project_with(config: TrainConfig | None = None) -> Project:
    return Project(NOWHERE, NOWHERE, StudioConfig(train=config or TrainConfig()))


def sentence_for(error: Exception, config: TrainConfig | None = None) -> str:
    with pytest.raises(TrainingError) as caught, told_in_sentences(project_with(config), CPU):
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
    with pytest.raises(type(error)) as caught, told_in_sentences(project_with(), CPU):
        raise error
    assert caught.value is error


@pytest.mark.parametrize(
    "error",
    [
        torch.AcceleratorError("CUDA error: unspecified launch failure"),
        RuntimeError("CUDA error: an illegal memory access was encountered\nCUDA kernel errors"),
        RuntimeError("HIP error: device is lost"),
        RuntimeError("level_zero backend failed with error: 20 (UR_RESULT_ERROR_DEVICE_LOST)"),
    ],
)
def test_a_lost_device_is_one_sentence_each_on_what_is_saved_and_what_to_do(
    error: Exception, tmp_path: Path
) -> None:
    project = Project(tmp_path, NOWHERE, StudioConfig())
    device = torch.device("cuda")
    with pytest.raises(TrainingError) as lost, told_in_sentences(project, device):
        raise error
    assert "no longer answers" in str(lost.value)
    assert "Nothing was saved yet" in str(lost.value)
    project.checkpoints.mkdir()
    project.checkpoint_path(12).touch()
    with pytest.raises(TrainingError) as lost, told_in_sentences(project, device):
        raise error
    assert "The state of step 12 is saved." in str(lost.value)
    assert str(lost.value).endswith("and train on.")
    assert "\n" not in str(lost.value)
