"""A denoising as the window holds it: frames of pictures, made into QImages when they are seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from ddpm_studio.gui.widgets.images import drawable, image_on

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

X_T, PRED_X_0 = "x_t", "pred_x_0"  # what of a frame is shown


@dataclass(frozen=True)
class _Drawn:
    position: int
    show: str
    images: list[QImage]


class Trajectory:
    """Frames in the order in which they came; a position is an index into those that are kept."""

    def __init__(self, moments: Sequence[Moment], seeds: Sequence[int]) -> None:
        """moments: of all frames that will come."""
        self.moments = tuple(moments)
        self.seeds = tuple(seeds)
        self._frames: list[TrajectoryFrame] = []
        self._drawn: _Drawn | None = None

    def __len__(self) -> int:
        """How many frames are there by now."""
        return len(self._frames)

    @property
    def is_complete(self) -> bool:
        return len(self._frames) == len(self.moments)

    @property
    def picture_size(self) -> tuple[int, int]:
        """(width, height) in pixels; (1, 1) before the first frame."""
        if not self._frames:
            return 1, 1
        _, height, width, _ = self._frames[0].x_t.shape
        return width, height

    def add(self, frame: TrajectoryFrame) -> None:
        self._frames.append(frame)

    def pictures(self, position: int, show: str = X_T) -> np.ndarray:
        """All pictures of a frame: uint8 (N, H, W, C), not to be written to."""
        pixels: np.ndarray = getattr(self._frames[position], show)
        return pixels

    def frames(self, show: str = X_T) -> list[np.ndarray]:
        """All frames that are there, each as `pictures` gives it."""
        return [self.pictures(position, show) for position in range(len(self))]

    def images(self, position: int, show: str = X_T) -> list[QImage]:
        """The pictures of a frame to draw; those of the latest frame are kept.

        They own their pixels.
        """
        drawn = self._drawn
        if drawn is None or (drawn.position, drawn.show) != (position, show):
            pixels = self.pictures(position, show)
            images = [drawable(image_on(one)) for one in pixels]
            drawn = self._drawn = _Drawn(position, show, images)
        return drawn.images
