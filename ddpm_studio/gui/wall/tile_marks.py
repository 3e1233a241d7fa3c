"""What is drawn over a tile of the wall: faint if it is left out, and a badge in its corner."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.wall.model import Tile

FAINT = 0.72  # how much of the ground covers a picture that is left out
BADGE_HEIGHT, BADGE_PADDING, TEXT_PIXELS = 18, 6, 12
ICON, DISC = 16, 26  # points


def paint_marks(
    painter: QPainter, area: QRectF, tile: Tile, theme: Theme, *, is_picture: bool
) -> None:
    """Over a tile that was drawn; is_picture: with its pixels."""
    if tile.is_faint:
        veil = QColor(theme.colour("canvas"))
        veil.setAlphaF(FAINT)
        painter.fillRect(area, veil)
        _paint_icon(painter, area, theme, "hidden" if is_picture else "warning")
    if tile.badge and area.width() >= 2 * BADGE_HEIGHT:
        _paint_badge(painter, area, tile.badge, theme)


def _paint_icon(painter: QPainter, area: QRectF, theme: Theme, name: str) -> None:
    pixmap = theme.pixmap(name, ICON, "muted", painter.device().devicePixelRatioF())
    middle = area.center()
    ground = QRectF(0, 0, DISC, DISC)
    ground.moveCenter(middle)
    painter.save()
    _paint_ground(painter, ground, DISC / 2, theme)
    painter.restore()
    painter.drawPixmap(QPointF(middle.x() - ICON / 2, middle.y() - ICON / 2), pixmap)


def _paint_badge(painter: QPainter, area: QRectF, words: str, theme: Theme) -> None:
    """At the foot on the left; letters of a size that can be read on any picture."""
    font = QFont(painter.font())
    font.setPixelSize(TEXT_PIXELS)
    painter.save()
    painter.setFont(font)
    width = round(QFontMetricsF(font).horizontalAdvance(words)) + 2 * BADGE_PADDING
    place = QRectF(area.left() + 3, area.bottom() - BADGE_HEIGHT - 3, width, BADGE_HEIGHT)
    _paint_ground(painter, place, 5, theme)
    painter.setPen(theme.colour("text"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()


def _paint_ground(painter: QPainter, place: QRectF, radius: float, theme: Theme) -> None:
    """Of the window's colour, with an edge that stands out from pictures and checkerboards."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("muted"), 1))
    painter.setBrush(theme.colour("canvas"))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
