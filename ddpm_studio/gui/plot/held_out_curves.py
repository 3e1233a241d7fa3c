"""The losses on unseen pictures in the plot: all together, by noise level, and the best one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ddpm_studio.gui.common.palette import Palette
from ddpm_studio.gui.plot.quantities import (
    BAND_STRENGTHS,
    BANDS,
    BY_KEY,
    HELD_OUT,
)

STAR_SIZE, DOT_SIZE = 20, 6
MOST_DOTS, MOST_POINTS = 100, 400  # more would only hide each other
SMALLEST = 1e-12  # what a logarithm can show


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
        steps, heights = steps[chosen], _heights(measured[chosen, 1:])
        is_seen = (steps >= view[0]) & (steps <= view[1])
        in_view: list[np.ndarray] = []
        for item in (self._line, self._dots, self._star):
            item.setVisible(HELD_OUT in shown)
        if HELD_OUT in shown:
            self._line.setData(steps, heights[:, 0])
            dotted = is_seen if is_seen.sum() <= MOST_DOTS else is_seen & False
            self._dots.setData(steps[dotted], heights[dotted, 0])
            self._star.setData(measured[starred, 0], _heights(measured[starred, 1]))
            in_view.append(heights[is_seen, 0])
        for index, curve in enumerate(self._bands, 1):
            curve.setVisible(BANDS in shown)
            if BANDS in shown:
                known = np.isfinite(heights[:, index])
                curve.setData(steps[known], heights[known, index])
                in_view.append(heights[known & is_seen, index])
        return np.concatenate(in_view) if in_view else np.empty(0)


def _some(inside: np.ndarray) -> np.ndarray:
    """Which rows to draw: those in view and their neighbours, or every few if they are many."""
    found = np.flatnonzero(inside)
    if not len(found):
        return np.arange(len(inside))[:0] if not len(inside) else np.arange(len(inside))[-1:]
    first, last = max(0, found[0] - 1), min(len(inside) - 1, found[-1] + 1)
    every = max(1, (last - first) // MOST_POINTS)
    return np.unique(np.append(np.arange(first, last + 1, every), last))


def _heights(losses: np.ndarray) -> np.ndarray:
    return np.log10(np.maximum(losses, SMALLEST))
