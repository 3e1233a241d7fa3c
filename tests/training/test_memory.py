"""Memory is kept between steps where that can be asked for, and nothing breaks elsewhere."""

import subprocess
import sys

import pytest
import torch

from ddpm_studio import device as devices
from ddpm_studio.device import freed_memory_kept

# Tensors that come and go as those of a step do; how many pages the system had to give per round.
COUNT_FAULTS = """
import resource, torch
from ddpm_studio.device import freed_memory_kept

def work():
    return [torch.ones(1_000_000) + number for number in range(12)]

def faults():
    work(), work()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(5):
        work()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 5

usual = faults()
with freed_memory_kept(torch.device("cpu")):
    kept = faults()
print(usual, kept)
"""


@pytest.mark.skipif(devices._glibc() is None, reason="needs glibc")
def test_the_memory_of_one_step_serves_the_next() -> None:
    command = [sys.executable, "-c", COUNT_FAULTS]
    answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    usual, kept = map(float, answer.split())
    assert kept < 10
    assert kept <= usual  # some 10,000, or few, as the heap happens to lie


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("platform", [sys.platform, "win32", "darwin"])
def test_it_does_nothing_where_it_cannot(
    device: str, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices.sys, "platform", platform)  # type: ignore[attr-defined]
    with freed_memory_kept(torch.device(device)):
        assert torch.ones(3).sum() == 3


def test_errors_come_through() -> None:
    with pytest.raises(KeyError), freed_memory_kept(torch.device("cpu")):
        raise KeyError
