"""How far a job is: from events to a fraction, time left and a few words, and the bar."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QProgressBar, QWidget

from ddpm_studio import events as ev
from ddpm_studio.gui.common.layout import keep_room
from ddpm_studio.words import time_left

PHASES = {  # what the words before the numbers are; a preview is a part of training
    ev.Work.READING: "Reading pictures",
    ev.Work.DRAWING: "Painting",
    ev.Work.WRITING: "Writing frames",
    ev.Work.PROBING: "",
    ev.Work.BATCH: "",
    ev.Work.MOVING: "",
}

PARTS = 1000  # of the whole


@dataclass(frozen=True)
class Standing:
    """How a job stands. fraction: 0 to 1, None if there is no known end.

    remaining: seconds, None if unknown. text: such as "Reading pictures: 8 of 20".
    """

    fraction: float | None = None
    remaining: float | None = None
    text: str = ""

    def words(self, usual: str = "") -> str:
        """Text and time left, as far as they are known. usual: instead of no text."""
        left = "" if self.remaining is None else time_left(self.remaining)
        return "  ·  ".join(filter(None, (self.text or usual, left)))


class Meter:
    """Reads the events of one job. Time in which the job is paused does not count."""

    def __init__(self) -> None:
        self.progress = Standing()
        self._training: ev.TrainStarted | None = None
        self._phase = ""
        self._running = 0.0  # seconds in the present phase, before `_since`
        self._since: float | None = time.monotonic()  # None: paused

    def set_paused(self, paused: bool) -> None:
        now = time.monotonic()
        if paused and self._since is not None:
            self._running += now - self._since
            self._since = None
        elif not paused and self._since is None:
            self._since = now

    def update(self, events: Iterable[object]) -> None:
        """Take a batch of events, in order; those that say nothing about progress are passed."""
        last = None
        for event in events:
            if isinstance(event, ev.TrainStarted):
                self._training = event
            elif _tells(event):
                last = event
        if last is not None:
            self._read(last)

    def _read(self, event: object) -> None:
        match event:
            case ev.Progress(what, done, total, before=before):
                self._count(PHASES[what], done, total, before)
                if what is ev.Work.BATCH:
                    self.progress = replace(self.progress, text=f"{int(done):,} of {total:,}")
            case ev.SampleStep():
                self._count("", event.painted, event.total)
            case ev.BothPainted(_, done, total):
                self._count("", done, total)
            case ev.TrainStep():
                self._train(event)

    def _train(self, event: ev.TrainStep) -> None:
        fraction = None
        started = self._training
        if started is not None and started.total_seconds is not None:
            fraction = event.seconds / started.total_seconds
        elif started is not None and started.total_steps is not None:
            steps = started.total_steps - started.step
            fraction = (event.step - started.step) / steps if steps else 1.0
        text = f"step {event.step:,}"
        self.progress = Standing(_limited(fraction), event.remaining, text)

    def _count(self, phase: str, done: float, total: float, before: float = 0) -> None:
        """before: of `done`, what was there when the job began, and says nothing of its pace."""
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._running = phase, 0.0
            self._since = None if self._since is None else now
        spent = self._running + (0.0 if self._since is None else now - self._since)
        is_known = done > before and spent > 1
        remaining = spent * (total - done) / (done - before) if is_known else None
        text = f"{phase}: {done:,.0f} of {total:,.0f}" if phase else ""
        self.progress = Standing(_limited(done / total if total else None), remaining, text)


def _tells(event: object) -> bool:
    if isinstance(event, ev.Progress):
        return event.what in PHASES
    return isinstance(event, ev.SampleStep | ev.BothPainted | ev.TrainStep)


def _limited(fraction: float | None) -> float | None:
    return None if fraction is None else min(1.0, max(0.0, fraction))


class ProgressLine(QProgressBar):
    """A bar from 0 to PARTS; see `set_fraction`."""

    def __init__(
        self, name: str, words: str, *, keeps_place: bool = False, parent: QWidget | None = None
    ) -> None:
        """words: what it tells, for who cannot see it. keeps_place: nothing jumps when it hides."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setTextVisible(False)
        self.setRange(0, PARTS)
        if keeps_place:
            keep_room(self)

    def set_fraction(self, fraction: float | None, *, is_waiting: bool = False) -> None:
        """None: nothing is known, and it is empty. is_waiting: then it moves to and fro."""
        self.setRange(0, 0 if is_waiting and fraction is None else PARTS)
        self.setValue(round(PARTS * (fraction or 0)))
