"""A whole picture with a frame on it that is dragged, and others that are outlined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.images import draw_on_checkerboard, image_on
from ddpm_studio.gui.common.palette import DARK
from ddpm_studio.gui.pictures.crop_geometry import (
    WHOLE,
    Box,
    Handle,
    dragged,
    moved,
    scaled,
    shape_of,
)

if TYPE_CHECKING:
    import numpy as np

LEAST_SIDE = 8  # pixels of the file; smaller frames hold nothing
MARGIN, GRIP, REACH = 10, 9.0, 10.0  # points: around the picture, of a handle, to catch it
STEP, LARGE_STEP, GROWTH = 0.01, 0.05, 1.05
SHADE = 150  # of 255
EDGE = QColor(0, 0, 0, 150)  # around what is light
HANDLES = tuple((x, y) for y in (-1, 0, 1) for x in (-1, 0, 1) if x or y)
CURSORS = {  # opposite handles move alike
    (0, 0): Qt.CursorShape.SizeAllCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor,
    (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor,
}
KEY_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
KEY_FACTORS = {
    Qt.Key.Key_Plus: GROWTH,
    Qt.Key.Key_Equal: GROWTH,  # plus without Shift
    Qt.Key.Key_Minus: 1 / GROWTH,
}


def enlarged(image: QImage, side: int, ratio: float) -> QPixmap:
    """As large as fits into `side` points; by a whole factor where it is smaller than that.

    What is transparent lies on the checkerboard.
    """
    fits = side * ratio / max(image.width(), image.height())
    mode = Qt.TransformationMode
    how = mode.FastTransformation if fits >= 1 else mode.SmoothTransformation
    size = image.size() * (int(fits) or fits)
    scaled = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how)
    pixmap = QPixmap.fromImage(scaled)
    pixmap.setDevicePixelRatio(ratio)
    if scaled.hasAlphaChannel():
        painter = QPainter(pixmap)
        draw_on_checkerboard(painter, QRectF(QPointF(), pixmap.deviceIndependentSize()), scaled)
        painter.end()
    return pixmap


class CropFrame(QWidget):
    """Says where the frame was put, and which of the other crops was clicked."""

    moved = Signal(object)  # Box
    picked = Signal(int)  # a position among the others

    def __init__(
        self,
        name: str,
        pixels: np.ndarray,
        size: tuple[int, int],
        aspect: float,
        parent: QWidget | None = None,
    ) -> None:
        """pixels, size: as `show_picture` has them. aspect: of the frame, width / height."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        explain(
            self,
            "The part that is used",
            "Drag the frame, or its corners. Arrow keys move it (with Shift: further), + and - "
            "change its size.",
        )
        self._aspect = aspect
        self.box: Box | None = None
        self._others: tuple[Box, ...] = ()
        self._held: Handle | None = None  # (0, 0): the frame itself
        self._offset = QPointF()
        self.show_picture(pixels, size)

    def show_picture(self, pixels: np.ndarray, size: tuple[int, int]) -> None:
        """pixels: uint8 (H, W, 3), the whole picture, or (H, W, 4), premultiplied.

        size: (width, height) of the file.
        """
        self._image = image_on(pixels, premultiplied=True).copy()
        self._shape, self._least = shape_of(size, self._aspect), LEAST_SIDE / min(size)
        self._drawn = QImage()  # the picture as large as it is drawn
        self.update()

    def set_box(self, box: Box | None, others: Sequence[Box] = ()) -> None:
        """Show a frame, without saying anything; None: all of the picture is used.

        others: further crops, which are only outlined.
        """
        self.box, self._others = box, tuple(others)
        self.update()

    def picture_rect(self) -> QRectF:
        """Where the picture is drawn, in points."""
        room = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        size = self._image.size().toSizeF()
        area = QRectF(QPointF(), size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio))
        area.moveCenter(room.center())
        return area

    def frame_rect(self, box: Box) -> QRectF:
        """Where a frame is drawn, in points."""
        area = self.picture_rect()
        wide, high = area.width(), area.height()
        corner = area.topLeft() + QPointF(box[0] * wide, box[1] * high)
        return QRectF(corner.x(), corner.y(), box[2] * wide, box[3] * high)

    def sizeHint(self) -> QSize:
        return QSize(480, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 240)

    # what a person does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position()
        if self._handle_at(point) is None:
            self._pick(point)  # and it can be dragged at once
        self._held = self._handle_at(point)
        if self._held is not None:
            self._offset = point - self._grip_at(self._held)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None or self.box is None:
            self._show_cursor(self._handle_at(event.position()))
            return
        area = self.picture_rect()
        place = event.position() - self._offset - area.topLeft()
        x, y = place.x() / area.width(), place.y() / area.height()
        left, top, width, height = self.box
        if self._held == (0, 0):
            self._go(moved(self.box, x - left - width / 2, y - top - height / 2))
        else:
            self._go(dragged(self.box, self._held, (x, y), self._shape, self._least))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self._show_cursor(self._handle_at(event.position()))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        key = Qt.Key(event.key())
        if self.box is not None and key in KEY_WAYS:
            across, down = KEY_WAYS[key]
            self._go(moved(self.box, across * step, down * step))
        elif self.box is not None and key in KEY_FACTORS:
            self._go(scaled(self.box, KEY_FACTORS[key], self._shape, self._least))
        else:
            super().keyPressEvent(event)

    def _go(self, box: Box) -> None:
        if box != self.box:
            self.box = box
            self.update()
            self.moved.emit(box)

    def _pick(self, point: QPointF) -> None:
        for place, other in enumerate(self._others):
            if self.frame_rect(other).contains(point):
                self.picked.emit(place)
                return

    def _grip_at(self, handle: Handle) -> QPointF:
        """The middle of a handle; (0, 0): of the frame."""
        frame = self.frame_rect(self.box or WHOLE)
        return frame.center() + QPointF(
            handle[0] * frame.width() / 2, handle[1] * frame.height() / 2
        )

    def _handle_at(self, point: QPointF) -> Handle | None:
        if self.box is None:
            return None
        frame = self.frame_rect(self.box)
        # on small frames, the middle must stay free to move it
        reach = min(REACH, frame.width() / 4, frame.height() / 4)
        outside = frame.adjusted(-REACH, -REACH, REACH, REACH)
        if not outside.contains(point):
            return None
        across = _side(point.x(), frame.left(), frame.right(), reach)
        down = _side(point.y(), frame.top(), frame.bottom(), reach)
        return across, down

    def _show_cursor(self, handle: Handle | None) -> None:
        if handle is None:
            self.unsetCursor()
        else:
            opposite = -handle[0], -handle[1]
            self.setCursor(CURSORS[handle if handle in CURSORS else opposite])

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.picture_rect()
        draw_on_checkerboard(painter, area, self._picture(area))
        if self.box is None:
            self._draw_frame(painter, area, grips=False)
            return
        frame = self.frame_rect(self.box)
        lost = QPainterPath()  # filled where only one of the two lies
        lost.addRect(area)
        lost.addRect(frame)
        painter.fillPath(lost, QColor(0, 0, 0, SHADE))
        for other in self._others:
            _draw_twice(painter, self.frame_rect(other), QColor(255, 255, 255, 200), 1)
        if self._held is not None:
            self._draw_thirds(painter, frame)
        self._draw_frame(painter, frame, grips=True)

    def _picture(self, area: QRectF) -> QImage:
        """Scaled once for a size of the widget, and well."""
        ratio = self.devicePixelRatioF()
        size = (area.size() * ratio).toSize().expandedTo(QSize(1, 1))
        if self._drawn.size() != size:
            ignored = Qt.AspectRatioMode.IgnoreAspectRatio
            smooth = Qt.TransformationMode.SmoothTransformation
            self._drawn = self._image.scaled(size, ignored, smooth)
        return self._drawn

    def _draw_thirds(self, painter: QPainter, frame: QRectF) -> None:
        lines = []
        for part in (1 / 3, 2 / 3):
            x, y = frame.x() + part * frame.width(), frame.y() + part * frame.height()
            lines.append(QLineF(x, frame.top(), x, frame.bottom()))
            lines.append(QLineF(frame.left(), y, frame.right(), y))
        for colour, width in ((QColor(0, 0, 0, 50), 3), (QColor(255, 255, 255, 120), 1)):
            painter.setPen(QPen(colour, width))
            painter.drawLines(lines)

    def _draw_frame(self, painter: QPainter, frame: QRectF, grips: bool) -> None:
        light = QColor("#ffffff")
        ring = QColor(DARK.accent) if self.hasFocus() else light  # around it, it is always dark
        _draw_twice(painter, frame, ring, 2)
        if not grips or min(frame.width(), frame.height()) < 3 * GRIP:
            return  # they would hide what is in it
        painter.setPen(QPen(EDGE, 1))
        painter.setBrush(light)
        for handle in HANDLES:
            grip = QRectF(0, 0, GRIP, GRIP)
            grip.moveCenter(self._grip_at(handle))
            painter.drawRect(grip)


def _draw_twice(painter: QPainter, frame: QRectF, colour: QColor, width: int) -> None:
    """A line with a dark one around it, so that it is seen on every picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for each, wide in ((EDGE, width + 2), (colour, width)):
        painter.setPen(QPen(each, wide, j=Qt.PenJoinStyle.MiterJoin))
        painter.drawRect(frame)


def _side(value: float, low: float, high: float, reach: float) -> int:
    """-1 at the low edge and beyond, 1 at the high one, else 0."""
    return -1 if value <= low + reach else int(value >= high - reach)
