"""Keeping what was painted on the way, with the model as it was then, so that it can be remade."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import TrainingError
from ddpm_studio.events import CheckpointSaved, FileWritten
from ddpm_studio.export.images import write_png
from ddpm_studio.export.places import free_path, make_folder
from ddpm_studio.project import Project
from ddpm_studio.recipe import fingerprint
from ddpm_studio.training.checkpoints import Snapshot, checksums_of, read_info, write_checkpoint
from ddpm_studio.training.loaded import recipe_of

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Look:
    """What a look at a model was made with.

    snapshot: of a training that went on since; None if its checkpoint is on disk.
    """

    step: int
    sample: SampleConfig
    device: torch.device
    precision: torch.dtype
    snapshot: Snapshot | None = None


def keep_model(project: Project, look: Look) -> Generator[CheckpointSaved, None, Path]:
    """See to it that the model of a look is a checkpoint on disk, and return its path.

    Raises CheckpointError, or TrainingError if another model of that step was saved meanwhile.
    """
    path, snapshot = project.checkpoint_path(look.step), look.snapshot
    if snapshot is None and not path.exists():
        raise TrainingError(
            f"The model of step {look.step:,} is not there any more, or there was no memory for a "
            "copy of it; sample again, and keep that."
        )
    if snapshot is not None and not path.exists():
        write_checkpoint(path, snapshot)
        yield CheckpointSaved(look.step, path)
    elif snapshot is not None and read_info(path).checksums != checksums_of(snapshot):
        raise TrainingError(
            f"Another model of step {look.step:,} was saved meanwhile, since training went back; "
            "sample again, and keep that."
        )
    return path


def keep_pictures(
    project: Project, look: Look, which: str, seeds: Sequence[int], pictures: Sequence[np.ndarray]
) -> Generator[CheckpointSaved | FileWritten, None, list[Path]]:
    """Write pictures, uint8 (H, W, C), of some seeds into the gallery, each with its recipe.

    which: the weights that painted them. Raises StudioError with one sentence.
    """
    checkpoint = yield from keep_model(project, look)
    made_with = project.name, checkpoint, fingerprint(checkpoint), which
    make_folder(project.gallery)
    paths = []
    for seed, picture in zip(seeds, pictures, strict=True):
        sample = dataclasses.replace(look.sample, seed=seed)
        recipe = recipe_of(*made_with, look.device, look.precision, sample)
        name = f"{project.name}_step{look.step:08d}_seed{seed:06d}.png"
        path = free_path(project.gallery / name)
        write_png(path, picture, recipe.to_text())
        paths.append(path)
        yield FileWritten(path, is_last=len(paths) == len(pictures))
    return paths
