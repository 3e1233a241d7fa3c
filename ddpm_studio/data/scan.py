"""Which files of a folder may be pictures."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.data.facts import PictureFacts
from ddpm_studio.errors import PicturesError
from ddpm_studio.project import is_project

# what systems and programs leave beside pictures; not worth a word
SYSTEM_NAMES = {".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".directory", ".nomedia"}
SYSTEM_FOLDERS = {"__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found"}
SIDECAR_ENDINGS = {".xmp", ".thm", ".aae", ".ini"}


@dataclass(frozen=True)
class FoundFile:
    """One file: its path below the folder, and what tells whether it has changed."""

    name: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that was not taken, and why, in plain words.

    kind: "unreadable", "damaged" (but readable in part), "copy", "chosen" (by the artist) or
    "video"; all but the first can be taken all the same. row: of its pixels in the store, or -1.
    """

    name: str
    reason: str
    kind: str = "unreadable"
    facts: PictureFacts | None = None
    row: int = -1


def scan_folder(folder: Path) -> tuple[list[FoundFile], list[LeftOut]]:
    """All files below a folder, sorted by name, and what could not be reached.

    Links to folders are followed, each real folder once, so that circles end. Hidden folders,
    system files and sidecars are not mentioned; projects of this program are left out, or a
    model would learn from its own pictures. Raises PicturesError if the folder itself cannot
    be used.
    """
    if not folder.exists():
        raise PicturesError(f"The pictures folder {folder} does not exist.")
    if not folder.is_dir():
        raise PicturesError(f"{folder} is not a folder; choose the folder that holds the pictures.")
    found: list[FoundFile] = []
    left_out: list[LeftOut] = []
    for path in _walk(folder, left_out):
        _look_at(path, os.path.relpath(path, folder), found, left_out)
    found.sort(key=lambda file: file.name)
    return found, left_out


def _walk(folder: Path, left_out: list[LeftOut]) -> Iterator[Path]:
    """Every file below `folder`, but for what systems and programs keep to themselves."""
    seen: set[tuple[int, int]] = set()

    def on_error(error: OSError) -> None:
        name = os.path.relpath(error.filename, folder)
        if name == ".":
            raise PicturesError(f"The pictures folder {folder} cannot be opened: {error.strerror}.")
        left_out.append(LeftOut(name, f"the folder cannot be opened ({error.strerror})"))

    for root, folders, files in os.walk(folder, followlinks=True, onerror=on_error):
        try:
            status = Path(root).stat()
        except OSError as error:  # gone since it was listed
            on_error(error)
            continue
        if (status.st_dev, status.st_ino) in seen and status.st_ino:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        if Path(root) != folder and is_project(Path(root)):
            left_out.append(LeftOut(os.path.relpath(root, folder), "a project of this program"))
            folders.clear()
            continue
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name.lower() not in SYSTEM_FOLDERS
        )
        yield from (Path(root, name) for name in files)


def _look_at(path: Path, name: str, found: list[FoundFile], left_out: list[LeftOut]) -> None:
    if path.name.lower() in SYSTEM_NAMES or path.suffix.lower() in SIDECAR_ENDINGS:
        return
    if path.name.startswith("._"):  # what macOS writes beside a file on foreign disks
        return
    try:
        status = path.stat()
    except OSError as error:
        is_dead_link = error.errno in (errno.ENOENT, errno.ELOOP) and path.is_symlink()
        reason = f"it cannot be reached ({error.strerror})"
        left_out.append(LeftOut(name, "a link that leads nowhere" if is_dead_link else reason))
        return
    if not path.is_file():
        left_out.append(LeftOut(name, "not an ordinary file"))
        return
    found.append(FoundFile(name, status.st_size, status.st_mtime_ns))
