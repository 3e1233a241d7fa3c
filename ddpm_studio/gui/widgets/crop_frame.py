"""A whole picture with a frame on it that is dragged, and the geometry of such frames.

A box is left, top, width and height as parts (0 .. 1) of a picture's width and height, as in
`data.choices.Crop`. The shape of a frame is its width by its height in such parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
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

from ddpm_studio.gui.palette import DARK
from ddpm_studio.gui.widgets.control_row import explain
from ddpm_studio.gui.widgets.images import image_on

if TYPE_CHECKING:
    import numpy as np

Box = tuple[float, float, float, float]
Handle = tuple[int, int]  # -1, 0 or 1 across and down: (1, 1) is the lower right corner

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
LEAST_SIDE = 8  # pixels of the file; smaller frames hold nothing
MARGIN, GRIP, REACH = 10, 9.0, 10.0  # points: around the picture, of a handle, to catch it
STEP, LARGE_STEP, GROWTH = 0.01, 0.05, 1.05
SHADE = 150  # of 255
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


def shape_of(size: tuple[int, int], aspect: float) -> float:
    """The shape of frames with an aspect, on a picture of so many pixels (width, height)."""
    return aspect * size[1] / size[0]


def largest_box(shape: float, centre: tuple[float, float] = (0.5, 0.5)) -> Box:
    """The largest frame of a shape, as near to the centre as the picture's edges allow."""
    width, height = min(1.0, shape), min(1.0, 1 / shape)
    return _placed(centre[0] - width / 2, centre[1] - height / 2, width, height)


def moved(box: Box, by_x: float, by_y: float) -> Box:
    """The same frame elsewhere, but inside of the picture."""
    return _placed(box[0] + by_x, box[1] + by_y, box[2], box[3])


def scaled(box: Box, factor: float, shape: float, least: float) -> Box:
    """A larger or smaller frame around the same centre. least: its width."""
    width = _allowed(box[2] * factor, shape, least)
    centre = box[0] + box[2] / 2, box[1] + box[3] / 2
    return _placed(centre[0] - width / 2, centre[1] - width / shape / 2, width, width / shape)


def dragged(box: Box, handle: Handle, to: tuple[float, float], shape: float, least: float) -> Box:
    """The frame after one of its handles was dragged to a place; the opposite one stays."""
    across, down = handle
    left, top, width, height = box
    fixed_x = left + width if across < 0 else left
    fixed_y = top + height if down < 0 else top
    widths, room = [], min(1.0, shape)
    if across:
        widths.append((to[0] - fixed_x) * across)
        room = min(room, 1 - fixed_x if across > 0 else fixed_x)
    if down:
        widths.append((to[1] - fixed_y) * down * shape)
        room = min(room, shape * (1 - fixed_y if down > 0 else fixed_y))
    wide = min(_allowed(max(widths), shape, least), room)
    high = wide / shape
    new_left = (fixed_x - wide if across < 0 else fixed_x) if across else left + (width - wide) / 2
    new_top = (fixed_y - high if down < 0 else fixed_y) if down else top + (height - high) / 2
    return _placed(new_left, new_top, wide, high)


def free_box(taken: Sequence[Box], shape: float, width: float) -> Box:
    """A frame of a width where it covers least of the others."""
    height, steps = width / shape, [step / 8 for step in range(9)]
    places = [(x * (1 - width), y * (1 - height), width, height) for y in steps for x in steps]
    return min(places, key=lambda box: sum(_shared(box, other) for other in taken))


def box_grid(size: tuple[int, int], target: tuple[int, int]) -> tuple[Box, ...]:
    """Frames of exactly `target` pixels that do not touch, evenly over a picture of `size`.

    As many as fit, but at most MOST_CROPS; () if not even one does. (width, height) both.
    """
    from ddpm_studio.choices import MOST_CROPS

    most_across, most_down = size[0] // target[0], size[1] // target[1]
    shapes = [
        (across, min(most_down, MOST_CROPS // across))
        for across in range(1, min(most_across, MOST_CROPS) + 1)
        if most_down
    ]
    wanted = size[0] / size[1] * target[1] / target[0]
    # the most of them; then those that lie as evenly across as down
    across, down = max(
        shapes,
        key=lambda n: (n[0] * n[1], -max(n[0] / n[1] / wanted, wanted * n[1] / n[0])),
        default=(0, 0),
    )
    width, height = target[0] / size[0], target[1] / size[1]
    return tuple(
        _placed((x + 0.5) / across - width / 2, (y + 0.5) / down - height / 2, width, height)
        for y in range(down)
        for x in range(across)
    )


def render(
    pixels: np.ndarray, box: Box | None, target: tuple[int, int], background: str
) -> np.ndarray:
    """What becomes of a part of uint8 (H, W, 3): uint8 (height, width, 3) of the target.

    box None: all of it, with the background around it. Scaled as the reader does.
    """
    import numpy as np
    from PIL import Image

    image, lanczos = Image.fromarray(pixels), Image.Resampling.LANCZOS
    if box is not None:
        left, top = box[0] * image.width, box[1] * image.height
        right = min(image.width, left + box[2] * image.width)
        bottom = min(image.height, top + box[3] * image.height)
        return np.asarray(image.resize(target, lanczos, box=(left, top, right, bottom)))
    scale = min(target[0] / image.width, target[1] / image.height)
    width = min(target[0], max(1, round(image.width * scale)))
    height = min(target[1], max(1, round(image.height * scale)))
    padded = Image.new("RGB", target, background)
    corner = (target[0] - width) // 2, (target[1] - height) // 2
    padded.paste(image.resize((width, height), lanczos), corner)
    return np.asarray(padded)


def enlarged(image: QImage, side: int, ratio: float) -> QPixmap:
    """As large as fits into `side` points; by a whole factor where it is smaller than that."""
    fits = side * ratio / max(image.width(), image.height())
    mode = Qt.TransformationMode
    how = mode.FastTransformation if fits >= 1 else mode.SmoothTransformation
    size = image.size() * (int(fits) or fits)
    pixmap = QPixmap.fromImage(image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, how))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _allowed(width: float, shape: float, least: float) -> float:
    return min(max(width, least), 1.0, shape)


def _placed(left: float, top: float, width: float, height: float) -> Box:
    """The frame, moved into the picture. Rounding must not make it reach out by a hair."""
    width, height = min(1.0, width), min(1.0, height)
    return min(max(0.0, left), 1 - width), min(max(0.0, top), 1 - height), width, height


def _shared(first: Box, second: Box) -> float:
    """The area that both cover."""
    across = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    down = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    return max(0.0, across) * max(0.0, down)


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
        """pixels: uint8 (H, W, 3), the whole picture. size: (width, height) of the file."""
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
        self._image = image_on(pixels).copy()
        self._shape, self._least = shape_of(size, aspect), LEAST_SIDE / min(size)
        self._box: Box | None = None
        self._others: tuple[Box, ...] = ()
        self._held: Handle | None = None  # (0, 0): the frame itself
        self._offset = QPointF()
        self._drawn = QImage()  # the picture as large as it is drawn

    @property
    def box(self) -> Box | None:
        return self._box

    def set_box(self, box: Box | None, others: Sequence[Box] = ()) -> None:
        """Show a frame, without saying anything; None: all of the picture is used.

        others: further crops, which are only outlined.
        """
        self._box, self._others = box, tuple(others)
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
        if self._held is None or self._box is None:
            self._show_cursor(self._handle_at(event.position()))
            return
        area = self.picture_rect()
        place = event.position() - self._offset - area.topLeft()
        x, y = place.x() / area.width(), place.y() / area.height()
        left, top, width, height = self._box
        if self._held == (0, 0):
            self._go(moved(self._box, x - left - width / 2, y - top - height / 2))
        else:
            self._go(dragged(self._box, self._held, (x, y), self._shape, self._least))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self._show_cursor(self._handle_at(event.position()))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = LARGE_STEP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else STEP
        key = Qt.Key(event.key())
        if self._box is not None and key in KEY_WAYS:
            across, down = KEY_WAYS[key]
            self._go(moved(self._box, across * step, down * step))
        elif self._box is not None and key in KEY_FACTORS:
            self._go(scaled(self._box, KEY_FACTORS[key], self._shape, self._least))
        else:
            super().keyPressEvent(event)

    def _go(self, box: Box) -> None:
        if box != self._box:
            self._box = box
            self.update()
            self.moved.emit(box)

    def _pick(self, point: QPointF) -> None:
        for place, other in enumerate(self._others):
            if self.frame_rect(other).contains(point):
                self.picked.emit(place)
                return

    def _grip_at(self, handle: Handle) -> QPointF:
        """The middle of a handle; (0, 0): of the frame."""
        frame = self.frame_rect(self._box or WHOLE)
        return frame.center() + QPointF(
            handle[0] * frame.width() / 2, handle[1] * frame.height() / 2
        )

    def _handle_at(self, point: QPointF) -> Handle | None:
        if self._box is None:
            return None
        frame = self.frame_rect(self._box)
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
        painter.drawImage(area, self._picture(area))
        if self._box is None:
            self._draw_frame(painter, area, grips=False)
            return
        frame = self.frame_rect(self._box)
        lost = QPainterPath()  # filled where only one of the two lies
        lost.addRect(area)
        lost.addRect(frame)
        painter.fillPath(lost, QColor(0, 0, 0, SHADE))
        painter.setPen(QPen(QColor(255, 255, 255, 170), 1))
        for other in self._others:
            painter.drawRect(self.frame_rect(other))
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
        painter.setPen(QPen(QColor(255, 255, 255, 90), 1))
        for part in (1 / 3, 2 / 3):
            x, y = frame.x() + part * frame.width(), frame.y() + part * frame.height()
            painter.drawLine(QPointF(x, frame.top()), QPointF(x, frame.bottom()))
            painter.drawLine(QPointF(frame.left(), y), QPointF(frame.right(), y))

    def _draw_frame(self, painter: QPainter, frame: QRectF, grips: bool) -> None:
        """Dark around light, so that it is seen on every picture."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        dark, light = QColor(0, 0, 0, 150), QColor("#ffffff")
        ring = QColor(DARK.accent) if self.hasFocus() else light  # around it, it is always dark
        for colour, width in ((dark, 4), (ring, 2)):
            painter.setPen(QPen(colour, width, j=Qt.PenJoinStyle.MiterJoin))
            painter.drawRect(frame)
        if not grips or min(frame.width(), frame.height()) < 3 * GRIP:
            return  # they would hide what is in it
        painter.setPen(QPen(dark, 1))
        painter.setBrush(light)
        for handle in HANDLES:
            grip = QRectF(0, 0, GRIP, GRIP)
            grip.moveCenter(self._grip_at(handle))
            painter.drawRect(grip)


def _side(value: float, low: float, high: float, reach: float) -> int:
    """-1 at the low edge and beyond, 1 at the high one, else 0."""
    return -1 if value <= low + reach else int(value >= high - reach)
