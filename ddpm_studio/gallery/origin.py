"""Where a picture came from: its checkpoint, and the own picture that it began with."""

import dataclasses
import hashlib
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from torch import Tensor

from ddpm_studio.choices import NO_CHOICE, PictureChoice, read_choices
from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.own_files import kept_file
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe, fingerprint
from ddpm_studio.sampling.forward import from_record
from ddpm_studio.training.pinned import find_pinned


class Made(Protocol):
    """What names its checkpoint: a recipe or a batch."""

    @property
    def checkpoint(self) -> str: ...

    @property
    def checkpoint_sha256(self) -> str: ...

    @property
    def which(self) -> str: ...


def find_checkpoint_of(project: Project, made: Made) -> Path | None:
    """The checkpoint that it was made with, by its content; None if it is gone.

    The one of the same name is looked at first, then what was pinned, then the others.
    """
    same = [path for path in project.checkpoint_paths() if path.name == made.checkpoint]
    if found := _with_content(same, made):
        return found
    if pinned := find_pinned(project, made.checkpoint_sha256, made.which):
        return pinned
    # once more: training has perhaps just pinned what was looked for among the checkpoints
    others = [path for path in project.checkpoint_paths() if path.name != made.checkpoint]
    return _with_content(others, made)


def _with_content(paths: list[Path], made: Made) -> Path | None:
    for path in paths:
        with suppress(OSError):  # training has just deleted it
            about = path.stat()
            if _fingerprint(path, about.st_size, about.st_mtime_ns) == made.checkpoint_sha256:
                return path
    return None


@lru_cache(256)
def _fingerprint(path: Path, _size: int, _modified: int) -> str:
    """Of many works the same few files are asked for."""
    return fingerprint(path)


def missing_checkpoint(project: Project, recipe: Recipe) -> str:
    """What to say where `find_checkpoint_of` finds none."""
    paths = project.checkpoint_paths()
    if not paths:
        return f"{project.path} is not trained yet: it has no checkpoint."
    return (
        f"The model of step {recipe.step:,} that this was made with is not in {project.path} any "
        f"more, or never was; with --newest that of step {step_of(paths[-1]):,} is used instead, "
        "and the picture will be another one."
    )


def recipe_for(recipe: Recipe, project: Project, checkpoint: Path) -> Recipe:
    """The same settings with another checkpoint."""
    return dataclasses.replace(
        recipe,
        project=project.name,
        checkpoint=checkpoint.name,
        checkpoint_sha256=fingerprint(checkpoint),
        step=step_of(checkpoint),
    )


def own_picture(project: Project, config: StudioConfig, start: dict[str, Any]) -> Tensor:
    """The picture that a denoising began with, as training sees it: (1, C, H, W) in [-1, 1].

    start: of a recipe. Raises StudioError if it is not in the project's folder as it was.
    """
    return from_record(own_pixels(project, config, start))


def own_pixels(project: Project, config: StudioConfig, start: dict[str, Any]) -> np.ndarray:
    """The same as it is prepared: uint8 (H, W, C), of four channels premultiplied.

    It is looked for in the pictures folder, and among what is kept of pictures from elsewhere.
    """
    from ddpm_studio.data.decode.look import request_for
    from ddpm_studio.data.prepare import new_pool
    from ddpm_studio.data.verdict import crops_for

    name = str(start["picture"])
    gone = f"The picture {name!r} that this began with is not in {project.pictures} as it was then."
    path, choice = _own_file(project, name, str(start["sha256"]))
    if path is None:
        raise StudioError(gone)
    place = start.get("crop", 0)
    choice = choice.turned(start.get("turn", 0) - choice.turn)  # as it was then
    # all of them, though one is wanted: how far a file is reduced in decoding follows from all
    crops = crops_for(choice, config.pictures)
    channels, height, width = config.pictures.shape
    with new_pool(config.pictures, workers=1) as pool:
        ((_, answer),) = pool.run([(0, request_for(path, config.pictures, crops))])
    if reason := answer.failure or answer.values.get("reason"):
        raise StudioError(f"{name} cannot be begun with: {reason}.")
    size, count = height * width * channels, len(crops)
    if len(answer.data) != count * size or place >= count:
        raise StudioError(gone)
    return np.frombuffer(answer.data, np.uint8).reshape(count, height, width, channels)[place]


def _own_file(project: Project, name: str, sha256: str) -> tuple[Path | None, PictureChoice]:
    """The file of that content, and what was chosen for it; None: there is none any more."""
    path, folder = (project.pictures / name).resolve(), project.pictures.resolve()
    if path.is_relative_to(folder) and _has_content(path, sha256):
        return path, read_choices(project.path).of(name)
    kept = kept_file(project, name, sha256)
    return (kept if kept is not None and _has_content(kept, sha256) else None), NO_CHOICE


def _has_content(path: Path, sha256: str) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
