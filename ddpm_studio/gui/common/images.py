"""Arrays of pixels as QImages, and the calm checkerboard seen through what is transparent."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF
from PySide6.QtGui import QBrush, QGuiApplication, QImage, QPainter, QPalette, QTransform

if TYPE_CHECKING:
    import numpy as np

_KINDS = {  # by channels
    1: QImage.Format.Format_Grayscale8,
    3: QImage.Format.Format_RGB888,
    4: QImage.Format.Format_RGBA8888,
}

SQUARE = 8  # points


def image_on(pixels: np.ndarray, premultiplied: bool = False) -> QImage:
    """An image on the memory of a uint8 array (H, W, C) in one piece, which must outlive it.

    Of four channels the last is alpha. premultiplied: colours are multiplied by it, as those of
    prepared pictures are; pictures that leave the engine are not.
    """
    height, width, channels = pixels.shape
    kind = _KINDS[channels]
    if channels == 4 and premultiplied:
        kind = QImage.Format.Format_RGBA8888_Premultiplied
    return QImage(pixels.data, width, height, width * channels, kind)


def image_of(pictures: Any) -> QImage:
    """uint8 (N, H, W, C) -> one image of all of them, as previews lie on disk."""
    from ddpm_studio.export.images import picture_grid

    return image_on(picture_grid(pictures)).copy()  # its own memory, so that the array may go


def turned(image: QImage, degrees: int) -> QImage:
    """Clockwise, by a multiple of 90: no pixel changes."""
    return image.transformed(QTransform().rotate(degrees))


def drawable(image: QImage) -> QImage:
    """The same in 32 bits and with pixels of its own: Qt draws it six to ten times as fast."""
    has_alpha = image.hasAlphaChannel()
    kind = QImage.Format.Format_ARGB32_Premultiplied if has_alpha else QImage.Format.Format_RGB32
    return image.convertToFormat(kind)


def draw_on_checkerboard(painter: QPainter, area: QRectF, image: QImage) -> None:
    """Draw an image into an area; only one that has alpha needs the checkerboard under it."""
    if image.hasAlphaChannel():
        paint_checkerboard(painter, area)
    painter.drawImage(area, image)


def draw_covering(painter: QPainter, area: QRectF, image: QImage) -> None:
    """Fill an area with an image; of another shape its middle is seen."""
    scale = max(area.width() / image.width(), area.height() / image.height())
    part = QRectF(0, 0, area.width() / scale, area.height() / scale)
    part.moveCenter(image.rect().toRectF().center())
    painter.save()
    is_reduced = scale * painter.device().devicePixelRatio() < 1
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
    if image.hasAlphaChannel():
        paint_checkerboard(painter, area)
    painter.drawImage(area, image, part)
    painter.restore()


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
