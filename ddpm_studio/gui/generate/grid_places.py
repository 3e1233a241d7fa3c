"""Where the pictures of a grid lie in an area: in full rows, enlarged by a whole number."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF

GAP, MARGIN = 8, 16  # between pictures, and around all of them
NEARLY = 0.85  # so much smaller may pictures be for the sake of full rows


@dataclass(frozen=True)
class Arrangement:
    """How so many pictures fill an area. scale: device pixels for each of theirs."""

    columns: int
    rows: int
    scale: float

    @property
    def worth(self) -> tuple[int, float, int]:
        """Few empty places first, then large pictures, then a square grid."""
        return -self.columns * self.rows, self.scale, -abs(self.columns - self.rows)


@lru_cache(maxsize=8)  # it is asked for at every mouse move and for every picture
def arrange(
    count: int, picture: tuple[int, int], width: float, height: float, gap: float
) -> Arrangement:
    """Large pictures in full rows: enlarged by a whole number if they can be enlarged.

    All lengths in device pixels.
    """
    fitting = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        across = (width - gap * (columns - 1)) / columns / picture[0]
        down = (height - gap * (rows - 1)) / rows / picture[1]
        scale = max(0.0, min(across, down))
        fitting.append(Arrangement(columns, rows, math.floor(scale) if scale >= 1 else scale))
    largest = max(one.scale for one in fitting)
    return max((one for one in fitting if one.scale >= NEARLY * largest), key=lambda o: o.worth)


@dataclass(frozen=True)
class GridPlaces:
    """The places of `count` pictures of a size in an area; `ratio`: device pixels a point."""

    count: int
    picture: tuple[int, int]
    area: QRectF
    ratio: float = 1.0

    @property
    def arrangement(self) -> Arrangement:
        width, height = self.area.width() - 2 * MARGIN, self.area.height() - 2 * MARGIN
        return arrange(
            max(1, self.count),
            self.picture,
            width * self.ratio,
            height * self.ratio,
            round(GAP * self.ratio),
        )

    def cell(self, index: int) -> QRectF:
        """The place of one picture, in points, on whole device pixels."""
        ratio, how = self.ratio, self.arrangement
        width, height = (side * how.scale for side in self.picture)
        gap = round(GAP * ratio)
        whole_width = how.columns * (width + gap) - gap
        whole_height = how.rows * (height + gap) - gap
        row, column = divmod(index, how.columns)
        corner = self.area.topLeft() * ratio
        first_x = round(corner.x() + (self.area.width() * ratio - whole_width) / 2)
        first_y = round(corner.y() + (self.area.height() * ratio - whole_height) / 2)
        x, y = first_x + column * (width + gap), first_y + row * (height + gap)
        return QRectF(x / ratio, y / ratio, width / ratio, height / ratio)

    def index_at(self, point: QPointF) -> int | None:
        """The picture that lies there."""
        found = (index for index in range(self.count) if self.cell(index).contains(point))
        return next(found, None)
