"""The denoising that a page shows: begins it, follows it, and knows what it came from."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from ddpm_studio.events import CheckpointSkipped, SampleStep
from ddpm_studio.gui.common.jobs import SAMPLE, Job, JobState
from ddpm_studio.gui.common.progress import Standing
from ddpm_studio.gui.frames.fetching import FrameFetching
from ddpm_studio.gui.frames.request import SampleRequest
from ddpm_studio.gui.frames.store import FrameStore
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate import work
from ddpm_studio.gui.generate.memory_choice import memory_budget
from ddpm_studio.gui.session import Session

if TYPE_CHECKING:
    from ddpm_studio.sampling.trajectory import TrajectoryFrame
    from ddpm_studio.training.loaded import LoadedModels


class Denoising(QObject):
    """One denoising at a time; another one takes the place of that which is shown."""

    changed = Signal()  # it began, ended, or is about to end
    begun = Signal(object, float)  # a Trajectory with its first frame, and how far to follow it
    grew = Signal()  # the trajectory has more frames
    ended = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._models = cache(work.new_models)  # made by the first job that asks for it
        self._job: Job | None = None
        # what takes the place of `trajectory` as soon as there is a frame of it
        self._coming: work.RunStarted | None = None
        self._follow_to = 1.0
        self._fetching: list[FrameFetching] = []  # one for each trajectory that is shown
        self._asked = WeakKeyDictionary[Trajectory, SampleRequest]()  # what each came from
        self.parts = 1  # into how many the memory is parted; a denoising gets one of them
        self.request: SampleRequest | None = None  # the latest
        self.shown: SampleRequest | None = None  # what `trajectory` was asked for with
        self.trajectory: Trajectory | None = None

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def standing(self) -> Standing | None:
        """How far it is; None while nothing is painted."""
        return self._job.progress if self._job is not None else None

    @property
    def is_stopping(self) -> bool:
        return self._job is not None and self._job.state is JobState.STOPPING

    def forget(self) -> None:
        """Another project: nothing was painted yet. Whoever changes projects stops the job."""
        self._models = cache(work.new_models)  # another one: the old one may be busy loading
        self._job = self._coming = None
        self._fetching.clear()
        self.request = self.shown = self.trajectory = None

    def start(
        self, request: SampleRequest, asked: SampleRequest | None = None, follow_to: float = 1.0
    ) -> None:
        """Paint this. asked: what to remember as the request, if it is another.

        follow_to: how far to follow it while it grows, as a part of it.
        """
        self.request = request if asked is None else asked
        self._follow_to, self._coming = follow_to, None
        for fetching in self._fetching:
            fetching.hold()  # until this is painted: what is shown has its turn again then
        request = dataclasses.replace(request, budget=self._budget)
        is_forward = request.start is not None and request.start.index is None
        title = "Noising your picture" if is_forward else "Generating"
        job = self._session.start_borrowing(
            SAMPLE, partial(_paint, self._models, request, is_forward), title=title
        )
        self._job = job
        job.events.connect(self._on_events)
        for ending in (job.succeeded, job.stopped, job.failed):
            ending.connect(self._on_ended)
        job.changed.connect(self.changed)
        self.changed.emit()

    def cancel(self) -> None:
        if self._job is not None:
            self._job.stop()

    def go_back_to(self, trajectory: Trajectory) -> SampleRequest | None:
        """Go on from one that was painted before; of what is being painted nothing more is heard.

        Returns what it was asked for with.
        """
        was_running, self._job, self._coming = self.is_running, None, None
        if was_running:
            self._session.jobs.discard(SAMPLE)
        self.trajectory = trajectory
        self.request = self.shown = self._asked.get(trajectory)
        for fetching in self._fetching:
            fetching.resume()
        self.changed.emit()
        return self.shown

    def _on_events(self, events: list[object]) -> None:
        from ddpm_studio.sampling.trajectory import TrajectoryFrame

        for event in events:
            if isinstance(event, work.RunStarted):
                self._coming = event
            elif isinstance(event, CheckpointSkipped):
                self._session.notice(event.message)
            elif isinstance(event, TrajectoryFrame):
                self._add_frame(event)
            elif isinstance(event, SampleStep) and self.trajectory is not None:
                self._reach(event.step)
            elif isinstance(event, work.LevelsFinished) and self.trajectory is not None:
                self.trajectory.finish(event.indices, event.pictures, event.is_last)
        self.grew.emit()

    @property
    def _budget(self) -> int:
        return memory_budget(self._session.settings) // self.parts

    def _add_frame(self, frame: TrajectoryFrame) -> None:
        run = self._coming
        if run is not None:  # only now, so that the stage is never empty in between
            self._coming = None
            self.trajectory, self.shown = self._begin(run), self.request
            if self.shown is not None:
                self._asked[self.trajectory] = self.shown
            self.trajectory.add(frame)
            self.begun.emit(self.trajectory, self._follow_to)
        elif self.trajectory is not None:
            self.trajectory.add(frame)

    def _begin(self, run: work.RunStarted) -> Trajectory:
        """An empty trajectory, in which frames that are not kept are computed again."""
        store = FrameStore(len(run.moments), run.budget)
        store.set_plan(run.plan)
        store.set_budget(self._budget)  # it may have changed
        frames = run.moments, run.seeds, store, run.again
        trajectory = Trajectory(*frames, run.recipe, run.checkpoint)
        self._fetching = [one for one in self._fetching if one.is_needed]
        fetching = FrameFetching(self._session, trajectory, self)
        fetching.hold()
        self._fetching.append(fetching)
        return trajectory

    def _reach(self, position: int) -> None:
        """So far it is computed, whether or not the frames are kept."""
        trajectory = self.trajectory
        if trajectory is not None and self._coming is None and not trajectory.is_forward:
            trajectory.reach(position)

    def _on_ended(self) -> None:
        self._job = self._coming = None
        for fetching in self._fetching:
            fetching.resume()
        self.changed.emit()
        self.ended.emit()


def _paint(
    models: Callable[[], LoadedModels], request: SampleRequest, is_forward: bool
) -> Iterator[object]:
    """Looks the functions up when it begins, so that tests can put others in their place."""
    paint = work.forward if is_forward else work.generate
    return paint(models(), request)
