"""Who has the device: one training, which lends it for a moment; nobody begins beside another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import BATCH, LASTING, TRAIN, Job, JobState, MakeSteps

if TYPE_CHECKING:
    from ddpm_studio.training.live import Live

IN_LINE = "in line"  # who holds a training while another one has its turn
WAITED_FOR = {TRAIN: "the training of {}", BATCH: "the batch of {}"}


@dataclass
class LentModel:
    """Where one training leaves its model, to be looked at while it rests; None before it began."""

    live: Live | None = None


class DeviceTurns(QObject):
    """One training at a time, and borrowers for which it halts between two steps.

    Trainings of several projects stand in line: first come, first served, unless a person puts
    one first. One that is paused by hand lets the next one go before it. Batches stand in a line
    of their own; how the first of them shares the device with training is their own affair.
    Whoever halts or ends is waited for until it has done so: it may still be in a step, save or
    measure. Two borrowers may work at once, such as a denoising and a plan.
    """

    changed = Signal()  # somebody came, went, halts or goes on

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._line: list[Job] = []  # trainings and batches, those that come first at the front
        self._training: Job | None = None
        self._is_looking = False
        jobs.started.connect(self._on_job_started)
        jobs.ended.connect(self._on_job_ended)

    @property
    def training(self) -> Job | None:
        """The one whose turn it is, of whichever project, if there is one."""
        return self._training

    @property
    def trainings(self) -> list[Job]:
        """All that have not ended; the next one first."""
        return [job for job in self._line if job.objectName() == TRAIN]

    @property
    def batches(self) -> list[Job]:
        """All that have not ended; the next one first."""
        return [job for job in self._line if job.objectName() == BATCH]

    @property
    def borrowers(self) -> list[Job]:
        """Those that have not ended; one that is discarded may still be in its last step."""
        return [job for job in (*self._jobs.jobs(), *self._jobs.ending()) if job.borrows]

    def is_free_for(self, worker: Job) -> bool:
        """Whether all other trainings and batches have come to rest."""
        return all(_rests(job) for job in self._line if job is not worker)

    def waits_for(self, worker: Job) -> Job | None:
        """The training or batch that this one stands in line behind."""
        if worker.is_paused or worker.state in (JobState.STOPPING, JobState.ENDED):
            return None
        first = self._training if worker.objectName() == TRAIN else self._next(self.batches)
        return None if first is worker or worker not in self._line else first

    def waiting_words(self, worker: Job) -> str:
        """Why a job does not go on that nobody has paused: "waits for the training of Fruit"."""
        other = self.waits_for(worker)
        if other is None or other.owner is None:
            return "waiting for its turn"
        return f"waits for {WAITED_FOR[other.objectName()].format(other.owner.name)}"

    def put_first(self, worker: Job) -> None:
        """It goes on now; whoever had its place waits, and goes on when it ends."""
        if worker in self._line:
            self._line.remove(worker)
            self._line.insert(0, worker)
            if worker.objectName() == TRAIN:
                self._training = worker
            worker.set_paused(False)
            self._look()

    def start_training(self, make_steps: MakeSteps, title: str = "Training") -> Job:
        """Start the job TRAIN, held while others have the device; the caller begins it.

        Raises RuntimeError if training of this project already runs.
        """
        job = self._jobs.start(TRAIN, make_steps, title=title, begin=False)
        for other in (*self.borrowers, *self.batches):
            job.hold(other)
        return job

    def start_borrowing(
        self,
        name: str,
        make_steps: MakeSteps,
        title: str = "",
        quiet: bool = False,
        after: Job | None = None,
    ) -> Job:
        """Start a job that needs the device for a moment, such as SAMPLE.

        Whichever training or batch runs halts between two steps, the job is done, and they go
        on, unless the user had paused them. The job begins when they have halted. A running job
        of the same name is discarded. after: a job that must have ended before.
        """
        job = self._jobs.start(
            name, make_steps, title=title, replace=True, begin=False, quiet=quiet, borrows=True
        )
        if after is not None:
            job.hold(after)
        for worker in self._line:
            worker.hold(job)
        self._look()
        return job

    def _next(self, line: list[Job]) -> Job | None:
        """The first that wants to go on."""
        return next((job for job in line if not job.is_paused), None)

    def _look(self) -> None:
        """Let go on whose turn it is, as soon as the others have come to rest."""
        if self._is_looking:
            return  # what is done here is heard here, too
        self._is_looking = True
        trainings = self.trainings
        present = self._training if self._training in trainings else None
        if present is None or present.is_paused:
            self._training = self._next(trainings) or present or next(iter(trainings), None)
        for job in trainings:
            if job is self._training and all(_rests(one) for one in trainings if one is not job):
                job.release(IN_LINE)
            else:
                job.hold(IN_LINE)
        if all(_rests(job) for job in self._line):
            for job in self.borrowers:
                job.begin()
        self._is_looking = False
        self.changed.emit()

    def _on_job_started(self, job: Job) -> None:
        if job.objectName() in LASTING:
            self._line.append(job)
            job.rested.connect(self._look)
            job.changed.connect(self._look)
            self._look()

    def _on_job_ended(self, ended: Job) -> None:
        # Heard from the runner, never from the thread's own `finished`: one that connects to that
        # may be too late, since the thread has said it already, or gone when it is delivered.
        if ended in self._line:
            self._line.remove(ended)
        for job in (*self._jobs.jobs(), *self._jobs.ending()):
            job.release(ended)
        self._look()  # training may have ended instead of coming to rest


def _rests(worker: Job) -> bool:
    return worker.is_resting or worker.state is JobState.WAITING
