"""Background work of saving: pictures become PNG files, and files are taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.config.enlargement import Sizing, as_painted
from ddpm_studio.errors import ExportError
from ddpm_studio.events import FileWritten
from ddpm_studio.export.places import free_path, make_folder

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe

NAME_PARTS = {"x_t": "", "pred_x_0": "_believed", "pred_eps": "_noise"}  # in a file's name


@dataclass(frozen=True)
class Written:
    """A file as it was left, so that nobody else's is ever taken for it."""

    path: Path
    version: tuple[int, int]  # its time and its size


def save_pictures(
    pictures: Sequence[np.ndarray],
    seeds: Sequence[int],
    recipe: Recipe,
    folder: Path,
    with_recipe: bool = True,
    sizing: Sizing = as_painted,
) -> Generator[FileWritten, None, list[Path]]:
    """Write each picture, uint8 (H, W, C), as a PNG with its recipe; nothing is replaced.

    recipe: of any of them. Alpha is as soft as it is seen. with_recipe: False leaves out all that
    says how they were made, but for the names. sizing: how large they become. Raises ExportError.
    """
    from ddpm_studio.export.images import enlarged, write_png

    make_folder(folder)
    paths = []
    for picture, seed in zip(pictures, seeds, strict=True):
        height, width, _ = picture.shape
        size, which = sizing(width, height), f"seed{seed:06d}"
        of_this = dataclasses.replace(recipe, seed=seed, size=size)
        if recipe.frame is not None:
            which += f"_frame{recipe.frame:04d}{NAME_PARTS[recipe.show]}"
        path = free_path(folder / f"{recipe.project}_step{recipe.step:08d}_{which}.png")
        write_png(path, enlarged(picture, size), of_this.to_text() if with_recipe else None)
        paths.append(path)
        yield FileWritten(path, is_last=len(paths) == len(pictures))
    return paths


def noted(steps: Generator[Any, None, list[Path]]) -> Generator[Any, None, list[Written]]:
    """Steps that return the paths of what they wrote; and then the files as they are on disk."""
    paths: list[Path] = yield from steps
    return written(paths)


def written(paths: Sequence[Path]) -> list[Written]:
    """Files as they are now; those that are gone are left out."""
    return [Written(path, found) for path in paths if (found := _version(path)) is not None]


def take_back(files: Sequence[Written]) -> Generator[Path, None, list[Path]]:
    """Delete files that were just written, unless somebody has changed them since.

    Returns those that are gone now. Raises ExportError if one cannot be deleted.
    """
    gone = []
    for file in files:
        if _version(file.path) == file.version:
            try:
                file.path.unlink()
            except OSError as error:
                raise ExportError(f"{file.path} cannot be deleted: {error.strerror}.") from error
            gone.append(file.path)
            yield file.path
    return gone


def _version(path: Path) -> tuple[int, int] | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size
