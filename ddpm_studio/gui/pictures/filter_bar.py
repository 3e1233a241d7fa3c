"""The bar over the wall of the folder's pictures: also by subfolder, and in both directions."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.query import (
    CHANGED,
    COLOUR,
    COPIES,
    DATE,
    LEFT_OUT,
    LOW,
    NAME,
    PIXELS,
    TAKEN,
    PictureQuery,
)
from ddpm_studio.gui.wall.filter_bar import ALL, Asks, FilterBar, Narrow, Query

SHOW_WORDS = {
    ALL: "All",
    TAKEN: "Taken",
    LEFT_OUT: "Left out",
    LOW: "Low resolution",
    COPIES: "Copies",
    CHANGED: "Changed by me",
}
# the words of each order, upwards and downwards
SORT_WORDS = {
    NAME: ("Name", "A to Z", "Z to A"),
    COLOUR: ("Colour", "Greys first", "Greys last"),
    PIXELS: ("Pixels", "Small ones first", "Large ones first"),
    DATE: ("Date", "Old ones first", "New ones first"),
}
ALL_LABELS = "All folders"
MOST_SEARCH, LABEL_WIDTH = 320, 140  # points
SEARCH = Asks("filter.text", "Search names", "Shows the pictures whose name holds these words.")
SHOW = Asks("filter.show", "Which pictures", "Which pictures are shown here.")
LABEL = Asks("filter.label", "Folder", "Only the pictures of one folder.")
SORT = Asks("filter.sort", "Sorted by", "What the order follows.")


class PictureFilter(FilterBar):
    """What is asked for of the pictures of a folder."""

    def __init__(self, theme: Theme) -> None:
        self._is_descending = False
        self._label = Narrow(LABEL, {"": ALL_LABELS})
        self._label.setMaximumWidth(LABEL_WIDTH)
        self._label.view().setMinimumWidth(2 * LABEL_WIDTH)  # long names, when it is open
        self._label.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._label.hide()
        self._order = IconButton(theme, "ascending", "filter.order", "Order", size=18)
        show = Narrow(SHOW, SHOW_WORDS)
        sort = Narrow(SORT, {sort: words[0] for sort, words in SORT_WORDS.items()})
        super().__init__(
            theme, PictureQuery, SEARCH, MOST_SEARCH, show, sort, self._label, self._order
        )
        self._order.clicked.connect(self._on_order)
        self._show_order()

    @property
    def query(self) -> Query:
        label = str(self._label.currentData())
        return replace(super().query, descending=self._is_descending, label=label)

    def set_query(self, query: Query) -> None:
        """Ask for something else, as if it had been chosen by hand.

        A label that is not known any more is that of all folders.
        """
        controls = (self.search, self.sort_choice, self.show_choice, self._label)
        blockers = [QSignalBlocker(control) for control in controls]
        self.search.setText(query.text)
        self.sort_choice.setCurrentIndex(self.sort_choice.findData(query.sort))
        self.show_choice.setCurrentIndex(self.show_choice.findData(query.show))
        self._label.setCurrentIndex(max(0, self._label.findData(query.label)))
        self._is_descending = query.descending
        for blocker in blockers:
            blocker.unblock()
        self._on_changed()

    def set_narrow(self, is_narrow: bool) -> None:
        """Where there is little room, fewer words say what the search is for."""
        self.search.setPlaceholderText("Search" if is_narrow else SEARCH.label)

    def set_labels(self, labels: Sequence[str]) -> None:
        """The subfolders; the chosen one stays chosen while it is there."""
        chosen = self._label.currentData()
        blocker = QSignalBlocker(self._label)
        self._label.clear()
        self._label.addItem(ALL_LABELS, "")
        for label in labels:
            self._label.addItem(label, label)
        self._label.setCurrentIndex(max(0, self._label.findData(chosen)))
        self._label.setVisible(bool(labels))
        blocker.unblock()
        self._on_changed()

    def _show_order(self) -> None:
        words = SORT_WORDS[str(self.sort_choice.currentData())]
        icon = "descending" if self._is_descending else "ascending"
        now, other = words[1 + self._is_descending], words[2 - self._is_descending]
        self._order.set_face(icon, f"Order: {now}", f"{now}. Click for: {other}.")

    def _on_order(self) -> None:
        self._is_descending = not self._is_descending
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_order()
        super()._on_changed()
