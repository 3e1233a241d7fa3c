"""The best device is taken, and one that is not there is a sentence."""

import os
import platform
import subprocess
import sys

import pytest
import torch

from ddpm_studio.device import (
    available_devices,
    describe_device,
    select_device,
    select_memory_format,
    select_precision,
)
from ddpm_studio.errors import StudioError


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = torch.accelerator
    monkeypatch.setattr(accelerator, "is_available", lambda: True)
    monkeypatch.setattr(accelerator, "current_accelerator", lambda: torch.device("cuda"))
    monkeypatch.setattr(accelerator, "device_count", lambda: 2)


def test_there_is_always_a_cpu_and_it_comes_last() -> None:
    assert available_devices()[-1] == "cpu"
    assert select_device("cpu") == torch.device("cpu")


def test_auto_is_the_best_there_is() -> None:
    assert select_device("auto").type == available_devices()[0]
    assert select_device() == select_device("auto")


@pytest.mark.usefixtures("two_gpus")
def test_several_accelerators_have_numbers() -> None:
    assert available_devices() == ["cuda", "cuda:0", "cuda:1", "cpu"]
    assert select_device("auto") == torch.device("cuda")
    assert select_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(StudioError, match="cuda:2"):
        select_device("cuda:2")


@pytest.mark.parametrize("name", ["gpu", "", "cpu:1", "toaster", "cuda:99"])
def test_a_device_that_is_not_there_is_answered_with_those_that_are(name: str) -> None:
    with pytest.raises(StudioError, match=r"There is no device .*; choose auto or one of .*cpu\."):
        select_device(name)


def test_a_named_precision_is_taken_anywhere() -> None:
    cpu = torch.device("cpu")
    named = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
    assert {name: select_precision(name, cpu) for name in named} == named


@pytest.mark.parametrize(
    ("has_bf16", "precision"), [(True, torch.bfloat16), (False, torch.float16)]
)
def test_a_gpu_computes_in_16_bits(
    has_bf16: bool, precision: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda _: has_bf16)
    assert select_precision("auto", torch.device("cuda")) == precision


@pytest.mark.parametrize(
    ("has_bf16", "precision"), [(True, torch.bfloat16), (False, torch.float32)]
)
def test_a_cpu_computes_in_16_bits_only_where_it_multiplies_in_them(
    has_bf16: bool, precision: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ddpm_studio.device._cpu_multiplies_bf16", lambda: has_bf16)
    assert select_precision("auto", torch.device("cpu")) == precision


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="of x86 processors")
def test_bf16_is_not_taken_where_torch_may_not_use_the_instructions_for_it() -> None:
    """In bfloat16, a network would be a hundred times slower then than in float32."""
    ask = (
        "import torch; from ddpm_studio.device import select_precision;"
        "print(select_precision('auto', torch.device('cpu')))"
    )
    environment = os.environ | {"ATEN_CPU_CAPABILITY": "avx2"}
    command = [sys.executable, "-c", ask]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["torch.float32"]


def test_other_devices_compute_in_32_bits() -> None:
    assert select_precision("auto", torch.device("mps")) == torch.float32


def test_the_layout_follows_what_measures_faster() -> None:
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert select_memory_format(cpu, torch.bfloat16) == torch.contiguous_format
    assert select_memory_format(cpu, torch.float32) == torch.channels_last
    assert select_memory_format(gpu, torch.bfloat16) == torch.channels_last


def test_a_device_has_a_name_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    assert describe_device(torch.device("cpu")).startswith("CPU, ")
    assert describe_device(torch.device("mps")) == "MPS"
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "A card")
    assert describe_device(torch.device("cuda")) == "A card"
