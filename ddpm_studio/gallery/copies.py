"""Copies of what was made for others to have, with the recipe inside or without."""

import shutil
from collections.abc import Generator, Sequence
from pathlib import Path

from ddpm_studio.errors import ExportError, reason_of
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.film.kinds import HEAD_BYTES, kind_in, kind_of
from ddpm_studio.export.places import free_path, make_folder
from ddpm_studio.export.recipe.chunks import DamagedFileError
from ddpm_studio.gallery.made import FRAME, FRAMES, MadeFile
from ddpm_studio.storage import replacing


def copy_files(
    gallery: Path, files: Sequence[MadeFile], folder: Path, with_recipe: bool = True
) -> Generator[Progress, None, tuple[Path, ...]]:
    """Copy entries of a gallery into a folder; nothing there is replaced. Returns the copies.

    without a recipe, only the texts are left out: no pixel is encoded again.
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
                    if with_recipe:
                        shutil.copyfile(source, temporary)
                    else:
                        copy_without_recipe(source, temporary)
            except (OSError, ValueError) as error:
                why = f"{source.name} cannot be copied: {reason_of(error)}."
                raise ExportError(why) from error
            copies.append(target)
        yield Progress(Work.MOVING, done, len(files))
    return tuple(copies)


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


def _pairs(gallery: Path, file: MadeFile, folder: Path) -> list[tuple[Path, Path]]:
    """(what is copied, where to); of a film in frames all of them, in a folder of their own."""
    source = gallery / file.name
    if file.kind != FRAMES:
        return [(source, free_path(folder / source.name))]
    into = free_path(folder / source.parent.name)
    frames = sorted(path for path in source.parent.iterdir() if FRAME.fullmatch(path.name))
    return [(frame, into / frame.name) for frame in frames]
