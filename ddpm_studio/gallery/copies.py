"""Copies of what was made for others to have, with the recipe inside or without."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.config.enlargement import Sizing
from ddpm_studio.errors import ExportError, StudioError, reason_of
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.film.kinds import HEAD_BYTES, kind_in, kind_of
from ddpm_studio.export.places import free_path, make_folder
from ddpm_studio.export.recipe.chunks import DamagedFileError
from ddpm_studio.gallery.made import FRAME, FRAMES, PICTURE, MadeFile
from ddpm_studio.storage import replacing

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe


def copy_files(
    gallery: Path,
    files: Sequence[MadeFile],
    folder: Path,
    with_recipe: bool = True,
    sizing: Sizing | None = None,
) -> Generator[Progress, None, tuple[Path, ...]]:
    """Copy entries of a gallery into a folder; nothing there is replaced. Returns the copies.

    without a recipe, only the texts are left out: no pixel is encoded again. sizing: how large
    pictures become; None, and whatever is no picture as it was painted: as they are.
    Raises ExportError with one sentence if one cannot be read or written.
    """
    make_folder(folder)
    copies: list[Path] = []
    for done, file in enumerate(files, 1):
        for source, target in _pairs(gallery, file, folder):
            try:
                if target.parent != folder:
                    make_folder(target.parent)
                with replacing(target) as temporary:
                    _copy(source, temporary, with_recipe, sizing if file.kind == PICTURE else None)
            except (OSError, ValueError) as error:
                why = f"{source.name} cannot be copied: {reason_of(error)}."
                raise ExportError(why) from error
            copies.append(target)
        yield Progress(Work.MOVING, done, len(files))
    return tuple(copies)


def copy_enlarged(source: Path, target: Path, sizing: Sizing, with_recipe: bool = True) -> bool:
    """A saved picture in another size, as if it had been saved so; its recipe says it.

    False, and nothing is written, for what is no picture as it was painted: a film, a page, what
    was saved smooth already. Raises OSError, ValueError, or ExportError if it would be too large.
    """
    from ddpm_studio.export.images import enlarged, save_picture, to_image

    painted, recipe = picture_as_painted(source)
    if painted is None:
        return False
    height, width, _ = painted.shape
    size = sizing(width, height)
    text = dataclasses.replace(recipe, size=size).to_text() if recipe and with_recipe else None
    save_picture(target, to_image(enlarged(painted, size)), text)
    return True


def picture_as_painted(source: Path) -> tuple[np.ndarray | None, Recipe | None]:
    """uint8 (H, W, C) of a PNG that was saved as painted or crisp, and its recipe if it has one.

    None for whatever else it is. Raises OSError or ValueError.
    """
    import numpy as np
    from PIL import Image, UnidentifiedImageError

    from ddpm_studio.export.images import enlarge
    from ddpm_studio.export.recipe.files import read_recipe
    from ddpm_studio.export.sheet_page import KEY

    recipe = None
    with suppress(StudioError):  # one that was saved without it is a picture, too
        recipe = read_recipe(source)
    if recipe is not None and (recipe.film is not None or recipe.size.width is not None):
        return None, recipe
    try:
        image = Image.open(source)
    except (Image.DecompressionBombError, UnidentifiedImageError):
        return None, recipe
    with image:
        is_still = image.format == "PNG" and getattr(image, "n_frames", 1) == 1
        if not is_still or image.mode not in ("L", "RGB", "RGBA") or KEY in image.info:
            return None, recipe
        pixels = np.asarray(image)
    pixels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    scale = recipe.size.scale if recipe else 1
    painted = pixels[::scale, ::scale]
    is_crisp = scale == 1 or np.array_equal(enlarge(painted, scale), pixels)
    return (painted if is_crisp else None), recipe


def copy_without_recipe(source: Path, target: Path) -> None:
    """The same picture or film, less every text in it. Raises OSError or ValueError."""
    with source.open("rb") as file:
        kind = kind_in(file.read(HEAD_BYTES))
    named = kind_of(source.suffix)
    if named is not None and named.is_video:  # there are some that begin in another way
        kind = named
    if kind is None:
        raise ValueError("a recipe cannot be taken out of a file of this kind")
    try:
        kind.copy_without_texts(source, target)
    except DamagedFileError as error:
        raise ValueError("it is damaged") from error


def _copy(source: Path, target: Path, with_recipe: bool, sizing: Sizing | None) -> None:
    """Raises OSError, ValueError or ExportError."""
    if sizing is not None and copy_enlarged(source, target, sizing, with_recipe):
        return
    if with_recipe:
        shutil.copyfile(source, target)
    else:
        copy_without_recipe(source, target)


def _pairs(gallery: Path, file: MadeFile, folder: Path) -> list[tuple[Path, Path]]:
    """(what is copied, where to); of a film in frames all of them, in a folder of their own."""
    source = gallery / file.name
    if file.kind != FRAMES:
        return [(source, free_path(folder / source.name))]
    into = free_path(folder / source.parent.name)
    frames = sorted(path for path in source.parent.iterdir() if FRAME.fullmatch(path.name))
    return [(frame, into / frame.name) for frame in frames]
