"""A network that was loaded from a checkpoint, and the one that is kept for the next time."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ddpm_studio.config import SampleConfig
from ddpm_studio.device import precision_name, select_device, select_precision
from ddpm_studio.errors import CheckpointError, StudioError
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe, fingerprint
from ddpm_studio.sampling.network import Network
from ddpm_studio.sheets import Sheet
from ddpm_studio.training.checkpoints import PINNED, load_model, read_info
from ddpm_studio.training.works import note_use


@dataclass(frozen=True, eq=False)
class Loaded(Network):
    """The network of a checkpoint, ready to sample. which: "ema" or "model"."""

    checkpoint: Path
    sha256: str  # of its file; of a pinned model, of the checkpoint that it was
    which: str

    @property
    def step(self) -> int:
        """Of training, after which it was saved."""
        return step_of(self.checkpoint)

    def recipe(self, project: str, sample: SampleConfig, **more: Any) -> Recipe:
        """Of what it paints for a project; more: what else a `Recipe` has, such as its film."""
        made = (self.checkpoint, self.sha256, self.which, self.device, self.precision)
        return recipe_of(project, *made, sample, **more)


def load(checkpoint: Path, which: str = "ema", device: torch.device | str = "cpu") -> Loaded:
    """See `load_model`. Raises CheckpointError with one sentence."""
    device = torch.device(device)
    model, config = load_model(checkpoint, which, device)
    try:
        sha256 = sha256_of(checkpoint)
    except OSError as error:  # training has just deleted it
        raise CheckpointError(f"There is no checkpoint {checkpoint}.") from error
    return Loaded(model, config, device, checkpoint, sha256, which)


def sha256_of(checkpoint: Path) -> str:
    """By which recipes know it: of its file, or of the checkpoint that a pinned model was.

    Raises CheckpointError and OSError.
    """
    return read_info(checkpoint, PINNED).original_sha256 or fingerprint(checkpoint)


def load_network(
    checkpoint: Path, which: str = "ema", device: torch.device | str = "cpu"
) -> Network:
    """The same without a fingerprint, for what gets no recipe."""
    device = torch.device(device)
    return Network(*load_model(checkpoint, which, device), device)


def networks_of(project: Project, device: torch.device) -> Callable[[int, str], Network]:
    """Gives the network of a project's checkpoint, by its step and which weights."""
    return lambda step, which: load_network(project.model_path(step), which, device)


def recipe_of(
    project: str,
    checkpoint: Path,
    sha256: str,
    which: str,
    device: torch.device,
    precision: torch.dtype,
    sample: SampleConfig,
    **more: Any,
) -> Recipe:
    """The recipe of what a checkpoint paints, loaded or not; its seed is that of `sample`."""
    return Recipe(
        project=project,
        checkpoint=checkpoint.name,
        checkpoint_sha256=sha256,
        step=step_of(checkpoint),
        which=which,
        device=device.type,
        precision=precision_name(precision),
        seed=sample.seed,
        sample=sample,
        **more,
    )


def about_sheet(project: Project, sheet: Sheet, device: torch.device) -> dict[str, Any]:
    """What is written into the file of a sheet: all settings, and which models painted it."""
    steps = {sheet.cell(place).checkpoint for place in sheet.places}
    paths = {step: project.model_path(step) for step in sorted(steps)}
    readable = {step: path for step, path in paths.items() if _is_readable(path)}
    precision = project.config.train.precision
    return {
        **sheet.to_dict(),
        "project": project.name,
        "device": device.type,
        "precision": precision_name(select_precision(precision, device)),
        "checkpoints_sha256": {str(step): sha256_of(path) for step, path in readable.items()},
    }


def _is_readable(path: Path) -> bool:
    try:
        read_info(path, PINNED)
    except StudioError:  # pruned by training meanwhile, or damaged
        return False
    return True


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
                note_use(path, which)
                version = _version(path, which)
                self._loaded = load(path, which, select_device())
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
