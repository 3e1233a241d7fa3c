"""The film of the model learning: previews by their step, as many in memory as there is room."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

from PySide6.QtGui import QImage

ROOM_BYTES = 128 << 20


class PreviewFilm:
    """Knows the steps of all previews, and holds the images of those near the present one."""

    def __init__(self, room: int = ROOM_BYTES) -> None:
        self.steps: list[int] = []  # rising
        self._images: dict[int, QImage] = {}
        self._room = room
        self._nbytes = 0

    def __len__(self) -> int:
        return len(self.steps)

    def add_steps(self, steps: Iterable[int]) -> None:
        """Previews whose images are not there yet."""
        for step in steps:
            if step not in self:
                insort(self.steps, step)

    def __contains__(self, step: int) -> bool:
        index = bisect_left(self.steps, step)
        return index < len(self.steps) and self.steps[index] == step

    def add_image(self, step: int, image: QImage, present: int) -> None:
        """Keep an image; those farthest from the `present` step make room for it."""
        self._drop(step)
        self._images[step] = image
        self._nbytes += image.sizeInBytes()
        while self._nbytes > self._room and len(self._images) > 1:
            self._drop(max(self._images, key=lambda other: abs(other - present)))

    def image(self, step: int) -> QImage | None:
        return self._images.get(step)

    def drop_after(self, step: int) -> None:
        """Training went back to a step: what came after it is no part of the film."""
        for later in [other for other in self._images if other > step]:
            self._drop(later)
        del self.steps[bisect_right(self.steps, step) :]

    def missing_near(self, present: int) -> list[int]:
        """The steps whose images are not there, as many as there is room for, nearest first."""
        missing = [step for step in self.steps if step not in self._images]
        missing.sort(key=lambda step: abs(step - present))
        if not self._images:
            return missing
        each = max(1, self._nbytes // len(self._images))
        return missing[: max(1, (self._room - self._nbytes) // each)]

    def _drop(self, step: int) -> None:
        image = self._images.pop(step, None)
        if image is not None:
            self._nbytes -= image.sizeInBytes()

    @property
    def nbytes(self) -> int:
        """What the images take in memory."""
        return self._nbytes
