"""How long training has taken, how long it takes on, and when it is over."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

SPEED_MEMORY = 0.95  # how much of the average step time is kept at each step
# what takes so much longer than the steps before was not computed: the computer was asleep, or the
# program was stopped. Looks at the model and waits for the disk may take longer than a step.
ASLEEP_SECONDS = 60.0
ASLEEP_STEPS, ASLEEP_LOOKS = 20, 100


class Stopwatch:
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
        """Count the time of what is inside, which must not yield.

        Not that in which the computer slept: clocks differ, and that of Windows goes on meanwhile.
        """
        with self._counting(ASLEEP_LOOKS):
            yield

    @contextmanager
    def stepping(self) -> Iterator[None]:
        """The same for one training step, whose time is remembered."""
        before, usual = self.seconds, self.step_seconds
        with self._counting(ASLEEP_STEPS):
            yield
        taken = max(self.seconds - before, 1e-9)  # never 0, whatever the clock's resolution
        if _is_asleep(usual, taken, ASLEEP_STEPS):  # in the first step, when nobody could know
            self.seconds -= usual - taken
            usual = 0.0
        kept = SPEED_MEMORY if usual else 0.0
        self.step_seconds = kept * usual + (1 - kept) * taken

    @contextmanager
    def _counting(self, steps: int) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            taken, usual = time.perf_counter() - started, self.step_seconds
            self.seconds += usual if usual and _is_asleep(taken, usual, steps) else taken

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


def _is_asleep(taken: float, usual: float, steps: int) -> bool:
    """Whether nothing was computed in most of the seconds `taken`; a step takes `usual`."""
    return taken > steps * usual + ASLEEP_SECONDS
