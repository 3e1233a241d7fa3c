"""A film as it will play, in miniature or enlarged by a whole number."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QHideEvent, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy

from ddpm_studio.gui.common.images import draw_on_checkerboard, drawable, image_on
from ddpm_studio.gui.common.player import Player

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from ddpm_studio.export.film.frames import Film
    from ddpm_studio.export.film.options import FilmOptions
    from ddpm_studio.export.film.pictures import FilmPictures

MARGIN = 16
BROAD_HEIGHT = 208
LEAST_SIDE = 200  # where there is little room beside it
MOST = (1 << 24) - 1  # QWIDGETSIZE_MAX


class FilmPreview(QFrame):
    """Plays a film again and again, as it will be written: its order, its speed, its captions."""

    def __init__(self, name: str, side: int, height: int = 0) -> None:
        """side: how wide it is, and at least as high; more with a height."""
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "canvas")
        self.setAccessibleName("Preview of the animation")
        self._side, self._height = side, max(side, height)
        self.set_broad(False)
        self._pictures: FilmPictures | None = None
        self._played: tuple[Film, FilmOptions] | None = None
        self._canvas: tuple[QSize, QRect] | None = None  # and where the picture lies on it
        self._order: Sequence[int] = ()
        self._ground: QColor | None = None
        self._tick = 0
        self._image = QImage()
        self._player = Player(self, hold=0.0)
        self._player.moved.connect(self._on_moved)

    @property
    def tick(self) -> int:
        """Which tick of the film is seen."""
        return self._tick

    def sizeHint(self) -> QSize:
        return QSize(self._side, self._height)

    def set_broad(self, is_broad: bool) -> None:
        """As broad as there is room and low, for a page; else of a fixed width, for a film."""
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        least = QSizePolicy.Policy.Preferred
        self.setSizePolicy(*((free, fixed) if is_broad else (least, free)))
        self.setMinimumSize(LEAST_SIDE, BROAD_HEIGHT if is_broad else LEAST_SIDE)
        self.setMaximumSize(MOST if is_broad else self._side, BROAD_HEIGHT if is_broad else MOST)

    def play(
        self, film: Film, options: FilmOptions, order: Sequence[int], ground: str | None = None
    ) -> None:
        """Play another film, from where the old one was. order: the frame of each tick.

        ground: "#rrggbb", behind what is transparent in a film that cannot be so.
        """
        self._played = film, options
        self._fit()
        self._order, self._ground = order, None if ground is None else QColor(ground)
        self._player.stop()
        self._player.fps = options.fps
        self._player.play(len(order), min(self._tick, len(order) - 1))

    def show_page(self, page: np.ndarray, ground: str | None = None) -> None:
        """Show one picture, uint8 (H, W, C), that does not move."""
        self._player.stop()
        self._played = self._pictures = self._canvas = None
        self._order, self._tick = (), 0
        self._ground = None if ground is None else QColor(ground)
        self._image = drawable(image_on(page))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width() and self._played is not None:
            self._fit()
            self._on_moved(self._tick)

    def hideEvent(self, event: QHideEvent) -> None:
        self._player.stop()
        super().hideEvent(event)

    def _fit(self) -> None:
        from ddpm_studio.export.film.pictures import FilmPictures

        if self._played is not None:
            film, options = self._played
            height, width, _ = film.shape
            whole = FilmPictures(film, options)
            place = QRect(QPoint(*whole.corner), QSize(*whole.picture_size))
            self._canvas = None if whole.canvas is None else (QSize(*whole.size), place)
            self._pictures = FilmPictures(film, self._fitting(whole.without_canvas, width, height))

    def _fitting(self, options: FilmOptions, width: int, height: int) -> FilmOptions:
        """The same film as large as there is room for it, however large it will be written."""
        side = self.width() if self.isVisible() else self._side
        room = min(self._side, side) - 2 * MARGIN
        if options.width is None:
            scale = max(1, min(64, room // max(width, height)))
            return dataclasses.replace(options, scale=scale)
        smooth = round(room * min(1.0, width / height))
        return dataclasses.replace(options, width=max(1, min(options.width, smooth)))

    def _on_moved(self, tick: int) -> None:
        self._tick = tick
        if self._pictures is not None:
            self._image = drawable(image_on(self._pictures.frame(self._order[tick])))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._image.isNull():
            return
        painter = QPainter(self)
        ground = self.rect()
        if self.width() < self._side:  # on a small screen, of which it sees the upper part first
            ground.setHeight(min(ground.height(), ground.width()))
        room = ground.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        if self._canvas is not None and self._played is not None:
            self._paint_canvas(painter, room, *self._canvas, self._played[1].background)
            return
        size = self._image.size()
        scale = min(room.width() / size.width(), room.height() / size.height())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
        if scale >= 1:
            scale = math.floor(scale)
        area = QRect(0, 0, round(size.width() * scale), round(size.height() * scale))
        area.moveCenter(ground.center())
        if self._ground is None:
            draw_on_checkerboard(painter, area.toRectF(), self._image)
        else:
            painter.fillRect(area, self._ground)
            painter.drawImage(area, self._image)

    def _paint_canvas(
        self, painter: QPainter, room: QRect, canvas: QSize, place: QRect, background: str
    ) -> None:
        """All of it, with the picture where it lies; a caption right below that."""
        size = canvas.toSizeF().scaled(room.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio)
        ground = QRectF(0, 0, size.width(), size.height())
        ground.moveCenter(room.toRectF().center())
        painter.fillRect(ground, QColor(background))
        scale = ground.width() / canvas.width()
        factor = place.width() * scale / self._image.width()
        area = QRectF(
            ground.topLeft() + place.topLeft().toPointF() * scale,
            QSizeF(self._image.size()) * factor,
        )
        painter.setClipRect(ground)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(area, self._image)
