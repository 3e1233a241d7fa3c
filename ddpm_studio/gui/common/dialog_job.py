"""The one job that a dialog waits for: how far it is and how it ended, in sentences."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import TRAIN, Job, JobState

TOO_LATE = "It was finished before it could be stopped. "


class DialogJob(QObject):
    """Follows one job at a time; of one that another replaced nothing is heard any more.

    Why it failed is said here, not in the banner.
    """

    said = Signal(str, str)  # a sentence, and its kind: "muted" or "danger"
    changed = Signal()  # it began, is further, is about to end, or has ended

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._job: Job | None = None
        self._done: Callable[[Any], str] = str
        self._stopped = self._words = ""
        self._is_to_stop = False  # a person asked for it

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def is_stopping(self) -> bool:
        return self._job is not None and self._job.state is JobState.STOPPING

    @property
    def is_left(self) -> bool:
        """Whether it goes on without the dialog, since its project was left."""
        return self._job is not None and self._job.is_left

    @property
    def fraction(self) -> float | None:
        """How far it is, 0 to 1; None if that is not known."""
        return None if self._job is None else self._job.progress.fraction

    def follow(self, job: Job, done: Callable[[Any], str], stopped: str) -> None:
        """done: the last sentence, from what the job returned; stopped: if it was stopped."""
        self._job, self._done, self._stopped, self._words = job, done, stopped, ""
        self._is_to_stop = False
        job.tells_failure = True
        job.changed.connect(self._on_changed)
        job.succeeded.connect(self._on_succeeded)
        job.stopped.connect(self._on_stopped)
        job.failed.connect(self._on_failed)
        self._on_changed()

    def stop(self) -> None:
        """After the step that it is in."""
        if self._job is not None:
            self._is_to_stop = True
            self._job.stop()

    def discard(self) -> None:
        """Stop, and say nothing more."""
        if self._job is not None:
            self._jobs.discard(self._job.objectName())
            self._job = None
            self.changed.emit()

    def words(self, job: Job) -> str:
        """What is said while it runs: of one that paints on the device that training lends it."""
        if job.state is JobState.WAITING:
            return "Waits until training has made its step…"
        if job.progress.fraction is None:
            return "Getting ready…"
        return "Painting…" + " Training waits meanwhile." * bool(self._jobs.everywhere(TRAIN))

    @property
    def goes_on(self) -> str:
        """What is to be added once it has ended."""
        trainings = self._jobs.everywhere(TRAIN)
        return " Training goes on." if any(not one.is_paused for one in trainings) else ""

    def _on_changed(self) -> None:
        if self._job is None:
            return
        words = "Stopping…" if self.is_stopping else self.words(self._job)
        if words != self._words:
            self._words = words
            self.said.emit(words, "muted")
        self.changed.emit()

    def _on_succeeded(self, result: object) -> None:
        too_late = TOO_LATE if self._is_to_stop else ""
        self._end(too_late + self._done(result))

    def _on_stopped(self) -> None:
        self._end(self._stopped)

    def _on_failed(self) -> None:
        failure = None if self._job is None else self._job.failure
        self._end("" if failure is None else failure.sentence, "danger")

    def _end(self, words: str, kind: str = "muted") -> None:
        self._job = None
        if words:
            self.said.emit(words, kind)
        self.changed.emit()
