"""The wall with what belongs to it: search and order, tile size, the chosen pictures, actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ddpm_studio.gui.common.elided_label import ElidedLabel
from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.common.progress import Standing
from ddpm_studio.gui.common.progress_line import ProgressLine
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.actions import PictureActions
from ddpm_studio.gui.pictures.details import PictureDetails, crop_words
from ddpm_studio.gui.pictures.entries import WallEntry, arranged
from ddpm_studio.gui.wall.canvas import WallCanvas, tile_slider
from ddpm_studio.gui.wall.filter_bar import PictureFilter
from ddpm_studio.gui.wall.query import TAKEN, PictureQuery, count_shown
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.words import several, time_left

if TYPE_CHECKING:
    import numpy as np

KINDS = {1: "grey", 3: "colour", 4: "colour, with transparency"}
NARROW = 640  # points, below which some parts are left away
SHORT_MS = 300  # reading that takes no longer is not worth a bar
NONE_LIKE_THAT = "No picture here is like that. Another choice above shows more."
NONE_TAKEN = "No picture is taken. Choose “All” above to see what is here, and take some."
TILE_TIP = "How large each pixel is drawn here; it changes nothing about the pictures."


class WallPanel(QWidget):
    """Asks for pixels by `tiles_wanted`, for the file of the chosen picture by `picked`."""

    tiles_wanted = Signal(list)  # chunks
    picked = Signal(object)  # WallEntry or None
    show_wanted = Signal(str)  # name: open its folder
    tile_chosen = Signal(int)  # points along a tile's longer side
    menu_wanted = Signal(object)  # where on the screen

    def __init__(self, theme: Theme, tile_points: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries: Sequence[WallEntry] = ()
        self._shown: list[int] = []  # positions in `_entries`, in the order of the wall
        self._shape = (1, 1, 3)
        self._source: object = None  # what rows of entries count in
        self._count_words = ""
        self._tile_of: dict[int, int] = {}  # the inverse of `_shown`
        self._chosen_names: set[str] = set()
        # the chosen picture that was told of last, with source and shape
        self._said: tuple[WallEntry | None, object, tuple[int, int, int]] = (None, None, (1, 1, 3))
        self._tile_points = tile_points
        self._has_pixels = False  # those of the chosen picture are shown
        self._is_refilling = False
        self._count = ElidedLabel()
        self._count.setObjectName("pictures.taken")
        self._slider = tile_slider("pictures.tile_size", 140, TILE_TIP)
        self._zoom = QLabel()
        self._zoom.setProperty("kind", "caption")
        self._zoom.setFixedWidth(32)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.filter = PictureFilter(theme)
        self.filter.set_query(PictureQuery(show=TAKEN))
        self.choosing = PictureActions(theme)
        self.wall = PictureWall(theme, "pictures.wall")
        self.wall.setAccessibleName("The pictures, as the network sees them")
        self._reading = ProgressLine("pictures.reading", "Progress of reading the pictures")
        self._progress: Standing | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SHORT_MS)
        self._soon.timeout.connect(self._show_reading)
        self._nothing = QLabel()
        self._details = PictureDetails(theme, self.choosing)
        self._lay_out()
        self._slider.valueChanged.connect(self._on_slider)
        self.filter.changed.connect(self._on_query)
        self.wall.chunks_wanted.connect(self.tiles_wanted)
        self.wall.picked.connect(self._on_picked)
        self.wall.selected.connect(self._on_selected)
        self.wall.menu_wanted.connect(self.menu_wanted)
        self._details.show_wanted.connect(self._on_show)

    @property
    def entry(self) -> WallEntry | None:
        """The chosen picture."""
        return self._entry_at(self.wall.currentIndex().row())

    @property
    def entries(self) -> list[WallEntry]:
        """All that are selected; after a click beside all of them, the one that is still shown."""
        rows = self.wall.chosen_rows() or [self.wall.currentIndex().row()]
        found = [self._entry_at(row) for row in rows]
        return [entry for entry in found if entry is not None]

    def entry_named(self, name: str) -> WallEntry | None:
        """The picture of that name, shown or not."""
        return next((entry for entry in self._entries if entry.name == name), None)

    # what is shown

    def show_found(self, found: Sequence[str], shape: tuple[int, int, int]) -> None:
        """Reading has begun: a place for every file. shape: (H, W, C)."""
        self._entries = [WallEntry(name, -1, True) for name in found]
        self._shape, self._source, self._count_words = shape, None, ""
        self._fill()

    def place(self, rows: Sequence[tuple[int, int]]) -> None:
        """Some pictures were read: (which of those found, where its pixels lie)."""
        self.wall.place([(self._tile_of[file], row) for file, row in rows if file in self._tile_of])

    def set_entries(
        self, entries: Sequence[WallEntry], shape: tuple[int, int, int], source: object
    ) -> None:
        """Show the verdicts; the same picture stays chosen, else the next. shape: (H, W, C).

        source: what the rows of the entries count in.
        """
        self._entries, self._shape, self._source = entries, shape, source
        self.filter.set_counts(count_shown(entries))
        self.filter.set_labels(sorted({entry.label for entry in entries if entry.label}))
        self._fill()
        height, width, channels = shape
        taken = sum(entry.is_taken for entry in entries)
        self._count_words = (
            f"{several(taken, 'picture')} taken, {width} × {height} pixels in {KINDS[channels]}"
        )
        self.show_progress(None)

    def clear(self) -> None:
        self._entries, self._shown = (), []
        self._shape, self._source, self._count_words = (1, 1, 3), None, ""
        self.wall.set_tiles((), (1, 1, 3))
        self._said = (None, None, (1, 1, 3))
        self._chosen_names = set()
        self._details.clear()
        self.show_progress(None)

    def show_progress(self, progress: Standing | None) -> None:
        """How far the reading is, as a thin bar if it takes long; None when it is over."""
        self._progress = progress
        if progress is None:
            self._soon.stop()
            self._reading.hide()
            self._count.setText(self._count_words)
        elif self._reading.isVisible():
            self._show_reading()
        elif not self._soon.isActive():
            self._soon.start()

    def _show_reading(self) -> None:
        progress = self._progress
        if progress is None:
            return
        self._reading.show()
        self._reading.setRange(0, 0 if progress.fraction is None else 1000)
        self._reading.setValue(round(1000 * (progress.fraction or 0)))
        left = [time_left(progress.remaining)] if progress.remaining is not None else []
        self._count.setText("  ·  ".join([progress.text or "Looking at the folder…", *left]))

    def add_tiles(self, number: int, pixels: np.ndarray, rows: np.ndarray) -> None:
        """Pixels that were asked for, and where they lay."""
        self.wall.add_chunk(number, pixels, rows)
        self._show_pixels()

    def show_original(
        self,
        pixels: np.ndarray | None,
        size: tuple[int, int] = (0, 0),
        part: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0),
    ) -> None:
        """The file of the chosen picture: uint8 (H, W, C), premultiplied, or None if it is gone.

        size: the width and height of the file. part: what is used: left, top, width, height.
        """
        if pixels is None or self.entry is None:
            self._details.show_gone()
            return
        image, crop = image_on(pixels, premultiplied=True).copy(), self.entry.crop
        words = crop_words(QRectF(*part), crop.mode) if self.entry.is_taken else ""
        self._details.show_original(image, QRectF(*part), size, self._shape[:2], words)

    def zoom(self, steps: int) -> None:
        """Larger tiles, or smaller ones."""
        self._slider.setValue(self._slider.value() + steps)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW
        self._details.set_narrow(is_narrow)
        self.choosing.set_narrow(is_narrow)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._entries:
            self._fit_slider()  # another screen, with other pixels
            self.wall.lay_out()
        return super().event(event)

    # building

    def _lay_out(self) -> None:
        self._reading.setFixedHeight(3)
        self._reading.hide()
        self._nothing.setObjectName("pictures.nothing_shown")
        bar = (self._count, self.choosing.history_buttons, self._slider, self._zoom)
        canvas = WallCanvas(bar, self.filter, self.wall, self._nothing, self._reading)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(canvas, 1)
        layout.addWidget(self._details)

    # filling

    def _fill(self) -> None:
        """Put what is asked for on the wall, and choose the same pictures as before."""
        place = self.wall.currentIndex().row()
        current = (self._said[0].name if self._said[0] is not None else "", place)
        before = self._chosen_names
        self._shown = arranged(self._entries, self.filter.query)
        self._tile_of = {position: tile for tile, position in enumerate(self._shown)}
        tiles = [self._entries[position] for position in self._shown]
        self._is_refilling = True
        self.wall.set_tiles(tiles, self._shape, self._source)
        self._fit_slider()
        self._choose_again(tiles, before, *current)
        self._is_refilling = False
        self._nothing.setVisible(bool(self._entries) and not tiles)
        is_plain = self.filter.query == PictureQuery(show=TAKEN)
        self._nothing.setText(NONE_TAKEN if is_plain else NONE_LIKE_THAT)
        self.wall.setVisible(bool(tiles) or not self._entries)
        self._on_picked(self.wall.currentIndex().row())
        self._on_selected()

    def _choose_again(
        self, tiles: Sequence[WallEntry], chosen: set[str], current: str, place: int
    ) -> None:
        """Select the pictures of these names, or what has come into the place of the current one.

        The wall is not scrolled for it.
        """
        if not tiles:
            return
        rows = {
            tile.name: row
            for row, tile in reversed(list(enumerate(tiles)))
            if tile.name in chosen or tile.name == current
        }
        model, how = self.wall.selectionModel(), QItemSelectionModel.SelectionFlag
        self.wall.setAutoScroll(False)
        model.clearSelection()
        for name in chosen & rows.keys():
            model.select(self.wall.wall_model.index(rows[name]), how.Select)
        others = [rows[name] for name in chosen & rows.keys()]
        near = min(max(0, place), len(tiles) - 1)
        row = rows.get(current, min(others) if others else near)
        model.setCurrentIndex(self.wall.wall_model.index(row), how.Select)
        self.wall.setAutoScroll(True)

    def _entry_at(self, row: int) -> WallEntry | None:
        return self._entries[self._shown[row]] if 0 <= row < len(self._shown) else None

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
        row = self.wall.currentIndex().row()
        image = None if self._has_pixels or row < 0 else self.wall.wall_model.image(row)
        if image is not None:
            self._details.show_pixels(image.copy())
            self._has_pixels = True

    # what happens

    def _on_query(self, _query: PictureQuery) -> None:
        self._fill()

    def _on_slider(self, factor: int) -> None:
        self._show_factor()
        longest = max(self._shape[:2])
        self._tile_points = round(factor * longest / self.devicePixelRatioF())
        self.tile_chosen.emit(self._tile_points)

    def _on_picked(self, row: int) -> None:
        if self._is_refilling:
            return
        entry = self._entry_at(row)
        if entry is not None and self._said == (entry, self._source, self._shape):
            return  # all of it is shown already
        self._said = (entry, self._source, self._shape)
        self._has_pixels = False
        if entry is None:
            self._details.clear()
        else:
            self._details.show_picture(entry.name, (entry.words,) if entry.words else ())
            self._show_pixels()
        self.picked.emit(entry)

    def _on_selected(self) -> None:
        if not self._is_refilling:
            entries = self.entries
            self._chosen_names = {entry.name for entry in entries}
            self.choosing.show_entries(entries)

    def _on_show(self) -> None:
        if self.entry is not None:
            self.show_wanted.emit(self.entry.name)
