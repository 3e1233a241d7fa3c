"""What may change on the disk of the open project: its checkpoints, and who else trains it."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import CHECKPOINTS, OTHER_TRAINER, Job
from ddpm_studio.project import CheckpointFile, Project
from ddpm_studio.words import several, size_in_words

LOOK_EVERY = 2000  # milliseconds: others may train or tidy up, too, and not every disk says so

Files = tuple[CheckpointFile, ...]


class ProjectWatch(QObject):
    """Looks every two seconds by a quiet job, since a disk may take long to answer."""

    def __init__(
        self, name: str, ask: Callable[[Project], Any], jobs: JobRunner, parent: QObject
    ) -> None:
        """name: of its jobs. ask: looks at the disk, on the thread of a job."""
        super().__init__(parent)
        self._name, self._ask, self._jobs = name, ask, jobs
        self._project: Project | None = None
        self._timer = QTimer(self, interval=LOOK_EVERY)
        self._timer.timeout.connect(self.look)

    def look(self) -> None:
        """Now, not only when the time has come; unless a look is on its way."""
        project, ask = self._project, self._ask
        if project is None or self._jobs.get(self._name) is not None:
            return
        job = self._jobs.start(self._name, lambda: _once(ask, project), quiet=True)
        job.succeeded.connect(self._on_seen)
        job.tells_failure = True  # what cannot be read now may be there again soon

    def _follow(self, project: Project | None) -> None:
        """From now on this one; None: none."""
        self._jobs.discard(self._name)
        self._project = project
        if project is None:
            self._timer.stop()
        else:
            self._timer.start()

    def _on_seen(self, found: Any) -> None:
        raise NotImplementedError


def look_for_models(project: Project) -> tuple[Files, Files]:
    """A project's checkpoints, and its pinned models."""
    return project.checkpoint_files(), project.model_files()


class Checkpoints(ProjectWatch):
    """As they were found last, the oldest first. It is true if there is one.

    They are read with the project when that is opened; from then on they are looked for: when
    one was saved, and every two seconds.
    """

    changed = Signal()  # there are others now, or one was written anew
    best_changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(CHECKPOINTS, look_for_models, jobs, parent)
        self.files: Files = ()
        self.kept: Files = ()  # the pinned models, of checkpoints that are gone
        self.best: tuple[int, float] | None = None  # step and held-out loss of the one with a star
        self._is_stale = False  # something was saved after the look that runs began
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

    def kept_of(self, step: int) -> CheckpointFile | None:
        """What is kept of that of a step, if it is gone."""
        return next((file for file in reversed(self.kept) if file.step == step), None)

    @property
    def disk_words(self) -> str:
        """A sentence that says how much they all take, what is kept of others among them."""
        count = several(len(self.files), "checkpoint")
        if self.kept:
            count += f" and {several(len(self.kept), 'model')} kept for what was saved with them"
        nbytes = sum(file.nbytes for file in (*self.files, *self.kept))
        return f"{count}, {size_in_words(nbytes)} on disk."

    def set_best(self, step: int, loss: float) -> None:
        """The star is on that of this step, which has this loss on unseen pictures; -1: on none."""
        best = (step, loss) if step >= 0 else None
        if best != self.best:
            self.best = best
            self.best_changed.emit()

    def show(self, project: Project | None, found: tuple[Files, Files] = ((), ())) -> None:
        """Another project is open, with what `look_for_models` found in it; None: none is."""
        self.files, self.kept = found
        self._is_stale, self.best = False, None
        self._follow(project)

    def stop(self) -> None:
        """The window closes: nobody looks any more."""
        self._follow(None)

    def refresh(self) -> None:
        """Something was saved: look again."""
        self._is_stale = self._jobs.get(CHECKPOINTS) is not None
        self.look()

    def _on_job_ended(self, _job: Job) -> None:
        if self._is_stale and self._jobs.get(CHECKPOINTS) is None:
            self.refresh()

    def _on_seen(self, found: tuple[Files, Files]) -> None:
        # what was looked up before something was saved is not shown: the next look is on its way
        if found != (self.files, self.kept) and not self._is_stale:
            self.files, self.kept = found
            self.changed.emit()


class OtherTrainer(ProjectWatch):
    """Whether another process trains the open project, which is then only looked at here.

    Attributes: sentence (who trains it and what that means; "" if nobody does).
    """

    changed = Signal(str)  # the sentence; "" when the project is free again

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(OTHER_TRAINER, lambda project: project.trained_elsewhere(), jobs, parent)
        self.sentence = ""

    @property
    def is_training(self) -> bool:
        """Whether another process trains the project."""
        return bool(self.sentence)

    def watch(self, project: Project | None) -> None:
        """From now on this one; None: none, or one that is trained by this very process."""
        self.sentence = ""
        self._follow(project)
        self.look()

    def _on_seen(self, owner: str) -> None:
        sentence = (
            f"Another process (number {owner}) trains this project, so here it can only be looked "
            "at. You can generate pictures meanwhile; when that training ends, all is free again."
            if owner
            else ""
        )
        if sentence != self.sentence:
            self.sentence = sentence
            self.changed.emit(sentence)


def _once(ask: Callable[[Project], Any], project: Project) -> Generator[None, None, Any]:
    yield None
    return ask(project)
