"""One picture in a square, as large as fits and with crisp pixels; an icon while there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.common.images import drawable, image_on
from ddpm_studio.gui.common.theme import Theme

if TYPE_CHECKING:
    import numpy as np

ICON, INSET = 48, 8  # points


class RecipePicture(QFrame):
    """Waits for its picture, which may never come."""

    def __init__(self, theme: Theme, icon: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "canvas")
        self.setFixedSize(side, side)
        self._theme, self._icon = theme, icon
        self.image: QImage | None = None
        theme.changed.connect(self.update)

    def show_pixels(self, pixels: np.ndarray | None) -> None:
        """uint8 (H, W, 4), premultiplied; None: there is nothing to show."""
        self.image = None
        if pixels is not None:
            image = drawable(image_on(pixels, premultiplied=True))
            is_opaque = bool((pixels[..., 3] == 255).all())
            self.image = image.convertToFormat(QImage.Format.Format_RGB32) if is_opaque else image
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        if self.image is None:
            ratio = self.devicePixelRatioF()
            pixmap = self._theme.pixmap(self._icon, ICON, "muted", ratio)
            middle = QRectF(self.rect()).center() - QPointF(ICON / 2, ICON / 2)
            painter.drawPixmap(middle, pixmap)
            return
        area = self._area(self.image)
        is_shrunk = area.width() < self.image.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_shrunk)
        draw_on_checkerboard(painter, area, self.image)

    def _area(self, image: QImage) -> QRectF:
        """Whole-number enlargement where there is room for it."""
        room = self.width() - 2 * INSET
        scale = room / max(image.width(), image.height())
        if scale > 1:
            scale = float(int(scale))
        width, height = image.width() * scale, image.height() * scale
        left, top = round((self.width() - width) / 2), round((self.height() - height) / 2)
        return QRectF(left, top, width, height)
