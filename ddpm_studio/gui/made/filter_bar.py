"""The slim bar over the wall of made pictures: search, which are shown, and in which order."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction, QKeyEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.made.entries import (
    ALL,
    FILMS,
    NEWEST,
    OLDEST,
    PICTURES,
    SEED,
    STARRED,
    MadeQuery,
)
from ddpm_studio.gui.wall.filter_bar import Narrow

SHOW_WORDS = {ALL: "All", STARRED: "Starred", PICTURES: "Pictures", FILMS: "Films"}
SORT_WORDS = {NEWEST: "Newest first", OLDEST: "Oldest first", SEED: "By seed"}
LEAST_SEARCH, MOST_SEARCH = 96, 280  # points
SEARCH_TIP = "Shows those whose name holds these words: a seed, a step, a folder."


class MadeFilter(QWidget):
    """Says what is asked for, each time that it is something else."""

    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._search = QLineEdit()
        self._search.setObjectName("made.search")
        self._search.setPlaceholderText("Search names")
        self._search.setMinimumWidth(LEAST_SEARCH)
        self._search.setMaximumWidth(MOST_SEARCH)
        explain(self._search, "Search names", SEARCH_TIP)
        self._glass = QAction("Search names", self)
        self._search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._search.installEventFilter(self)
        self._show, self._sort = Narrow(), Narrow()
        for combo, name, label, tip, words in (
            (self._show, "made.show", "Which ones", "What is shown here.", SHOW_WORDS),
            (self._sort, "made.sort", "Sorted by", "What the order follows.", SORT_WORDS),
        ):
            combo.setObjectName(name)
            explain(combo, label, tip)
            for key, text in words.items():
                combo.addItem(text, key)
        settings.remember(self._sort, "made/sort")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._search, 1)
        layout.addWidget(self._show)
        layout.addStretch()
        layout.addWidget(self._sort)
        self._search.textChanged.connect(self.changed)
        self._show.currentIndexChanged.connect(self.changed)
        self._sort.currentIndexChanged.connect(self.changed)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    @property
    def query(self) -> MadeQuery:
        return MadeQuery(
            self._search.text().strip(),
            str(self._show.currentData()),
            str(self._sort.currentData()),
        )

    def show_all(self) -> None:
        """As at first, in the order that was chosen."""
        self._search.clear()
        self._show.setCurrentIndex(0)

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """How many there are of each choice."""
        for index in range(self._show.count()):
            show = str(self._show.itemData(index))
            self._show.setItemText(index, f"{SHOW_WORDS[show]}  {counts[show]:,}")

    def focus_search(self) -> None:
        """Ctrl+F: the next key is a letter of the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if watched is self._search and is_escape and self._search.text():
            if event.type() == QEvent.Type.KeyPress:
                self._search.clear()
            event.accept()  # the first Esc is for the search
            return True
        return super().eventFilter(watched, event)

    def _on_theme_changed(self) -> None:
        self._glass.setIcon(self._theme.icon("search", 16))
