"""Another name for what was made: its recipe is inside and goes along; nothing is overwritten."""

import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

from ddpm_studio.errors import StudioError, reason_of
from ddpm_studio.file_names import name_problem
from ddpm_studio.gallery.made import FRAMES, MadeFile

SIDECAR = ".json"  # of the same name beside a picture: what somebody noted of it


def own_name(file: MadeFile) -> str:
    """What a person may change: the name without its ending, or that of a film's folder."""
    name = PurePosixPath(file.moved_name)
    return name.name if file.kind == FRAMES else name.stem


def rename_problem(gallery: Path, file: MadeFile, name: str) -> str:
    """Why it cannot be called so, in a sentence; "" if it can."""
    problem = name_problem(name)
    if problem:
        return problem
    source, target = _paths(gallery, file, name)
    if target != source and os.path.lexists(target) and not _is_same(source, target):
        return f"{target.name} is there already; choose another name."
    return ""


def rename(gallery: Path, file: MadeFile, name: str) -> MadeFile:
    """Call it `name`, with its ending; a note of the same name beside it follows.

    Raises StudioError with one sentence, and leaves everything as it was.
    """
    problem = rename_problem(gallery, file, name)
    if problem:
        raise StudioError(problem)
    source, target = _paths(gallery, file, name)
    note, its_target = source.with_suffix(SIDECAR), target.with_suffix(SIDECAR)
    try:
        _move(source, target)
        if file.kind != FRAMES and note.is_file() and not os.path.lexists(its_target):
            _move(note, its_target)
    except FileExistsError as error:
        raise StudioError(f"{target.name} is there already; choose another name.") from error
    except OSError as error:
        raise StudioError(f"{source.name} cannot be renamed: {reason_of(error)}.") from error
    moved = PurePosixPath(file.moved_name).with_name(target.name)
    is_folder = file.kind == FRAMES
    return replace(file, name=str(moved / PurePosixPath(file.name).name if is_folder else moved))


def _paths(gallery: Path, file: MadeFile, name: str) -> tuple[Path, Path]:
    source = gallery / file.moved_name
    ending = "" if file.kind == FRAMES else source.suffix
    return source, source.with_name(name + ending)


def _move(source: Path, target: Path) -> None:
    """Raises FileExistsError if there is something of that name, even if it came just now."""
    if source.is_file() and not os.path.lexists(target):
        try:
            os.link(source, target)  # unlike a renaming, it never replaces
        except FileExistsError:
            raise
        except OSError:  # a disk that has no links
            pass
        else:
            source.unlink()
            return
    if os.path.lexists(target) and not _is_same(source, target):
        raise FileExistsError(target)
    source.rename(target)


def _is_same(source: Path, target: Path) -> bool:
    """Only capitals are other ones, on a disk that does not tell them apart."""
    try:
        return source.samefile(target) and source.name.lower() == target.name.lower()
    except OSError:
        return False
