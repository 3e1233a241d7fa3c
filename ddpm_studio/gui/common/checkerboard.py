"""The calm checkerboard that is seen through what is transparent."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QGuiApplication, QImage, QPainter, QPalette, QTransform

SQUARE = 8  # points


def draw_on_checkerboard(painter: QPainter, area: QRectF, image: QImage) -> None:
    """Draw an image into an area; only one that has alpha needs the checkerboard under it."""
    if image.hasAlphaChannel():
        paint_checkerboard(painter, area)
    painter.drawImage(area, image)


def paint_checkerboard(painter: QPainter, area: QRectF) -> None:
    """Fill an area with squares of two greys of the present theme, from its corner on."""
    palette = QGuiApplication.palette()  # the theme's; that of a widget may be styled
    light, dark = palette.color(QPalette.ColorRole.Light), palette.color(QPalette.ColorRole.Button)
    ratio = painter.device().devicePixelRatio()
    brush = QBrush(_two_by_two(light.rgb(), dark.rgb(), round(SQUARE * ratio)))
    corner = area.topLeft()  # a pixel of the brush becomes a pixel of the screen
    brush.setTransform(QTransform.fromTranslate(corner.x(), corner.y()).scale(1 / ratio, 1 / ratio))
    painter.fillRect(area, brush)


@lru_cache(maxsize=8)  # one for each theme and screen
def _two_by_two(light: int, dark: int, side: int) -> QImage:
    """The smallest piece that repeats: two squares of `side` pixels by two."""
    tile = QImage(2, 2, QImage.Format.Format_RGB32)
    tile.fill(dark)
    tile.setPixel(0, 0, light)
    tile.setPixel(1, 1, light)
    return tile.scaled(2 * side, 2 * side)
