"""The losses of a run, however long, and few enough points of them to draw; without Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

FIRST_CAPACITY = 1024
FACTOR = 8  # each level of the pyramid holds the extremes of this many entries of the one below
MEMORY_OF_RUN = 0.05  # the smoothed curve looks back over this part of the run ...
SHORTEST_MEMORY, LONGEST_MEMORY = 5.0, 500.0  # ... but over so many steps at least and at most

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
class Curves:
    """What is drawn of a part of a run. raw_y goes from the lowest to the highest of a column."""

    raw_x: np.ndarray
    raw_y: np.ndarray
    smooth_x: np.ndarray
    smooth_y: np.ndarray


class LossSeries:
    """Steps (rising), their losses, a smoothed curve, and the seconds trained until then."""

    def __init__(self) -> None:
        self._steps = Growing(np.int64)
        self._losses = Growing(np.float32)
        self._smooth = Growing(np.float64)  # the same, however it was appended
        self._seconds = Growing(np.float32)
        self._levels: list[tuple[Growing, Growing]] = []  # lowest and highest of FACTOR**k losses
        self._held_out: list[tuple[int, float]] = []  # few: one for each preview or checkpoint

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> np.ndarray:
        return self._steps.values

    @property
    def losses(self) -> np.ndarray:
        return self._losses.values

    @property
    def smooth(self) -> np.ndarray:
        return self._smooth.values

    @property
    def seconds(self) -> np.ndarray:
        return self._seconds.values

    @property
    def held_out(self) -> list[tuple[int, float]]:
        """(step, loss on pictures that are never learned from), steps rising."""
        return self._held_out

    def add_held_out(self, measured: Iterable[tuple[int, float]]) -> None:
        for step, loss in measured:
            self._held_out = [one for one in self._held_out if one[0] < step]
            self._held_out.append((step, loss))

    @property
    def nbytes(self) -> int:
        """All the memory that it holds."""
        arrays = [self._steps, self._losses, self._smooth, self._seconds]
        return sum(one.nbytes for one in [*arrays, *(a for pair in self._levels for a in pair)])

    def extend(self, steps: Numbers, losses: Numbers, seconds: Numbers) -> None:
        """Add what was logged; a step that is there already takes the place of all from it on."""
        if not len(steps):
            return
        if len(self) and steps[0] <= self.steps[-1]:
            self.truncate(int(steps[0]) - 1)
        self._smooth.append(self._smoothed(steps, losses))
        self._steps.append(np.asarray(steps))
        self._losses.append(np.asarray(losses))
        self._seconds.append(np.asarray(seconds))
        self._build_levels()

    def truncate(self, step: int) -> None:
        """Forget everything after a step: training went back to it."""
        count = int(np.searchsorted(self.steps, step, "right"))
        self._held_out = [one for one in self._held_out if one[0] <= step]
        for array in (self._steps, self._losses, self._smooth, self._seconds):
            array.truncate(count)
        for low, high in self._levels:
            count //= FACTOR
            low.truncate(count)
            high.truncate(count)

    def index_near(self, step: float) -> int:
        """The entry nearest to a step. There must be one."""
        after = int(np.searchsorted(self.steps, math.ceil(step)))
        if after == len(self):
            return after - 1
        if after and step - self.steps[after - 1] < self.steps[after] - step:
            return after - 1
        return after

    def curves(self, first: float, last: float, columns: int) -> Curves:
        """What to draw between two steps on so many columns of pixels, neighbours included."""
        # whole numbers: for fractions numpy would convert all the steps at each call
        start = max(0, int(np.searchsorted(self.steps, math.ceil(first))) - 1)
        stop = min(len(self), int(np.searchsorted(self.steps, math.floor(last), "right")) + 1)
        raw_x, raw_y = self._extremes(start, stop, columns)
        points = max(16, columns // 3)  # of a curve without corners
        if stop - start <= points:
            chosen: Any = slice(start, stop)
        else:
            chosen = np.linspace(start, stop - 1, points).astype(np.int64)
        return Curves(raw_x, raw_y, self.steps[chosen], self.smooth[chosen])

    def _extremes(self, start: int, stop: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        if stop - start <= 2 * columns:
            return self.steps[start:stop], self.losses[start:stop]
        level, stride = 0, 1
        while level < len(self._levels) and (stop - start) // (stride * FACTOR) >= columns:
            level, stride = level + 1, stride * FACTOR
        low, high = self._entries(level)
        group = max(1, (stop - start) // (stride * columns))
        first, end = start // stride, min(len(low), stop // stride)
        places = np.arange(0, end - first, group)
        lows = np.minimum.reduceat(low[first:end], places)
        highs = np.maximum.reduceat(high[first:end], places)
        x = self.steps[(first + places) * stride]
        tail = self.losses[end * stride : stop]  # in no whole block yet
        if len(tail):
            x = np.append(x, self.steps[stop - 1])
            lows, highs = np.append(lows, tail.min()), np.append(highs, tail.max())
        return np.repeat(x, 2), np.stack([lows, highs], 1).reshape(-1)

    def _entries(self, level: int) -> tuple[np.ndarray, np.ndarray]:
        if level == 0:
            return self.losses, self.losses
        low, high = self._levels[level - 1]
        return low.values, high.values

    def _build_levels(self) -> None:
        """Add the blocks that are whole now; each loss is looked at once for each level."""
        level = 0
        while len(self._entries(level)[0]) >= FACTOR:
            below_low, below_high = self._entries(level)
            if level == len(self._levels):
                self._levels.append((Growing(np.float32), Growing(np.float32)))
            low, high = self._levels[level]
            new = slice(len(low) * FACTOR, len(below_low) // FACTOR * FACTOR)
            low.append(below_low[new].reshape(-1, FACTOR).min(1))
            high.append(below_high[new].reshape(-1, FACTOR).max(1))
            level += 1

    def _smoothed(self, steps: Numbers, losses: Numbers) -> list[float]:
        """An average whose weights fall off exponentially with the steps in between.

        It counts in steps, not entries: a line of the log stands for several steps, and there it
        must run through the same places as where every step is known.
        """
        last_step = int(self.steps[-1]) if len(self) else None
        value = float(self.smooth[-1]) if len(self) else 0.0
        result = []
        plain = np.asarray(steps).tolist(), np.asarray(losses, np.float64).tolist()
        for step, loss in zip(*plain, strict=True):  # numpy's own numbers are slow one by one
            if last_step is None:
                value = loss
            else:
                memory = min(max(MEMORY_OF_RUN * step, SHORTEST_MEMORY), LONGEST_MEMORY)
                value += (loss - value) * min(1.0, (step - last_step) / memory)
            last_step = step
            result.append(value)
        return result
