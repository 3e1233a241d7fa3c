"""The machine does not fall asleep while something long is made."""

import threading
from collections.abc import Iterator

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import BATCH, EXPORT, SHEET_EXPORT, TRAIN, Job
from ddpm_studio.gui.common.settings import Settings

LONG = (TRAIN, BATCH, EXPORT, SHEET_EXPORT)
KEY = "night/awake"
LOOK_SECONDS = 0.5  # between two looks whether it is asked to end


class Awake(QObject):
    """Asks the system to stay awake as long as one of LONG is at work and not paused.

    Attributes: is_on (whether a person wants it), holds (None while nothing is asked; else whether
    the system agreed).
    """

    changed = Signal()
    became_idle = Signal()  # its thread has ended

    def __init__(self, jobs: JobRunner, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._settings = settings
        self._work = jobs
        self._own = JobRunner(self)  # not of the window's: what waits for those would wait for it
        self._own.became_idle.connect(self._keep_up)
        self._own.became_idle.connect(self.became_idle)
        self._release = threading.Event()
        self._long: list[Job] = []
        self.is_on = settings.get(KEY, True)
        self.holds: bool | None = None
        jobs.started.connect(self._on_started)
        jobs.ended.connect(self._on_ended)

    @property
    def is_busy(self) -> bool:
        """Whether its thread has not ended yet."""
        return self._own.is_busy()

    def set_on(self, is_on: bool) -> None:
        """From now on, and next time."""
        self.is_on = is_on
        self._settings.set(KEY, is_on)
        self._keep_up()

    def _on_started(self, job: Job) -> None:
        if job.objectName() in LONG:
            self._long.append(job)
            job.changed.connect(self._keep_up)
            self._keep_up()

    def _on_ended(self, job: Job) -> None:
        if job in self._long:
            self._long.remove(job)
            self._keep_up()

    def _keep_up(self) -> None:
        is_wanted = self.is_on and any(not job.is_paused for job in self._long)
        if is_wanted and not self._own.is_busy():
            release = self._release = threading.Event()  # before its thread asks for it
            job = self._own.start("awake", lambda: stay_awake(release), title="Staying awake")
            job.events.connect(self._on_answer)
        elif not is_wanted and self._own.is_busy():
            self._release.set()
        if not is_wanted and self.holds is not None:
            self.holds = None
            self.changed.emit()

    def _on_answer(self, answers: list[bool]) -> None:
        if not self._release.is_set() and self.holds is not answers[0]:
            self.holds = answers[0]
            self.changed.emit()


def stay_awake(release: threading.Event) -> Iterator[bool]:
    """Yields once whether the system agreed, then waits to be released."""
    from wakepy import keep

    with keep.running(on_fail="pass") as mode:
        yield mode.active
        while not release.wait(LOOK_SECONDS):
            yield mode.active
