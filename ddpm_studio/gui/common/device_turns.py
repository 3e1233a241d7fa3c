"""Who has the device: training, which lends it for a moment; nobody begins while another ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import BATCH, TRAIN, Job, MakeSteps

if TYPE_CHECKING:
    from ddpm_studio.training.live import Live


@dataclass
class LentModel:
    """Where one training leaves its model, to be looked at while it rests; None before it began."""

    live: Live | None = None


class DeviceTurns(QObject):
    """One training, and borrowers for which it halts between two steps.

    A training or batch of a project that was left is on the device until its thread has ended:
    it may still save or measure. Whoever comes after it waits, so that training is never at work
    beside another network. Two borrowers may be, such as a denoising and a plan.
    """

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        jobs.ended.connect(self._on_job_ended)

    @property
    def training(self) -> Job | None:
        """The one that lends the device, if there is one."""
        return self._jobs.get(TRAIN)

    @property
    def borrowers(self) -> list[Job]:
        """Those that have not ended; one that is discarded may still be in its last step."""
        return [job for job in (*self._jobs.jobs(), *self._jobs.ending()) if job.borrows]

    @property
    def ending(self) -> list[Job]:
        """Trainings and batches that have lost their name, and have not ended yet."""
        return [job for job in self._jobs.ending() if job.objectName() in (TRAIN, BATCH)]

    def start_training(self, make_steps: MakeSteps, title: str = "Training") -> Job:
        """Start the job TRAIN, held while others have the device; the caller begins it.

        Raises RuntimeError if training already runs.
        """
        job = self._jobs.start(TRAIN, make_steps, title=title, begin=False)
        job.rested.connect(self._begin_borrowers)
        for other in (*self.borrowers, *self.ending):
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

        If training runs, it halts between two steps, the job is done, and training goes on,
        unless the user had paused it. The job begins when training has halted. A running job of
        the same name is discarded. after: a job that must have ended before.
        """
        job = self._jobs.start(
            name, make_steps, title=title, replace=True, begin=False, quiet=quiet, borrows=True
        )
        if after is not None:
            job.hold(after)
        if self.training is not None:
            self.training.hold(job)
        self._begin_borrowers()
        return job

    def _begin_borrowers(self) -> None:
        """The device is free for them once training has come to rest, or if there is none."""
        if self.ending:
            return
        if self.training is None or self.training.is_resting:
            for job in self.borrowers:
                job.begin()

    def _on_job_ended(self, ended: Job) -> None:
        # Heard from the runner, never from the thread's own `finished`: one that connects to that
        # may be too late, since the thread has said it already, or gone when it is delivered.
        for job in (*self._jobs.jobs(), *self._jobs.ending()):
            job.release(ended)
        self._begin_borrowers()  # training may have ended instead of coming to rest
