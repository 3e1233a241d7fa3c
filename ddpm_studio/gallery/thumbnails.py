"""Small pictures of all that was made, kept in the project's cache so that a wall fills at once."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.storage import JsonCache

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.data.isolation.pool import DecoderPool

HANDLER = "ddpm_studio.gallery.cover:look_at_request"  # in the process that opens the files
COVER, WHOLE = "cover", "whole"  # fill the shape; or fit into it, never enlarged
KIND = "thumbnails"
# 1 had the first frame of films, which is noise, and no titles; 2 no marks
FORMAT_VERSION = 3
MOST_SIDE = 128  # pixels; pictures that are no larger are kept pixel by pixel
WHY_MOST = 200  # characters of a reason
LEAST_KEPT = 2000  # records; with fewer there is nothing to gain by throwing old ones away
PULSE = 0.1  # seconds

Shape = tuple[int, int, int]


@dataclass
class Record:
    """One file as it was when it was looked at. number: of its pixels in the file of pixels."""

    modified_ns: int
    size: int
    number: int
    is_read: bool = False
    is_broken: bool = False
    moves: bool = False
    width: int = 0  # of the picture in the file
    height: int = 0
    title: str = ""  # what its recipe tells, as `title.told_of` has it
    line: str = ""
    mark: str = ""
    why: str = ""  # it is broken

    def is_of(self, file: MadeFile) -> bool:
        return (self.modified_ns, self.size) == (file.modified_ns, file.size)


def thumbnail_shape(shape: Shape) -> Shape:
    """(H, W, C) of the thumbnails for a project whose pictures are (C, H, W)."""
    channels, height, width = shape
    scale = min(1.0, MOST_SIDE / max(height, width))
    side = max(1, round(height * scale)), max(1, round(width * scale))
    return (*side, 4 if channels == 4 else 3)


def detail_of(shape: Shape) -> int:
    """How many times finer the thumbnails of such a shape, (H, W, C), are than the pictures.

    A film or a page of several hundred pixels is clear on a tile, too, where pictures are small; a
    whole number, so that each pixel of a picture stays a square.
    """
    return max(1, MOST_SIDE // max(shape[:2]))


class Thumbnails:
    """The thumbnails of one gallery. `numbers` and `read` may be called from different threads.

    A file is known by name, time and size: whatever else it becomes, it is looked at again.
    """

    def __init__(self, gallery: Path, cache: Path, shape: Shape, detail: int = 1) -> None:
        """shape: (H, W, C) of every tile, C of 3 or 4. detail: pixels for each of theirs."""
        self.detail = detail
        self.shape = shape = (shape[0] * detail, shape[1] * detail, shape[2])
        self._gallery, self._cache = gallery, cache
        name = f"made_{shape[1]}x{shape[0]}x{shape[2]}"
        self._pixels = cache / f"{name}.pixels"
        self._index = JsonCache(cache / f"{name}.json", KIND, FORMAT_VERSION)
        self._nbytes = shape[0] * shape[1] * shape[2]
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self._next = 0
        self._is_open = self._is_changed = False

    def numbers(self, files: Iterable[MadeFile]) -> list[int]:
        """Where the pixels of each lie, or will; -1 for those that are known to be broken."""
        with self._lock:
            self._open()
            return [self._number(file) for file in files]

    def record(self, file: MadeFile) -> Record | None:
        """What is known of a file; None if it was not looked at yet."""
        with self._lock:
            return self._known(file)

    def moving(self) -> set[str]:
        """The names of those that are known to be animated."""
        with self._lock:
            return {name for name, record in self._records.items() if record.moves}

    def unread(self, files: Iterable[MadeFile]) -> list[MadeFile]:
        """Those that nobody has looked at yet."""
        with self._lock:
            known = [(file, self._known(file)) for file in files]
        return [file for file, record in known if record is None or not record.is_read]

    def read(
        self, files: Sequence[MadeFile], pool: DecoderPool
    ) -> Generator[None, None, np.ndarray]:
        """uint8 (N, H, W, C) of some files; those that cannot be shown are zeros, and known then.

        Yields now and then, so that it can be stopped. One call at a time. Without a cache that
        can be written everything is looked at every time.
        """
        import numpy as np

        pixels = np.zeros((len(files), *self.shape), np.uint8)
        flat = pixels.reshape(len(files), self._nbytes)
        missing = self._read_kept(files, flat)
        yield
        height, width, channels = self.shape
        requests = (
            (at, request_for(self._gallery / files[at].name, width, height, channels, COVER))
            for at in missing
        )
        for answered in pool.run_with_pulse(requests, PULSE):
            if answered is None:
                yield
                continue
            at, answer = answered
            is_whole = not answer.failure and len(answer.data) == self._nbytes
            if is_whole:
                flat[at] = np.frombuffer(answer.data, np.uint8)
            about = answer.values if is_whole else None
            self._learn(files[at], about, answer.data, answer.failure)
        pixels.setflags(write=False)
        return pixels

    def save(self) -> None:
        """Keep what was learned; without room for it, nothing is kept."""
        with self._lock:
            if not self._is_changed:
                return
            self._is_changed = False
            files = {
                name: [*vars(record).values()]
                for name, record in self._records.items()
                if record.is_read
            }
        with suppress(OSError):
            self._cache.mkdir(parents=True, exist_ok=True)
            self._index.write({"files": files})

    # private; with the lock held

    def _open(self) -> None:
        if self._is_open:
            return
        self._is_open = True
        kept = self._index.read(self._understand)
        self._records = kept or {}
        self._next = 1 + max((one.number for one in self._records.values()), default=-1)
        if self._next > LEAST_KEPT and self._next > 2 * len(self._records):
            self._records, self._next = {}, 0  # mostly of files that are gone
        if not self._records:
            with suppress(OSError):
                self._pixels.unlink(missing_ok=True)

    def _understand(self, values: dict[str, Any]) -> dict[str, Record] | None:
        there = self._pixels.stat().st_size // self._nbytes
        records = {name: Record(*entry) for name, entry in values["files"].items()}
        is_whole = all(
            type(one.number) is int and 0 <= one.number < there for one in records.values()
        )
        return records if is_whole else None

    def _number(self, file: MadeFile) -> int:
        record = self._known(file)
        if record is None:
            record = Record(file.modified_ns, file.size, self._next)
            self._records[file.name] = record
            self._next += 1
        return -1 if record.is_broken else record.number

    def _known(self, file: MadeFile) -> Record | None:
        record = self._records.get(file.name)
        return record if record is not None and record.is_of(file) else None

    # private; without it

    def _read_kept(self, files: Sequence[MadeFile], flat: np.ndarray) -> list[int]:
        """Fill in what is in the cache; which of the files are not."""
        missing = []
        numbers = self.numbers(files)
        unread = {file.name for file in self.unread(files)}
        try:
            with self._pixels.open("rb", buffering=0) as kept:
                for at, number in enumerate(numbers):
                    if number < 0:
                        continue
                    if files[at].name not in unread:
                        kept.seek(number * self._nbytes)
                        if kept.readinto(memoryview(flat[at])) == self._nbytes:
                            continue
                    missing.append(at)
        except OSError:
            return [at for at, number in enumerate(numbers) if number >= 0]
        return missing

    def _learn(self, file: MadeFile, about: dict[str, Any] | None, data: bytes, why: str) -> None:
        with self._lock:
            number = self._number(file)
            record = self._records[file.name]
            record.is_broken, record.why = about is None, why[:WHY_MOST]
            if about is not None:
                record.moves = bool(about["moves"])
                record.width, record.height = int(about["width"]), int(about["height"])
                record.title, record.line, record.mark = about["told"]
            record.is_read = self._keep(number if about is not None else -1, data)
            self._is_changed = True

    def _keep(self, number: int, data: bytes) -> bool:
        """Whether the pixels are on disk; of a broken file there are none."""
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            with self._pixels.open("r+b" if self._pixels.exists() else "w+b", 0) as kept:
                if number >= 0:
                    kept.seek(number * self._nbytes)
                    return kept.write(data) == self._nbytes
        except OSError:
            return False
        return True


def new_pool() -> DecoderPool:
    """What opens the files; close it in the end."""
    from ddpm_studio.data.isolation.pool import DecoderPool

    return DecoderPool(HANDLER, workers=1)


def request_for(path: Path, width: int, height: int, channels: int, how: str) -> dict[str, Any]:
    """For `look_at_request`. channels: 3, on white where it is transparent, or 4."""
    return {"path": str(path), "width": width, "height": height, "channels": channels, "how": how}
