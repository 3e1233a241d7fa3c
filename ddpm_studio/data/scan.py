"""Which files of a folder may be pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.errors import PicturesError

# what systems and programs leave beside pictures; not worth a word
SYSTEM_NAMES = {".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".directory"}
SIDECAR_ENDINGS = {".xmp", ".thm", ".aae", ".ini"}


@dataclass(frozen=True)
class FoundFile:
    """One file: its path below the folder, and what tells whether it has changed."""

    name: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that was not taken, and why, in plain words."""

    name: str
    reason: str


def scan_folder(folder: Path) -> tuple[list[FoundFile], list[LeftOut]]:
    """All files below a folder, sorted by name, and the folders that could not be opened.

    Links to folders are followed, each real folder once, so that circles end. System files and
    sidecars are not mentioned. Raises PicturesError if the folder itself cannot be used.
    """
    if not folder.exists():
        raise PicturesError(f"The pictures folder {folder} does not exist.")
    if not folder.is_dir():
        raise PicturesError(f"{folder} is not a folder; choose the folder that holds the pictures.")
    found: list[FoundFile] = []
    left_out: list[LeftOut] = []
    seen: set[tuple[int, int]] = set()

    def on_error(error: OSError) -> None:
        name = os.path.relpath(error.filename, folder)
        if name == ".":
            raise PicturesError(f"The pictures folder {folder} cannot be opened: {error.strerror}.")
        left_out.append(LeftOut(name, f"the folder cannot be opened ({error.strerror})"))

    for root, folders, files in os.walk(folder, followlinks=True, onerror=on_error):
        status = Path(root).stat()
        if (status.st_dev, status.st_ino) in seen and status.st_ino:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for file_name in files:
            path = Path(root, file_name)
            _look_at(path, os.path.relpath(path, folder), found, left_out)
    found.sort(key=lambda file: file.name)
    return found, left_out


def _look_at(path: Path, name: str, found: list[FoundFile], left_out: list[LeftOut]) -> None:
    if path.name.lower() in SYSTEM_NAMES or path.suffix.lower() in SIDECAR_ENDINGS:
        return
    if path.name.startswith("._"):  # what macOS writes beside a file on foreign disks
        return
    try:
        status = path.stat()
    except OSError as error:
        left_out.append(LeftOut(name, f"it cannot be reached ({error.strerror})"))
        return
    if not path.is_file():
        left_out.append(LeftOut(name, "not an ordinary file"))
        return
    found.append(FoundFile(name, status.st_size, status.st_mtime_ns))
