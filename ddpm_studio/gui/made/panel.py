"""The wall of all that was made, with its search, its order, and the size of its tiles."""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, Signal
from PySide6.QtGui import QImage

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gui.common.layout import column
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.made.entries import (
    FILMS,
    NEWEST,
    OLDEST,
    PICTURES,
    SEED,
    SHOWN,
    STARRED,
    Count,
    MadeEntry,
    MadeQuery,
    arranged,
    said_by,
)
from ddpm_studio.gui.wall.filter_bar import ALL, Asks, FilterBar, Narrow, Query, count_shown
from ddpm_studio.gui.wall.panel import WallPanel
from ddpm_studio.words import several

SHOW_WORDS = {ALL: "All", STARRED: "Starred", PICTURES: "Pictures", FILMS: "Films"}
SORT_WORDS = {NEWEST: "Newest first", OLDEST: "Oldest first", SEED: "By seed"}
MOST_SEARCH = 280  # points
SEARCH_TIP = (
    "Shows those that hold all these words: “seed 230395”, “step 308”, “ddim”, a name or a folder."
)
SEARCH = Asks("made.search", "Search seed, step, sampler, name", SEARCH_TIP)
SHOW = Asks("made.show", "Which ones", "What is shown here.")
SORT = Asks("made.sort", "Sorted by", "What the order follows.")
ABOUT = "All pictures and films that were made in this project"
MOST_BROKEN = 12  # that are named
TILE_TIP = "How large each one is drawn."
NONE_STARRED = "No stars yet. Choose what you like best, and press S."
NONE_LIKE_THAT = "Nothing here is like that. Another choice above shows more."


class MadePanel(WallPanel[MadeEntry]):
    """Says what is chosen, and what is to be done with it."""

    unknown_words = "Nothing here has “{}” in its name or recipe."
    chosen = Signal()  # others are chosen now, or another one is the current one

    def __init__(self, theme: Theme, settings: Settings) -> None:
        show, sort = Narrow(SHOW, SHOW_WORDS), Narrow(SORT, SORT_WORDS)
        settings.remember(sort, "made/sort")
        bar = FilterBar(theme, MadeQuery, SEARCH, MOST_SEARCH, show, sort)
        super().__init__(theme, settings, "made", ABOUT, "made.count", bar)
        self.wall.let_drag()
        self._counts: dict[str, int] = {}  # of each choice
        self._count_shown = Count()
        self._left_out = ""
        column(self._canvas(120, TILE_TIP), of=self)

    @property
    def files(self) -> list[MadeFile]:
        """Those on the wall, in its order."""
        return [entry.file for entry in self._tiles]

    def entry_at(self, row: int) -> MadeEntry | None:
        """The one in a place of the wall."""
        return self._tiles[row] if 0 <= row < len(self._tiles) else None

    def place_words(self) -> str:
        """Where the current one is: "12 of 3,120"."""
        return f"{self.wall.currentIndex().row() + 1:,} of {len(self._tiles):,}"

    def choose(self, name: str) -> None:
        """Make this one the current and only chosen one, and bring it into view."""
        for row, entry in enumerate(self._tiles):
            if entry.name == name:
                # not as the view would: Ctrl of Ctrl+Z, still held, would add it to the others
                only = QItemSelectionModel.SelectionFlag.ClearAndSelect
                index = self.wall.wall_model.index(row)
                self.wall.selectionModel().setCurrentIndex(index, only)
                return

    def set_entries(
        self,
        entries: Sequence[MadeEntry],
        shape: tuple[int, int, int],
        source: object,
        detail: int = 1,
    ) -> None:
        """Show these, the newest first; what is chosen stays so. shape: (H, W, C) of a tile."""
        self._counts = count_shown(entries, SHOWN)
        self.filter.set_counts(self._counts)
        super().set_entries(entries, shape, source, detail)

    def add_entries(self, entries: Sequence[MadeEntry]) -> None:
        """Show some more, newer than all others, of the same shape and source."""
        query = self.filter.query
        self._entries = [*entries, *self._entries]
        for show, count in count_shown(entries, SHOWN).items():
            self._counts[show] += count
        self.filter.set_counts(self._counts)
        new = [entries[position] for position in arranged(entries, query)]
        if query.sort not in (NEWEST, OLDEST) or not self._tiles:
            self._fill()  # they belong between the others, or the wall was hidden
        elif new:
            at = 0 if query.sort == NEWEST else len(self._tiles)
            self._tiles[at:at] = new
            self._is_refilling = True
            self.wall.insert_tiles(at, new)
            self._is_refilling = False
            self._count_shown += Count.of(new)
            self._show_chosen()

    def set_left_out(self, broken: Sequence[str], others: int) -> None:
        """Which files cannot be read and why, and how many are no pictures; said quietly."""
        more = [f"and {len(broken) - MOST_BROKEN} more"] if len(broken) > MOST_BROKEN else []
        self._count.about = "\n".join([*broken[:MOST_BROKEN], *more])
        parts = [f"{several(len(broken), 'file')} cannot be read"] if broken else []
        parts += [f"{several(others, 'other file')} left out"] if others else []
        words = "  ·  ".join(parts)
        if words != self._left_out:
            self._left_out = words
            self._show_count()

    def thumbnail(self, name: str) -> QImage | None:
        """Of one on the wall, if it was loaded."""
        rows = [row for row, entry in enumerate(self._tiles) if entry.name == name]
        image = self.wall.wall_model.image(rows[0]) if rows else None
        return None if image is None else image.copy()

    # what the wall of any page asks for

    def _is_name_known(self, query: Query) -> bool:
        return any(said_by(entry, query.text) for entry in self._entries)

    def _arranged(self, entries: Sequence[MadeEntry], query: Query) -> list[int]:
        return arranged(entries, query)

    def _nothing_words(self, query: Query) -> str:
        return NONE_STARRED if query.show == STARRED and not query.text else NONE_LIKE_THAT

    def _on_filled(self, _shown: list[int]) -> None:
        self._count_shown = Count.of(self._tiles)

    def _show_chosen(self) -> None:
        self._show_count()
        self.chosen.emit()

    def _show_count(self) -> None:
        selected = self.selected
        is_several = len(selected) > 1
        shown = self._search_words() or self._count_shown.words()
        words = Count.of(selected).words(" chosen") if is_several else shown
        self._count.setText("  ·  ".join(filter(None, (words, self._left_out))))
