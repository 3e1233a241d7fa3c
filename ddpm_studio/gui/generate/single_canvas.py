"""One picture of a denoising in the middle, as large as it can be, or of two that are compared."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QEnterEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.gui.common.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.compare.view import WIPE, CompareView, draw_waiting, draw_wipe
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory


class PictureCanvas(QWidget):
    """Draws one picture of a trajectory; a drag over it moves the wipe between A and B."""

    MARGIN = 16

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
        for half in range(self._compare.sides):
            area = self.picture_rect(half)
            if area.contains(self._mouse):
                return self._compare.side_at(area, self._mouse.x(), half)
        return self._trajectory

    def picture_rect(self, half: int = 0) -> QRectF:
        """Where the picture is drawn: enlarged by a whole number of device pixels, or smoothly.

        half: 1 for the right one, when two are side by side.
        """
        width, height = self._trajectory.picture_size if self._trajectory is not None else (1, 1)
        ratio, room = self.devicePixelRatioF(), self._half(half)
        across = (room.width() - 2 * self.MARGIN) * ratio / width
        down = (room.height() - 2 * self.MARGIN) * ratio / height
        scale = max(0.0, min(across, down))
        if scale >= 1 and not self._is_smooth:
            scale = math.floor(scale)
        left = round((room.left() + room.right()) * ratio / 2 - width * scale / 2)
        top = round((room.height() * ratio - height * scale) / 2)
        return QRectF(left / ratio, top / ratio, width * scale / ratio, height * scale / ratio)

    def _half(self, half: int) -> QRectF:
        count = self._compare.sides if self._compare.is_on else 1
        return QRectF(half * self.width() / count, 0, self.width() / count, self.height())

    @property
    def _is_wipe(self) -> bool:
        return self._compare.b is not None and self._compare.view == WIPE

    def _on_compare(self) -> None:
        shape = Qt.CursorShape.SplitHCursor if self._is_wipe else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        self.update()

    # the wipe

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._is_wipe and event.button() is Qt.MouseButton.LeftButton:
            self._wipe_to(event.position())
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        if self._is_wipe and event.buttons() & Qt.MouseButton.LeftButton:
            self._wipe_to(event.position())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._mouse = event.position()
        super().enterEvent(event)

    def leaveEvent(self, _event: object) -> None:
        self._mouse = None

    def _wipe_to(self, point: QPointF) -> None:
        area = self.picture_rect()
        self._compare.set_wipe((point.x() - area.left()) / max(1.0, area.width()))

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        trajectory, compare = self._trajectory, self._compare
        if trajectory is None or not len(trajectory):
            return
        painter = QPainter(self)
        area = self.picture_rect()
        is_shrunk = area.width() * self.devicePixelRatioF() < trajectory.picture_size[0]
        smooth = self._is_smooth or is_shrunk
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        if not compare.is_on:
            image = trajectory.images(self._position, self._show)[self._index]
            draw_on_checkerboard(painter, area, image)
            return
        areas = [self.picture_rect(half) for half in range(compare.sides)]
        compare.paint(painter, areas, self._index)
        if self._is_wipe:
            draw_wipe(painter, area, compare.split(area), with_grip=True)
        if compare.sides == 2 and compare.b is None:
            draw_waiting(painter, self._half(1))
