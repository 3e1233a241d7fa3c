"""One picture of a denoising in the middle, as large as it can be, or of two that are compared."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.gui.common.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.common.grid_places import GridPlaces
from ddpm_studio.gui.compare.view import CompareView
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory


class PictureCanvas(QWidget):
    """Draws one picture of a trajectory; a drag over it moves the wipe between A and B."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._trajectory: Trajectory | None = None
        self._index, self._position, self._show = 0, 0, X_T
        self._is_smooth = False
        self._compare = CompareView(self)
        self._mouse: QPointF | None = None
        self.setMouseTracking(True)

    def follow(self, compare: CompareView) -> None:
        """Paint with this one while it compares."""
        self._compare = compare
        compare.changed.connect(self._on_compare)

    def set_picture(self, trajectory: Trajectory | None, index: int) -> None:
        if trajectory is not self._trajectory:
            self._position = 0
        self._trajectory, self._index = trajectory, index
        self.update()

    def show_frame(self, position: int, show: str) -> None:
        self._position, self._show = position, show
        self.update()

    def set_smooth(self, is_smooth: bool) -> None:
        self._is_smooth = is_smooth
        self.update()

    @property
    def pointed(self) -> Trajectory | None:
        """The run whose picture is under the mouse; else the one in front."""
        if not self._compare.is_on or self._mouse is None:
            return self._trajectory
        for half, places in enumerate(self._halves()):
            if places.cell(0).contains(self._mouse):
                return self._compare.side_at(places.cell(0), self._mouse.x(), half)
        return self._trajectory

    def picture_rect(self, half: int = 0) -> QRectF:
        """Where the picture is drawn: enlarged by a whole number of device pixels, or smoothly.

        half: 1 for the right one, when two are side by side.
        """
        return self._halves()[half].cell(0)

    def _halves(self) -> list[GridPlaces]:
        size = self._trajectory.picture_size if self._trajectory is not None else (1, 1)
        parts, ratio = self._compare.parts(self.rect().toRectF()), self.devicePixelRatioF()
        return [GridPlaces(1, size, part, ratio, self._is_smooth) for part in parts]

    def _on_compare(self) -> None:
        shape = Qt.CursorShape.SplitHCursor if self._compare.is_wipe else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        self.update()

    # the wipe

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._compare.is_wipe and event.button() is Qt.MouseButton.LeftButton:
            self._compare.drag_wipe(self.picture_rect(), event.position().x())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        if self._compare.is_wipe and event.buttons() & Qt.MouseButton.LeftButton:
            self._compare.drag_wipe(self.picture_rect(), event.position().x())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._mouse = event.position()
        super().enterEvent(event)

    def leaveEvent(self, _event: object) -> None:
        self._mouse = None

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        trajectory, compare = self._trajectory, self._compare
        if trajectory is None or not len(trajectory):
            return
        painter, halves = QPainter(self), self._halves()
        smooth = self._is_smooth or halves[0].is_shrunk
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        if compare.is_on:
            areas = [places.cell(0) for places in halves]
            compare.paint(painter, areas, self._index, with_grip=True)
            compare.paint_waiting(painter, [places.area for places in halves])
        else:
            image = trajectory.images(self._position, self._show)[self._index]
            draw_on_checkerboard(painter, halves[0].cell(0), image)
