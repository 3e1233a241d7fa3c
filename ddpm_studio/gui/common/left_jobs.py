"""Jobs of projects that were left: what goes on in the background, and the sentences about it."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.errors import Failure
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import (
    BATCH,
    COMPUTER,
    COPIES,
    EXPORT,
    LASTING,
    OPENING,
    RECENT,
    SHEET_EXPORT,
    SMALL_WRITES,
    TRAIN,
    WARM_UP,
    WRITING,
    Job,
    JobEnd,
    JobState,
)

TITLES = {  # what a job is called once its project is not in view any more
    TRAIN: "Training of {project}",
    BATCH: "Painting many in {project}",
    EXPORT: "The export of {project}",
    SHEET_EXPORT: "The export of a sheet of {project}",
    COPIES: "Saving copies of {project}",
}
OTHER_TITLE = "{title} (project {project})"


class LeftJobs(QObject):
    """Training, batches and what writes files go on; the rest is discarded.

    None of their events reaches a page any more, until their project is shown again: then
    training and batches are its own as before. How those ended that were left is heard here.
    """

    noticed = Signal(str)  # a sentence: one has ended as it should
    failed = Signal(object)  # Failure, which names the project
    ended = Signal(object, str)  # Path of a project, name of a job that wrote into it

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        jobs.ended.connect(self._on_ended)

    @property
    def titles(self) -> list[str]:
        """Of those that still run."""
        return [job.title for job in self._left]

    def is_training(self, path: Path) -> bool:
        """Whether a training of this project, that was left, has not ended yet."""
        return any(job.objectName() == TRAIN and job.owner == path for job in self._left)

    def is_at_work(self, path: Path) -> bool:
        """Whether anything of this project, that was left, has not ended yet."""
        return any(job.owner == path for job in self._left)

    def change_project(self, path: Path | None) -> str:
        """Another project is shown from now on; what is to be said about the jobs of the one that
        was left, "" if nothing.
        """
        sentences = []
        for job in self._jobs.jobs():
            if self._leave(job, self._jobs.owner, path):
                sentences.append(f"{job.title} {_goes_on(job)} in the background.")
        self._jobs.owner = path
        for job in self._left:
            # one that has ended already is heard of as one that was left
            if job.owner == path and job.objectName() in LASTING and job.end is None:
                self._jobs.come_back(job)
        return " ".join(sentences)

    @property
    def _left(self) -> list[Job]:
        return [job for job in self._jobs.ending() if job.is_left]

    def _leave(self, job: Job, project: Path | None, other: Path | None) -> bool:
        """Whether it goes on; it has its new title then."""
        name = job.objectName()
        if name in (
            WARM_UP,
            COMPUTER,
            RECENT,
            SMALL_WRITES,
            OPENING,
        ):  # quick, and heard of if they fail
            return False
        if name in LASTING and project is not None and project == other:
            return False
        if project is None or name not in (*LASTING, *WRITING):
            self._jobs.discard(name)
            return False
        title = TITLES.get(name, OTHER_TITLE)
        self._jobs.leave(name, title.format(project=project.name, title=job.title))
        if name in WRITING:
            job.set_paused(False)  # nobody is there any more who would let it go on
        return True

    def _on_ended(self, job: Job) -> None:
        if not job.is_left:
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
        self.ended.emit(job.owner, job.objectName())


def _goes_on(job: Job) -> str:
    """What one does that is left at this moment."""
    match job.state:
        case JobState.STOPPING:
            return "saves and ends"
        case JobState.PAUSED if job.is_paused:
            return "stays paused"
        case JobState.PAUSED | JobState.WAITING:
            return "waits for its turn"
        case _:
            return "goes on"


def _place_of(result: object) -> str:
    """Where a single file is that was written."""
    path = getattr(result, "path", result)
    return f": {path}" if isinstance(path, Path) else ""
