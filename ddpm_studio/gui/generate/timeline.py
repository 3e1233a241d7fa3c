"""The line from noise x_T to picture x_0, with the falling noise level behind it."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.inputs import Slider
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.theme import Theme

SIDE = 12.0  # room for the knob at both ends
TOP, CURVE, TICKS = 6.0, 32.0, 12.0  # heights, from the top down
KNOB = 7.0
MOST_TICKS = 50
CLOSEST_MARKS = 4  # points between the marks of kept frames
TICK_EVERY = (1, 5, 10, 25, 50, 100, 500, 2500)  # frames, the closest that is not too many


class Timeline(Slider):
    """A slider over the frames that are there; what is still to come is drawn, but not reached.

    Arrow keys, Page Up and Down, Home and End move; Space asks to play.
    """

    play_wanted = Signal()

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(0, 0, parent)
        self.setObjectName(name)
        self.setProperty("kind", "timeline")
        self.setAccessibleName("Timeline from noise (x_T) to picture (x_0)")
        self.setToolTip(
            "Drag, or use the arrow keys, between pure noise (x_T) and the picture (x_0); "
            "the curve is how much noise is left"
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setPageStep(10)
        self._theme = theme
        self._levels: list[float] = []
        self._kept: tuple[int, ...] | None = None
        self.set_levels([])
        theme.changed.connect(self.update)

    def set_levels(self, levels: Sequence[float]) -> None:
        """The noise level of each frame that will come, 0 to 1; none of them is there yet."""
        self._levels = list(levels)
        self.set_available(0)
        self.update()

    def set_kept(self, positions: tuple[int, ...] | None) -> None:
        """The frames that stay in memory, which get faint marks; None: all of them do."""
        if positions != self._kept:
            self._kept = positions
            self.update()

    def set_available(self, frames: int) -> None:
        """The first so many frames can be reached."""
        self.setRange(0, max(0, frames - 1))
        self.setEnabled(frames > 0)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, round(TOP + CURVE + TICKS))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def x_of(self, position: int) -> float:
        """Where a frame lies, in pixels from the left."""
        last = max(1, len(self._levels) - 1)
        return SIDE + (self.width() - 2 * SIDE) * position / last

    def position_at(self, x: float) -> int:
        """The frame that is nearest to x, among those that are there."""
        last = max(1, len(self._levels) - 1)
        position = round((x - SIDE) / max(1.0, self.width() - 2 * SIDE) * last)
        return min(self.maximum(), max(0, position))

    # moving

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setValue(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self.setValue(self.position_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.setSliderDown(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.play_wanted.emit()
        else:
            super().keyPressEvent(event)

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now = self.x_of(self.value())
        self._paint_curve(painter, now)
        self._paint_ticks(painter, now)
        if self.isEnabled():
            self._paint_knob(painter, now)

    def _paint_curve(self, painter: QPainter, now: float) -> None:
        """Faint where it lies ahead, a little stronger behind the knob."""
        base = TOP + CURVE
        outline = [
            QPointF(self.x_of(position), base - level * CURVE)
            for position, level in enumerate(self._levels)
        ]
        if not outline:
            return
        shape = QPolygonF([QPointF(outline[0].x(), base), *outline, QPointF(outline[-1].x(), base)])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("hover"))
        painter.drawPolygon(shape)
        if self.isEnabled():
            painter.save()
            painter.setClipRect(QRectF(0, 0, now, self.height()))
            painter.setBrush(_faded(self._theme.colour("outline"), 0.45))
            painter.drawPolygon(shape)
            painter.restore()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("outline"), 1))
        painter.drawPolyline(outline)

    def _paint_ticks(self, painter: QPainter, now: float) -> None:
        base, count = TOP + CURVE, len(self._levels)
        track = self._theme.colour("outline" if self.isEnabled() else "border")
        lines = [(_faded(track, 0.5), self.width() - SIDE)]
        if self.isEnabled():
            there = self.x_of(self.maximum())
            lines += [(track, there), (self._theme.colour("accent"), now)]
        for colour, end in lines:
            painter.setPen(QPen(colour, 2))
            painter.drawLine(QPointF(SIDE, base), QPointF(end, base))
        if not self.isEnabled():
            return
        painter.setPen(QPen(track if self._kept is None else _faded(track, 0.6), 1))
        for position in self._marked(count):
            x = self.x_of(position)
            painter.drawLine(QPointF(x, base + 4), QPointF(x, base + 8))

    def _marked(self, count: int) -> Sequence[int]:
        """Every so many-th frame; where not all are kept, those that are."""
        if self._kept is None:
            every = next(every for every in TICK_EVERY if (count - 1) / every <= MOST_TICKS)
            return range(0, count, every)
        return self._kept[:: 1 + len(self._kept) * CLOSEST_MARKS // max(1, self.width())]

    def _paint_knob(self, painter: QPainter, now: float) -> None:
        base = TOP + CURVE
        colour = self._theme.colour("text")
        painter.setPen(QPen(_faded(colour, 0.7), 1.5))
        painter.drawLine(QPointF(now, TOP - 4), QPointF(now, base))
        painter.setBrush(colour)
        painter.setPen(QPen(self._theme.colour("surface"), 1.5))
        painter.drawEllipse(QPointF(now, base), KNOB, KNOB)
        if has_ring(self):
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent_text"), 2))
            painter.drawEllipse(QPointF(now, base), KNOB + 2.5, KNOB + 2.5)


def _faded(colour: QColor, opacity: float) -> QColor:
    faded = QColor(colour)
    faded.setAlphaF(opacity)
    return faded
