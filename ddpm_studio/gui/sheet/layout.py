"""What is in a sheet on the screen, and where: cells in equal distances, labels on two sides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, QSizeF
from PySide6.QtGui import QFont, QFontMetrics

from ddpm_studio.sheets import Place

GAP, PAD = 12, 12  # between cells; around labels
TEXT_PIXELS = 12
SCALES = (0.125, 0.25, 0.5, *map(float, range(1, 13)), 16.0, 24.0)  # device pixels for a pixel


@dataclass(frozen=True)
class SheetFace:
    """What the view must know of a sheet, all of it in words and places.

    picture: (width, height) of a cell in pixels. words: the settings of each place. copies: each
    place with the first one of the same pictures. reasons: why a place repeats another one.
    """

    columns: tuple[str, ...]
    rows: tuple[str, ...]
    picture: tuple[int, int]
    words: Mapping[Place, str] = field(default_factory=dict)
    copies: Mapping[Place, Place] = field(default_factory=dict)
    reasons: Mapping[Place, str] = field(default_factory=dict)
    copies_across: bool = False  # copies lie beside, not below, the first one


class SheetLayout:
    """Of one face at one zoom, in points from the corner of the whole sheet.

    scale: device pixels for each pixel of a picture. ratio: device pixels for each point.
    """

    def __init__(self, face: SheetFace, font: QFont, scale: float, ratio: float) -> None:
        metrics = QFontMetrics(font)
        widths = [metrics.horizontalAdvance(words) for words in face.columns]
        width, height = (max(1.0, side * scale / ratio) for side in face.picture)
        self._cell = width, height
        self.pitch = max([width, *widths]) + GAP, max(height, metrics.height()) + GAP
        rows = max((metrics.horizontalAdvance(words) for words in face.rows), default=0)
        self.bands = rows + 2 * PAD, metrics.height() + 2 * PAD  # what holds the labels
        across, down = len(face.columns) * self.pitch[0], len(face.rows) * self.pitch[1]
        self.size = QSizeF(self.bands[0] + across, self.bands[1] + down)

    def cell(self, place: Place) -> QRectF:
        """In the middle of its column."""
        width, height = self._cell
        x = self.bands[0] + place[0] * self.pitch[0] + (self.pitch[0] - GAP - width) // 2
        return QRectF(x, self.bands[1] + place[1] * self.pitch[1], width, height)
