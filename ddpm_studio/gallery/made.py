"""What lies in a project's gallery: one entry for each picture or film, found by a quick look."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ddpm_studio.export.film.kinds import FILM_ENDINGS, STILL_ENDINGS
from ddpm_studio.storage import TEMPORARY_PREFIX

PICTURE, FILM, FRAMES = "picture", "film", "frames"  # frames: a folder with those of one film
PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", *STILL_ENDINGS})
OWN_ENDINGS = frozenset({".json"})  # stars, batches, recipes beside their pictures
FIRST_FRAME = "frame_00000.png"  # of a film that was saved frame by frame
FRAME = re.compile(r"frame_\d{5,}\.png")
SEED = re.compile(r"_seed(\d{1,18})")
BATCH_FILE = "batch.json"
DEEPEST = 12  # folders in folders; a link that leads back would never end


@dataclass(frozen=True)
class MadeFile:
    """One picture or film. name: its path below the gallery, with "/" on every system.

    Of a film that was saved frame by frame it is the path of its first frame, and size is that
    of all of them. size: in bytes.
    """

    name: str
    kind: str
    modified_ns: int
    size: int

    @property
    def is_film(self) -> bool:
        return self.kind != PICTURE

    @property
    def seed(self) -> int:
        """The seed in its name; -1 if there is none."""
        found = SEED.search(self.name)
        return int(found[1]) if found else -1

    @property
    def moved_name(self) -> str:
        """What is moved when it is: the file, or the folder that holds all frames of it."""
        return str(PurePosixPath(self.name).parent) if self.kind == FRAMES else self.name


@dataclass(frozen=True)
class Found:
    """What a look found. batches: folders of batches with a record; others: files passed over."""

    files: tuple[MadeFile, ...]
    batches: tuple[Path, ...] = ()
    others: int = 0


def look_through(gallery: Path) -> Found:
    """All that was made, the newest first. Folders that cannot be read are passed over."""
    files: list[MadeFile] = []
    batches: list[Path] = []
    others = 0
    for folder, below, entries in _folders(gallery):
        in_folder, passed_over = _files_in(entries, below)
        files += in_folder
        others += passed_over
        if any(entry.name == BATCH_FILE for entry in entries):
            batches.append(folder)
    files.sort(key=lambda file: (-file.modified_ns, file.name))
    return Found(tuple(files), tuple(sorted(batches)), others)


def made_file(gallery: Path, path: Path) -> MadeFile | None:
    """The entry of one file that was just written; None if it does not belong on the wall."""
    kind = _kind_of(path.name)
    if kind is None or not path.is_relative_to(gallery) or FRAME.fullmatch(path.name):
        return None
    with suppress(OSError):
        about = path.stat()
        name = path.relative_to(gallery).as_posix()
        return MadeFile(name, kind, about.st_mtime_ns, about.st_size)
    return None


def _folders(gallery: Path) -> Iterator[tuple[Path, str, list[os.DirEntry[str]]]]:
    """(folder, its path below the gallery with "/" at its end, its files) of each folder."""
    waiting = [(gallery, "", 0)]
    while waiting:
        folder, below, depth = waiting.pop()
        files: list[os.DirEntry[str]] = []
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue  # hidden, or a file that is being written
                if not entry.is_dir(follow_symlinks=False):
                    files.append(entry)
                elif depth < DEEPEST:
                    waiting.append((Path(entry.path), f"{below}{entry.name}/", depth + 1))
        yield folder, below, files


def _files_in(entries: list[os.DirEntry[str]], below: str) -> tuple[list[MadeFile], int]:
    found: list[MadeFile] = []
    frames: list[MadeFile] = []
    others = 0
    is_sequence = bool(below) and any(entry.name == FIRST_FRAME for entry in entries)
    for entry in entries:
        kind = _kind_of(entry.name)
        if kind is None:
            others += _ending(entry.name) not in OWN_ENDINGS
            continue
        try:
            about = entry.stat()
        except OSError:  # gone since
            continue
        file = MadeFile(below + entry.name, kind, about.st_mtime_ns, about.st_size)
        (frames if is_sequence and FRAME.fullmatch(entry.name) else found).append(file)
    if frames:
        size = sum(frame.size for frame in frames)
        newest = max(frame.modified_ns for frame in frames)
        found.append(MadeFile(below + FIRST_FRAME, FRAMES, newest, size))
    return found, others


def _kind_of(name: str) -> str | None:
    if name.startswith(TEMPORARY_PREFIX):
        return None
    ending = _ending(name)
    if ending in PICTURE_ENDINGS:
        return PICTURE
    return FILM if ending in FILM_ENDINGS else None


def _ending(name: str) -> str:
    """As Path.suffix, for ten thousand names in a moment."""
    stem, point, ending = name.rpartition(".")
    return f".{ending.lower()}" if point and stem else ""
