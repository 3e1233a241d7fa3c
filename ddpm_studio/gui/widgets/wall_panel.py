"""The wall with what belongs to it: how many there are, the size of tiles, the chosen picture."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.control_row import explain, tooltip
from ddpm_studio.gui.widgets.elided_label import ElidedLabel
from ddpm_studio.gui.widgets.images import image_on
from ddpm_studio.gui.widgets.inputs import Slider
from ddpm_studio.gui.widgets.picture_details import PictureDetails
from ddpm_studio.gui.widgets.picture_wall import PictureWall

if TYPE_CHECKING:
    import numpy as np


class Taken(Protocol):
    """What is told of a picture, as `data.TakenPicture` does."""

    @property
    def name(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...


class WallPanel(QWidget):
    """Asks for pixels by `chunks_wanted`, for the file of the chosen picture by `picked`."""

    chunks_wanted = Signal(list)
    picked = Signal(int)  # row, -1: none
    show_wanted = Signal(str)  # name: open its folder
    tile_chosen = Signal(int)  # points along a tile's longer side

    def __init__(self, theme: Theme, tile_points: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken: Sequence[Taken] = ()
        self._shape = (1, 1, 3)
        self._tile_points = tile_points
        self._has_pixels = False  # those of the chosen picture are shown
        self._count = ElidedLabel()
        self._count.setObjectName(names.PICTURES_TAKEN)
        self._slider = self._build_slider()
        self._zoom = QLabel()
        self._zoom.setProperty("kind", "caption")
        self._zoom.setFixedWidth(32)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.wall = PictureWall(theme, names.PICTURES_WALL)
        self.wall.setAccessibleName("The pictures, as the network sees them")
        self._details = PictureDetails(theme)
        self._lay_out()
        self._slider.valueChanged.connect(self._on_slider)
        self.wall.chunks_wanted.connect(self.chunks_wanted)
        self.wall.picked.connect(self._on_picked)
        self._details.show_wanted.connect(self._on_show)

    @property
    def row(self) -> int:
        """The chosen picture, -1: none."""
        return self.wall.currentIndex().row()

    def set_pictures(self, taken: Sequence[Taken], shape: tuple[int, int, int]) -> None:
        """Show others; the same file stays chosen, else the first. shape: (H, W, C)."""
        chosen = self._taken[self.row].name if 0 <= self.row < len(self._taken) else ""
        self._taken, self._shape = taken, shape
        names_of = [picture.name for picture in taken]
        tips = [_tip(picture) for picture in taken]
        self.wall.set_pictures(names_of, tips, shape)
        self._fit_slider()
        height, width, channels = shape
        several = "1 picture" if len(taken) == 1 else f"{len(taken):,} pictures"
        kind = "colour" if channels == 3 else "grey"
        self._count.setText(f"{several} taken, {width} × {height} pixels in {kind}")
        row = names_of.index(chosen) if chosen in names_of else 0
        if taken:
            self.wall.setCurrentIndex(self.wall.wall_model.index(row))

    def clear(self) -> None:
        self._taken = ()
        self.wall.set_pictures((), (), (1, 1, 3))
        self._details.clear()

    def add_chunk(self, number: int, pixels: np.ndarray) -> None:
        """Pixels that were asked for."""
        self.wall.add_chunk(number, pixels)
        self._show_pixels()

    def show_original(self, pixels: np.ndarray | None, size: tuple[int, int]) -> None:
        """The file of the chosen picture: uint8 (H, W, C), or None if it is gone.

        size: the width and height of the file.
        """
        image = None if pixels is None else image_on(pixels).copy()
        self._details.show_original(image, size, self._shape[:2])

    def zoom(self, steps: int) -> None:
        """Larger tiles, or smaller ones."""
        self._slider.setValue(self._slider.value() + steps)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._taken:
            self._fit_slider()  # another screen, with other pixels
            self.wall.lay_out()
        return super().event(event)

    def _build_slider(self) -> Slider:
        slider = Slider(1, 2)
        slider.setObjectName(names.PICTURES_TILE_SIZE)
        slider.setFixedWidth(140)
        slider.setPageStep(1)
        tip = "How large each pixel is drawn here; it changes nothing about the pictures."
        explain(slider, "Size of the tiles", tip, "Ctrl++ and Ctrl+-")
        return slider

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 8, 16, 8)
        bar.setSpacing(8)
        bar.addWidget(self._count, 1)
        bar.addWidget(self._slider)
        bar.addWidget(self._zoom)
        line = QFrame()
        line.setProperty("kind", "line")
        below = QHBoxLayout()
        below.setContentsMargins(8, 0, 2, 1)
        below.addWidget(self.wall)
        canvas = QFrame()
        canvas.setProperty("kind", "canvas")
        inside = QVBoxLayout(canvas)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(bar)
        inside.addWidget(line)
        inside.addLayout(below, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(canvas, 1)
        layout.addWidget(self._details)

    def _fit_slider(self) -> None:
        """The whole factors that are useful now, and the one nearest to the wanted tile."""
        least, most = self.wall.factors()
        pixels = self._tile_points * self.devicePixelRatioF()
        factor = round(pixels / max(self._shape[:2]))
        self._slider.blockSignals(True)
        self._slider.setRange(least, most)
        self._slider.setValue(factor)
        self._slider.blockSignals(False)
        self._slider.setEnabled(least < most)
        self._show_factor()

    def _show_factor(self) -> None:
        self.wall.set_factor(self._slider.value())
        self._zoom.setText(f"{self._slider.value()} ×")

    def _show_pixels(self) -> None:
        image = None if self._has_pixels else self.wall.wall_model.image(max(self.row, 0))
        if image is not None and self.row >= 0:
            self._details.show_pixels(image.copy())
            self._has_pixels = True

    def _on_slider(self, factor: int) -> None:
        self._show_factor()
        longest = max(self._shape[:2])
        self._tile_points = round(factor * longest / self.devicePixelRatioF())
        self.tile_chosen.emit(self._tile_points)

    def _on_picked(self, row: int) -> None:
        self._has_pixels = False
        if 0 <= row < len(self._taken):
            self._details.show_picture(self._taken[row].name, self._taken[row].notes)
            self._show_pixels()
        self.picked.emit(row)

    def _on_show(self) -> None:
        if 0 <= self.row < len(self._taken):
            self.show_wanted.emit(self._taken[self.row].name)


def _tip(picture: Taken) -> str:
    return tooltip(escape(picture.name), escape("; ".join(picture.notes)))
