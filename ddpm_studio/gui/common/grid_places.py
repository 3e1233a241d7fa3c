"""Where the pictures of a painted grid lie in an area: in full rows, enlarged by a whole number."""

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

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
    count: int,
    picture: tuple[int, int],
    width: float,
    height: float,
    gap: float,
    is_smooth: bool = False,
) -> Arrangement:
    """Large pictures in full rows: enlarged by a whole number if they can be enlarged.

    All lengths in device pixels. is_smooth: by any factor.
    """
    fitting = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        across = (width - gap * (columns - 1)) / columns / picture[0]
        down = (height - gap * (rows - 1)) / rows / picture[1]
        scale = max(0.0, min(across, down))
        is_whole = scale >= 1 and not is_smooth
        fitting.append(Arrangement(columns, rows, math.floor(scale) if is_whole else scale))
    largest = max(one.scale for one in fitting)
    return max((one for one in fitting if one.scale >= NEARLY * largest), key=lambda o: o.worth)


@dataclass(frozen=True)
class GridPlaces:
    """The places of `count` pictures of a size in an area; `ratio`: device pixels a point.

    is_smooth: they may be enlarged by any factor.
    """

    count: int
    picture: tuple[int, int]
    area: QRectF
    ratio: float = 1.0
    is_smooth: bool = False

    @property
    def arrangement(self) -> Arrangement:
        width, height = self.area.width() - 2 * MARGIN, self.area.height() - 2 * MARGIN
        return arrange(
            max(1, self.count),
            self.picture,
            width * self.ratio,
            height * self.ratio,
            round(GAP * self.ratio),
            self.is_smooth,
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

    @property
    def is_shrunk(self) -> bool:
        """Whether pictures are drawn with fewer pixels than they have."""
        return self.arrangement.scale < 1

    def after(self, key: int, index: int) -> int | None:
        """Where a key leads from a picture, perhaps nowhere; None: it is no key that moves."""
        columns = self.arrangement.columns
        by = {
            Qt.Key.Key_Left: index - 1,
            Qt.Key.Key_Right: index + 1,
            Qt.Key.Key_Up: index - columns,
            Qt.Key.Key_Down: index + columns,
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: self.count - 1,
        }
        return by.get(Qt.Key(key))

    def index_at(self, point: QPointF) -> int | None:
        """The picture that lies there."""
        found = (index for index in range(self.count) if self.cell(index).contains(point))
        return next(found, None)


def draw_ring(painter: QPainter, cell: QRectF, colour: QColor, width: float, out: float) -> None:
    """A frame around a picture. width: of its line; out: how far outside that lies, in points."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(colour, width))
    painter.drawRect(cell.adjusted(-out, -out, out, out))
