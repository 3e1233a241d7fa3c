"""The lanes of marks over the steps' axis: previews, what is saved, and what happened."""

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from ddpm_studio.gui.common.palette import Palette
from ddpm_studio.gui.plot.markers import (
    BATCH_HALVED,
    KINDS,
    LANES,
    PASSED_OVER,
    PREVIEW,
    RESUMED,
    ROLLED_BACK,
    SKIPPED,
    Group,
    Markers,
)
from ddpm_studio.gui.plot.strips import PlotLane

ROW = 20  # points of a lane
SPACING = 12  # marks closer than this are one
SIGN = 24  # points of its square
REACH = 9  # a click so near hits


class MarkerLanes(PlotLane):
    """One row for each kind of mark that there is; a click chooses a group."""

    chosen = Signal(object)  # a Group

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__(plot)
        self._markers = Markers()
        self._used: list[int] = []  # the lanes that have a row, until the next refresh
        self._rows: list[list[Group]] = []
        self._drawn: object = None  # what the rows were made for
        self._signs: dict[tuple[str, bool, bool, bool, float], QPixmap] = {}
        self.current: Group | None = None  # pointed at, or reached by keys

    def set_palette(self, palette: Palette) -> None:
        self._signs.clear()
        super().set_palette(palette)

    def set_markers(self, markers: Markers) -> None:
        self._markers = markers
        self.refresh()

    def refresh(self) -> None:
        """There are other marks, or the view is another one."""
        self._drawn, self._used = None, self._markers.used
        height = ROW * len(self._used) + (8 if self._used else 0)
        if height != self.maximumHeight():
            self.set_height(height)
        self.update()

    def set_current(self, group: Group | None) -> None:
        if group != self.current:
            self.current = group
            self.update()

    def groups(self) -> list[Group]:
        """Those in view, from left to right."""
        (first, last), _ = self.view.viewRange()
        found = [group for row in self._rows_now() for group in row]
        return sorted(
            (group for group in found if first <= group.place <= last),
            key=lambda group: (group.place, group.lane),
        )

    def group_at(self, place: QPointF) -> Group | None:
        """The one at a point of the item."""
        row = int((place.y() - 4) // ROW)
        rows = self._rows_now()
        if not 0 <= row < len(rows):
            return None
        near = [group for group in rows[row] if abs(self._x(group) - place.x()) <= REACH]
        return min(near, key=lambda group: abs(self._x(group) - place.x()), default=None)

    def centre(self, group: Group) -> QPointF:
        """Where a group is drawn, in points of the item."""
        row = self._used.index(group.lane) if group.lane in self._used else 0
        return QPointF(self._x(group), 4 + (row + 0.5) * ROW)

    def mouseClickEvent(self, event: Any) -> None:
        group = self.group_at(event.pos())
        if group is not None and event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.chosen.emit(group)

    def paint(self, painter: QPainter, _option: Any, _widget: Any) -> None:
        self.paint_pointed(painter)
        painter.setFont(self.font_)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.rect().width()
        for row, groups in enumerate(self._rows_now()):
            y = 4 + (row + 0.5) * ROW
            painter.setPen(pg.mkPen(self.palette_.border, width=1))
            painter.drawLine(QPointF(0, y), QPointF(width, y))
            painter.setPen(QColor(self.palette_.muted))
            words = LANES[self._used[row]]
            place = QRectF(self.margin.left(), y - 9, self.margin.width(), 18)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
            )
            for group, x in zip(groups, self._places(groups), strict=True):
                if -1 <= x <= width + 1:
                    self._paint_group(painter, group, QPointF(x, y))

    def _rows_now(self) -> list[list[Group]]:
        key = tuple(self.view.viewRange()[0]), self.rect().width()
        if key != self._drawn:
            spacing = SPACING * self.steps_per_pixel()
            first, last = self.view.viewRange()[0]
            find = self._markers.groups
            self._rows = [find(lane, spacing, first, last) for lane in self._used]
            self._drawn = key
        return self._rows

    def _x(self, group: Group) -> float:
        return self._places([group])[0]

    def _places(self, groups: list[Group]) -> list[float]:
        """Where they are drawn: a star at its very step."""
        (first, _), _ = self.view.viewRange()
        each, best = self.steps_per_pixel(), self._markers.best or 0
        steps = (best if self._markers.has_best(group) else group.place for group in groups)
        return [(step - first) / each for step in steps]

    def _paint_group(self, painter: QPainter, group: Group, at: QPointF) -> None:
        is_current = self.current is not None and self.current == group
        if is_current:
            painter.setPen(QPen(QColor(self.palette_.accent_text), 2))
            painter.setBrush(QColor(self.palette_.hover))
            painter.drawEllipse(at, 9, 9)
        many = len(group.markers) > 1
        ratio = self.getViewWidget().devicePixelRatioF()
        key = (group.kind, self._markers.has_best(group), many, is_current, ratio)
        if key not in self._signs:
            self._signs[key] = self._draw_sign(*key)
        painter.drawPixmap(at - QPointF(SIGN / 2, SIGN / 2), self._signs[key])

    def _draw_sign(
        self, kind: str, is_best: bool, many: bool, is_current: bool, ratio: float
    ) -> QPixmap:
        """Drawn once: there may be hundreds of them."""
        pixmap = QPixmap(round(SIGN * ratio), round(SIGN * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        role = "accent_text" if is_best else KINDS[kind].colour
        colour = QColor(str(getattr(self.palette_, role)))
        ground = QColor(self.palette_.hover if is_current else self.palette_.canvas)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = QPointF(SIGN / 2, SIGN / 2)
        if many:  # one more behind it
            painter.setPen(QPen(colour, 1.25))
            painter.setBrush(ground)
            _paint_sign(painter, kind, at + QPointF(3, -2), is_best=False)
        painter.setPen(QPen(ground, 1.5))
        painter.setBrush(colour)
        _paint_sign(painter, kind, at, is_best=is_best)
        painter.end()
        return pixmap


def _paint_sign(painter: QPainter, kind: str, at: QPointF, *, is_best: bool) -> None:
    """A sign of about 10 points, in the painter's pen and brush."""
    if is_best:
        painter.drawPolygon(star(at, 8))
    elif kind == PREVIEW:
        painter.drawRoundedRect(QRectF(at.x() - 4.5, at.y() - 4.5, 9, 9), 2, 2)
    elif kind in (SKIPPED, BATCH_HALVED):
        tip = -5.5 if kind == SKIPPED else 5.5  # a sign of warning, or less than before
        corners = [QPointF(0, tip), QPointF(5.5, -0.8 * tip), QPointF(-5.5, -0.8 * tip)]
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    elif kind in (ROLLED_BACK, RESUMED):
        tip = -6.0 if kind == ROLLED_BACK else 6.0
        corners = [QPointF(tip, 0), QPointF(-0.7 * tip, 5.5), QPointF(-0.7 * tip, -5.5)]
        painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    elif kind == PASSED_OVER:
        painter.drawPolygon(_cross(at))
    else:
        painter.drawEllipse(at, 4.5, 4.5)


def star(at: QPointF, radius: float) -> QPolygonF:
    """Five points, the first one up."""
    corners = []
    for index in range(10):
        reach, angle = radius * (1 if index % 2 == 0 else 0.45), math.pi * index / 5
        corners.append(at + QPointF(reach * math.sin(angle), -reach * math.cos(angle)))
    return QPolygonF(corners)


def _cross(at: QPointF) -> QPolygonF:
    arm, half = 5.5, 1.6
    path = [(half, half), (arm, half), (arm, -half), (half, -half), (half, -arm), (-half, -arm)]
    path += [(-half, -half), (-arm, -half), (-arm, half), (-half, half), (-half, arm), (half, arm)]
    turned = [QPointF(0.707 * (x - y), 0.707 * (x + y)) for x, y in path]
    return QPolygonF([at + corner for corner in turned])
