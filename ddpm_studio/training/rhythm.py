"""When the model paints on its way: often at first, and never for long.

Whole previews, all pictures of the wall with all their denoising steps, come every so many steps,
as it is set. Between them, most often at the start, come small ones: a few of the pictures with
few denoising steps, while the others stay as they were. All together take at most `SHARE` of the
time. What is asked about unseen pictures takes `EVALUATION_SHARE` beside it.
"""

import math
from dataclasses import dataclass

SHARE = 0.03  # of the time of training, that all previews take together
EVALUATION_SHARE = 0.02  # that all questions about unseen pictures take together
HEAD_START = 300.0  # seconds, whose share is spent before they are over: most happens at first
FIRST_GAP = 3.0  # seconds between two small ones at the very beginning ...
GROWTH = 1 / 12  # ... and so much more of the time trained: the film shows what changes
FEW = 4  # pictures of a small one; fewer of them hardly cost less
FEW_STEPS = 5  # denoising steps of them, at most
STEPS_AT_0 = 2  # what has learned nothing paints noise with any number of them
MEASURED_FIRST = 25  # the first step at which the held-out loss is asked


def is_whole(step: int, every: int) -> bool:
    """Whether a whole preview is painted after a step."""
    return step % every == 0


def is_measured(step: int, every: int) -> bool:
    """With each whole preview; before the first at 25, 50, 100, 200 ..., when most happens."""
    doublings, remainder = divmod(step, MEASURED_FIRST)
    return is_whole(step, every) or (step < every and remainder == 0 and doublings.bit_count() == 1)


@dataclass
class Spent:
    """What previews of one kind took together, in seconds: a single one may have been disturbed."""

    seconds: float = 0.0
    count: int = 0

    @property
    def mean(self) -> float:
        """0 before the first."""
        return self.seconds / max(1, self.count)

    def add(self, seconds: float) -> None:
        self.seconds += seconds
        self.count += 1


def share_of_each(askers: int) -> float:
    """Of the time of training, what each of so many kinds of questions may take."""
    return EVALUATION_SHARE / max(1, askers)


def is_affordable(
    spent: Spent, each: float, seconds: float, share: float, *, has_start: bool = False
) -> bool:
    """Whether one kind of questions may be asked again, which takes `each` seconds.

    seconds: of this run. share: of them. has_start: what the first minutes allow may be spent
    before they are over.
    """
    until = max(seconds, HEAD_START) if has_start else seconds
    return spent.seconds + each <= share * until


def next_small(
    *,
    last: float,
    before: float,
    spent: float,
    each: float,
    reserved: float,
    beginning: float = 0.0,
) -> float | None:
    """When to paint a few pictures again; None if the whole previews take all the time there is.

    Times are in seconds of this run. last: when pictures were painted last. before: of the runs
    before it. spent: on all small previews of this run. each: what one of them takes. reserved:
    the share of the time that whole previews take. beginning: what was spent before the first
    step, which is paid back by the end of the first minutes.
    """
    left = SHARE - reserved
    if left <= 0:
        return None
    soon = last + FIRST_GAP + (before + last) * GROWTH
    first_minutes = left * HEAD_START - beginning  # what small ones may take until they are over
    if spent + each <= first_minutes:
        return max(soon, _time_of((spent + each) / first_minutes))
    return max(soon, (spent + each + beginning) / left)


def _time_of(part: float) -> float:
    """When such a part of what the first minutes allow may be spent, in seconds; part: 0 .. 1.

    It is the faster the earlier, so that it lasts if small previews come as often as they may.
    """
    steady = FIRST_GAP / GROWTH if GROWTH else HEAD_START
    return steady * math.expm1(part * math.log1p(HEAD_START / steady))


def share_of_whole(seconds: float, every: int, step_seconds: float) -> float:
    """The share of the time that whole previews take, if one takes so many seconds."""
    return seconds / (every * step_seconds) if step_seconds else math.inf
