"""Prepared pictures on disk: a file of equally long records, and where each picture lies in it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ddpm_studio.choices import Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.storage import JsonCache

KIND = "prepared pictures"
FORMAT_VERSION = 2
KEPT_STORES = 3  # of other sizes and colours, so that going back costs nothing
BUFFER = 1 << 20  # bytes that are written at once


class PictureStore:
    """Grows at its end; what lies in it is never changed. One process writes at a time."""

    def __init__(
        self, path: Path, shape: tuple[int, int, int] | None = None, background: str = ""
    ) -> None:
        """Open what is there, or begin anew if it is damaged; without a shape only for reading.

        shape, background: of the pictures; None for whichever they have.
        """
        self.path = path
        self.shape, self.background = shape or (0, 0, 0), background
        self._index = JsonCache(path.with_suffix(".json"), KIND, FORMAT_VERSION)
        self._rows: dict[str, int] = {}
        self._file: BinaryIO | None = None
        self._index.read(self._understand)

    @classmethod
    def of(cls, config: PicturesConfig, folder: Path, version: int) -> PictureStore:
        """The store for these settings in a cache."""
        facts = json.dumps([version, config.shape, config.background])
        key = hashlib.sha256(facts.encode()).hexdigest()[:24]
        return cls(folder / f"{key}.pixels", config.shape, config.background)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, record: str) -> int:
        """Where a record lies; -1 if it is not there."""
        return self._rows.get(record, -1)

    def append(self, record: str, pixels: bytes | memoryview) -> int:
        """Put a record at the end; returns its row. Raises OSError when the disk is full."""
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch()
            self._file = self.path.open("r+b", buffering=BUFFER)
            self._file.truncate(len(self._rows) * self.nbytes)  # what a killed process left
            self._file.seek(0, 2)
        if len(pixels) != self.nbytes:
            raise ValueError(f"a record has {self.nbytes} bytes, not {len(pixels)}")
        self._file.write(pixels)
        self._rows[record] = len(self._rows)
        return self._rows[record]

    def append_missing(self, records: Sequence[str], pixels: bytes | memoryview) -> None:
        """Put those at the end that are not there yet. pixels: of all, one after the other."""
        for number, record in enumerate(records):
            if self.row(record) < 0:
                self.append(record, pixels[number * self.nbytes : (number + 1) * self.nbytes])

    @property
    def nbytes(self) -> int:
        """Bytes of one record."""
        return math.prod(self.shape)

    def flush(self) -> None:
        """What was appended can be read by others."""
        if self._file is not None:
            self._file.flush()

    def save(self) -> None:
        """Keep what was appended. Raises OSError."""
        if self._file is None:
            return
        self._file.close()
        self._file = None
        rows = list(self._rows)
        self._index.write({"shape": self.shape, "background": self.background, "rows": rows})
        self._forget_others()

    def array(self) -> np.ndarray:
        """uint8 (M, H, W, C), mapped from disk; writing into it changes nothing on disk."""
        self.flush()
        channels, height, width = self.shape
        shape = (len(self._rows), height, width, channels)
        if not shape[0]:
            return np.zeros(shape, np.uint8)
        # copy-on-write: torch wants an array that it may write to, the file stays as it is
        return np.memmap(self.path, np.uint8, "c", shape=shape)

    def others(self) -> list[PictureStore]:
        """The stores of other settings that were kept; for reading only."""
        return [store for store in map(PictureStore, self._other_paths()) if len(store)]

    def _other_paths(self) -> list[Path]:
        return [path for path in _newest_first(self.path.parent) if path != self.path]

    def _understand(self, values: dict[str, Any]) -> None:
        records = values["rows"]
        shape = tuple(int(side) for side in values["shape"])
        is_whole = self.path.stat().st_size >= len(records) * math.prod(shape)
        is_mine = self.shape in ((0, 0, 0), shape)
        if is_whole and is_mine and all(isinstance(record, str) for record in records):
            self.shape, self.background = (shape[0], shape[1], shape[2]), values["background"]
            self._rows = {record: row for row, record in enumerate(records)}

    def _forget_others(self) -> None:
        """Keep a few stores of other settings; all can be made again."""
        for path in self._other_paths()[KEPT_STORES - 1 :]:
            with suppress(OSError):  # Windows keeps files that are still mapped somewhere
                path.unlink()
                path.with_suffix(".json").unlink(missing_ok=True)


def some_pictures(cache: Path, count: int) -> list[np.ndarray]:
    """Prepared pictures of the newest store in a cache, evenly spread: uint8 (H, W, C) each.

    With four channels they are premultiplied.
    """
    for path in _newest_first(cache):
        store = PictureStore(path)
        with suppress(OSError, ValueError):  # it goes at this very moment
            if length := len(store):
                places = sorted({place * length // count for place in range(count)})
                return [np.array(store.array()[place]) for place in places]
    return []


def record_name(digest: str, crop: Crop) -> str:
    """What a record is found by: the content of the file, which part of it, how it is turned."""
    is_box = crop.mode == "box"
    part = ",".join(f"{value:.5f}" for value in crop.box) if is_box else crop.mode
    return f"{digest} {part} {crop.turn}" if crop.turn else f"{digest} {part}"


def _newest_first(cache: Path) -> list[Path]:
    return sorted(cache.glob("[0-9a-f]*.pixels"), key=_modified, reverse=True)


def _modified(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0
