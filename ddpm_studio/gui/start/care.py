"""What is done with whole projects: a new name, a copy, the trash. Each is the work of a job."""

import os
import shutil
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.errors import ProjectError, refused_as
from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.common.trash import system_trash
from ddpm_studio.project import FILE_NAME, Project
from ddpm_studio.words import several, size_in_words

LOCKS = ("train.lock", "train.owner")
PIECE = 64 << 20  # bytes that are copied between two looks whether to stop


@dataclass(frozen=True)
class Weight:
    """What a project holds. inside: whether its pictures folder lies in its own folder."""

    nbytes: int
    made: int
    inside: bool


def words_of(weight: Weight, name: str) -> str:
    """What is said before it goes to the trash."""
    made = f", with {several(weight.made, 'picture or film', 'pictures and films')} made in it"
    own = (
        " Its pictures folder lies inside, and goes too."
        if weight.inside
        else (" Your pictures lie elsewhere, and stay.")
    )
    return f"{name} holds {size_in_words(weight.nbytes)}{made if weight.made else ''}.{own}"


def weigh(path: Path) -> Generator[None, None, Weight]:
    """Returns what goes, before somebody throws it away."""
    project = Project.open(path)
    total = made = 0
    for number, file in enumerate(_files_below(path)):
        total += file.stat(follow_symlinks=False).st_size
        made += Path(file.path).is_relative_to(project.gallery)
        if number % 1000 == 0:
            yield
    return Weight(total, made, project.pictures.is_relative_to(path))


def rename_project(path: Path, name: str) -> Generator[None, None, Path]:
    """Give its folder another name; returns where it is now.

    Raises ProjectError if another process trains it, or if there is something of that name.
    """
    yield
    target = _free(path.with_name(name), path)
    _check_at_rest(path)
    with refused_as(ProjectError, f"{path.name} cannot be renamed"):
        path.rename(target)
    return target


def look_for_project(folder: Path) -> Generator[None, None, Path]:
    """Returns the folder if a project is in it. Raises ProjectError."""
    yield
    return Project.open(folder).path


def duplicate_project(path: Path, name: str) -> Generator[Progress, None, Path]:
    """Copy all of it to a folder beside it; returns that. What is half copied goes if it stops."""
    target = _free(path.with_name(name), path)
    files = [file for file in _files_below(path) if file.name not in LOCKS]
    sizes = {file.path: file.stat(follow_symlinks=False).st_size for file in files}
    total, done = max(1, sum(sizes.values())), 0
    part = target.with_name(f".{name}.part")
    try:
        with refused_as(ProjectError, f"{path.name} cannot be copied"):
            for file in files:
                copy = part / Path(file.path).relative_to(path)
                copy.parent.mkdir(parents=True, exist_ok=True)
                for copied in _copy(Path(file.path), copy):
                    done += copied
                    yield Progress(Work.MOVING, done, total)
            part.rename(target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return target


def trash_project(path: Path) -> Generator[None, None, Path]:
    """Move all of it to the trash of the system; returns the path it had.

    Raises ProjectError if another process trains it, or if there is no trash: nothing is lost then.
    """
    yield
    _check_at_rest(path)
    could, _ = system_trash(path)
    if not could:
        raise ProjectError(
            f"There is no trash for {path}, so it stays; delete its folder by hand if it is to go."
        )
    return path


def _check_at_rest(path: Path) -> None:
    """Raises ProjectError while it is trained; on Windows what is held could not be moved."""
    with Project.open(path).lock():
        pass


def _free(target: Path, path: Path) -> Path:
    # a disk that ignores case has a folder of the new name already: this one
    if target.exists() and not (path.exists() and target.samefile(path)):
        raise ProjectError(f"There already is something at {target}; choose another name.")
    if not (path / FILE_NAME).is_file():
        raise ProjectError(f"{path.name} is no longer at {path}.")
    return target


def _files_below(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All files, links as what they are; what cannot be read is not passed over in silence."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(Path(entry.path))
            else:
                yield entry


def _copy(source: Path, target: Path) -> Iterator[int]:
    """Yields how many bytes more are there."""
    if source.is_symlink():
        target.symlink_to(source.readlink())
        return
    with source.open("rb") as reader, target.open("wb") as writer:
        while piece := reader.read(PIECE):
            writer.write(piece)
            yield len(piece)
    shutil.copystat(source, target)
