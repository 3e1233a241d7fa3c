"""The checkpoints of the open project: looked for by a job, known to all in the window."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.gui.common.job_names import CHECKPOINTS
from ddpm_studio.gui.common.jobs import Job, JobRunner
from ddpm_studio.project import CheckpointFile, Project

LOOK_EVERY = 2000  # milliseconds: others may train or tidy up, too, and not every disk says so

Files = tuple[CheckpointFile, ...]


class Checkpoints(QObject):
    """As they were found last, the oldest first. It is true if there is one.

    They are read with the project when that is opened; from then on a quiet job looks for them:
    when one was saved, and every two seconds.
    """

    changed = Signal()  # there are others now, or one was written anew
    best_changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self.files: Files = ()
        self.best: tuple[int, float] | None = None  # step and held-out loss of the one with a star
        self._jobs = jobs
        self._project: Project | None = None
        self._is_stale = False  # something was saved after the look that runs began
        self._timer = QTimer(self, interval=LOOK_EVERY)
        self._timer.timeout.connect(self._on_time)
        jobs.ended.connect(self._on_job_ended)

    def __bool__(self) -> bool:
        return bool(self.files)

    @property
    def paths(self) -> list[Path]:
        return [file.path for file in self.files]

    @property
    def steps(self) -> list[int]:
        return [file.step for file in self.files]

    @property
    def newest(self) -> CheckpointFile | None:
        return self.files[-1] if self.files else None

    def of(self, step: int) -> CheckpointFile | None:
        """That of a step, if it was there."""
        return next((file for file in self.files if file.step == step), None)

    def set_best(self, step: int, loss: float) -> None:
        """The star is on that of this step, which has this loss on unseen pictures; -1: on none."""
        best = (step, loss) if step >= 0 else None
        if best != self.best:
            self.best = best
            self.best_changed.emit()

    def show(self, project: Project | None, files: Files) -> None:
        """Another project is open, with these in it; None: none is."""
        self._jobs.discard(CHECKPOINTS)
        self._project, self.files, self._is_stale, self.best = project, files, False, None
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()

    def stop(self) -> None:
        """The window closes: nobody looks any more."""
        self._project = None
        self._timer.stop()

    def refresh(self) -> None:
        """Look again, in the background."""
        project = self._project
        if project is None:
            return
        if self._jobs.get(CHECKPOINTS) is not None:
            self._is_stale = True
            return
        self._is_stale = False
        job = self._jobs.start(CHECKPOINTS, lambda: _look(project), quiet=True)
        job.succeeded.connect(self._on_found)
        job.tells_failure = True  # a folder that cannot be listed now may be there again soon

    def _on_job_ended(self, _job: Job) -> None:
        if self._is_stale and self._jobs.get(CHECKPOINTS) is None:
            self.refresh()

    def _on_time(self) -> None:
        if self._jobs.get(CHECKPOINTS) is None:
            self.refresh()

    def _on_found(self, files: Files) -> None:
        # what was looked up before something was saved is not shown: the next look is on its way
        if files != self.files and not self._is_stale:
            self.files = files
            self.changed.emit()


def _look(project: Project) -> Generator[None, None, Files]:
    yield None
    return project.checkpoint_files()
