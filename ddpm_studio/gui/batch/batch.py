"""The one batch that may be painted in the background: begins it, finishes it, knows its pace."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.events import CheckpointSkipped, SampleStep, Work, is_progress
from ddpm_studio.gallery.batch import forget_batch
from ddpm_studio.gallery.made import BATCH_FILE
from ddpm_studio.gui.batch.turns import Turns
from ddpm_studio.gui.common.jobs import BATCH, SAMPLE, Job, JobState, MakeSteps
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project, step_of
from ddpm_studio.samplers import SAMPLERS

if TYPE_CHECKING:
    from ddpm_studio.config import SampleConfig
    from ddpm_studio.gallery.batch import Batch
    from ddpm_studio.gui.frames.request import SampleRequest
    from ddpm_studio.training.loaded import Loaded

FIRST_KEY = "batch/first"  # in the settings: training waits for batches
LEAST_SECONDS = 0.3  # of painting, before it says anything about the pace


@dataclass(frozen=True)
class _Run:
    """What is known of a batch that is painted, also while its project is left."""

    turns: Turns
    count: int
    calls: int  # of the network for each picture


class Batching(QObject):
    """`changed` says that another one runs, or none, or that it is paused, waits or goes on."""

    changed = Signal()
    ended = Signal()  # finished, stopped or failed

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._runs: dict[Job, _Run] = {}  # one a project
        self._since: tuple[float, float] | None = None  # when, and how much was painted then
        self.seconds_per_call: float | None = None  # of one picture, as was measured last
        session.jobs.started.connect(self._on_started)
        session.jobs.ended.connect(self._on_job_ended)
        session.project_changed.connect(self._on_project_changed)

    @property
    def job(self) -> Job | None:
        """That of the open project. If it is stopped, what is finished stays; the rest can be
        painted later.
        """
        return self._session.jobs.get(BATCH)

    @property
    def batch(self) -> Batch | None:
        """That runs, once its folder is there."""
        if self.job is None or not self.job.latest:  # then the engine is there, too
            return None
        from ddpm_studio.gallery.batch import Batch

        return self.job.latest.get(Batch)

    @property
    def count(self) -> int:
        """Of pictures that it is to have."""
        return 0 if self._run is None else self._run.count

    @property
    def waiting_words(self) -> str:
        """Why it does not paint at the moment, if others have the device; else ""."""
        job, run = self.job, self._run
        if job is None or run is None or job.is_paused or not run.turns.is_waiting:
            return ""
        return self._session.device.waiting_words(job)

    @property
    def has_company(self) -> bool:
        """Whether it shares the device with training."""
        return self._run is not None and self._run.turns.has_company

    @property
    def is_first(self) -> bool:
        """Whether training waits for batches, as the person has chosen."""
        return self._session.settings.get(FIRST_KEY, False)

    def set_first(self, is_first: bool) -> None:
        self._session.settings.set(FIRST_KEY, is_first)
        for run in self._runs.values():
            run.turns.set_first(is_first)
        self.changed.emit()

    def begin(self, request: SampleRequest) -> None:
        """Paint `request.count` pictures, up to ten thousand; nothing happens while one runs."""
        self._start(request.count, request.sample, lambda: paint_new(request))

    def finish(self, batch: Batch) -> None:
        """Go on with one that was stopped; nothing happens while another runs."""
        project = self._session.project
        if project is not None:
            self._start(batch.count, batch.sample, lambda: paint_rest(project, batch))

    def forget(self, batch: Batch) -> None:
        """It will not be finished; its pictures stay."""
        path = batch.folder / BATCH_FILE
        self._session.small_writes.write(path, None, lambda: forget_batch(batch))

    def seconds_for(self, sample: SampleConfig, count: int) -> float | None:
        """How long so many pictures take, from the pace of late; None if nothing was painted."""
        if self.seconds_per_call is None:
            return None
        return count * _calls(sample) * self.seconds_per_call

    # private

    @property
    def _run(self) -> _Run | None:
        return None if self.job is None else self._runs.get(self.job)

    def _start(self, count: int, sample: SampleConfig, make_steps: MakeSteps) -> None:
        if self.job is not None or self._session.is_closing:
            return
        job = self._session.jobs.start(BATCH, make_steps, title="Painting many", begin=False)
        job.events.connect(self._on_events)
        job.changed.connect(self.changed)
        turns = Turns(self._session, job, self)
        turns.set_first(self.is_first)
        job.by_the_clock = turns.seconds_by_the_clock
        self._runs[job] = _Run(turns, count, _calls(sample))
        job.begin()
        self.changed.emit()

    def _on_events(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, CheckpointSkipped):
                self._session.notice(event.message)
        steps = [event.done for event in events if is_progress(event, Work.BATCH)]
        if steps and self._run is not None:
            self._measure(steps[-1], self._run.calls, self.job)
        self.changed.emit()

    def _on_started(self, job: Job) -> None:
        if job.objectName() == SAMPLE:
            self._since = None
            job.events.connect(self._on_sample_events)

    def _on_sample_events(self, events: list[object]) -> None:
        steps = [event for event in events if isinstance(event, SampleStep)]
        if steps:
            last = steps[-1]
            # in calls of the network, so that the number of steps does not matter
            self._measure(last.step * last.batch, 1, self._session.jobs.get(SAMPLE))

    def _measure(self, painted: float, calls: int, job: Job | None) -> None:
        """painted: pictures, that take so many calls of the network each."""
        now = time.monotonic()
        if job is None or job.state is not JobState.RUNNING:
            self._since = None
        elif self._since is None or painted < self._since[1]:
            self._since = now, painted
        else:
            seconds, more = now - self._since[0], painted - self._since[1]
            if seconds > LEAST_SECONDS and more > 0:
                self.seconds_per_call = seconds / (more * calls)

    def _on_job_ended(self, job: Job) -> None:
        run = self._runs.pop(job, None)
        if run is None:
            return
        job.by_the_clock = None
        run.turns.end()
        if not job.is_muted:
            self._since = None
            self.changed.emit()
            self.ended.emit()

    def _on_project_changed(self) -> None:
        """The pace was that of another model."""
        self.seconds_per_call = self._since = None
        self.changed.emit()


def batching_of(session: Session) -> Batching:
    """The one of this window: made for the first page that asks, and lives as the session does."""
    return session.findChild(Batching) or Batching(session)


def _calls(sample: SampleConfig) -> int:
    return SAMPLERS[sample.sampler].calls(sample.num_inference_steps)


# in the background: the model is loaded once, then each picture is written at once


def paint_new(request: SampleRequest) -> Generator[Any, None, Batch]:
    """Begin as wished; the `Batch` comes as an event once its folder is there."""
    from ddpm_studio.gallery.batch import begin_batch

    checkpoint = request.checkpoint
    if checkpoint is None:
        from ddpm_studio.training.checkpoints import choose_checkpoint

        checkpoint = yield from choose_checkpoint(request.project)
    elif not checkpoint.exists():  # it was thinned out meanwhile
        checkpoint = request.project.model_path(step_of(checkpoint))
    loaded = _load(checkpoint, request.which)
    batch = begin_batch(request.project, loaded, request.sample, request.count)
    yield batch
    return (yield from _paint(batch, loaded))


def paint_rest(project: Project, batch: Batch) -> Generator[Any, None, Batch]:
    """Go on with a batch that was stopped. Raises CheckpointError if its model is gone."""
    from ddpm_studio.gallery.batch import find_model

    yield batch
    return (yield from _paint(batch, _load(find_model(project, batch), batch.which)))


def _load(checkpoint: Path, which: str) -> Loaded:
    from ddpm_studio.device import select_device
    from ddpm_studio.training.loaded import load
    from ddpm_studio.training.works import note_use

    note_use(checkpoint, which)
    return load(checkpoint, which, select_device())


def _paint(batch: Batch, loaded: Loaded) -> Generator[Any, None, Batch]:
    from ddpm_studio.gallery.batch import paint_batch

    return (yield from paint_batch(batch, loaded))
