"""When the model paints on its way: often at first, and never for long.

Whole previews, all pictures of the wall with all their denoising steps, come every so many steps,
as it is set. Between them, most often at the start, come small ones: a few of the pictures with
few denoising steps, while the others stay as they were. All together take at most `SHARE` of the
time.
"""

import math
from dataclasses import dataclass

SHARE = 0.03  # of the time of training, that all previews take together
HEAD_START = 300.0  # seconds, whose share is spent before they are over: most happens at first
FIRST_GAP = 3.0  # seconds between two small ones at the very beginning ...
GROWTH = 1 / 12  # ... and so much more of the time trained: the film shows what changes
FEW = (4, 2, 1)  # pictures of a small one, as many as there is time for
FEW_STEPS = 5  # denoising steps of them, at most
MEASURED_FIRST = 25  # the first step at which the held-out loss is asked


def is_whole(step: int, every: int) -> bool:
    """Whether a whole preview is painted after a step."""
    return step % every == 0


def is_measured(step: int, every: int) -> bool:
    """With each whole preview; before the first at 25, 50, 100, 200 ..., when most happens."""
    doublings, remainder = divmod(step, MEASURED_FIRST)
    return is_whole(step, every) or (step < every and remainder == 0 and doublings.bit_count() == 1)


@dataclass(frozen=True)
class Small:
    """The next small preview: when, in seconds of this run, and of how many pictures."""

    at: float
    count: int


def next_small(
    *, last: float, before: float, spent: float, each: float, reserved: float
) -> Small | None:
    """When to paint a few pictures again; None if the whole previews take all the time there is.

    Times are in seconds of this run. last: when pictures were painted last. before: of the runs
    before it. spent: on all small previews of this run. each: what one picture of a small one
    takes. reserved: the share of the time that whole previews take.
    """
    left = SHARE - reserved
    if left <= 0:
        return None
    soon = last + FIRST_GAP + (before + last) * GROWTH
    for count in FEW:
        if spent + count * each <= left * _ahead(soon):
            return Small(soon, count)
    return Small(max(soon, (spent + each) / left), 1)


def _ahead(at: float) -> float:
    """The seconds of training of which the share may be spent by then.

    In the first minutes that is more than have passed: so much that it lasts until they are over
    if small previews come as often as they may.
    """
    if at >= HEAD_START:
        return at
    steady = FIRST_GAP / GROWTH if GROWTH else HEAD_START
    return HEAD_START * math.log1p(at / steady) / math.log1p(HEAD_START / steady)


def share_of_whole(seconds: float, every: int, step_seconds: float) -> float:
    """The share of the time that whole previews take, if one takes so many seconds."""
    return seconds / (every * step_seconds) if step_seconds else math.inf
