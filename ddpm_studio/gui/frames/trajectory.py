"""A denoising as the window holds it: frames of pictures, made into QImages when they are seen."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from ddpm_studio.gui.common.images import drawable, image_on
from ddpm_studio.gui.frames.recompute import AllFrames, KeptFrames, OnDemand
from ddpm_studio.gui.frames.store import (
    ALL,
    FINISHED,
    X_T,
    Again,
    FrameStore,
    Span,
    frame_bytes,
    pixels_of,
)

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe
    from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame


class Trajectory(QObject):
    """A position counts the frames from the first; each can be shown as soon as it was computed.

    Not every frame stays in memory: where one is missing, the nearest that is there takes its
    place, and `missed` says that it is wanted. Who computes it again gives it to `put`.
    """

    missed = Signal()  # a frame was to be seen that is not there: see `wanted`
    changed = Signal()  # other frames are in memory
    improved = Signal()  # what is seen is to be drawn again
    looked = Signal()  # one picture is looked at, or more than one: see `is_shown_exactly`

    def __init__(
        self,
        moments: Sequence[Moment],
        seeds: Sequence[int],
        store: FrameStore | None = None,
        again: Again | None = None,
        recipe: Recipe | None = None,
        checkpoint: Path | None = None,
    ) -> None:
        """moments: of all frames that will come. store: where they are kept, by default all.

        again: computes those that are not kept. recipe: of the first picture. checkpoint: the
        file of the model that it was made with.
        """
        super().__init__()
        self.moments = tuple(moments)
        self.seeds = tuple(seeds)
        self.store = store if store is not None else FrameStore(len(self.moments))
        self.again = again
        self.recipe, self.checkpoint = recipe, checkpoint
        self.is_finishing = True  # of the forward process: what comes of its levels is not known
        self.is_forward = again is not None and again.is_forward  # a real picture's way into noise
        self._position_of = {moment.index: place for place, moment in enumerate(self.moments)}
        self._shape = (len(self.seeds), 1, 1, 3)
        self._frame_bytes = 0
        self._images: _Images | None = None  # those that were asked for last
        self._last_seen = ALL
        self._kept = set[tuple[int, str, int]]()  # what has become a file

    def __len__(self) -> int:
        """How many frames were computed by now."""
        return self.store.reached

    @property
    def is_complete(self) -> bool:
        return len(self) == len(self.moments)

    @property
    def picture_size(self) -> tuple[int, int]:
        """(width, height) in pixels; (1, 1) before the first frame."""
        _, height, width, _ = self._shape
        return width, height

    # frames come

    def add(self, frame: TrajectoryFrame) -> None:
        """The next frame, or one of those that follow it."""
        self._shape = frame.x_t.shape
        self._frame_bytes = max(self._frame_bytes, frame_bytes(frame))
        self.store.add(self._position_of[frame.index], frame)
        self.changed.emit()

    def reach(self, position: int) -> None:
        """The frame at this position was computed, whether or not it is kept."""
        self.store.reached = max(self.store.reached, position + 1)

    def put(self, frames: Sequence[TrajectoryFrame], picture: int) -> None:
        """Frames that were computed again: of all pictures, or of one (`frame_store.ALL`)."""
        for frame in frames:
            self.store.put(self._position_of[frame.index], picture, frame)
        self.changed.emit()
        seen = self._images
        if seen is not None and not seen.is_exact and self.is_exact(*seen.place):
            self._draw_again()

    def finish(self, indices: Sequence[int], pictures: np.ndarray, is_last: bool) -> None:
        """What comes of levels of the forward process by now: uint8 (len(indices), H, W, C).

        is_last: they are finished, not only expected.
        """
        self.is_finishing = not is_last
        for index, one in zip(indices, pictures, strict=True):
            self.store.finish(self._position_of[index], one[None].copy())
        self.changed.emit()
        self._draw_again()

    def give_up(self) -> None:
        """What is not there cannot be computed again."""
        self.again = None
        self.changed.emit()

    def set_budget(self, budget: int) -> None:
        """Hold no more bytes than that from now on."""
        self.store.set_budget(budget)
        self.changed.emit()
        self._draw_again()

    # frames are seen

    def is_exact(self, position: int, picture: int = ALL) -> bool:
        """Whether a frame is there: of all pictures, or of one. Else the nearest is shown."""
        return self.store.exact(position, picture) is not None

    def is_painted(self, position: int, show: str) -> bool:
        """Whether the model made what is shown there: not one's own picture, noised or not.

        What comes of a level of noise counts once it is finished.
        """
        if not self.is_forward:
            return True
        if show == X_T or self.moments[position].t < 0:
            return False
        frame = self.store.exact(position)
        is_finished = not self.is_finishing and frame is not None and frame.finished is not None
        return show != FINISHED or is_finished

    def is_kept(self, position: int, show: str, picture: int) -> bool:
        """Whether a picture was saved as it is seen there."""
        return (position, self._show_at(position, show), picture) in self._kept

    def note_kept(
        self, position: int, show: str, pictures: Sequence[int], *, is_kept: bool
    ) -> None:
        """These were saved as they are seen there, or that was taken back."""
        places = {(position, self._show_at(position, show), picture) for picture in pictures}
        self._kept = self._kept | places if is_kept else self._kept - places
        self.improved.emit()

    def _show_at(self, position: int, show: str) -> str:
        """At the end all that is shown is the picture."""
        return X_T if self.moments[position].t < 0 else show

    def pictures(self, position: int, show: str = X_T) -> np.ndarray:
        """All pictures of a frame: uint8 (N, H, W, C), not to be written to.

        Those of the nearest frame that is there, if that one is not: see `is_exact`.
        """
        frame = self.store.exact(position) or self.store.nearest(position)
        if frame is None:
            raise IndexError(position)
        return pixels_of(frame, show)

    def frames(self, show: str = X_T) -> Sequence[np.ndarray]:
        """All frames that were computed, to the last bit.

        For a thread of its own: what is not kept is computed whenever it is asked for.
        """
        if self.again is None or len(self.store.kept) >= len(self):
            return self.frames_at_hand(show)
        return AllFrames(*self.store.snapshot(), len(self), self.again, show)

    def frames_at_hand(self, show: str = X_T) -> Sequence[np.ndarray]:
        """The same without a wait, each as `pictures` gives it: of those there are, the nearest."""
        return KeptFrames(self.store.snapshot()[0], len(self), show)

    def images(self, position: int, show: str = X_T) -> Sequence[QImage]:
        """The pictures of a frame to draw, each made when it is asked for and then kept.

        They own their pixels.
        """
        last = self._images
        if last is None or (last.position, last.show) != (position, show):
            self._picture_seen()
            last = self._images = _Images(self, position, show)
        return last

    # frames that are not there

    @property
    def seen(self) -> tuple[int, int] | None:
        """Where one looks: a position, and one picture or ALL."""
        return self._images.place if self._images is not None else None

    @property
    def wanted(self) -> Span | None:
        """What to compute for the frame that was seen last, if it is not there and can be."""
        if self.seen is None or self.again is None or self.is_exact(*self.seen):
            return None
        position, picture = self.seen
        return self.store.span(position, picture, self._size(picture))

    def can_compute(self, position: int) -> bool:
        """Whether a frame that is not there can be computed, and there is room for it."""
        if self.again is None:
            return False
        picture = self._picture_seen()
        return self.store.span(position, picture, self._size(picture)) is not None

    def is_shown_exactly(self, position: int) -> bool:
        """Whether a frame is there, as far as its pictures are looked at now."""
        return self.is_exact(position, self._picture_seen())

    def pixels_to_draw(self, position: int, picture: int, show: str) -> tuple[np.ndarray, bool]:
        """One picture, uint8 (H, W, C), and whether it is of that very frame."""
        frame = self.store.exact(position, picture)
        if frame is not None:
            pictures = pixels_of(frame, show)
            return pictures[picture if len(pictures) == len(self.seeds) else 0], True
        return self.pictures(position, show)[picture], False

    def look_anew(self) -> None:
        """Other pictures of the same frame will be looked at: one large, or all of them."""
        self._picture_seen()
        self._images = None

    def _size(self, picture: int) -> int:
        """Bytes of a frame: of one picture, or of all."""
        return self._frame_bytes if picture == ALL else -(-self._frame_bytes // len(self.seeds))

    def _picture_seen(self) -> int:
        """The one picture that was looked at last, or ALL."""
        if self._images is not None and self._images.asked:
            self._last_seen = self._images.place[1]
        return self._last_seen

    def _draw_again(self) -> None:
        self.look_anew()
        self.improved.emit()


class _Images(OnDemand[QImage]):
    """The pictures of one frame; notes which of them are asked for."""

    def __init__(self, of: Trajectory, position: int, show: str) -> None:
        super().__init__(len(of.seeds))
        self.position, self.show = position, show
        self.is_exact = True  # as far as was asked
        self.asked: set[int] = set()
        self._of = weakref.ref(of)
        self._made: dict[int, QImage] = {}

    @property
    def place(self) -> tuple[int, int]:
        """The position, and the one picture that was asked for, or ALL."""
        is_one = len(self.asked) == 1 and self._count > 1
        return self.position, next(iter(self.asked)) if is_one else ALL

    def _at(self, index: int) -> QImage:
        made, of = self._made.get(index), self._of()
        if index not in self.asked:
            self.asked.add(index)
            if of is not None and len(self.asked) <= 2:  # one, or all of them
                of.looked.emit()
        if made is None:
            assert of is not None, "its trajectory is gone"
            pixels, is_exact = of.pixels_to_draw(self.position, index, self.show)
            made = self._made[index] = drawable(image_on(pixels))
            if self.is_exact and not is_exact:
                self.is_exact = False
                of.missed.emit()
        return made
