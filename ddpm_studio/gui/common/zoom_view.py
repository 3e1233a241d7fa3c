"""One picture on a ground: as large as there is room for it, or nearer, and moved about."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from ddpm_studio.gui.common.images import paint_checkerboard

MARGIN = 16
SCALES = (*(1 / n for n in (16, 8, 4, 3, 2)), *(1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128))
NOTCH = 120  # of a wheel
WINDOW, CHECKS = "window", "checks"
COLOURS = {"dark": "#0e0e10", "grey": "#808080", "light": "#f6f6f6"}
GROUNDS = {WINDOW: "Window", "dark": "Dark", "grey": "Grey", "light": "Light"}
GROUNDS |= {CHECKS: "Checkerboard"}


@dataclass(frozen=True)
class View:
    """How pictures are looked at.

    scale: pixels of the screen for each of the picture, None: as many as fit. middle: which point
    is in the middle, in parts of width and height. ground: one of `GROUNDS`.
    """

    scale: float | None = None
    middle: tuple[float, float] = (0.5, 0.5)
    is_smooth: bool = False
    ground: str = WINDOW


class LargeCanvas(QWidget):
    """Pixels are crisp, and whole by themselves, unless it is smooth; reduced it always is."""

    viewed = Signal(object)  # View, as it was changed here
    dragged = Signal()  # away, to another program
    resized = Signal()

    def __init__(self, margin: int = MARGIN) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._margin = margin
        self.image: QImage | None = None
        self.view = View()
        self._size = QSize(1, 1)
        self._pressed: QPointF | None = None
        self._turned = 0  # of the wheel, less than a notch

    def show_image(self, image: QImage | None, size: QSize | None = None) -> None:
        """None: nothing. size: that it takes, if the image is a smaller one of it."""
        self.image = image
        if image is not None:
            self._size = size or image.size()
        self.update()

    def set_view(self, view: View) -> None:
        if view != self.view:
            self.view = view
            self.update()

    @property
    def scale(self) -> float:
        """Pixels of the screen for each pixel of the picture, along a side."""
        if self.view.scale is not None:
            return self.view.scale
        fit = self._fitting()
        return fit if fit < 1 or self.view.is_smooth else math.floor(fit)

    def zoomed(self, steps: int, at: QPointF | None = None) -> View:
        """The view that is so many steps nearer, or further away; at: the point that stays."""
        now, fit = self.scale, self._fitting()
        least = min(1.0, fit)
        if steps > 0:
            nearer = [scale for scale in SCALES if scale > now * 1.001]
            scale = nearer[min(steps, len(nearer)) - 1] if nearer else now
        else:
            further = [one for one in reversed(SCALES) if least <= one < now * 0.999]
            scale = further[min(-steps, len(further)) - 1] if further else least
        if scale <= fit < scale + 1 and scale == math.floor(fit) and not self.view.is_smooth:
            return replace(self.view, scale=None, middle=(0.5, 0.5))
        if scale == least == fit:
            return replace(self.view, scale=None, middle=(0.5, 0.5))
        return replace(self.view, scale=scale, middle=self._middle_for(scale, at))

    def picture_rect(self) -> QRectF:
        """Where it is drawn, on whole pixels of the screen."""
        ratio, scale = self.devicePixelRatioF(), self.scale
        width, height = self._size.width() * scale, self._size.height() * scale
        left = _begin(self.width() * ratio, width, self.view.middle[0])
        top = _begin(self.height() * ratio, height, self.view.middle[1])
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    @property
    def can_be_moved(self) -> bool:
        """Whether some of it is out of view."""
        area = self.picture_rect()
        return area.width() > self.width() + 0.5 or area.height() > self.height() + 0.5

    # what Qt calls

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = COLOURS.get(self.view.ground)
        if colour is not None:
            painter.fillRect(self.rect(), QColor(colour))
        elif self.view.ground == CHECKS:
            paint_checkerboard(painter, self.rect().toRectF())
        if self.image is None:
            return
        area = self.picture_rect()
        is_reduced = area.width() * self.devicePixelRatioF() < self.image.width() - 0.5
        how = QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHint(how, is_reduced or self.view.is_smooth)
        if self.image.hasAlphaChannel() and self.view.ground == WINDOW:
            paint_checkerboard(painter, area)
        painter.drawImage(area, self.image)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y()
        steps = int(self._turned / NOTCH)
        if steps and self.image is not None:
            self._turned -= steps * NOTCH
            self.viewed.emit(self.zoomed(steps, event.position()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.image is not None:
            self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        start = self._pressed
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        moved = event.position() - start
        if self.can_be_moved:
            self._pressed = event.position()
            self.viewed.emit(replace(self.view, middle=self._moved(moved)))
        elif moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            if self.picture_rect().contains(start):
                self.dragged.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """As large as fits, or each pixel as one of the screen."""
        is_fit = self.view.scale is None
        middle = self._middle_for(1.0, event.position()) if is_fit else (0.5, 0.5)
        self.viewed.emit(replace(self.view, scale=1.0 if is_fit else None, middle=middle))

    # private

    def _fitting(self) -> float:
        ratio = self.devicePixelRatioF()
        across = (self.width() - 2 * self._margin) * ratio / self._size.width()
        down = (self.height() - 2 * self._margin) * ratio / self._size.height()
        return max(1e-3, min(across, down))

    def _middle_for(self, scale: float, at: QPointF | None) -> tuple[float, float]:
        """What has to be in the middle, so that a point of the picture stays under the mouse."""
        area, ratio = self.picture_rect(), self.devicePixelRatioF()
        at = self.rect().toRectF().center() if at is None else at
        away = self.rect().toRectF().center() - at
        across = (at.x() - area.x()) / area.width()
        down = (at.y() - area.y()) / area.height()
        across += away.x() * ratio / (self._size.width() * scale)
        down += away.y() * ratio / (self._size.height() * scale)
        return _within(across), _within(down)

    def _moved(self, by: QPointF) -> tuple[float, float]:
        """What is in the middle when the picture was moved; it leaves no gap at its edges."""
        area = self.picture_rect()
        middle = self.rect().toRectF().center()
        x = (middle.x() - area.x() - by.x()) / area.width()
        y = (middle.y() - area.y() - by.y()) / area.height()
        half = self.width() / area.width() / 2, self.height() / area.height() / 2
        return _within(x, half[0]), _within(y, half[1])


def _begin(room: float, length: float, middle: float) -> int:
    """Where a picture begins in so much room; what has none left over is not moved."""
    if length <= room:
        return round((room - length) / 2)
    return round(max(room - length, min(0.0, room / 2 - middle * length)))


def _within(part: float, edge: float = 0.0) -> float:
    return 0.5 if edge >= 0.5 else max(edge, min(1 - edge, part))
