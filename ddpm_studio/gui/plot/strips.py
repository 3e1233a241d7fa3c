"""What lies under the losses and shares their steps: lanes, and the strips of other quantities."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPolygonF

from ddpm_studio.gui.common.label import small
from ddpm_studio.gui.common.palette import DARK, Palette
from ddpm_studio.gui.plot.axes import LEFT_AXIS_WIDTH
from ddpm_studio.gui.plot.quantities import STRIPS, PlotSeries, written
from ddpm_studio.gui.plot.series import LossSeries

GAP = 10  # points between two strips
BAND_STRENGTH = 0.28  # of the stretch from the lowest to the highest, behind the mean
ORDINARY = 0.01  # this part of the pieces on either side need not be in view: single peaks
PIXELS_PER_PIECE = 3
FEW = 80  # points of a line that may be drawn bold, which is slow
FLAT = 0.02  # values closer together than this part of them fill the strip only partly


class PlotLane(pg.GraphicsWidget):
    """Zoomed and panned as the view over it, to which it hands drags on.

    Words may stand in the margin on its left.
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        """Made inside a plot, which owns it: else Python might delete it, from any thread."""
        super().__init__(plot)
        self.palette_: Palette = DARK
        self.font_ = small(QFont())
        self.plot, self.view = plot, plot.getViewBox()
        self.pointed_step: float | None = None
        self.set_height(0)

    def set_height(self, height: float) -> None:
        """0: it is not there."""
        self.setFixedHeight(height)
        self.setVisible(height > 0)
        self.plot.layout.activate()  # at once: what is pointed at has its place

    def set_palette(self, palette: Palette) -> None:
        self.palette_ = palette
        self.update()

    def set_pointed(self, step: float | None) -> None:
        """The step that is pointed at gets a line."""
        if step != self.pointed_step:
            self.pointed_step = step
            self.update()

    @property
    def margin(self) -> QRectF:
        """What lies left of it."""
        return QRectF(-LEFT_AXIS_WIDTH, 0, LEFT_AXIS_WIDTH - 8, self.rect().height())

    def boundingRect(self) -> QRectF:
        return self.rect().adjusted(-LEFT_AXIS_WIDTH, 0, 8, 0)

    def x_of(self, step: float) -> float:
        (first, last), _ = self.view.viewRange()
        return float((step - first) / max(1e-9, last - first) * self.rect().width())

    def steps_per_pixel(self) -> float:
        (first, last), _ = self.view.viewRange()
        return float((last - first) / max(1.0, self.rect().width()))

    def paint_pointed(self, painter: QPainter) -> None:
        if self.pointed_step is not None:
            x = self.x_of(self.pointed_step)
            if 0 <= x <= self.rect().width():
                painter.setPen(pg.mkPen(self.palette_.outline, width=1))
                painter.drawLine(QLineF(x, 0, x, self.rect().height()))

    def wheelEvent(self, event: Any) -> None:
        self.view.wheelEvent(event)

    def mouseDragEvent(self, event: Any) -> None:
        self.view.mouseDragEvent(event)


@dataclass(frozen=True)
class _Curve:
    """A strip as it is drawn: in points of the item, and the values at its foot and top."""

    band: QPolygonF
    line: QPolygonF
    low: float
    high: float


class PlotStrips(PlotLane):
    """Rate, gradient, speed and memory, each with its own scale.

    Drawn anew only when the series, the view or the size is another one.
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__(plot)
        self._series = LossSeries()
        self._wanted: set[str] = set()
        self._shown: list[PlotSeries] = []  # those of them that there are
        self._each = 0.0
        self._curves: dict[str, _Curve] = {}
        self._drawn: object = None  # what the curves were made for
        self.pointed_index = -1

    def set_shown(self, keys: set[str], each: float) -> None:
        """Which strips, and how high each of them is."""
        self._wanted, self._each = keys, each
        self.refresh()

    def set_series(self, series: LossSeries) -> None:
        self._series = series
        self.refresh()

    def refresh(self) -> None:
        """The series has grown, or the view is another one."""
        series = self._series
        self._shown = [
            one for one in STRIPS if one.key in self._wanted and series.is_known(one.key)
        ]
        self._drawn = None
        height = len(self._shown) * (self._each + GAP)
        if height != self.maximumHeight():
            self.set_height(height)
        self.update()

    def paint(self, painter: QPainter, _option: Any, _widget: Any) -> None:
        if not self._shown or not len(self._series):
            return
        key = tuple(self.view.viewRange()[0]), self.rect().width()
        if key != self._drawn:
            self._curves = {one.key: self._curve(one.key) for one in self._shown}
            self._drawn = key
        painter.setFont(self.font_)
        for index, one in enumerate(self._shown):
            top = index * (self._each + GAP) + GAP
            painter.save()
            painter.translate(0, top)
            self._paint_strip(painter, one, self._curves[one.key])
            painter.restore()
        self.paint_pointed(painter)
        for index, one in enumerate(self._shown):
            self._paint_dot(painter, one, index * (self._each + GAP) + GAP)

    def _curve(self, key: str) -> _Curve:
        (first, last), _ = self.view.viewRange()
        pieces = max(16, int(self.rect().width() / PIXELS_PER_PIECE))
        steps, spans = self._series.spans(key, first, last, pieces)
        known = np.isfinite(spans.mean)
        if not known.any():
            return _Curve(QPolygonF(), QPolygonF(), 0.0, 0.0)
        lows, highs, mean = (
            part[known].astype(float) for part in (spans.low, spans.high, spans.mean)
        )
        low, high = _fitting(lows, highs, mean)
        x = (steps[known] - first) / max(1e-9, last - first) * self.rect().width()
        y_low, y_high, y = (self._y(part, low, high) for part in (lows, highs, mean))
        around = np.append(x, x[::-1]), np.append(y_high, y_low[::-1])
        return _Curve(
            pg.functions.arrayToQPolygonF(*around), pg.functions.arrayToQPolygonF(x, y), low, high
        )

    def _y(self, values: Any, low: float, high: float) -> Any:
        """From the foot of a strip (its height) to the top (0)."""
        return self._each * (1 - np.clip((values - low) / (high - low), -0.1, 1.1))

    def _paint_strip(self, painter: QPainter, one: PlotSeries, curve: _Curve) -> None:
        colours, width = self.palette_, self.rect().width()
        painter.setPen(pg.mkPen(colours.border, width=1))
        painter.drawLine(QLineF(0, self._each, width, self._each))
        painter.drawLine(QLineF(0, 0, 0, self._each))
        painter.setClipRect(QRectF(0, -1, width + 1, self._each + 2))
        colour = QColor(one.colour(colours))
        faint = QColor(colour)
        faint.setAlphaF(BAND_STRENGTH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(faint)
        painter.drawPolygon(curve.band)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pg.mkPen(colour, width=1.5 if curve.line.size() <= FEW else 1))
        painter.drawPolyline(curve.line)
        painter.setClipping(False)
        self._paint_words(painter, one, curve)

    def _paint_words(self, painter: QPainter, one: PlotSeries, curve: _Curve) -> None:
        """The name over the strip's start, the newest value at its end, the scale beside it."""
        width = self.rect().width()
        newest = float(self._series.other(one.key)[-1])
        right = written(one.key, newest) if np.isfinite(newest) else ""
        if self.pointed_step is not None:
            right = ""  # the values stand together where one points
        for words, end in ((one.title or one.words, False), (right, True)):
            self._paint_label(painter, words, at_end=end, width=width)
        painter.setPen(QColor(self.palette_.muted))
        side = Qt.AlignmentFlag.AlignRight
        margin = self.margin
        if curve.high > curve.low:
            scale = [(curve.high, 0.0), (curve.low, self._each - 16)]
            middle = (curve.low + curve.high) / 2
            if curve.high - curve.low < 3 * FLAT * abs(middle):  # one number says it
                scale = [(middle, self._each / 2 - 8)]
            for value, y in scale:
                place = QRectF(margin.left(), y - 2, margin.width(), 18)
                painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter, _short(one, value))

    def _paint_label(self, painter: QPainter, words: str, *, at_end: bool, width: float) -> None:
        """On a ground of its own, so that it can be read over a curve."""
        if not words:
            return
        advance = painter.fontMetrics().horizontalAdvance(words) + 8
        place = QRectF(width - advance if at_end else 1, 0, advance, 16)
        ground = QColor(self.palette_.canvas)
        ground.setAlphaF(0.75)
        painter.fillRect(place, ground)
        painter.setPen(QColor(self.palette_.text if at_end else self.palette_.muted))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_dot(self, painter: QPainter, one: PlotSeries, top: float) -> None:
        """On the value that is pointed at."""
        curve = self._curves[one.key]
        if self.pointed_step is None or not 0 <= self.pointed_index < len(self._series):
            return
        value = float(self._series.other(one.key)[self.pointed_index])
        x = self.x_of(float(self._series.steps[self.pointed_index]))
        if not np.isfinite(value) or curve.high <= curve.low or not 0 <= x <= self.rect().width():
            return
        y = top + float(self._y(value, curve.low, curve.high))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pg.mkPen(self.palette_.canvas, width=1))
        painter.setBrush(QColor(one.colour(self.palette_)))
        painter.drawEllipse(QPointF(x, y), 4, 4)


def _fitting(lows: Any, highs: Any, mean: Any) -> tuple[float, float]:
    """The values at the foot and the top: without single peaks, and never a line blown up."""
    skip = round(ORDINARY * len(lows))
    low = min(float(np.sort(lows)[skip]), float(mean.min()))
    high = max(float(np.sort(highs)[-1 - skip]), float(np.sort(mean)[-1 - skip]))
    least = FLAT * max(abs(low), abs(high)) or 1e-12
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least, middle + least
    room = 0.08 * (high - low)
    lowest = 0.0 if low >= 0 else -math.inf  # none of them can be less than nothing
    return max(lowest, low - room), high + room


def _short(one: PlotSeries, value: float) -> str:
    """A number of the scale: two digits are enough there."""
    if one.key == "memory":
        return written(one.key, value)
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.2g}".replace("e-0", "e-")
