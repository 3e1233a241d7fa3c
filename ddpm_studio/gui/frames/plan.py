"""Which frames of a denoising are kept within so much memory; the others are computed again."""

from __future__ import annotations

from dataclasses import dataclass

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
