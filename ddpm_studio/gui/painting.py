"""The denoising that a page shows: begins it, follows it, and knows what it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.events import CheckpointSkipped
from ddpm_studio.gui.jobs import Job, JobState
from ddpm_studio.gui.session import SAMPLE, Session
from ddpm_studio.gui.widgets.trajectory import Trajectory
from ddpm_studio.gui.work import sample as work

if TYPE_CHECKING:
    from ddpm_studio.sampling.trajectory import TrajectoryFrame


class Painting(QObject):
    """One denoising at a time; another one takes the place of that which is shown."""

    changed = Signal()  # it began, ended, or is about to end
    begun = Signal(object, float)  # a Trajectory with its first frame, and how far to follow it
    grew = Signal()  # the trajectory has more frames
    ended = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shelf = work.Shelf()
        self._job: Job | None = None
        # what takes the place of `started` as soon as there is a frame of it
        self._coming: work.RunStarted | None = None
        self._follow_to = 1.0
        self.wish: work.Wish | None = None  # the latest
        self.started: work.RunStarted | None = None  # the run of `trajectory`
        self.trajectory: Trajectory | None = None

    @property
    def is_running(self) -> bool:
        return self._job is not None

    @property
    def is_stopping(self) -> bool:
        return self._job is not None and self._job.state is JobState.STOPPING

    def forget(self) -> None:
        """Another project: nothing was painted yet. Whoever changes projects stops the job."""
        self._shelf = work.Shelf()  # another one: the old one may be busy loading
        self._job = self._coming = None
        self.wish = self.started = self.trajectory = None

    def start(
        self, wish: work.Wish, asked: work.Wish | None = None, follow_to: float = 1.0
    ) -> None:
        """Paint as wished. asked: what to remember as the wish, if it is another.

        follow_to: how far to follow it while it grows, as a part of it.
        """
        self.wish = wish if asked is None else asked
        self._follow_to, self._coming = follow_to, None
        shelf = self._shelf
        job = self._session.start_borrowing(
            SAMPLE, lambda: work.generate(shelf, wish), title="Generating"
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

    def _on_events(self, events: list[object]) -> None:
        from ddpm_studio.sampling.trajectory import TrajectoryFrame

        for event in events:
            if isinstance(event, work.RunStarted):
                self._coming = event
            elif isinstance(event, CheckpointSkipped):
                self._session.notice(event.message)
            elif isinstance(event, TrajectoryFrame):
                self._add_frame(event)
        self.grew.emit()

    def _add_frame(self, frame: TrajectoryFrame) -> None:
        run = self._coming
        if run is not None:  # only now, so that the stage is never empty in between
            self.started, self._coming = run, None
            self.trajectory = Trajectory(run.moments, run.seeds)
            self.trajectory.add(frame)
            self.begun.emit(self.trajectory, self._follow_to)
        elif self.trajectory is not None:
            self.trajectory.add(frame)

    def _on_ended(self) -> None:
        self._job = self._coming = None
        self.changed.emit()
        self.ended.emit()
