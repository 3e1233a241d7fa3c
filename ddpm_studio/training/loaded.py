"""A network that was loaded from a checkpoint, and the one that is kept for the next time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import torch

from ddpm_studio.config import StudioConfig
from ddpm_studio.device import select_device
from ddpm_studio.nn import UNet
from ddpm_studio.recipe import fingerprint
from ddpm_studio.training.checkpoints import load_model


@dataclass(frozen=True)
class Loaded:
    """A network, ready to sample."""

    model: UNet
    config: StudioConfig
    device: torch.device
    sha256: str  # of its checkpoint


class LoadedModels:
    """Holds the network that was used last, so that the next denoising need not load it again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a discarded job may still be reaching for it
        self._path: Path | None = None
        self._version: tuple[object, ...] = ()
        self._loaded: Loaded | None = None

    def take(self, path: Path, which: str) -> Loaded:
        """The network of a checkpoint. Raises CheckpointError with one sentence."""
        with self._lock:
            if self._loaded is None or not self._has(path, which):
                self._loaded = None  # make room first
                device = select_device()
                version = _version(path, which)
                model, config = load_model(path, which, device)
                self._loaded = Loaded(model, config, device, fingerprint(path))
                self._path, self._version = path, version
            return self._loaded

    def has(self, path: Path, which: str) -> bool:
        with self._lock:
            return self._loaded is not None and self._has(path, which)

    def _has(self, path: Path, which: str) -> bool:
        if path != self._path or self._version[:1] != (which,):
            return False
        # training may have deleted an old checkpoint; what was loaded is as good as ever
        return not path.exists() or _version(path, which) == self._version


def _version(path: Path, which: str) -> tuple[object, ...]:
    """What tells a file from another one of the same name."""
    try:
        about = path.stat()
    except OSError:
        return (which,)
    return (which, about.st_mtime_ns, about.st_size)
