"""Frames that are looked at and not in memory are computed again, in the background."""

from __future__ import annotations

import weakref
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ddpm_studio.gui.frames import recompute as work
from ddpm_studio.gui.frames.store import Span
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.session import Session

if TYPE_CHECKING:
    from ddpm_studio.sampling.trajectory import TrajectoryFrame

FRAMES = "frames"  # the jobs, each with a number
SOON_MS = 30  # a hand that goes on does not begin a job at every frame
_numbers = count()


class FrameFetching(QObject):
    """Serves one trajectory. A job that computes what nobody looks at any more is left."""

    def __init__(
        self, session: Session, trajectory: Trajectory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._name = f"{FRAMES}.{next(_numbers)}"
        self._of = weakref.ref(trajectory)  # its frames go when nobody shows them any more
        self._span: Span | None = None  # what the job computes
        self._is_held = False
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._fetch)
        trajectory.missed.connect(self._on_missed)

    @property
    def is_needed(self) -> bool:
        """Whether the trajectory is still shown somewhere."""
        return self._of() is not None

    def hold(self) -> None:
        """Something more important is computed: leave this, after the step it is in."""
        self._is_held = True
        self._soon.stop()
        self._span = None
        if self._session.jobs.get(self._name) is not None:
            self._session.jobs.discard(self._name)

    def resume(self) -> None:
        """Compute what is looked at and still missing."""
        self._is_held = False
        trajectory = self._of()
        if self._span is None and trajectory is not None and trajectory.wanted is not None:
            self._on_missed()

    def _on_missed(self) -> None:
        if not self._is_held and not self._soon.isActive():
            self._soon.start()

    def _fetch(self) -> None:
        trajectory = self._of()
        if trajectory is None or trajectory.again is None or self._session.is_closing:
            return
        span = trajectory.wanted
        if span is None or (self._span is not None and self._is_coming(trajectory)):
            return
        again, self._span = trajectory.again, span
        compute, title = partial(work.compute, again, span), "Computing frames again"
        job = self._session.start_borrowing(self._name, compute, title, quiet=True)
        job.events.connect(self._on_events)
        job.succeeded.connect(self._on_ended)
        job.stopped.connect(self._on_ended)
        job.failed.connect(self._on_failed)

    def _is_coming(self, trajectory: Trajectory) -> bool:
        """Whether the running job computes what is looked at."""
        seen, span = trajectory.seen, self._span
        return span is not None and seen is not None and span.covers(*seen)

    def _on_events(self, events: list[TrajectoryFrame | None]) -> None:
        trajectory, span = self._of(), self._span
        if trajectory is not None and span is not None:
            trajectory.put([frame for frame in events if frame is not None], span.picture)

    def _on_ended(self) -> None:
        self._span = None
        self.resume()

    def _on_failed(self) -> None:
        """The banner says why; it would fail again, so the nearest frames stay for good."""
        self._span = None
        trajectory = self._of()
        if trajectory is not None:
            trajectory.give_up()
