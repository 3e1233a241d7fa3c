"""Which files of a folder may be pictures."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.data.picture_facts import PictureFacts
from ddpm_studio.errors import PicturesError
from ddpm_studio.project import is_project

# what systems and programs leave beside pictures; not worth a word
SYSTEM_NAMES = {".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".directory", ".nomedia"}
SYSTEM_FOLDERS = {"__macosx", "@eadir", "$recycle.bin", "system volume information", "lost+found"}
SIDECAR_ENDINGS = (".xmp", ".thm", ".aae", ".ini")
VIDEO_ENDINGS = (
    ".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".wmv", ".3gp", ".mts",
    ".m2ts", ".ogv", ".flv",
)  # fmt: skip


@dataclass(frozen=True)
class FoundFile:
    """One file: its path below the folder, and what tells whether it has changed."""

    name: str
    size: int
    modified_ns: int


@dataclass(frozen=True)
class LeftOut:
    """A file or folder that was not taken, and why, in plain words.

    kind: "unreadable", "damaged" (but readable in part), "copy", "chosen" (by the artist),
    "made" (by this program) or "video"; all but the first can be taken all the same. row: of its
    pixels in the store, or -1.
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
    for entry, name in _walk(folder, left_out):
        _look_at(entry, name, found, left_out)
    found.sort(key=lambda file: file.name)
    return found, left_out


def is_video_name(name: str) -> bool:
    """By the ending; moving GIFs and WebPs are pictures."""
    return name.lower().endswith(VIDEO_ENDINGS)


def _walk(folder: Path, left_out: list[LeftOut]) -> Iterator[tuple[os.DirEntry[str], str]]:
    """Every file below `folder` and its name there, but for what systems keep to themselves."""
    seen: set[tuple[int, int]] = set()
    waiting = [""]  # names of folders
    while waiting:
        name = waiting.pop()
        root = folder / name
        try:
            status = root.stat()
            if (status.st_dev, status.st_ino) in seen and status.st_ino:
                continue
            seen.add((status.st_dev, status.st_ino))
            if name and is_project(root):
                left_out.append(LeftOut(name, "a project of this program"))
                continue
            with os.scandir(root) as listing:
                entries = list(listing)
        except OSError as error:
            if not name:
                raise PicturesError(
                    f"The pictures folder {folder} cannot be opened: {error.strerror}."
                ) from error
            left_out.append(LeftOut(name, f"the folder cannot be opened ({error.strerror})"))
            continue
        prefix = f"{name}{os.sep}" if name else ""
        folders = [entry.name for entry in entries if _is_folder(entry)]
        inside = set(folders)
        yield from ((e, f"{prefix}{e.name}") for e in entries if e.name not in inside)
        waiting += [f"{prefix}{one}" for one in sorted(folders, reverse=True) if _is_open(one)]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link in a circle
        return False


def _is_open(folder: str) -> bool:
    """Whether a folder may hold pictures that are meant to be seen."""
    return not folder.startswith(".") and folder.lower() not in SYSTEM_FOLDERS


def _look_at(
    entry: os.DirEntry[str], name: str, found: list[FoundFile], left_out: list[LeftOut]
) -> None:
    lower = entry.name.lower()
    if lower in SYSTEM_NAMES or lower.endswith(SIDECAR_ENDINGS):
        return
    if lower.startswith("._"):  # what macOS writes beside a file on foreign disks
        return
    try:
        status = entry.stat()
    except OSError as error:
        is_dead_link = error.errno in (errno.ENOENT, errno.ELOOP) and entry.is_symlink()
        reason = f"it cannot be reached ({error.strerror})"
        left_out.append(LeftOut(name, "a link that leads nowhere" if is_dead_link else reason))
        return
    if not stat.S_ISREG(status.st_mode):
        left_out.append(LeftOut(name, "not an ordinary file"))
        return
    found.append(FoundFile(name, status.st_size, status.st_mtime_ns))
