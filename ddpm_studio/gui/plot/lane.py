"""A part of the plot under its curves that shares their steps, and hands drags on to them."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QFont, QPainter

from ddpm_studio.gui.common.palette import DARK, Palette
from ddpm_studio.gui.plot.axes import LEFT_AXIS_WIDTH

TEXT_PIXELS = 12


class PlotLane(pg.GraphicsWidget):
    """Zoomed and panned as the view over it. Words may stand in the margin on its left."""

    def __init__(self, plot: pg.PlotItem) -> None:
        """Made inside a plot, which owns it: else Python might delete it, from any thread."""
        super().__init__(plot)
        self.palette_: Palette = DARK
        self.font_ = QFont()
        self.font_.setPixelSize(TEXT_PIXELS)
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
