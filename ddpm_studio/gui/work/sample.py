"""Background work of the Generate page: a model, and denoisings with it."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.events import CheckpointSkipped, SampleStep
from ddpm_studio.project import Project, step_of

if TYPE_CHECKING:
    import torch

    from ddpm_studio.nn import UNet
    from ddpm_studio.sampling.recipe import Recipe
    from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

KEPT_BYTES = 1 << 30  # of frames; a longer denoising keeps every second frame, or fewer


@dataclass(frozen=True)
class Wish:
    """What is to be generated. checkpoint: None for the newest. which: "ema" or "model"."""

    project: Project
    sample: SampleConfig
    count: int
    checkpoint: Path | None = None
    which: str = "ema"


@dataclass(frozen=True)
class RunStarted:
    """A denoising begins. moments: of the frames that will come. recipe: of the first picture."""

    moments: tuple[Moment, ...]
    seeds: tuple[int, ...]
    checkpoint: Path
    recipe: Recipe


@dataclass(frozen=True)
class Loaded:
    """A network, ready to sample."""

    model: UNet
    config: StudioConfig
    device: torch.device
    sha256: str  # of its checkpoint


class Shelf:
    """Holds the network that was used last, so that the next denoising need not load it again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a discarded job may still be reaching for it
        self._path: Path | None = None
        self._version: tuple[object, ...] = ()
        self._loaded: Loaded | None = None

    def take(self, path: Path, which: str) -> Loaded:
        """The network of a checkpoint. Raises CheckpointError with one sentence."""
        from ddpm_studio.device import select_device
        from ddpm_studio.sampling.recipe import fingerprint
        from ddpm_studio.training import load_model

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


def generate(
    shelf: Shelf, wish: Wish
) -> Iterator[CheckpointSkipped | RunStarted | SampleStep | TrajectoryFrame]:
    """Denoise as wished: what it will be, then every step, and as many frames as fit in memory."""
    from ddpm_studio.sampling.trajectory import trajectory, trajectory_moments

    checkpoint = yield from _choose(shelf, wish)
    loaded = shelf.take(checkpoint, wish.which)
    moments = trajectory_moments(loaded.config.diffusion, wish.sample)
    kept = kept_frames(len(moments), 2 * wish.count * _picture_bytes(loaded.config))
    seeds = tuple(range(wish.sample.seed, wish.sample.seed + wish.count))
    shown = tuple(moment for moment in moments if moment.index in kept)
    yield RunStarted(shown, seeds, checkpoint, _recipe(wish, checkpoint, loaded))
    steps = wish.sample.num_inference_steps
    for frame in trajectory(loaded.model, loaded.config, wish.sample, seeds, loaded.device):
        if frame.index in kept:  # first, so that it is seen at once
            yield frame
        yield SampleStep(frame.index, steps, wish.count, 0, wish.count)


def kept_frames(frames: int, frame_bytes: int, most: int = KEPT_BYTES) -> frozenset[int]:
    """The indices of the frames that are kept: evenly spread, the first and the last among them."""
    every = max(1, -(-frames * frame_bytes // most))
    return frozenset([*range(0, frames, every), frames - 1])


def _choose(shelf: Shelf, wish: Wish) -> Generator[CheckpointSkipped, None, Path]:
    from ddpm_studio.training.checkpoints import choose_checkpoint

    if wish.checkpoint is not None:
        return wish.checkpoint
    newest = wish.project.checkpoint_paths()[-1:]
    if newest and shelf.has(newest[0], wish.which):  # it was found whole before
        return newest[0]
    return (yield from choose_checkpoint(wish.project))


def _recipe(wish: Wish, checkpoint: Path, loaded: Loaded) -> Recipe:
    from ddpm_studio.device import select_precision
    from ddpm_studio.sampling.recipe import Recipe

    precision = select_precision(loaded.config.train.precision, loaded.device)
    return Recipe(
        project=wish.project.name,
        checkpoint=checkpoint.name,
        checkpoint_sha256=loaded.sha256,
        step=step_of(checkpoint),
        which=wish.which,
        device=loaded.device.type,
        precision=str(precision).removeprefix("torch."),
        seed=wish.sample.seed,
        sample=wish.sample,
    )


def recipe_of(recipe: Recipe, seed: int) -> Recipe:
    """The recipe of another picture of the same denoising."""
    return dataclasses.replace(recipe, seed=seed)


def _picture_bytes(config: StudioConfig) -> int:
    channels, height, width = config.pictures.shape
    return channels * height * width


def _version(path: Path, which: str) -> tuple[object, ...]:
    """What tells a file from another one of the same name."""
    try:
        about = path.stat()
    except OSError:
        return (which,)
    return (which, about.st_mtime_ns, about.st_size)
