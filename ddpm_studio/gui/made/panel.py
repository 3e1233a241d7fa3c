"""The wall of all that was made, with its search, its order, and the size of its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gui.common.elided_label import ElidedLabel
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.made.entries import (
    NEWEST,
    OLDEST,
    STARRED,
    Count,
    MadeEntry,
    arranged,
    count_shown,
    count_words,
)
from ddpm_studio.gui.made.filter_bar import MadeFilter
from ddpm_studio.gui.wall.canvas import WallCanvas, tile_slider
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.words import several

if TYPE_CHECKING:
    import numpy as np

TILE_KEY, TILE_POINTS = "made/tile", 128  # in the settings: the longer side of a tile
NONE_STARRED = "No stars yet. Choose what you like best, and press S."
NONE_LIKE_THAT = "Nothing here is like that. Another choice above shows more."


class MadePanel(QWidget):
    """Asks for pixels by `tiles_wanted`; says what is chosen, and what is to be done with it."""

    tiles_wanted = Signal(list)  # chunks
    chosen = Signal()  # others are chosen now, or another one is the current one
    open_wanted = Signal()
    trash_wanted = Signal()
    menu_wanted = Signal(object)  # where on the screen

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._entries: Sequence[MadeEntry] = ()
        self._tiles: list[MadeEntry] = []  # those on the wall, in its order
        self._shape = (1, 1, 3)
        self._source: object = None  # what rows of entries count in
        self._counts: dict[str, int] = {}  # of each choice, and of those on the wall
        self._count_shown = Count()
        self._left_out = ""
        self._is_refilling = False
        self._tile_points = settings.get(TILE_KEY, TILE_POINTS)
        self.filter = MadeFilter(theme, settings)
        self.wall = PictureWall(theme, "made.wall")
        self.wall.setAccessibleName("All pictures and films that were made in this project")
        self._count = ElidedLabel()
        self._count.setObjectName("made.count")
        self._slider = tile_slider("made.tile_size", 120, "How large each one is drawn.")
        self._zoom = QLabel()
        self._nothing = QLabel()
        self._lay_out()
        self._slider.valueChanged.connect(self._on_slider)
        self.filter.changed.connect(self._on_query)
        self.wall.chunks_wanted.connect(self.tiles_wanted)
        self.wall.picked.connect(self._on_chosen)
        self.wall.selected.connect(self._on_chosen)
        self.wall.opened.connect(self.open_wanted)
        self.wall.toggled.connect(self.trash_wanted)
        self.wall.menu_wanted.connect(self.menu_wanted)

    @property
    def files(self) -> list[MadeFile]:
        """Those on the wall, in its order."""
        return [entry.file for entry in self._tiles]

    @property
    def current(self) -> MadeEntry | None:
        """The one that was chosen last."""
        row = self.wall.currentIndex().row()
        return self._tiles[row] if 0 <= row < len(self._tiles) else None

    @property
    def selected(self) -> list[MadeEntry]:
        """All that are chosen, in the order of the wall."""
        rows = self.wall.chosen_rows() or [self.wall.currentIndex().row()]
        return [self._tiles[row] for row in rows if 0 <= row < len(self._tiles)]

    def neighbour(self, by: int) -> MadeEntry | None:
        """The one so many places further on."""
        row = self.wall.currentIndex().row() + by
        return self._tiles[row] if 0 <= row < len(self._tiles) else None

    def place_words(self) -> str:
        """Where the current one is: "12 of 3,120"."""
        return f"{self.wall.currentIndex().row() + 1:,} of {len(self._tiles):,}"

    def choose(self, name: str) -> None:
        """Make this one the current and only chosen one, and bring it into view."""
        for row, entry in enumerate(self._tiles):
            if entry.name == name:
                self.wall.setCurrentIndex(self.wall.wall_model.index(row))
                return

    def set_entries(
        self, entries: Sequence[MadeEntry], shape: tuple[int, int, int], source: object
    ) -> None:
        """Show these, the newest first; what is chosen stays so. shape: (H, W, C) of a tile.

        source: what the rows of the entries count in.
        """
        self._entries, self._shape = entries, shape
        self._counts = count_shown(entries)
        self.filter.set_counts(self._counts)
        self._fill(source)

    def add_entries(self, entries: Sequence[MadeEntry]) -> None:
        """Show some more, newer than all others, of the same shape and source."""
        query = self.filter.query
        self._entries = [*entries, *self._entries]
        for show, count in count_shown(entries).items():
            self._counts[show] += count
        self.filter.set_counts(self._counts)
        new = arranged(entries, query)
        if query.sort not in (NEWEST, OLDEST) or not self._tiles:
            self._fill(self._source)  # they belong between the others, or the wall was hidden
        elif new:
            at = 0 if query.sort == NEWEST else len(self._tiles)
            self._tiles[at:at] = new
            self._is_refilling = True
            self.wall.insert_tiles(at, new)
            self._is_refilling = False
            self._count_shown += Count.of(new)
            self._on_chosen()

    def set_left_out(self, broken: int, others: int) -> None:
        """How many files cannot be read, and how many are no pictures; said quietly."""
        parts = [f"{several(broken, 'file')} cannot be read"] if broken else []
        parts += [f"{several(others, 'other file')} left out"] if others else []
        words = "  ·  ".join(parts)
        if words != self._left_out:
            self._left_out = words
            self._show_count()

    def add_tiles(self, number: int, pixels: np.ndarray, rows: np.ndarray) -> None:
        """Pixels that were asked for, and which records they are."""
        self.wall.add_chunk(number, pixels, rows)

    def thumbnail(self) -> QImage | None:
        """Of the current one, if it was loaded."""
        image = self.wall.wall_model.image(self.wall.currentIndex().row())
        return None if image is None else image.copy()

    def zoom(self, steps: int) -> None:
        """Larger tiles, or smaller ones."""
        self._slider.setValue(self._slider.value() + steps)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._entries:
            self._fit_slider()
            self.wall.lay_out()
        return super().event(event)

    # building

    def _lay_out(self) -> None:
        self._zoom.setProperty("kind", "caption")
        self._zoom.setFixedWidth(32)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._nothing.setObjectName("made.nothing_shown")
        bar = (self._count, self._slider, self._zoom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(WallCanvas(bar, self.filter, self.wall, self._nothing))

    # filling

    def _fill(self, source: object) -> None:
        chosen = {entry.name for entry in self.selected}
        current, place = self.current, self.wall.currentIndex().row()
        self._tiles = arranged(self._entries, self.filter.query)
        self._is_refilling = True
        self.wall.set_tiles(self._tiles, self._shape, source)
        self._fit_slider()
        self._choose_again(chosen, "" if current is None else current.name, place)
        self._is_refilling = False
        self._source, self._count_shown = source, Count.of(self._tiles)
        is_empty = bool(self._entries) and not self._tiles
        self._nothing.setVisible(is_empty)
        is_starred = self.filter.query.show == STARRED and not self.filter.query.text
        self._nothing.setText(NONE_STARRED if is_starred else NONE_LIKE_THAT)
        self.wall.setVisible(not is_empty)
        self._on_chosen()

    def _choose_again(self, chosen: set[str], current: str, place: int) -> None:
        """Those of before; what has come into the place of the current one, if it is gone."""
        if not self._tiles or (not chosen and not current):
            return
        model, select = self.wall.selectionModel(), QItemSelectionModel.SelectionFlag
        rows = {entry.name: row for row, entry in enumerate(self._tiles)}
        kept = [rows[name] for name in chosen if name in rows]
        near = min(max(0, place), len(self._tiles) - 1)
        row = rows.get(current, min(kept) if kept else near)
        self.wall.setAutoScroll(False)
        model.clearSelection()
        for one in kept if len(kept) < len(self._tiles) else ():
            model.select(self.wall.wall_model.index(one), select.Select)
        if len(kept) == len(self._tiles):
            self.wall.selectAll()
        how = select.Select if kept or not chosen or current not in rows else select.NoUpdate
        model.setCurrentIndex(self.wall.wall_model.index(row), how)
        self.wall.setAutoScroll(True)

    def _fit_slider(self) -> None:
        least, most = self.wall.factors()
        factor = round(self._tile_points * self.devicePixelRatioF() / max(self._shape[:2]))
        self._slider.blockSignals(True)
        self._slider.setRange(least, most)
        self._slider.setValue(factor)
        self._slider.blockSignals(False)
        self._slider.setEnabled(least < most)
        self._show_factor()

    def _show_factor(self) -> None:
        self.wall.set_factor(self._slider.value())
        self._zoom.setText(f"{self._slider.value()} ×")

    def _show_count(self) -> None:
        selected = self.selected
        is_several = len(selected) > 1
        words = count_words(selected, " chosen") if is_several else self._count_shown.words()
        self._count.setText("  ·  ".join(filter(None, (words, self._left_out))))

    # what happens

    def _on_query(self) -> None:
        self._fill(self._source)

    def _on_slider(self, factor: int) -> None:
        self._show_factor()
        self._tile_points = round(factor * max(self._shape[:2]) / self.devicePixelRatioF())
        self._settings.set(TILE_KEY, self._tile_points)

    def _on_chosen(self, _row: int = -1) -> None:
        if not self._is_refilling:
            self._show_count()
            self.chosen.emit()
