"""Jobs of projects that were left: what goes on in the background, and the sentences about it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.errors import Failure
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import (
    BATCH,
    COPIES,
    EXPORT,
    RECENT,
    SHEET_EXPORT,
    SMALL_WRITES,
    TRAIN,
    WARM_UP,
    WRITING,
    Job,
    JobEnd,
)
from ddpm_studio.project import Project

TITLES = {  # what a job is called once its project is not in view any more
    TRAIN: "Training of {project}",
    EXPORT: "The export of {project}",
    SHEET_EXPORT: "The export of a sheet of {project}",
    COPIES: "Saving copies of {project}",
}
OTHER_TITLE = "{title} (project {project})"


class LeftJobs(QObject):
    """Training is stopped, which saves; what writes files goes on; the rest is discarded.

    None of their events reaches a page any more. How they ended is heard here.
    """

    noticed = Signal(str)  # a sentence: one has ended as it should
    failed = Signal(object)  # Failure, which names the project
    ended = Signal(object, str)  # Path of a project, name of a job that wrote into it

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._projects: dict[Job, Project] = {}
        jobs.ended.connect(self._on_ended)

    @property
    def titles(self) -> list[str]:
        """Of those that still run."""
        return [job.title for job in self._projects]

    def is_training(self, path: Path) -> bool:
        """Whether a training of this project, that was left, has not ended yet."""
        return any(
            job.objectName() == TRAIN and project.path == path
            for job, project in self._projects.items()
        )

    def leave(self, project: Project | None) -> str:
        """Leave this project, or the start screen; what is to be said about it, "" if nothing."""
        sentences = []
        for job in self._jobs.jobs():
            name = job.objectName()
            if name in (WARM_UP, RECENT, SMALL_WRITES):  # quick, and heard of if they fail
                continue
            if project is None or name not in (TRAIN, *WRITING):
                if project is not None and name == BATCH:
                    sentences.append(
                        f"Painting many in {project.name} has been stopped; the page Made of that "
                        "project offers to finish it."
                    )
                self._jobs.discard(name)
                continue
            title = TITLES.get(name, OTHER_TITLE).format(project=project.name, title=job.title)
            self._projects[job] = project
            self._jobs.leave(name, title)
            if name == TRAIN:
                job.stop()
                sentences.append(f"{title} saves and ends in the background.")
            else:
                job.set_paused(False)  # nobody is there any more who would let it go on
                sentences.append(f"{title} goes on in the background.")
        return " ".join(sentences)

    def _on_ended(self, job: Job) -> None:
        project = self._projects.pop(job, None)
        if project is None:
            return
        if job.failure is not None:
            sentence = f"{job.title} has failed. {job.failure.sentence}"
            self.failed.emit(Failure(sentence, job.failure.details))
        elif job.objectName() == TRAIN:
            self.noticed.emit(f"{job.title} has ended; what it learned is saved.")
        elif job.end is JobEnd.STOPPED:
            self.noticed.emit(f"{job.title} has been stopped.")
        else:
            self.noticed.emit(f"{job.title} is finished{_place_of(job.result)}.")
        self.ended.emit(project.path, job.objectName())


def _place_of(result: object) -> str:
    """Where a single file is that was written."""
    path = getattr(result, "path", result)
    return f": {path}" if isinstance(path, Path) else ""
