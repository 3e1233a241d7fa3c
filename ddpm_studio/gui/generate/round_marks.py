"""The round marks in the corners of a picture: chosen or not, and to be made a work."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from ddpm_studio.gui.common.theme import Theme

RADIUS, INSET = 11.0, 7.0
NEAR = 5.0  # around a mark, a click still counts as on it
SMALL, EDGE, AROUND = 1 / 6, 1 / 12, 0.45  # of a small picture, so that its middle stays free
ROOM_FOR_TWO = 64.0  # points that a picture must be wide


def check_place(cell: QRectF) -> QRectF:
    """The place, in the right corner of a picture, that chooses it."""
    return _place(cell, is_left=False)


def keep_place(cell: QRectF) -> QRectF:
    """The place, in the left corner of a picture, that keeps what is seen of it; null: no room."""
    if cell.width() < ROOM_FOR_TWO:
        return QRectF()
    return _place(cell, is_left=True)


def is_near(mark: QRectF, point: QPointF) -> bool:
    """Whether a click there is meant for a mark, which is small."""
    near = min(NEAR, AROUND * mark.width() / 2)
    return not mark.isNull() and mark.adjusted(-near, -near, near, near).contains(point)


def draw_check(painter: QPainter, theme: Theme, place: QRectF, is_chosen: bool) -> None:
    """A round mark that is seen on any picture: a filled one with a check, or an empty one."""
    _draw_disc(painter, theme, place, is_filled=is_chosen)
    pen = QPen(theme.colour("on_accent" if is_chosen else "text"), 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    unit, middle = place.width() / 22, place.center()
    painter.drawPolyline(
        [middle + QPointF(x * unit, y * unit) for x, y in ((-4.5, 0.5), (-1.5, 3.5), (5, -3.5))]
    )


def draw_keep(painter: QPainter, theme: Theme, place: QRectF) -> None:
    """The mark that makes a work of a picture; nothing where there is no room."""
    if place.isNull():
        return
    _draw_disc(painter, theme, place, is_filled=False)
    size = round(place.width() * 0.64)
    icon = theme.pixmap("keep", size, "text", painter.device().devicePixelRatio())
    painter.drawPixmap(place.center() - QPointF(size / 2, size / 2), icon)


def _draw_disc(painter: QPainter, theme: Theme, place: QRectF, *, is_filled: bool) -> None:
    painter.setPen(QPen(theme.colour("on_accent" if is_filled else "text"), 1.5))
    ground = theme.colour("accent" if is_filled else "window")
    ground.setAlphaF(1.0 if is_filled else 0.7)
    painter.setBrush(ground)
    painter.drawEllipse(place)


def _place(cell: QRectF, *, is_left: bool) -> QRectF:
    side = min(cell.width(), cell.height())
    size, inset = 2 * min(RADIUS, side * SMALL), min(INSET, side * EDGE)
    x = cell.left() + inset if is_left else cell.right() - inset - size
    return QRectF(x, cell.top() + inset, size, size)
