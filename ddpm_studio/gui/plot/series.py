"""The losses of a run, however long, and few enough points of them to draw; without Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:  # brings torch along
    from ddpm_studio.training.metrics import Measured

MEMORY_OF_RUN = 0.05  # the smoothed curve looks back over this part of the run ...
SHORTEST_MEMORY, LONGEST_MEMORY = 5.0, 500.0  # ... but over so many steps at least and at most
BANDS = 4  # of noise level, in which held-out pictures are measured
OTHERS = ("rate", "gradient", "speed", "memory")  # what else is known of each step
FIRST_CAPACITY = 1024

Numbers = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Spans:
    """A stretch of numbers in pieces: the first entry of each piece, and what lies in it.

    entries: int64 (P,); low, high, mean: float (P,). NaN where nothing is known.
    """

    entries: np.ndarray
    low: np.ndarray
    high: np.ndarray
    mean: np.ndarray


class Growing:
    """An array that grows at its end; its room doubles, so that appending costs the same always."""

    def __init__(self, kind: Any = np.float32) -> None:
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

    @property
    def is_known(self) -> bool:
        """Whether any of it is a number, not NaN; mostly the newest is."""
        return any(np.isfinite(part).any() for part in (self.values[-1:], self.values))

    def spans(self, start: int, stop: int, columns: int) -> Spans:
        """The entries from start to stop in about so many pieces, none of them empty.

        All of them are looked at each time: a quarter of a millisecond for a million.
        """
        values = self.values[start:stop]
        places = np.arange(0, len(values), max(1, len(values) // columns))
        sizes = np.diff(np.append(places, len(values)))
        return Spans(
            start + places,
            np.fmin.reduceat(values, places),
            np.fmax.reduceat(values, places),
            np.add.reduceat(values, places) / sizes,
        )


@dataclass(frozen=True)
class Curves:
    """What is drawn of a part of a run. raw_y goes from the lowest to the highest of a column."""

    raw_x: np.ndarray
    raw_y: np.ndarray
    smooth_x: np.ndarray
    smooth_y: np.ndarray


class LossSeries:
    """Steps (rising), their losses, a smoothed curve, and what else is known of each step."""

    def __init__(self) -> None:
        self._columns = {key: Growing() for key in ("loss", "seconds", *OTHERS)}
        self._columns["step"] = Growing(np.int64)
        self._columns["smooth"] = Growing(np.float64)  # the same, however it was appended
        self._held_out: list[Measured] = []  # few: one for each preview or checkpoint
        self._table: np.ndarray | None = None  # the same as numbers

    def __len__(self) -> int:
        return len(self._columns["step"])

    @property
    def steps(self) -> np.ndarray:
        return self._columns["step"].values

    @property
    def last_step(self) -> int:
        """How far it goes; the last measurement may be of a step that was not logged. -1: empty."""
        last = int(self.steps[-1]) if len(self) else -1
        return max(last, self._held_out[-1].step) if self._held_out else last

    @property
    def losses(self) -> np.ndarray:
        return self._columns["loss"].values

    @property
    def smooth(self) -> np.ndarray:
        return self._columns["smooth"].values

    @property
    def seconds(self) -> np.ndarray:
        """Trained until then."""
        return self._columns["seconds"].values

    def other(self, key: str) -> np.ndarray:
        """One of OTHERS, for each step: rate of learning, norm of the gradient, pictures a second
        or bytes of memory; NaN where it is not known.
        """
        return self._columns[key].values

    def others(self) -> dict[str, np.ndarray]:
        return {key: self.other(key) for key in OTHERS}

    def is_known(self, key: str) -> bool:
        """Whether anything is known of one of OTHERS."""
        return self._columns[key].is_known

    @property
    def held_out(self) -> list[Measured]:
        """The losses on pictures that are never learned from, steps rising."""
        return self._held_out

    @property
    def measured(self) -> np.ndarray:
        """held_out as float64 (M, 2 + BANDS): step, loss and bands, NaN where there are none."""
        if self._table is None:
            self._table = np.full((len(self._held_out), 2 + BANDS), np.nan)
            for row, one in zip(self._table, self._held_out, strict=True):
                values = (one.step, one.loss, *one.bands[:BANDS])
                row[: len(values)] = values
        return self._table

    @property
    def has_bands(self) -> bool:
        return any(one.bands for one in self._held_out)

    def add_held_out(self, measured: Iterable[Measured]) -> None:
        for one in measured:
            while self._held_out and self._held_out[-1].step >= one.step:
                self._held_out.pop()
            self._held_out.append(one)
        self._table = None

    @property
    def nbytes(self) -> int:
        """All the memory that it holds."""
        return sum(column.nbytes for column in self._columns.values())

    def extend(
        self,
        steps: Numbers,
        losses: Numbers,
        seconds: Numbers,
        others: Mapping[str, Numbers] | None = None,
    ) -> None:
        """Add what was logged; a step that is there already takes the place of all from it on.

        others: by their key in OTHERS; those that are not given are not known.
        """
        if not len(steps):
            return
        if len(self) and steps[0] <= self.steps[-1]:
            self.truncate(int(steps[0]) - 1)
        known = {"step": steps, "loss": losses, "seconds": seconds, **(others or {})}
        known["smooth"] = self._smoothed(steps, losses)
        for key, column in self._columns.items():
            column.append(np.asarray(known[key]) if key in known else np.full(len(steps), np.nan))

    def truncate(self, step: int) -> None:
        """Forget everything after a step: training went back to it."""
        count = int(np.searchsorted(self.steps, step, "right"))
        while self._held_out and self._held_out[-1].step > step:
            self._held_out.pop()
        self._table = None
        for column in self._columns.values():
            column.truncate(count)

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
        start, stop = self._stretch(first, last)
        raw_x, raw_y = self._extremes(start, stop, columns)
        points = max(16, columns // 3)  # of a curve without corners
        if stop - start <= points:
            chosen: Any = slice(start, stop)
        else:
            chosen = np.linspace(start, stop - 1, points).astype(np.int64)
        return Curves(raw_x, raw_y, self.steps[chosen], self.smooth[chosen])

    def spans(self, key: str, first: float, last: float, columns: int) -> tuple[np.ndarray, Spans]:
        """One of OTHERS between two steps, on so many columns: the steps of the pieces, and them.

        There must be a step.
        """
        start, stop = self._stretch(first, last)
        spans = self._columns[key].spans(start, max(stop, start + 1), columns)
        return self.steps[spans.entries], spans

    def _stretch(self, first: float, last: float) -> tuple[int, int]:
        """Which entries lie between two steps, neighbours included."""
        # whole numbers: for fractions numpy would convert all the steps at each call
        start = max(0, int(np.searchsorted(self.steps, math.ceil(first))) - 1)
        stop = min(len(self), int(np.searchsorted(self.steps, math.floor(last), "right")) + 1)
        return start, stop

    def _extremes(self, start: int, stop: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
        if stop - start <= 2 * columns:
            return self.steps[start:stop], self.losses[start:stop]
        spans = self._columns["loss"].spans(start, stop, columns)
        x = np.repeat(self.steps[spans.entries], 2)
        return x, np.stack([spans.low, spans.high], 1).reshape(-1)

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
