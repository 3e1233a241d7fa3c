"""Background work of keeping: frames on the way become files, and files are taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.errors import ExportError
from ddpm_studio.events import FileWritten
from ddpm_studio.export.places import free_path, make_folder

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe

SHOWS = {"x_t": "", "pred_x_0": "_believed", "pred_eps": "_noise"}  # in a file's name


@dataclass(frozen=True)
class Written:
    """A file as it was left, so that nobody else's is ever taken for it."""

    path: Path
    version: tuple[int, int]  # its time and its size


def keep_frames(
    pictures: Sequence[np.ndarray],
    seeds: Sequence[int],
    recipe: Recipe,
    folder: Path,
    frame: int,
    show: str,
) -> Generator[FileWritten, None, list[Path]]:
    """Write pictures of a frame on the way, uint8 (H, W, C), as PNG files with their recipe.

    recipe: of the run; frame: index of the frame; show: what of it, "x_t", "pred_x_0" or
    "pred_eps". Their alpha is as soft as it is seen. Nothing is replaced. Raises ExportError.
    """
    from ddpm_studio.export.images import write_png

    make_folder(folder)
    paths = []
    for picture, seed in zip(pictures, seeds, strict=True):
        of_this = dataclasses.replace(recipe, seed=seed, frame=frame, show=show)
        which = f"seed{seed:06d}_frame{frame:04d}{SHOWS[show]}"
        path = free_path(folder / f"{recipe.project}_step{recipe.step:08d}_{which}.png")
        write_png(path, picture, of_this.to_text())
        paths.append(path)
        yield FileWritten(path)
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
