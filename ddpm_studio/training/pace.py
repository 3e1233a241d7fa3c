"""How long training has taken, how long it takes on, and when it is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

SPEED_MEMORY = 0.95  # how much of the average step time is kept at each step
# a step that takes so much longer than the others was not computed: the computer was asleep
ASLEEP_TIMES, ASLEEP_SECONDS = 20, 60.0


class Pace:
    """Counts the time of work only; pauses between events are not in it.

    Attributes: seconds (of this run), earlier_seconds (of the runs before it), step_seconds (of
    a step, on average), last_step and max_seconds (the end, if there is one).
    """

    def __init__(self, max_seconds: float | None) -> None:
        self.max_seconds = max_seconds
        self.last_step: int | None = None
        self.seconds = 0.0
        self.earlier_seconds = 0.0
        self.step_seconds = 0.0

    @property
    def all_seconds(self) -> float:
        """Of all the training that led to the present state."""
        return self.earlier_seconds + self.seconds

    @all_seconds.setter
    def all_seconds(self, value: float) -> None:
        self.earlier_seconds = value - self.seconds

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the time of what is inside, which must not yield."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """Count the time of one training step, but not that in which the computer slept in it.

        Clocks differ: that of Windows goes on meanwhile.
        """
        before = self.seconds
        with self.working():
            yield
        usual = self.step_seconds
        if usual and self.seconds - before > ASLEEP_TIMES * usual + ASLEEP_SECONDS:
            self.seconds = before + usual
        kept = SPEED_MEMORY if self.step_seconds else 0.0
        taken = max(self.seconds - before, 1e-9)  # never 0, whatever the clock's resolution
        self.step_seconds = kept * self.step_seconds + (1 - kept) * taken

    def is_over(self, step: int) -> bool:
        """Whether training ends after `step`."""
        if self.last_step is not None and step >= self.last_step:
            return True
        return self.max_seconds is not None and self.seconds >= self.max_seconds

    def remaining(self, step: int) -> float | None:
        """Seconds left after `step`; None if training ends only when it is told to."""
        if self.last_step is not None:
            return max(0, self.last_step - step) * self.step_seconds
        if self.max_seconds is not None:
            return max(0.0, self.max_seconds - self.seconds)
        return None
