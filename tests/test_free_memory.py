"""How much memory a training may take is what the system says, and no more."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from ddpm_studio import device
from ddpm_studio.device import free_memory

CPU = torch.device("cpu")
GB = 2**30


def test_there_is_some_here() -> None:
    assert 2**20 < free_memory(CPU) < 2**50


@pytest.mark.parametrize(
    ("limit", "taken", "cached", "free"),
    [
        ("max", 5 * GB, 0, 8 * GB),
        (str(6 * GB), 4 * GB, 0, 2 * GB),
        (str(6 * GB), 4 * GB, 3 * GB, 5 * GB),  # files that were read do not count
        (str(64 * GB), 4 * GB, 0, 8 * GB),
        (str(1 * GB), 4 * GB, 0, 0),
    ],
)
def test_a_container_has_a_limit_of_its_own(
    tmp_path: Path, limit: str, taken: int, cached: int, free: int
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text(f"MemTotal: 1 kB\nMemFree: 2 kB\nMemAvailable: {8 * GB // 1024} kB\n")
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "memory.current").write_text(f"{taken}\n")
    (tmp_path / "memory.stat").write_text(f"anon 7\ninactive_file {cached}\n")
    assert device._free_on_linux(meminfo, tmp_path) == free
    assert device._free_on_linux(meminfo, tmp_path / "none") == 8 * GB


def test_what_pytorch_holds_unused_on_a_card_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (5 * GB, 9 * GB))
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda _: 3 * GB)
    monkeypatch.setattr(torch.cuda, "memory_allocated", lambda _: 1 * GB)
    assert free_memory(torch.device("cuda")) == 7 * GB


def test_other_systems_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """With their own questions replaced; that macOS and Windows answer them was not tried."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(
        device.os, "sysconf", {"SC_PHYS_PAGES": 4 * 2**20, "SC_PAGE_SIZE": 4096}.get
    )
    assert free_memory(CPU) == 8 * GB

    def answer(status: object) -> int:
        status._obj.available = 3 * GB  # type: ignore[attr-defined]
        return 1

    library = SimpleNamespace(kernel32=SimpleNamespace(GlobalMemoryStatusEx=answer))
    monkeypatch.setattr(ctypes, "windll", library, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    assert free_memory(CPU) == 3 * GB
