"""The axes of the plot of a run: losses at the left, steps at the foot, and their round numbers."""

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

LEFT_AXIS_WIDTH = 66  # fixed, so that the plot does not jump when the numbers change


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
        area, (lowest, highest) = self.rect(), self.range  # strips may lie between it and the plot
        bottom = area.top()
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
        decades = range(math.floor(lowest), math.floor(highest) + 1)
        ticks = [mantissa * 10.0**power for power in decades for mantissa in mantissas]
        ticks = [tick for tick in ticks if low <= tick <= high]
        if len(ticks) > most:
            break
        found = ticks
    if len(found) >= 2:
        return found
    spacing = _round_number((high - low) / min(most, 5))
    return [index * spacing for index in range(math.ceil(low / spacing), int(high / spacing) + 1)]


def _round_number(spacing: float) -> float:
    """The next of 1, 2, 5, 10, 20 ... that is not below."""
    power = 10.0 ** math.floor(math.log10(spacing))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= spacing * 0.999)


def short_number(value: float) -> str:
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
