"""Whether another process trains the open project, which is then only looked at here."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.gui.common.job_names import OTHER_TRAINER
from ddpm_studio.gui.common.jobs import JobRunner
from ddpm_studio.project import Project

LOOK_EVERY = 2000  # milliseconds


class OtherTrainer(QObject):
    """Looks every two seconds, for as long as a project is open that is not trained here.

    Attributes: sentence (who trains it and what that means; "" if nobody does).
    """

    changed = Signal(str)  # the sentence; "" when the project is free again

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self.sentence = ""
        self._jobs = jobs
        self._project: Project | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self.look)

    @property
    def is_training(self) -> bool:
        """Whether another process trains the project."""
        return bool(self.sentence)

    def watch(self, project: Project | None) -> None:
        """From now on this one; None: none, or one that is trained by this very process."""
        self._jobs.discard(OTHER_TRAINER)
        self._project = project
        self.sentence = ""
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()
            self.look()

    def look(self) -> None:
        """Now, not only when the time has come; a job does, since a lock is a file."""
        project = self._project
        if project is None or self._jobs.get(OTHER_TRAINER) is not None:
            return
        job = self._jobs.start(OTHER_TRAINER, lambda: _look(project), quiet=True)
        job.succeeded.connect(self._on_looked)
        job.tells_failure = True  # where nothing can be read, nobody is seen to train

    def _on_looked(self, owner: str) -> None:
        self._show(
            f"Another process (number {owner}) trains this project, so here it can only be looked "
            "at. You can generate pictures meanwhile; when that training ends, all is free again."
            if owner
            else ""
        )

    def _show(self, sentence: str) -> None:
        if sentence != self.sentence:
            self.sentence = sentence
            self.changed.emit(sentence)


def _look(project: Project) -> Generator[None, None, str]:
    yield None
    return project.trained_elsewhere()
