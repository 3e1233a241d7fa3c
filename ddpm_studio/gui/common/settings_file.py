"""What is set in a project, on its way to the disk: written by a quick job, the latest last."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.job_names import SETTINGS
from ddpm_studio.gui.common.jobs import Job, JobRunner
from ddpm_studio.project import Project


class SettingsFile(QObject):
    """Writes project.json without a wait for the disk; of many changes the latest counts.

    Nothing is lost when the window closes, another project is opened or training begins: what
    waits is written even by a job that is stopped before it begins.
    """

    not_saved = Signal(object)  # Project; the job that tried says what is wrong

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._wanted: dict[Path, Project] = {}  # by folder: several may have been left
        self._noting = threading.Lock()  # held for a moment only, never while something is written
        self._writing = threading.Lock()
        jobs.ended.connect(self._on_job_ended)

    def newest(self, project: Project) -> Project:
        """A project as it was just read; or as it waits to be written, if it does."""
        with self._noting:
            return self._wanted.get(project.path, project)

    def save(self, project: Project) -> None:
        """Write these settings soon, in place of what waits for the same project."""
        with self._noting:
            self._wanted[project.path] = project
        self._begin()

    def write(self) -> Iterator[None]:
        """Write what waits, and wait for what is being written. On the thread of a job.

        No generator: a job that is stopped at once calls it nevertheless. Raises ProjectError.
        """
        with self._writing:
            while project := self._next():
                try:
                    project.save()
                except BaseException:
                    if self._forget(project):  # else there is a later one, which is tried next
                        self.not_saved.emit(project)
                    raise
                self._forget(project)
        return iter(())

    def _next(self) -> Project | None:
        with self._noting:
            return next(iter(self._wanted.values()), None)

    def _forget(self, project: Project) -> bool:
        """It waits no more; False if another one took its place meanwhile."""
        with self._noting:
            is_latest = self._wanted.get(project.path) is project
            if is_latest:
                del self._wanted[project.path]
            return is_latest

    def _begin(self) -> None:
        if self._wanted and self._jobs.get(SETTINGS) is None:
            self._jobs.start(SETTINGS, self.write, title="Saving what is set", quiet=True)

    def _on_job_ended(self, _job: Job) -> None:
        self._begin()
