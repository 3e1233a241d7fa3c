"""Numbers that are added one after the other, and what is drawn of many of them; without Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FIRST_CAPACITY = 1024
FACTOR = 8  # each level of the pyramid sums up this many entries of the one below

Numbers = Sequence[float] | np.ndarray


class Growing:
    """An array that grows at its end; its room doubles, so that appending costs the same always."""

    def __init__(self, kind: Any) -> None:
        self._room = np.empty(FIRST_CAPACITY, kind)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> np.ndarray:
        """What is in it; valid until the next append."""
        return self._room[: self._count]

    @property
    def nbytes(self) -> int:
        return self._room.nbytes

    def append(self, values: Numbers) -> None:
        end = self._count + len(values)
        if end > len(self._room):
            room = np.empty(max(end, 2 * len(self._room)), self._room.dtype)
            room[: self._count] = self.values
            self._room = room
        self._room[self._count : end] = values
        self._count = end

    def truncate(self, count: int) -> None:
        self._count = min(self._count, count)


@dataclass(frozen=True)
class Spans:
    """A stretch of a track in pieces: the first entry of each piece, and what lies in it.

    entries: int64 (P,); low, high, mean: float (P,). NaN where nothing is known.
    """

    entries: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray


class Track:
    """float32 numbers, NaN where one is not known, and a pyramid of their extremes and means."""

    def __init__(self) -> None:
        self._values = Growing(np.float32)
        self._levels: list[tuple[Growing, Growing, Growing]] = []  # low, high, mean
        self._first_known = -1

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> np.ndarray:
        return self._values.values

    @property
    def is_known(self) -> bool:
        """Whether any of it is a number."""
        return self._first_known >= 0

    @property
    def nbytes(self) -> int:
        return self._values.nbytes + sum(one.nbytes for level in self._levels for one in level)

    def append(self, values: Numbers) -> None:
        before = len(self)
        self._values.append(values)
        if self._first_known < 0:
            known = np.flatnonzero(np.isfinite(self.values[before:]))
            self._first_known = before + int(known[0]) if len(known) else -1
        self._build_levels()

    def truncate(self, count: int) -> None:
        self._values.truncate(count)
        if self._first_known >= count:
            self._first_known = -1
        for level in self._levels:
            count //= FACTOR
            for one in level:
                one.truncate(count)

    def spans(self, start: int, stop: int, columns: int) -> Spans:
        """The entries from start to stop in about so many pieces, none of them empty."""
        level, stride = 0, 1
        while level < len(self._levels) and (stop - start) // (stride * FACTOR) >= columns:
            level, stride = level + 1, stride * FACTOR
        low, high, mean = self._entries(level)
        group = max(1, (stop - start) // (stride * columns))
        first, end = start // stride, min(len(low), stop // stride)
        places = np.arange(0, end - first, group)
        sizes = np.diff(np.append(places, end - first))
        found = Spans(
            (first + places) * stride,
            np.fmin.reduceat(low[first:end], places),
            np.fmax.reduceat(high[first:end], places),
            np.add.reduceat(mean[first:end], places) / sizes,
        )
        tail = self.values[end * stride : stop]  # in no whole block yet
        if not len(tail):
            return found
        return Spans(
            np.append(found.entries, stop - 1),
            np.append(found.low, np.fmin.reduce(tail)),
            np.append(found.high, np.fmax.reduce(tail)),
            np.append(found.mean, tail.mean()),
        )

    def _entries(self, level: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        if level == 0:
            return self.values, self.values, self.values
        low, high, mean = self._levels[level - 1]
        return low.values, high.values, mean.values

    def _build_levels(self) -> None:
        """Add the blocks that are whole now; each number is looked at once for each level."""
        level = 0
        while True:
            below = self._entries(level)
            if level == len(self._levels):
                if len(below[0]) < FACTOR:
                    return
                self._levels.append((Growing(np.float32), Growing(np.float32), Growing(np.float32)))
            low, high, mean = self._levels[level]
            new = slice(len(low) * FACTOR, len(below[0]) // FACTOR * FACTOR)
            if new.start >= new.stop:  # then no level above has a new block either
                return
            blocks = [one[new].reshape(-1, FACTOR) for one in below]
            low.append(np.fmin.reduce(blocks[0], 1))
            high.append(np.fmax.reduce(blocks[1], 1))
            mean.append(blocks[2].mean(1))
            level += 1
