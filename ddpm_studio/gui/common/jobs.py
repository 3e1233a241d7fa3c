"""A background job: a core generator driven on a thread, heard in the GUI thread."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal
from shiboken6 import isValid

from ddpm_studio.events import FileWritten, RolledBack, TrainStep
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.errors import Failure, describe_failure
from ddpm_studio.gui.common.progress import Meter, Standing

logger = logging.getLogger(__name__)

WARM_UP, RECENT, SAMPLE_PROJECT = "warm_up", "recent", "sample_project"
# quick looks at the disk, and what a click sets written to it
CHECKPOINTS, OTHER_TRAINER = "checkpoints", "other_trainer"
READ_AGAIN, SMALL_WRITES, OPENING = "read_again", "small_writes", "opening"
COMPUTER = "computer"  # what computes from now on
PROJECT_CARE = "project_care"  # a new name for one, a copy, the trash
PICTURES, TRAIN, SAMPLE, BATCH = "pictures", "train", "sample", "batch"
# they go on when their project is left, and are that project's again when it is shown again
LASTING = (TRAIN, BATCH)
# what writes files for a person: it ends well even when its project is left
EXPORT, SHEET_EXPORT, SAVE, SAVE_REST = "export", "sheet_export", "save", "save_rest"
KEEP = "keep"
COPIES, TRASH, RESTORE = "made.copies", "made.trash", "made.restore"
RENAME = "made.rename"
WRITING = (EXPORT, SHEET_EXPORT, SAVE, SAVE_REST, KEEP, COPIES, TRASH, RESTORE, RENAME)
HOMES = {  # the pages where jobs are seen
    PICTURES: names.NAV_PICTURES,
    TRAIN: names.NAV_TRAIN,
    SAMPLE: names.NAV_GENERATE,
    BATCH: names.NAV_MADE,
    **dict.fromkeys(WRITING, names.NAV_MADE),
}

BATCH_SECONDS = 0.05  # at most twenty batches a second reach the GUI
MOST_STEPS_KEPT = 1000  # of a training; what is older stands in its log
STACK_BYTES = 8 << 20  # Qt's threads get 512 kB on macOS, too little for torch
USER = "user"  # who holds a job that was paused by hand

MakeSteps = Callable[[], Iterator[Any]]


class JobState(Enum):
    """What a job is doing, as far as the GUI thread knows."""

    WAITING = auto()  # made, but not begun
    RUNNING = auto()
    PAUSED = auto()  # somebody holds it; the step it is in may still be ending
    STOPPING = auto()
    ENDED = auto()


class JobEnd(Enum):
    """How a job has ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"


class Job(QThread):
    """One run of a core generator. The Job object itself never leaves the GUI thread.

    Signals, all heard in the GUI thread: `events` (a list, in order), then exactly one of
    `succeeded` (what the generator returned), `failed` (the error) and `stopped`. `changed` says
    that state or progress is new. `rested` says that a held job has come to a halt between two
    steps, so that its device is free.
    """

    events = Signal(list)
    succeeded = Signal(object)
    failed = Signal(Exception)
    stopped = Signal()
    changed = Signal()
    rested = Signal()

    _posted = Signal(str, object)  # worker thread -> GUI thread

    def __init__(self, make_steps: MakeSteps, parent: QObject, title: str = "") -> None:
        super().__init__(parent)
        self.title = self._own_title = title  # for people: "Training"
        self.owner: Path | None = None  # the project that it is a part of
        self.latest: dict[type, Any] = {}  # the newest event of each kind, for who comes later
        self.steps: deque[TrainStep] = deque(maxlen=MOST_STEPS_KEPT)  # the newest, the same way
        self.is_quiet = False  # not worth a place in the status line
        self.borrows = False  # it needs the device for a moment
        self.tells_failure = False  # who started it says itself why it failed, not the banner
        # how long so many seconds of its work take by the clock, if it shares its device in turns
        self.by_the_clock: Callable[[float], float] | None = None
        self.state = JobState.WAITING
        self.is_resting = False
        self.end: JobEnd | None = None  # set before the signal that says so, as are these two
        self.failure: Failure | None = None
        self.result: object = None
        self._make_steps = make_steps
        self._meter = Meter()
        self.is_muted = False  # those who started it hear nothing of it any more
        self.is_left = False  # muted, and yet it goes on: its progress and end are of interest
        self._gate = threading.Condition()  # both threads: who holds the job, and whether it stops
        self._holders: set[Hashable] = set()
        self._hold_round = 0
        # not Qt's interruption request: that one is lost when the thread has not begun
        self._must_stop = False
        self._batch: list[Any] = []
        self._posted_at = 0.0
        self.setStackSize(STACK_BYTES)
        self._posted.connect(self._deliver)

    @property
    def progress(self) -> Standing:
        """The latest known progress: fraction done, seconds left, a few words."""
        progress = self._meter.progress
        if self.by_the_clock is None or progress.remaining is None:
            return progress
        return replace(progress, remaining=self.by_the_clock(progress.remaining))

    @property
    def is_paused(self) -> bool:
        """Whether a person paused it; a job that only lends its device is not paused."""
        return USER in self._holders

    def begin(self) -> None:
        """Start the thread; a second call does nothing."""
        if self.state is not JobState.WAITING:
            return
        self.state = JobState.PAUSED if self._holders else JobState.RUNNING
        self.start()
        self.changed.emit()

    def stop(self) -> None:
        """Close the generator after the step it is in, unless that one has completed it all."""
        if self.state is JobState.ENDED:
            return
        with self._gate:
            self._must_stop = True
            self._gate.notify()
        self.is_resting = False  # from now on it may save
        self.begin()  # even a job that never began must end, and say so
        self._set_state(JobState.STOPPING)

    def discard(self) -> None:
        """Stop, and deliver nothing more: not even what is already queued."""
        self.is_muted = True
        self.stop()

    def leave(self, title: str) -> None:
        """Go on, but let those who started it hear nothing more: not even what is queued.

        title: what people read from now on.
        """
        self.is_muted = self.is_left = True
        self.title = title
        self.changed.emit()

    def come_back(self) -> None:
        """Those who started it hear of it again; `latest` tells what they have missed."""
        self.is_muted = self.is_left = False
        self.title = self._own_title
        self.changed.emit()

    def set_paused(self, paused: bool) -> None:
        """Pause or continue by hand. The generator keeps what it holds in memory."""
        if paused:
            self.hold(USER)
        else:
            self.release(USER)

    def hold(self, holder: Hashable) -> None:
        """Halt before the next step, until everybody who holds the job has released it."""
        if self.state in (JobState.STOPPING, JobState.ENDED) or holder in self._holders:
            return
        with self._gate:
            if not self._holders:
                self._hold_round += 1
            self._holders.add(holder)
        self._meter.set_paused(True)
        self._set_state(self.state if self.state is JobState.WAITING else JobState.PAUSED)

    def release(self, holder: Hashable) -> None:
        """Go on, unless somebody else still holds the job."""
        if holder not in self._holders:
            return
        with self._gate:
            self._holders.discard(holder)
            if not self._holders:
                self._gate.notify()
        if not self._holders and self.state in (JobState.PAUSED, JobState.WAITING):
            self.is_resting = False
            self._meter.set_paused(False)
            if self.state is JobState.PAUSED:
                self.state = JobState.RUNNING
        self.changed.emit()

    def run(self) -> None:  # worker thread
        try:
            self._rest_while_held()  # what its maker looks at may change until it is let go
            ending = self._drive(self._make_steps())
        except Exception as error:  # the one place where errors cross threads
            logger.exception("The job %s failed", self.objectName())
            # the traceback would keep every tensor of the run alive
            ending = ("failed", (describe_failure(error), _without_frames(error)))
        self._post_batch()
        self._posted.emit(*ending)

    def _drive(self, steps: Iterator[Any]) -> tuple[str, Any]:
        is_complete = False  # then it cannot be stopped any more, and must not say that it was
        while True:
            self._rest_while_held()
            if self._must_stop and not is_complete:
                break
            try:
                event = next(steps)
            except StopIteration as end:
                return "succeeded", end.value
            self._batch.append(event)
            is_complete = isinstance(event, FileWritten) and event.is_last
            if time.monotonic() - self._posted_at > BATCH_SECONDS:
                self._post_batch()
        close = getattr(steps, "close", None)  # a plain iterator has nothing to close
        if close is not None:
            close()
        return "stopped", None

    def _rest_while_held(self) -> None:
        with self._gate:
            while self._holders and not self._must_stop:
                self._post_batch()
                # an answer to an older hold is void, so each hold gets one of its own
                self._posted.emit("rested", self._hold_round)
                self._gate.wait()

    def _post_batch(self) -> None:
        if self._batch:
            self._posted.emit("events", self._batch)
        self._batch, self._posted_at = [], time.monotonic()

    def _deliver(self, name: str, payload: Any) -> None:  # GUI thread
        if name == "rested":
            self._on_rested(payload)
            return
        if name == "events":
            self._hear(payload)
            return
        self.state, self.end = JobState.ENDED, JobEnd(name)
        error: object = None
        if self.end is JobEnd.FAILED:
            self.failure, error = payload
        else:
            self.result = payload
        if self.is_muted:
            return
        if self.end is JobEnd.FAILED:
            self.failed.emit(error)
        elif self.end is JobEnd.STOPPED:
            self.stopped.emit()
        else:
            self.succeeded.emit(payload)
        if isValid(self):  # who heard it may have waited in an event loop, in which this one went
            self.changed.emit()

    def _hear(self, events: list[Any]) -> None:
        if self.is_muted and not self.is_left:
            return
        self._meter.update(events)
        self.latest.update((type(event), event) for event in events)
        for event in events:
            if isinstance(event, RolledBack):
                self.steps.clear()
            elif isinstance(event, TrainStep):
                self.steps.append(event)
        if not self.is_muted:
            self.events.emit(events)
        self.changed.emit()

    def _on_rested(self, hold_round: int) -> None:
        if hold_round == self._hold_round and self.state is JobState.PAUSED:
            self.is_resting = True
            self.rested.emit()

    def _set_state(self, state: JobState) -> None:
        self.state = state
        self.changed.emit()


def _without_frames(error: Exception) -> Exception:
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)
