"""The drawing of the loss plot with pyqtgraph; imported when the first window is long painted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QMouseEvent, QPainter, QPen, QResizeEvent

from ddpm_studio.gui.palette import Palette
from ddpm_studio.gui.widgets.loss_series import LossSeries

TEXT_PIXELS = 12
SMALLEST_LOSS = 1e-12  # what a logarithm can show
PAN, ZOOM = 0.1, 0.8  # parts of the view, for one press of a key
LEFT_AXIS_WIDTH = 56  # fixed, so that the plot does not jump when the numbers change
RIGHT_MARGIN = 20  # half of the last step's number
ORDINARY = 0.005  # this part of the raw losses on either side need not be in view: single peaks


class LossCanvas(pg.PlotWidget):
    """Draws a LossSeries: people move along the steps, the height always fits what is seen."""

    moved = Signal()  # a person zoomed or panned
    pointed = Signal(int)  # at this entry of the series; -1: at none

    def __init__(self) -> None:
        axes = {"left": LossAxis(), "bottom": StepAxis()}
        super().__init__(axisItems=axes)
        self.follows = True
        self.index = -1  # the entry that is pointed at
        self._series = LossSeries()
        self._drawn_step = 0
        self._raw_colour = QColor()
        self._raw = pg.PlotCurveItem(antialias=False)
        self._smooth = pg.PlotCurveItem(antialias=True)
        self._held_out = pg.PlotCurveItem(antialias=True)
        self._held_out_dots = pg.ScatterPlotItem(size=6, pxMode=True)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._dot = pg.ScatterPlotItem(size=9, pxMode=True)
        box = self.getViewBox()
        held_out = (self._held_out, self._held_out_dots)
        for thing in (self._raw, self._smooth, *held_out, self._line, self._dot):
            box.addItem(thing, ignoreBounds=True)
        box.setMouseEnabled(x=True, y=False)
        box.setMenuEnabled(False)
        box.disableAutoRange()
        box.setDefaultPadding(0)
        self.hideButtons()
        self.getPlotItem().setContentsMargins(0, 0, RIGHT_MARGIN, 0)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self._point_at(-1)
        box.sigRangeChangedManually.connect(self._on_moved)

    def set_palette(self, palette: Palette) -> None:
        """The colours of a theme."""
        self.setBackground(palette.canvas)
        accent, muted = QColor(palette.accent_text), QColor(palette.muted)
        self._raw_colour = QColor(muted)
        self._smooth.setPen(pg.mkPen(accent, width=2))
        text = QColor(palette.text)
        self._held_out.setPen(pg.mkPen(text, width=1, style=Qt.PenStyle.DashLine))
        self._held_out_dots.setBrush(pg.mkBrush(text))
        self._held_out_dots.setPen(pg.mkPen(palette.canvas, width=1))
        self._line.setPen(pg.mkPen(palette.outline, width=1))
        self._dot.setBrush(pg.mkBrush(accent))
        self._dot.setPen(pg.mkPen(palette.canvas, width=1))
        font = QFont(self.font())
        font.setPixelSize(TEXT_PIXELS)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(palette.border if side == "left" else palette.outline))
            axis.setTextPen(pg.mkPen(muted))
            axis.setTickFont(font)
            axis.setZValue(-1)  # its grid lies behind the curves
            axis.grid_pen = pg.mkPen(palette.border)
        self.refresh()

    def set_series(self, series: LossSeries) -> None:
        self._series = series
        self._point_at(-1)
        self.refresh()

    def set_follows(self, follows: bool) -> None:
        self.follows = follows
        self.refresh()

    def is_behind(self) -> bool:
        """Whether a redraw would show anything new: the newest steps fill a column of pixels."""
        (first, last), _ = self.getViewBox().viewRange()
        newest = int(self._series.steps[-1]) if len(self._series) else 0
        is_in_view = self.follows or self._drawn_step < last
        return is_in_view and newest - self._drawn_step >= (last - first) / max(1, self.width())

    def refresh(self) -> None:
        """Draw what the series holds now."""
        series = self._series
        self._drawn_step = int(series.steps[-1]) if len(series) else 0
        if self.index >= len(series):  # training went back, or this is another run
            self._point_at(-1)
        if not len(series):
            for curve in (self._raw, self._smooth, self._held_out, self._held_out_dots):
                curve.clear()
            return
        box = self.getViewBox()
        if self.follows:
            first, last = int(series.steps[0]), int(series.steps[-1])
            box.setXRange(min(first, 0) if first < last / 4 else first, max(last, first + 10))
        (first, last), _ = box.viewRange()
        columns = max(16, int(box.width()))
        curves = series.curves(first, last, columns)
        # a dense run is a band, which must not drown the smoothed curve
        self._raw_colour.setAlphaF(0.3 if len(curves.raw_x) > columns / 2 else 0.7)
        self._raw.setPen(pg.mkPen(self._raw_colour, width=1))
        raw, smooth = _log(curves.raw_y), _log(curves.smooth_y)
        self._raw.setData(curves.raw_x, raw)
        self._smooth.setData(curves.smooth_x, smooth)
        box.setYRange(*_fitting(raw, np.append(smooth, self._draw_held_out(first, last))))

    def _draw_held_out(self, first: float, last: float) -> np.ndarray:
        """The losses on unseen pictures; returns the heights of those in view."""
        measured = np.array(self._series.held_out, np.float64).reshape(-1, 2)
        steps, heights = measured[:, 0], _log(measured[:, 1])
        self._held_out.setData(steps, heights)
        self._held_out_dots.setData(steps, heights)
        return heights[(steps >= first) & (steps <= last)]

    def _on_moved(self) -> None:
        self.follows = False
        self.refresh()
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "_series"):  # pyqtgraph resizes itself before it is built
            self.refresh()

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        box = self.getViewBox()
        position = self.mapToScene(event.position().toPoint())
        is_inside = box.sceneBoundingRect().contains(position)
        step = box.mapSceneToView(QPointF(position)).x()
        self._point_at(self._series.index_near(step) if is_inside and len(self._series) else -1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(-1)

    def _point_at(self, index: int) -> None:
        self.index = index
        for thing in (self._line, self._dot):
            thing.setVisible(index >= 0)
        if index >= 0:
            step = float(self._series.steps[index])
            self._line.setValue(step)
            self._dot.setData([step], _log(self._series.smooth[index : index + 1]))
        self.pointed.emit(index)

    # moving by keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right pan, plus and minus zoom."""
        (first, last), _ = self.getViewBox().viewRange()
        width, middle = last - first, (first + last) / 2
        match event.key():
            case Qt.Key.Key_Left:
                self._move(first - PAN * width, last - PAN * width)
            case Qt.Key.Key_Right:
                self._move(first + PAN * width, last + PAN * width)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._move(middle - ZOOM * width / 2, middle + ZOOM * width / 2)
            case Qt.Key.Key_Minus:
                self._move(middle - width / ZOOM / 2, middle + width / ZOOM / 2)
            case _:
                event.ignore()

    def _move(self, first: float, last: float) -> None:
        self.getViewBox().setXRange(first, last)
        self._on_moved()


class PlainAxis(pg.AxisItem):
    """Draws ticks, numbers and grid itself: pyqtgraph's own way takes several times as long."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation)
        self.grid_pen: QPen | None = None
        self.setStyle(autoExpandTextSpace=False)

    def ticks(self, lowest: float, highest: float, pixels: float) -> list[tuple[float, str]]:
        """Where the numbers stand, and what they say."""
        raise NotImplementedError

    def boundingRect(self) -> QRectF:
        """The axis itself and, for its grid, the plot beside it."""
        return self.mapRectFromParent(self.geometry()) | self._plot_area()

    def _plot_area(self) -> QRectF:
        box = self.linkedView()
        return QRectF() if box is None else box.mapRectToItem(self, box.boundingRect())


class LossAxis(PlainAxis):
    """Heights are logarithms to base 10; it writes the losses."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(LEFT_AXIS_WIDTH)

    def ticks(self, lowest: float, highest: float, pixels: float) -> list[tuple[float, str]]:
        losses = loss_ticks(lowest, highest, max(2, int(pixels / 40)))
        return [(math.log10(loss), f"{loss:.3g}") for loss in losses]

    def paint(self, painter: QPainter, _option: Any, _widget: Any) -> None:
        area, (lowest, highest) = self._plot_area(), self.range
        painter.setFont(self.style["tickFont"])
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, words in self.ticks(lowest, highest, area.height()):
            y = area.bottom() - (value - lowest) / (highest - lowest) * area.height()
            painter.setPen(self.grid_pen)
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(self.textPen())
            left = area.left() - LEFT_AXIS_WIDTH
            painter.drawText(QRectF(left, y - 10, LEFT_AXIS_WIDTH - 8, 20), right, words)
        painter.setPen(self.pen())
        painter.drawLine(QLineF(area.left(), area.top(), area.left(), area.bottom()))


class StepAxis(PlainAxis):
    """Steps, shortened: 12k, 1.5M."""

    def __init__(self) -> None:
        super().__init__("bottom")
        self.setHeight(28)

    def ticks(self, lowest: float, highest: float, pixels: float) -> list[tuple[float, str]]:
        spacing = max(1.0, _round_number((highest - lowest) / max(2, pixels / 110)))
        first = math.ceil(max(0.0, lowest) / spacing)
        steps = (k * spacing for k in range(first, math.floor(highest / spacing) + 1))
        return [(step, short_number(step)) for step in steps]

    def paint(self, painter: QPainter, _option: Any, _widget: Any) -> None:
        area, (lowest, highest) = self._plot_area(), self.range
        bottom = area.bottom()
        painter.setPen(self.pen())
        painter.drawLine(QLineF(area.left(), bottom, area.right(), bottom))
        painter.setFont(self.style["tickFont"])
        for value, words in self.ticks(lowest, highest, area.width()):
            x = area.left() + (value - lowest) / (highest - lowest) * area.width()
            painter.setPen(self.pen())
            painter.drawLine(QLineF(x, bottom, x, bottom + 4))
            painter.setPen(self.textPen())
            place = QRectF(x - 40, bottom + 6, 80, 20)
            painter.drawText(place, Qt.AlignmentFlag.AlignHCenter, words)


def loss_ticks(lowest: float, highest: float, most: int) -> list[float]:
    """Round losses between two logarithms: decades, else with 2 and 5 between, else evenly."""
    low, high = 10**lowest, 10**highest
    found: list[float] = []
    for mantissas in ((1,), (1, 3), (1, 2, 5)):
        ticks = [tick for tick in _decades(lowest, highest, mantissas) if low <= tick <= high]
        if len(ticks) > most:
            break
        found = ticks
    if len(found) >= 2:
        return found
    spacing = _round_number((high - low) / min(most, 5))
    return [index * spacing for index in range(math.ceil(low / spacing), int(high / spacing) + 1)]


def _decades(lowest: float, highest: float, mantissas: tuple[int, ...]) -> Iterator[float]:
    for power in range(math.floor(lowest), math.floor(highest) + 1):
        for mantissa in mantissas:
            yield mantissa * 10.0**power


def _round_number(spacing: float) -> float:
    """The next of 1, 2, 5, 10, 20 ... that is not below."""
    power = 10.0 ** math.floor(math.log10(spacing))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= spacing * 0.999)


def short_number(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _log(losses: np.ndarray) -> np.ndarray:
    return np.log10(np.maximum(losses, SMALLEST_LOSS))


def _fitting(raw: np.ndarray, smooth: np.ndarray) -> tuple[float, float]:
    """The lowest and highest height in view, with a little room."""
    ordered = np.sort(raw)
    low, high = ordered[int(ORDINARY * len(raw))], ordered[-1 - int(ORDINARY * len(raw))]
    low, high = min(low, smooth.min()), max(high, smooth.max())
    room = max(0.05 * (high - low), 0.02)
    return float(low - room), float(high + room)
