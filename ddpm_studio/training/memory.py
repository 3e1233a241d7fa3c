"""Memory of a training: what one step frees is kept for the next, and how much it takes."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# glibc's names and numbers (malloc.h); what is freed beyond these would go back to the system
TRIM_THRESHOLD, TOP_PAD, MMAP_THRESHOLD = -1, -2, -3
KEPT_BYTES = {TRIM_THRESHOLD: 2**30, TOP_PAD: 2**26, MMAP_THRESHOLD: 2**30}


@contextmanager
def freed_memory_kept(device: torch.device) -> Iterator[None]:
    """While this lasts, steps on the CPU reuse their memory; afterwards it is given back.

    Without it the system clears some ten thousand pages anew in every step, which takes 6 to
    12 % of the time (preset sketch, Linux). Does nothing where there is no glibc.
    """
    libc = _glibc() if device.type == "cpu" else None
    if libc is None:
        yield
        return
    for parameter, value in KEPT_BYTES.items():
        libc.mallopt(parameter, value)
    try:
        yield
    finally:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library of this process, if it has such settings."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def memory_taken(device: torch.device) -> int:
    """The most bytes so far: of tensors on a graphics card, of this whole process on the CPU.

    0 where the system does not tell.
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if device.type == "xpu":
        return int(torch.xpu.max_memory_allocated(device))
    if device.type == "mps":
        return int(torch.mps.driver_allocated_memory())
    if sys.platform == "win32":
        return 0
    import resource  # not there on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
