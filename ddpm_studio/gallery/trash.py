"""Away with what was made, and back again: nothing is deleted here, only moved."""

import shutil
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.errors import StudioError
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.places import free_path
from ddpm_studio.gallery.made import MadeFile

FOLDER = "trash"  # of the project, where the system has no trash of its own

# moves a file or folder into the system's trash: whether it could, and where it is then
# (None: the system does not say)
SystemTrash = Callable[[Path], tuple[bool, Path | None]]


@dataclass(frozen=True)
class Gone:
    """One entry that was moved away. where: None if only the system knows."""

    file: MadeFile
    where: Path | None


@dataclass(frozen=True)
class Trashed:
    """What was moved to the trash in one go. failed: a sentence for each that could not be."""

    gone: tuple[Gone, ...]
    failed: tuple[str, ...] = ()
    is_own: bool = False  # some of it lies in the project's own trash folder

    @property
    def can_come_back(self) -> bool:
        return any(one.where is not None for one in self.gone)


def move_to_trash(
    project: Path, gallery: Path, files: Sequence[MadeFile], system_trash: SystemTrash
) -> Generator[Progress, None, Trashed]:
    """Move entries of the gallery into the system's trash, else into a folder of the project.

    What has vanished already counts as gone for good and is not spoken of.
    """
    gone: list[Gone] = []
    failed: list[str] = []
    is_own = False
    for done, file in enumerate(files, 1):
        path = gallery / file.moved_name
        if path.exists():
            could, where = system_trash(path)
            if not could:
                where, is_own = _into_own(project, path, failed), True
            if could or where is not None:
                gone.append(Gone(file, where))
                _remove_empty(path.parent, gallery)
        yield Progress(Work.MOVING, done, len(files))
    return Trashed(tuple(gone), tuple(failed), is_own)


def bring_back(gallery: Path, trashed: Trashed) -> Generator[Progress, None, tuple[str, ...]]:
    """Move everything back to where it was; the names that are there again.

    Raises StudioError, when all that could be brought back is back, if something could not.
    """
    back: list[str] = []
    lost = 0
    for done, one in enumerate(trashed.gone, 1):
        path = gallery / one.file.moved_name
        try:
            if one.where is None or not one.where.exists() or path.exists():
                lost += 1
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(one.where, path)
                _forget_trash_note(one.where)
                back.append(one.file.name)
        except OSError:
            lost += 1
        yield Progress(Work.MOVING, done, len(trashed.gone))
    if lost and not back:
        raise StudioError(
            "These pictures could not be brought back; look for them in the system's trash."
        )
    return tuple(back)


def _into_own(project: Path, path: Path, failed: list[str]) -> Path | None:
    target = project / FOLDER / path.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target = free_path(target)
        shutil.move(path, target)
    except OSError as error:
        failed.append(f"{path.name} cannot be moved: {error.strerror or error}.")
        return None
    return target


def _remove_empty(folder: Path, gallery: Path) -> None:
    """A folder of a batch without pictures is no use to anybody."""
    while folder != gallery and folder.is_relative_to(gallery):
        with suppress(OSError):
            folder.rmdir()  # only if it is empty
            folder = folder.parent
            continue
        return


def _forget_trash_note(where: Path) -> None:
    """On Linux the trash keeps a note beside each file, which would be left behind."""
    if where.parent.name == "files":
        with suppress(OSError):
            (where.parent.parent / "info" / f"{where.name}.trashinfo").unlink()
