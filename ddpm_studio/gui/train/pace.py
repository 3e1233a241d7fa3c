"""Whether training is much slower than it should be on this machine, and why, in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import psutil

from ddpm_studio.events import TrainStarted
from ddpm_studio.words import several

SLOW = 2.5  # times as long as expected is worth a sentence ...
FINE = 1.7  # ... and after less than this, another one
CROWDED = 0.25  # of all processors, that others take
SWAPPED = 8 << 20  # bytes a second, to the disk and back
OTHERS = "other programs use this computer"
SHORT = "memory is short, so that part of it is on the disk"
UNKNOWN = "the computer may have slowed down to save power or to stay cool"


@dataclass(frozen=True)
class MachineLoad:
    """What the machine does beside this program. others: share of all processors, 0 to 1."""

    others: float
    is_swapping: bool

    @property
    def reason(self) -> str:
        """Why something would be slow."""
        return SHORT if self.is_swapping else OTHERS if self.others > CROWDED else UNKNOWN


class LoadMeter:
    """What the machine did since it was asked last."""

    def __init__(self) -> None:
        self._own = psutil.Process()
        self._swapped = 0
        self.measure(1.0)  # what is measured is always since the last time

    def measure(self, seconds: float) -> MachineLoad:
        """seconds: since it was asked last."""
        cores = psutil.cpu_count() or 1
        others = (psutil.cpu_percent() - self._own.cpu_percent() / cores) / 100
        swap = psutil.swap_memory()
        swapped, self._swapped = self._swapped, swap.sin + swap.sout
        is_swapping = bool(swapped) and self._swapped - swapped > SWAPPED * seconds
        return MachineLoad(min(1.0, max(0.0, others)), is_swapping)


class Pace:
    """Hears of the speed and the load, and says once when the one is low, and why.

    Attributes: planned, before (pictures a second: as a plan foretold, and in earlier runs; 0 if
    unknown).
    """

    def __init__(self) -> None:
        self.planned = self.before = 0.0
        self.load = MachineLoad(0.0, is_swapping=False)
        self._has_said = False

    def begin(self, planned: float) -> None:
        """Another run."""
        self.planned, self._has_said = planned, False

    def sentence(self, speed: float) -> str:
        """What is to be said now; "" if nothing is, or it was said already."""
        expected = self.planned or self.before
        times = expected / speed if speed > 0 else 0.0
        if times < FINE:
            self._has_said = False
        if times < SLOW or self._has_said:
            return ""
        self._has_said = True
        than = "planned" if self.planned else "before"
        return f"A step takes {times:.0f} times as long as {than}: {self.load.reason}."


def learning_words(started: TrainStarted) -> str:
    """What is said while it learns."""
    words = f"Learning from {several(started.pictures, 'picture')}"
    aside = started.kept_aside
    return f"{words}; {aside:,} kept aside to check." if aside else f"{words}."
