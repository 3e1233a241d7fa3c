"""How much memory a training may take is what the system says, and no more."""

import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import torch

from ddpm_studio import device
from ddpm_studio.device import free_memory, left_in_container

CPU = torch.device("cpu")
GB = 2**30


def test_there_is_some_here() -> None:
    assert 2**20 < free_memory(CPU) < 2**50


def test_it_is_what_the_system_says_or_what_a_container_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = SimpleNamespace(available=8 * GB, total=16 * GB, free=2 * GB)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: system)
    for left, free in ((sys.maxsize, 8 * GB), (3 * GB, 3 * GB), (0, 0)):
        monkeypatch.setattr(device, "left_in_container", lambda group, left=left: left)
        assert free_memory(CPU) == free


@pytest.mark.parametrize(
    ("limit", "taken", "cached", "left"),
    [
        ("max", 5 * GB, 0, sys.maxsize),
        (str(6 * GB), 4 * GB, 0, 2 * GB),
        (str(6 * GB), 4 * GB, 3 * GB, 5 * GB),  # files that were read do not count
        (str(64 * GB), 4 * GB, 0, 60 * GB),
        (str(1 * GB), 4 * GB, 0, 0),
    ],
)
def test_a_container_has_a_limit_of_its_own(
    tmp_path: Path, limit: str, taken: int, cached: int, left: int
) -> None:
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text(f"{taken}\n")
    (tmp_path / "memory.stat").write_text(f"anon 7\ninactive_file {cached}\n")
    assert left_in_container(tmp_path) == left
    assert left_in_container(tmp_path / "none") == sys.maxsize


def test_what_pytorch_holds_unused_on_a_card_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (5 * GB, 9 * GB))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 3 * GB)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 1 * GB)
    assert free_memory(torch.device("cuda")) == 7 * GB
