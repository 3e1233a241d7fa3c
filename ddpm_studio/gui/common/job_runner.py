"""Who owns the jobs: one for each name, and those that have lost their name and still go on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.jobs import LASTING, Job, JobState, MakeSteps


class JobRunner(QObject):
    """Owns the jobs, one per name, and can stop them all without blocking."""

    started = Signal(object)  # Job
    came_back = Signal(object)  # Job, which was left, and has its name again
    ended = Signal(object)  # Job, whose thread has ended
    failed = Signal(object, object)  # Job, Failure
    became_idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs: dict[str, Job] = {}
        self._ending: list[Job] = []
        self.owner: Path | None = None  # whose part those are that are started from now on
        self.before_each: Callable[[], None] | None = None  # in the thread of each job that waits

    def start(
        self,
        name: str,
        make_steps: MakeSteps,
        *,
        title: str = "",
        replace: bool = False,
        begin: bool = True,
        quiet: bool = False,
        borrows: bool = False,
        by_the_clock: Callable[[float], float] | None = None,
        waits: bool = True,
    ) -> Job:
        """Start a job; with replace, a running one of the same name is discarded first.

        title: what people read in the status line. begin=False: it waits for `job.begin()`.
        quiet: it has no place in the status line. borrows: it needs the device for a moment.
        by_the_clock: how long so many seconds of its work take, if others have turns in between.
        waits: for what was to be on disk before it begins.
        """
        if name in self._jobs:
            if not replace:
                raise RuntimeError(f"A {name} job is already running")
            self.discard(name)
        job = Job(
            self._after_others(make_steps) if waits else make_steps,
            self,
            title or name.capitalize(),
        )
        job.setObjectName(name)
        job.owner = self.owner
        job.is_quiet, job.borrows, job.by_the_clock = quiet, borrows, by_the_clock
        job.finished.connect(self._on_finished)
        job.failed.connect(self._on_failed)
        self._jobs[name] = job
        if begin:
            job.begin()
        self.started.emit(job)
        return job

    def _after_others(self, make_steps: MakeSteps) -> MakeSteps:
        def make() -> Iterator[Any]:  # worker thread
            if self.before_each is not None:
                self.before_each()
            return make_steps()

        return make

    def get(self, name: str) -> Job | None:
        """The job of that name that has not ended, if there is one."""
        return self._jobs.get(name)

    def jobs(self) -> list[Job]:
        """Those that have not ended and are neither discarded nor left, the oldest first."""
        return list(self._jobs.values())

    def ending(self) -> list[Job]:
        """Those that are discarded or left, and have not ended yet, the oldest first."""
        return list(self._ending)

    def discard(self, name: str) -> None:
        """Nothing of that job is heard any more; its name is free at once."""
        job = self._jobs.pop(name, None)
        if job is not None:
            self._ending.append(job)
            job.discard()

    def leave(self, name: str, title: str) -> None:
        """That job goes on under another title, unheard by those who started it; `ended` tells.

        Its name is free at once.
        """
        job = self._jobs.pop(name, None)
        if job is not None:
            self._ending.append(job)
            job.leave(title)

    def come_back(self, job: Job) -> None:
        """One that was left is heard again by those who started it. Its name must be free."""
        self._ending.remove(job)
        self._jobs[job.objectName()] = job
        job.come_back()
        self.came_back.emit(job)

    def everywhere(self, *names: str) -> list[Job]:
        """All of these names that have not ended, of whichever project."""
        return [job for job in (*self._ending, *self._jobs.values()) if job.objectName() in names]

    def stop_all(self) -> None:
        """What writes files, and was left, was promised an end of its own."""
        left = [job for job in self.ending() if job.objectName() in LASTING]
        for job in (*self.jobs(), *left):
            job.stop()

    def is_busy(self) -> bool:
        return bool(self._jobs or self._ending)

    def _on_failed(self, _error: Exception) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        if not job.tells_failure:
            self.failed.emit(job, job.failure)

    def _on_finished(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        job.wait()  # the thread has left run(); this waits for its last few instructions
        job.state = JobState.ENDED
        if job in self._ending:
            self._ending.remove(job)
        if self._jobs.get(job.objectName()) is job:
            del self._jobs[job.objectName()]
        self.ended.emit(job)
        job.deleteLater()
        if not self.is_busy():
            self.became_idle.emit()
