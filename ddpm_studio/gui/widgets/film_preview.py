"""A film as it will play, in miniature or enlarged by a whole number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ddpm_studio.gui.widgets.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.widgets.images import drawable, image_on
from ddpm_studio.gui.widgets.player import Player

if TYPE_CHECKING:
    from ddpm_studio.gui.work.export import FilmPlan

MARGIN = 16


class FilmPreview(QFrame):
    """Plays a plan again and again, with its speed, its hold and its way back."""

    def __init__(self, name: str, side: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("kind", "canvas")
        self.setAccessibleName("Preview of the animation")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFixedWidth(side)
        self.setMinimumHeight(side)
        self._side = side
        self._plan: FilmPlan | None = None
        self._ground: QColor | None = None
        self._order: list[int] = []
        self._tick = 0
        self._image = QImage()
        self._player = Player(self, hold=0.0)
        self._player.moved.connect(self._on_moved)

    @property
    def tick(self) -> int:
        """Which tick of the film is seen."""
        return self._tick

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._side)

    def set_plan(self, plan: FilmPlan, ground: str | None = None) -> None:
        """Play another plan, from where the old one was.

        ground: "#rrggbb", behind what is transparent in a film that cannot be so.
        """
        self._plan, self._order = plan, plan.order
        self._ground = None if ground is None else QColor(ground)
        self._player.stop()
        self._player.fps = plan.fps
        self._player.play(len(self._order), min(self._tick, len(self._order) - 1))

    def hideEvent(self, event: QHideEvent) -> None:
        self._player.stop()
        super().hideEvent(event)

    def _on_moved(self, tick: int) -> None:
        self._tick = tick
        if self._plan is not None:
            self._image = drawable(image_on(self._plan.compose(self._order[tick])))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._image.isNull():
            return
        painter = QPainter(self)
        room = self.contentsRect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        size = self._image.size()
        scale = min(room.width() / size.width(), room.height() / size.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        if scale >= 1:
            scale = math.floor(scale)
        area = QRect(0, 0, round(size.width() * scale), round(size.height() * scale))
        area.moveCenter(self.rect().center())
        if self._ground is None:
            draw_on_checkerboard(painter, area.toRectF(), self._image)
        else:
            painter.fillRect(area, self._ground)
            painter.drawImage(area, self._image)
