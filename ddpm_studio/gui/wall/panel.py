"""A wall with what belongs to it: what is asked for, counts, the size of its tiles, a choice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import Slider
from ddpm_studio.gui.common.label import ElidedLabel, label
from ddpm_studio.gui.common.layout import STRETCH, Placed, column, holder, line, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.wall.filter_bar import FilterBar, Query, matching
from ddpm_studio.gui.wall.model import Tile
from ddpm_studio.gui.wall.wall import PictureWall

if TYPE_CHECKING:
    import numpy as np

TILE_POINTS = 128  # the longer side of a tile, at first
E = TypeVar("E", bound=Tile)


class WallPanel(QWidget, Generic[E]):
    """Asks for pixels by `tiles_wanted`. What is chosen stays so, whatever else is asked for.

    Who derives from it says what `_arranged` is, `_nothing_words`, and what `_show_chosen` does.
    """

    tiles_wanted = Signal(list)  # chunks
    menu_wanted = Signal(object)  # where on the screen
    chooses_first = False  # whether one is chosen even if none was before
    unknown_words = "No name contains “{}”."

    def __init__(
        self, theme: Theme, settings: Settings, name: str, about: str, count: str, bar: FilterBar
    ) -> None:
        """name: that of the page, with which names begin. about: the wall, for who cannot see it.

        count: the object name of the words over the wall.
        """
        super().__init__()
        self._settings, self._tile_key = settings, f"{name}/tile"
        self._tile_points = settings.get(self._tile_key, TILE_POINTS)
        self._entries: Sequence[E] = ()
        self._tiles: list[E] = []  # those on the wall, in its order
        self._shape, self._detail = (1, 1, 3), 1
        self._source: object = None  # what rows of entries count in
        self._is_refilling = self._was_searched = False
        self.filter = bar
        self.wall = PictureWall(theme, f"{name}.wall")
        self.wall.setAccessibleName(about)
        self._count = ElidedLabel()
        self._count.setObjectName(count)
        self._slider = Slider(1, 2)
        self._slider.setObjectName(f"{name}.tile_size")
        self._slider.setPageStep(1)
        self._zoom = label(kind="caption")
        self._zoom.setFixedWidth(32)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._nothing = label(kind="muted", name=f"{name}.nothing_shown")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.hide()
        tip = "Show pictures of all names again (Esc in the search)"
        self._clear_search = Button(theme, "Clear search", f"{name}.clear_search", tip)
        self._clear_search.hide()
        clear = Placed(self._clear_search, align=Qt.AlignmentFlag.AlignHCenter)
        self._none_seen = holder(column(STRETCH, self._nothing, clear, STRETCH, spacing=12))
        self._none_seen.hide()
        self._searched: tuple[Sequence[E], Query, int] | None = None  # see `_search_words`
        self._clear_search.clicked.connect(self.filter.search.clear)
        self._slider.valueChanged.connect(self._on_slider)
        self.filter.changed.connect(self._fill)
        self.wall.chunks_wanted.connect(self.tiles_wanted)
        self.wall.picked.connect(self._on_chosen)
        self.wall.selected.connect(self._on_chosen)
        self.wall.menu_wanted.connect(self.menu_wanted)

    def _canvas(
        self,
        slider: int,
        tip: str,
        beside: QWidget | None = None,
        reading: QWidget | None = None,
        head: QWidget | None = None,
    ) -> QFrame:
        """The frame around the wall, with two bars over it.

        slider: its width in points; tip: what it does. beside: it. reading: under the bars.
        head: before the words over the wall.
        """
        self._slider.setFixedWidth(slider)
        explain(self._slider, "Size of the tiles", tip, "Ctrl++ and Ctrl+-")
        every = head, wide(self._count), beside, self._slider, self._zoom
        first = [one for one in every if one is not None]
        below = column(wide(self._none_seen), wide(self.wall), margins=(8, 0, 2, 1))
        whole = column(
            row(*first, margins=(16, 8, 16, 0)),
            row(self.filter, margins=(16, 0, 16, 8)),
            line(),
            *([] if reading is None else [reading]),
            wide(below),
            spacing=4,
        )
        return holder(whole, "canvas")

    @property
    def acts(self) -> tuple[tuple[Any, ...], ...]:
        """What can be done on every wall: words, what it does, its keys, as `Page.add_act` has."""
        return (
            ("Search names", self.filter.focus_search, "Ctrl+F"),
            ("Larger tiles", lambda: self.zoom(1), "Ctrl++", "Ctrl+="),
            ("Smaller tiles", lambda: self.zoom(-1), "Ctrl+-"),
        )

    # what is chosen

    @property
    def current(self) -> E | None:
        """The one that was chosen last."""
        return self.neighbour(0)

    @property
    def selected(self) -> list[E]:
        """All that are chosen, in the order of the wall; else the one that is still shown."""
        rows = self.wall.chosen_rows() or [self.wall.currentIndex().row()]
        return [self._tiles[place] for place in rows if 0 <= place < len(self._tiles)]

    def neighbour(self, by: int) -> E | None:
        """The one so many places further on than the current one."""
        place = self.wall.currentIndex().row() + by
        return self._tiles[place] if 0 <= place < len(self._tiles) else None

    # what is shown

    def set_entries(
        self, entries: Sequence[E], shape: tuple[int, int, int], source: object, detail: int = 1
    ) -> None:
        """Show these; what is chosen stays so. shape: (H, W, C) of a tile.

        source: what the rows of the entries count in. detail: see `WallModel.set_tiles`.
        """
        self._entries, self._shape, self._source = entries, shape, source
        self._detail = detail
        self._fill()

    def add_tiles(self, number: int, pixels: np.ndarray, rows: np.ndarray) -> None:
        """Pixels that were asked for, and where they lay."""
        self.wall.add_chunk(number, pixels, rows)

    def search_again(self) -> None:
        """More is known by now of what words are searched in."""
        if self.filter.query.text:
            self._fill()

    def zoom(self, steps: int) -> None:
        """Larger tiles, or smaller ones."""
        self._slider.setValue(self._slider.value() + steps)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._entries:
            self._fit_slider()  # another screen, with other pixels
            self.wall.lay_out()
        return super().event(event)

    # what a page's own wall says

    def _arranged(self, entries: Sequence[E], query: Query) -> list[int]:
        """The positions of those that are asked for, in order."""
        raise NotImplementedError

    def _nothing_words(self, query: Query) -> str:
        """What is said if none of them is as it is asked for."""
        raise NotImplementedError

    def _show_chosen(self) -> None:
        """Others are chosen now, or another one is the current one."""

    # filling

    def _fill(self, _query: object = None) -> None:
        """Put what is asked for on the wall, and choose the same ones as before."""
        chosen = {tile.name for tile in self.selected}
        current, place = self.current, self.wall.currentIndex().row()
        query = self.filter.query
        shown = self._arranged(self._entries, query)
        self._tiles = [self._entries[position] for position in shown]
        self._is_refilling = True
        self.wall.set_tiles(self._tiles, self._shape, self._source, self._detail)
        self._fit_slider()
        if self._tiles and (self.chooses_first or chosen):
            self._choose_again(chosen, "" if current is None else current.name, place)
        self._is_refilling = False
        is_empty = bool(self._entries) and not self._tiles
        self.wall.setVisible(not is_empty)  # first: it takes the focus of what is hidden now
        self._none_seen.setVisible(is_empty)
        self._nothing.setVisible(is_empty)
        self._clear_search.setVisible(is_empty and bool(query.text))
        is_unknown = is_empty and bool(query.text) and not self._is_name_known(query)
        no_name = self.unknown_words.format(query.text)
        self._nothing.setText(no_name if is_unknown else self._nothing_words(query))
        self._on_filled(shown)
        self._on_chosen()
        if self._was_searched and not query.text and self.current is not None:
            self.wall.scrollTo(
                self.wall.currentIndex()
            )  # among all others it would be out of sight
        self._was_searched = bool(query.text)

    def _is_name_known(self, query: Query) -> bool:
        """Whether a name holds what is searched for, whatever else is asked for."""
        return bool(matching(self._entries, Query(text=query.text), {}))

    def _search_words(self) -> str:
        """While names are searched, how many are found: "12 of 2,563"; else ""."""
        query, known = self.filter.query, self._searched
        if not query.text or not self._entries:
            return ""
        whole = replace(query, text="")
        if known is None or known[0] is not self._entries or known[1] != whole:
            count = len(self._arranged(self._entries, whole))
            known = self._searched = self._entries, whole, count
        return f"{len(self._tiles):,} of {known[2]:,}"

    def _on_filled(self, shown: list[int]) -> None:
        """Others are on the wall now. shown: their positions in `_entries`."""

    def _choose_again(self, chosen: set[str], current: str, place: int) -> None:
        """Select those of these names, or what has come into the place of the current one.

        The wall is not scrolled for it.
        """
        model, select = self.wall.selectionModel(), QItemSelectionModel.SelectionFlag.Select
        last = len(self._tiles) - 1
        wanted = chosen | {current}
        rows = {  # of several with one name, the first
            self._tiles[at].name: at for at in range(last, -1, -1) if self._tiles[at].name in wanted
        }
        kept = [rows[name] for name in chosen & rows.keys()]
        self.wall.setAutoScroll(False)
        model.clearSelection()
        if len(kept) > last:
            self.wall.selectAll()
        for at in kept if len(kept) <= last else ():
            model.select(self.wall.wall_model.index(at), select)
        near = min(max(0, place), last)
        at = rows.get(current, min(kept) if kept else near)
        model.setCurrentIndex(self.wall.wall_model.index(at), select)
        self.wall.setAutoScroll(True)

    def _fit_slider(self) -> None:
        """The whole factors that are useful now, and the one nearest to the wanted tile."""
        least, most = self.wall.factors()
        factor = round(self._tile_points * self.devicePixelRatioF() / self._longest)
        self._slider.blockSignals(True)
        self._slider.setRange(least, most)
        self._slider.setValue(factor)
        self._slider.blockSignals(False)
        self._slider.setEnabled(least < most)
        self._show_factor()

    def _show_factor(self) -> None:
        self.wall.set_factor(self._slider.value())
        self._zoom.setText(f"{self._slider.value()} ×")

    @property
    def _longest(self) -> int:
        """Pixels of the longer side of a picture."""
        return max(self._shape[:2]) // self._detail

    # what happens

    def _on_slider(self, factor: int) -> None:
        self._show_factor()
        self._tile_points = round(factor * self._longest / self.devicePixelRatioF())
        self._settings.set(self._tile_key, self._tile_points)

    def _on_chosen(self, _row: int = -1) -> None:
        if not self._is_refilling:
            self._show_chosen()
