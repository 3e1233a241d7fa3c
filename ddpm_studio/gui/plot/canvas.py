"""The drawing of a run with pyqtgraph; imported when the first window is long painted."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QResizeEvent

from ddpm_studio.gui.common.label import small
from ddpm_studio.gui.common.palette import Palette
from ddpm_studio.gui.plot.axes import LossAxis, StepAxis
from ddpm_studio.gui.plot.marker_lanes import MarkerLanes
from ddpm_studio.gui.plot.markers import Group, Markers
from ddpm_studio.gui.plot.quantities import BAND_STRENGTHS, BANDS, BY_KEY, HELD_OUT, TRAINING
from ddpm_studio.gui.plot.series import LossSeries
from ddpm_studio.gui.plot.strips import PlotStrips

SMALLEST_LOSS = 1e-12  # what a logarithm can show
PAN, ZOOM = 0.1, 0.8  # parts of the view, for one press of a key
RIGHT_MARGIN = 20  # half of the last step's number
ORDINARY = 0.005  # this part of the raw losses on either side need not be in view: single peaks
STAR_SIZE, DOT_SIZE = 20, 6
MOST_DOTS, MOST_POINTS = 100, 400  # on unseen pictures; more would only hide each other
STRIP_SHARE, LOWEST_STRIP, HIGHEST_STRIP = 0.085, 32.0, 64.0  # of the height; points
STRIPS_ROW, LANES_ROW, AXIS_ROW = 3, 4, 5  # under the losses, which pyqtgraph puts into row 2


class MeasuredCurves:
    """A dashed line with dots, four thin lines of one hue, and a star on the best checkpoint."""

    def __init__(self) -> None:
        self._line = pg.PlotCurveItem(antialias=True)
        self._dots = pg.ScatterPlotItem(size=DOT_SIZE, pxMode=True)
        self._bands = [pg.PlotCurveItem(antialias=True) for _ in BAND_STRENGTHS]
        self._star = pg.ScatterPlotItem(size=STAR_SIZE, pxMode=True, symbol="star")

    @property
    def items(self) -> list[Any]:
        """To be put into a view, the lowest first. Heights are logarithms to base 10."""
        return [*self._bands, self._line, self._dots, self._star]

    def set_palette(self, palette: Palette) -> None:
        colour = QColor(BY_KEY[HELD_OUT].colour(palette))
        self._line.setPen(pg.mkPen(colour, width=1, style=Qt.PenStyle.DashLine))
        self._dots.setBrush(pg.mkBrush(colour))
        self._dots.setPen(pg.mkPen(palette.canvas, width=1))
        self._star.setBrush(pg.mkBrush(palette.accent_text))
        self._star.setPen(pg.mkPen(palette.canvas, width=1.5))
        for curve, strength in zip(self._bands, BAND_STRENGTHS, strict=True):
            colour = QColor(BY_KEY[BANDS].colour(palette))
            colour.setAlphaF(strength)
            curve.setPen(pg.mkPen(colour, width=1.25))

    def draw(
        self, measured: np.ndarray, best: int | None, shown: set[str], view: tuple[float, float]
    ) -> np.ndarray:
        """Of `LossSeries.measured`; returns the heights of what is shown between the view's steps.

        measured: float64 (M, 2 + bands): step, loss, bands. The star stays, whatever is left out.
        """
        steps = measured[:, 0]
        starred = steps == best  # nowhere if there is none
        inside = (steps >= view[0]) & (steps <= view[1])
        chosen = _some(inside)
        steps, heights = steps[chosen], log_of(measured[chosen, 1:])
        is_seen = (steps >= view[0]) & (steps <= view[1])
        in_view: list[np.ndarray] = []
        for item in (self._line, self._dots, self._star):
            item.setVisible(HELD_OUT in shown)
        if HELD_OUT in shown:
            self._line.setData(steps, heights[:, 0])
            dotted = is_seen if is_seen.sum() <= MOST_DOTS else is_seen & False
            self._dots.setData(steps[dotted], heights[dotted, 0])
            self._star.setData(measured[starred, 0], log_of(measured[starred, 1]))
            in_view.append(heights[is_seen, 0])
        for index, curve in enumerate(self._bands, 1):
            curve.setVisible(BANDS in shown)
            if BANDS in shown:
                known = np.isfinite(heights[:, index])
                curve.setData(steps[known], heights[known, index])
                in_view.append(heights[known & is_seen, index])
        return np.concatenate(in_view) if in_view else np.empty(0)


class LossCanvas(pg.PlotWidget):
    """Losses, strips and marks over one axis of steps.

    People move along the steps, the heights always fit what is seen.
    """

    moved = Signal()  # a person zoomed or panned
    pointed = Signal(int)  # at this entry of the series; -1: at none
    marker_pointed = Signal(object)  # a Group of marks, or None
    marker_chosen = Signal(object)  # a Group was clicked
    pressed = Signal()  # the mouse, anywhere

    def __init__(self) -> None:
        axis = StepAxis()
        super().__init__(axisItems={"left": LossAxis(), "bottom": axis})
        self.follows = True
        self.index = -1  # the entry that is pointed at
        self.series = LossSeries()
        self.markers = Markers()
        self.shown: set[str] = set()  # the keys of what is drawn
        self._drawn_step = 0
        self._raw_colour = QColor()
        self._raw = pg.PlotCurveItem(antialias=False)
        self._smooth = pg.PlotCurveItem(antialias=True)
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self._dot = pg.ScatterPlotItem(size=9, pxMode=True)
        box = self.getViewBox()
        self.measured = MeasuredCurves()
        for thing in (self._raw, *self.measured.items, self._smooth, self._line, self._dot):
            box.addItem(thing, ignoreBounds=True)
        box.setMouseEnabled(x=True, y=False)
        box.setMenuEnabled(False)
        box.disableAutoRange()
        box.setDefaultPadding(0)
        self.hideButtons()
        self._strips = PlotStrips(self.getPlotItem())
        self.lanes = MarkerLanes(self.getPlotItem())
        self._lay_out(axis)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(self.Shape.NoFrame)
        self._point_at(-1)
        box.sigRangeChangedManually.connect(self._on_moved)
        self.lanes.chosen.connect(self.marker_chosen)

    def set_palette(self, palette: Palette) -> None:
        """The colours of a theme."""
        self.setBackground(palette.canvas)
        accent, muted = QColor(palette.accent_text), QColor(palette.muted)
        self._raw_colour = QColor(muted)
        self._smooth.setPen(pg.mkPen(accent, width=2))
        self.measured.set_palette(palette)
        self._line.setPen(pg.mkPen(palette.outline, width=1))
        self._dot.setBrush(pg.mkBrush(accent))
        self._dot.setPen(pg.mkPen(palette.canvas, width=1))
        for lane in (self._strips, self.lanes):
            lane.set_palette(palette)
        font = small(self.font())
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(palette.border if side == "left" else palette.outline))
            axis.setTextPen(pg.mkPen(muted))
            axis.setTickFont(font)
            axis.setZValue(-1)  # its grid lies behind the curves
            axis.grid_pen = pg.mkPen(palette.border)
        self.refresh()

    def set_series(self, series: LossSeries) -> None:
        self.series = series
        self._strips.set_series(series)
        self._point_at(-1)
        self.set_shown(self.shown)

    def set_shown(self, keys: set[str]) -> None:
        """What is drawn, by the keys of `plot_series`."""
        self.shown = set(keys)
        self._fit_strips()
        for curve in (self._raw, self._smooth):
            curve.setVisible(TRAINING in keys)
        self.refresh()

    def set_markers(self, markers: Markers) -> None:
        """They may have changed: marks of another run, or new ones."""
        self.markers = markers
        self.lanes.set_markers(markers)
        self.refresh()

    def set_follows(self, follows: bool) -> None:
        self.follows = follows
        self.refresh()

    def is_behind(self) -> bool:
        """Whether a redraw would show anything new: the newest steps fill a column of pixels."""
        (first, last), _ = self.getViewBox().viewRange()
        newest = int(self.series.steps[-1]) if len(self.series) else 0
        is_in_view = self.follows or self._drawn_step < last
        return is_in_view and newest - self._drawn_step >= (last - first) / max(1, self.width())

    def refresh(self) -> None:
        """Draw what the series and the markers hold now."""
        series = self.series
        self._drawn_step = int(series.steps[-1]) if len(series) else 0
        if self.index >= len(series):  # training went back, or this is another run
            self._point_at(-1)
        if not len(series):
            for curve in (self._raw, self._smooth, *self.measured.items):
                curve.clear()
            return
        box = self.getViewBox()
        if self.follows:
            first = int(series.steps[0])
            # who went back sees how far
            last = max(series.last_step, self.markers.last_event_step)
            box.setXRange(min(first, 0) if first < last / 4 else first, max(last, first + 10))
        (first, last), _ = box.viewRange()
        best = self.markers.best
        heights = [self.measured.draw(series.measured, best, self.shown, (first, last))]
        if TRAINING in self.shown:
            heights = [*self._draw_training(first, last), *heights]
        box.setYRange(*_fitting(heights[0], np.concatenate(heights[1:] or heights)))
        self._strips.refresh()
        self.lanes.refresh()

    def _draw_training(self, first: float, last: float) -> list[np.ndarray]:
        """Every step and the smoothed curve; returns the heights of both."""
        columns = max(16, int(self.getViewBox().width()))
        curves = self.series.curves(first, last, columns)
        # a dense run is a band, which must not drown the smoothed curve
        self._raw_colour.setAlphaF(0.3 if len(curves.raw_x) > columns / 2 else 0.7)
        self._raw.setPen(pg.mkPen(self._raw_colour, width=1))
        raw, smooth = log_of(curves.raw_y), log_of(curves.smooth_y)
        self._raw.setData(curves.raw_x, raw)
        self._smooth.setData(curves.smooth_x, smooth)
        return [raw, smooth]

    def _lay_out(self, axis: StepAxis) -> None:
        """Losses, strips, marks, and the axis at the foot of all."""
        plot = self.getPlotItem()
        plot.setContentsMargins(0, 0, RIGHT_MARGIN, 0)
        plot.layout.removeItem(axis)
        axis.setParentItem(plot)
        plot.layout.addItem(self._strips, STRIPS_ROW, 1)
        plot.layout.addItem(self.lanes, LANES_ROW, 1)
        plot.layout.addItem(axis, AXIS_ROW, 1)
        for row in (STRIPS_ROW, LANES_ROW, AXIS_ROW):
            plot.layout.setRowSpacing(row, 0)
            plot.layout.setRowStretchFactor(row, 0)

    def _fit_strips(self) -> None:
        each = min(HIGHEST_STRIP, max(LOWEST_STRIP, STRIP_SHARE * self.height()))
        self._strips.set_shown(self.shown, each)

    def _on_moved(self) -> None:
        self.follows = False
        self.refresh()
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if hasattr(self, "lanes"):  # pyqtgraph resizes itself before it is built
            self._fit_strips()
            self.refresh()

    # pointing

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons():  # a drag moves the view
            self._point_at(-1)
            return
        position = self.mapToScene(event.position().toPoint())
        group = self.lanes.group_at(self.lanes.mapFromScene(position))
        is_over_lanes = self.lanes.isVisible() and self.lanes.sceneBoundingRect().contains(position)
        self._show_marker(group if is_over_lanes else None)
        if is_over_lanes:
            self._point_at(-1)
            return
        box = self.getViewBox()
        place = box.sceneBoundingRect()
        if self._strips.isVisible():
            place = place.united(self._strips.mapRectToScene(self._strips.rect()))
        is_inside = place.contains(position)
        step = box.mapSceneToView(QPointF(position)).x()
        self._point_at(self.series.index_near(step) if is_inside and len(self.series) else -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()
        super().mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_marker(None)
        self._point_at(-1)

    def _point_at(self, index: int) -> None:
        self.index = index
        step = float(self.series.steps[index]) if index >= 0 else None
        self._draw_line(step)
        self._dot.setVisible(step is not None and TRAINING in self.shown)
        if step is not None:
            self._dot.setData([step], log_of(self.series.smooth[index : index + 1]))
        self._strips.pointed_index = index
        self.pointed.emit(index)

    def _draw_line(self, step: float | None) -> None:
        """Through all that is drawn."""
        self._line.setVisible(step is not None)
        if step is not None:
            self._line.setValue(step)
        for lane in (self._strips, self.lanes):
            lane.set_pointed(step)

    def _show_marker(self, group: Group | None) -> None:
        if group == self.lanes.current:
            return
        self.lanes.set_current(group)
        self.setCursor(
            Qt.CursorShape.ArrowCursor if group is None else Qt.CursorShape.PointingHandCursor
        )
        self._draw_line(None if group is None else group.place)
        self.marker_pointed.emit(group)

    # by keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right pan, plus and minus zoom, up and down go from mark to mark."""
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
            case Qt.Key.Key_Up if self.lanes.groups():
                self._go_to_marker(-1)
            case Qt.Key.Key_Down if self.lanes.groups():
                self._go_to_marker(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if self.lanes.current:
                self.marker_chosen.emit(self.lanes.current)
            case _:
                event.ignore()

    def _move(self, first: float, last: float) -> None:
        self.getViewBox().setXRange(first, last)
        self._on_moved()

    def _go_to_marker(self, way: int) -> None:
        groups, current = self.lanes.groups(), self.lanes.current
        if current in groups:
            index = (groups.index(current) + way) % len(groups)
        else:  # begin at the newest
            index = len(groups) - 1
        self._point_at(-1)
        self._show_marker(groups[index])


def _some(inside: np.ndarray) -> np.ndarray:
    """Which rows to draw: those in view and their neighbours, or every few if they are many."""
    found = np.flatnonzero(inside)
    if not len(found):
        return np.arange(len(inside))[-1:]
    first, last = max(0, found[0] - 1), min(len(inside) - 1, found[-1] + 1)
    every = max(1, (last - first) // MOST_POINTS)
    return np.unique(np.append(np.arange(first, last + 1, every), last))


def log_of(losses: np.ndarray) -> np.ndarray:
    return np.log10(np.maximum(losses, SMALLEST_LOSS))


def _fitting(raw: np.ndarray, others: np.ndarray) -> tuple[float, float]:
    """The lowest and highest height in view, with a little room."""
    if not len(raw):
        return -1.0, 0.0
    ordered = np.sort(raw)
    low, high = ordered[int(ORDINARY * len(raw))], ordered[-1 - int(ORDINARY * len(raw))]
    if len(others):
        low, high = min(low, others.min()), max(high, others.max())
    room = max(0.05 * (high - low), 0.02)
    return float(low - room), float(high + room)
