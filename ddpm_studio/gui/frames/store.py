"""The frames of a denoising that are in memory, never more than a budget: which, and for what."""

from __future__ import annotations

import dataclasses
import sys
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.sampling.steps import State
    from ddpm_studio.sampling.trajectory import TrajectoryFrame

# what of a frame is shown
X_T, PRED_X_0, PRED_EPS, FINISHED = SHOWN = ("x_t", "pred_x_0", "pred_eps", "finished")
GREY = 128  # no noise at all
ALL = -1  # in the place of the number of one picture
SEGMENTS_AT_HAND = 2  # between two kept frames; so much room is left for what is computed again


@dataclass(frozen=True)
class FramePlan:
    """Positions of frames, 0 to count - 1.

    kept: always there. anchors: where a state is kept, from which the next ones are computed.
    """

    kept: frozenset[int]
    anchors: frozenset[int]

    def thinned(self, by: int) -> FramePlan:
        """Every so many-th of what is kept, and the last; at last that one alone."""
        places = sorted(self.kept)
        first = places[::by] if by < len(places) else []
        kept = frozenset([*first, *places[-1:]])
        return FramePlan(kept, self.anchors & kept)

    def nbytes(self, frame_bytes: int, anchor_bytes: int) -> int:
        return len(self.kept) * frame_bytes + len(self.anchors) * anchor_bytes


@dataclass(frozen=True)
class Span:
    """Frames to be computed again: from an anchor on, of which first .. last are wanted.

    picture: of which one, or ALL. state: None where the denoising begins with its noise.
    """

    anchor: int
    first: int
    last: int
    picture: int
    state: State | None

    def covers(self, position: int, picture: int) -> bool:
        return self.first <= position <= self.last and self.picture in (ALL, picture)


class Again(Protocol):
    """Computes frames a second time, to the last bit; in any thread."""

    @property
    def is_forward(self) -> bool:
        """Whether they are levels of the forward process."""
        ...

    def frames(self, span: Span) -> Iterator[TrajectoryFrame]:
        """Frames span.anchor .. span.last, of all pictures or of one."""
        ...


class FrameStore:
    """Kept frames, anchors, and what was computed again; of the last, the oldest goes first.

    Positions count the frames from 0. It is used in one thread.
    """

    def __init__(self, count: int, budget: int = sys.maxsize) -> None:
        """count: of all frames that there will be."""
        self.count, self.budget = count, budget
        self.reached = 0  # so many frames were computed by now
        self._plan: FramePlan | None = None  # known with the first frame
        self._kept: dict[int, TrajectoryFrame] = {}
        self._anchors: dict[int, State] = {}
        self._at_hand: OrderedDict[tuple[int, int], TrajectoryFrame] = OrderedDict()
        self._nbytes = 0

    @property
    def nbytes(self) -> int:
        """All frames and states in memory."""
        return self._nbytes

    @property
    def kept(self) -> tuple[int, ...]:
        return tuple(sorted(self._kept))

    @property
    def is_whole(self) -> bool:
        """Whether every frame will be kept."""
        return self._plan is None or len(self._plan.kept) == self.count

    def set_plan(self, plan: FramePlan) -> None:
        """What shall be kept, if that is settled before the first frame."""
        self._plan = plan

    def set_budget(self, budget: int) -> None:
        """With less than before, kept frames go; with more, more is held at hand."""
        self.budget = budget
        if self._plan is not None and self._kept:
            size = max(frame_bytes(frame) for frame in self._kept.values())
            state = max((state.nbytes for state in self._anchors.values()), default=0)
            planned, by = self._plan, 2
            room = 0 if self.is_whole else size  # where not all are kept, one is at hand
            while planned.nbytes(size, state) + room > budget and len(planned.kept) > 1:
                planned, by, room = self._plan.thinned(by), by + 1, size
            self._keep_only(planned)
        self._fit()

    def add(self, position: int, frame: TrajectoryFrame) -> None:
        """A frame of all pictures, as it is made: kept if it shall be, else at hand for now."""
        self.reached = max(self.reached, position + 1)
        if self._plan is None:
            self._plan = plan_frames(self.count, frame_bytes(frame), 0, self.budget)
        if frame.state is not None and position in self._plan.anchors - self._anchors.keys():
            self._anchors[position] = frame.state
            self._nbytes += frame.state.nbytes
        if position in self._plan.kept:
            self._forget(position)
            self._kept[position] = without_state(frame)
            self._nbytes += frame_bytes(frame)
            self._fit()
        else:
            self.put(position, ALL, frame)

    def finish(self, position: int, pictures: np.ndarray) -> None:
        """What comes of a level of the forward process, uint8 (1, H, W, C), by now."""
        frame = self._kept.get(position)
        if frame is not None:
            self._nbytes -= frame_bytes(frame)
            self._kept[position] = dataclasses.replace(frame, finished=pictures)
            self._nbytes += frame_bytes(self._kept[position])
            self._fit()

    def put(self, position: int, picture: int, frame: TrajectoryFrame) -> None:
        """What was computed again. What does not fit at all is dropped."""
        if position in self._kept:
            return
        self._drop((position, picture))
        self._at_hand[position, picture] = without_state(frame)
        self._nbytes += frame_bytes(frame)
        self._fit()

    def exact(self, position: int, picture: int = ALL) -> TrajectoryFrame | None:
        """The frame itself: of all pictures, or of one alone if only that is there."""
        found = self._kept.get(position)
        for key in ((position, ALL), (position, picture)):
            if found is None and key in self._at_hand:
                self._at_hand.move_to_end(key)
                found = self._at_hand[key]
        return found

    def nearest(self, position: int) -> TrajectoryFrame | None:
        """Of all pictures, the frame that is nearest to it on the way."""
        places = [*self._kept, *(place for place, picture in self._at_hand if picture == ALL)]
        if not places:
            return None
        return self.exact(min(places, key=lambda place: (abs(place - position), place)))

    def span(self, position: int, picture: int, size: int) -> Span | None:
        """What to compute for a frame that is not there; None if there is no room for it.

        As much around it as fits, between the kept frames on both sides. size: bytes of one such
        frame, of all pictures or one.
        """
        room = (self.budget - self._fixed()) // size
        if room < 1 or position in self._kept or position >= self.reached:
            return None
        anchor = max((place for place in self._anchors if place <= position), default=0)
        before = max((place for place in self._kept if place < position), default=-1)
        after = min((place for place in self._kept if place > position), default=self.reached)
        first, last = max(anchor, before + 1), min(after, self.reached) - 1
        if last - first + 1 > room:
            first = max(first, min(position - room // 2, last - room + 1))
            last = first + room - 1
        return Span(anchor, first, last, picture, self._anchors.get(anchor))

    def snapshot(self) -> tuple[dict[int, TrajectoryFrame], dict[int, State]]:
        """What is there, for another thread: (frames of all pictures, anchors) by position."""
        at_hand = {place: one for (place, picture), one in self._at_hand.items() if picture == ALL}
        return self._kept | at_hand, dict(self._anchors)

    def _fixed(self) -> int:
        kept = sum(frame_bytes(frame) for frame in self._kept.values())
        return kept + sum(state.nbytes for state in self._anchors.values())

    def _fit(self) -> None:
        """The oldest of what is at hand goes; something is always there to be shown."""
        least = 0 if self._kept else 1
        while self._nbytes > self.budget and len(self._at_hand) > least:
            self._drop(next(iter(self._at_hand)))

    def _keep_only(self, plan: FramePlan) -> None:
        self._plan = plan
        for position in [place for place in self._kept if place not in plan.kept]:
            self._forget(position)
        for position in [place for place in self._anchors if place not in plan.anchors]:
            self._nbytes -= self._anchors.pop(position).nbytes

    def _forget(self, position: int) -> None:
        for key in [key for key in self._at_hand if key[0] == position]:
            self._drop(key)
        frame = self._kept.pop(position, None)
        if frame is not None:
            self._nbytes -= frame_bytes(frame)

    def _drop(self, key: tuple[int, int]) -> None:
        frame = self._at_hand.pop(key, None)
        if frame is not None:
            self._nbytes -= frame_bytes(frame)


def frame_bytes(frame: TrajectoryFrame) -> int:
    """Of its pictures, each array once."""
    arrays = {id(pixels): pixels for name in SHOWN if (pixels := getattr(frame, name)) is not None}
    return sum(int(pixels.nbytes) for pixels in arrays.values())


def without_state(frame: TrajectoryFrame) -> TrajectoryFrame:
    return frame if frame.state is None else dataclasses.replace(frame, state=None)


def pixels_of(frame: TrajectoryFrame, show: str) -> np.ndarray:
    """Of a frame that does not have it: no noise is grey, and what is expected comes of it."""
    pixels: np.ndarray | None = getattr(frame, show)
    if pixels is None and show == FINISHED:
        pixels = frame.pred_x_0
    if pixels is None:
        import numpy as np

        pixels = np.full_like(frame.x_t, GREY)
    return pixels


def plan_frames(
    count: int, frame_bytes: int, anchor_bytes: int, budget: int, anchor_first: bool = False
) -> FramePlan:
    """Every frame if they fit; else every k-th, with as small a k as leaves room to scrub.

    frame_bytes: of all pictures at one moment. anchor_bytes: of their state there, 0 if nothing
    is needed to compute a frame again. anchor_first: the first frame is not mere noise, which
    follows from the seeds, and needs an anchor, too. The last frame is always kept. In all this
    takes no more than the budget, unless the last frame alone does.
    """
    if count * frame_bytes <= budget:
        return FramePlan(frozenset(range(count)), frozenset())
    at_hand = [SEGMENTS_AT_HAND, 1, 0]  # segments of frames; at last a single one
    for segments in at_hand:
        for every in range(2, count):
            kept = -(-(count - 1) // every) + 1
            anchors = kept - 1 - (not anchor_first)
            spare = budget - kept * frame_bytes - anchors * anchor_bytes
            if spare >= max(1, segments * (every - 1)) * frame_bytes:
                return _every(every, count, anchor_bytes > 0, anchor_first)
    first = anchor_bytes if anchor_first else 0
    anchors_kept = frozenset({0}) if first and 2 * frame_bytes + first <= budget else frozenset()
    return FramePlan(frozenset({count - 1}), anchors_kept)


def _every(every: int, count: int, has_anchors: bool, anchor_first: bool) -> FramePlan:
    kept = range(0, count - 1, every)
    anchors = kept[0 if anchor_first else 1 :] if has_anchors else ()
    return FramePlan(frozenset([*kept, count - 1]), frozenset(anchors))
