"""What is marked along the steps of a run: previews, checkpoints and events; without Qt."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

PREVIEW, CHECKPOINT = "preview", "checkpoint"
SKIPPED, ROLLED_BACK, BATCH_HALVED = "skipped", "rolled_back", "batch_halved"
PASSED_OVER, RESUMED = "checkpoint_skipped", "resumed"
LANES = ("previews", "saved", "events")  # from top to bottom
BLOCK = 64  # spacings of groups
MOST_EVENTS = 2000  # of older ones nobody keeps track


@dataclass(frozen=True)
class Kind:
    """A kind of mark. many: of a group of the same kind; colour: a role of the palette."""

    title: str
    many: str
    colour: str = "muted"


KINDS = {  # the gravest first
    ROLLED_BACK: Kind("Went back", "times went back", "danger"),
    PASSED_OVER: Kind("Checkpoint passed over", "checkpoints passed over", "danger"),
    BATCH_HALVED: Kind("Batch halved", "times batch halved", "warning"),
    SKIPPED: Kind("Step skipped", "steps skipped", "warning"),
    RESUMED: Kind("Training went on", "times went on"),
    CHECKPOINT: Kind("Checkpoint", "checkpoints"),
    PREVIEW: Kind("Preview", "previews"),
}


@dataclass(frozen=True)
class Marker:
    """One mark. kind: a key of KINDS; message: a sentence, "" if the kind says all."""

    step: int
    kind: str
    message: str = ""

    @property
    def title(self) -> str:
        return f"{KINDS[self.kind].title}, step {self.step:,}"


@dataclass(frozen=True)
class Group:
    """Marks of one lane that lie too close together to tell apart; often just one."""

    lane: int
    markers: tuple[Marker, ...]

    @cached_property
    def place(self) -> float:
        """The step where it is drawn."""
        return (self.markers[0].step + self.markers[-1].step) / 2

    @cached_property
    def kind(self) -> str:
        """The gravest of its kinds, which gives it its sign."""
        kinds = {marker.kind for marker in self.markers}
        return next(kind for kind in KINDS if kind in kinds)

    def title(self) -> str:
        """ "Preview, step 2,000" or "3 previews, steps 100 to 140"."""
        first, last = self.markers[0], self.markers[-1]
        if len(self.markers) == 1:
            return first.title
        kinds = {marker.kind for marker in self.markers}
        words = KINDS[kinds.pop()].many if len(kinds) == 1 else "events"
        where = f"steps {first.step:,} to {last.step:,}"
        if first.step == last.step:
            where = f"step {first.step:,}"
        return f"{len(self.markers)} {words}, {where}"


class Markers:
    """All marks of a run. Previews and checkpoints are what exists, events what happened."""

    def __init__(self) -> None:
        self._lanes: tuple[list[Marker], list[Marker], list[Marker]] = ([], [], [])
        self.sizes: dict[int, int] = {}  # of the checkpoints on disk: bytes by step
        self.best: int | None = None  # the step of the best checkpoint

    def lane(self, index: int) -> list[Marker]:
        """Of LANES[index], their steps rising."""
        return self._lanes[index]

    @property
    def used(self) -> list[int]:
        """The lanes that have a mark."""
        return [index for index, lane in enumerate(self._lanes) if lane]

    @property
    def last_event_step(self) -> int:
        """-1 if nothing happened."""
        return self._lanes[2][-1].step if self._lanes[2] else -1

    def has_best(self, group: Group) -> bool:
        """Whether the best checkpoint is among them."""
        return group.lane == 1 and any(marker.step == self.best for marker in group.markers)

    def add_previews(self, steps: Iterable[int]) -> None:
        known = {marker.step for marker in self._lanes[0]}
        new = [Marker(step, PREVIEW) for step in {*steps} - known]
        self._put(0, [*self._lanes[0], *new])

    def set_checkpoints(self, sizes: dict[int, int]) -> None:
        """Those that are on disk: bytes by step."""
        self.sizes = dict(sizes)
        self._put(1, [Marker(step, CHECKPOINT) for step in sizes])

    def add_events(self, events: Iterable[Marker]) -> None:
        known = {(marker.step, marker.kind): marker for marker in self._lanes[2]}
        known |= {(marker.step, marker.kind): marker for marker in events}  # logged, and told
        self._put(2, [*known.values()][-MOST_EVENTS:])

    def truncate(self, step: int) -> None:
        """Training went back: what came after is void, but not that it went back."""
        for lane in (0, 2):
            self._put(
                lane, [m for m in self._lanes[lane] if m.step <= step or m.kind == ROLLED_BACK]
            )

    def groups(
        self, lane: int, spacing: float, first: float = 0.0, last: float = math.inf
    ) -> list[Group]:
        """The marks of a lane, those within so many steps of the first of a group together.

        first, last: between these steps all are found; beyond them, only some.
        """
        markers, found = self._lanes[lane], list[Group]()
        # it begins at few different places, so that groups hardly change while one pans
        block = max(1.0, BLOCK * spacing)
        start = bisect_left(markers, math.floor(first / block) * block, key=_step)
        while start < len(markers) and markers[start].step <= last:
            end = bisect_right(markers, markers[start].step + spacing, start, key=_step)
            found.append(Group(lane, tuple(markers[start:end])))
            start = end
        return found

    def _put(self, lane: int, markers: list[Marker]) -> None:
        self._lanes[lane][:] = sorted(markers, key=_step)


def _step(marker: Marker) -> int:
    return marker.step
