"""The slim bar over the wall: search by name, which pictures are shown, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPointF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox, draw_chevron
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.wall.query import (
    ALL,
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
LEAST_SEARCH, MOST_SEARCH, LEAST_COMBO, LABEL_WIDTH = 96, 320, 92, 140  # points
COMBO_LEFT, COMBO_RIGHT = 11, 28  # points beside the words of a combo box


class Narrow(ComboBox):
    """A list to choose from, which may be narrower than its words; they end in "…" then."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setMinimumWidth(LEAST_COMBO)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.rect().adjusted(COMBO_LEFT, 0, -COMBO_RIGHT, 0)
        end = Qt.TextElideMode.ElideRight
        words = self.fontMetrics().elidedText(option.currentText, end, room.width())
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()
        draw_chevron(self, QPointF(self.width() - 16, self.height() / 2), 1)


class PictureFilter(QWidget):
    """Says what is asked for, each time that it is something else."""

    changed = Signal(object)  # PictureQuery

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_descending = False
        self._make_search()
        self._make_choices()
        self._order = IconButton(theme, "ascending", "filter.order", "Order", size=18)
        self._lay_out()
        self._said = self.query
        self._search.textChanged.connect(self._on_changed)
        for combo in (self._show, self._label, self._sort):
            combo.currentIndexChanged.connect(self._on_changed)
        self._order.clicked.connect(self._on_order)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._show_order()

    @property
    def query(self) -> PictureQuery:
        """What is asked for now."""
        return PictureQuery(
            text=self._search.text().strip(),
            sort=str(self._sort.currentData()),
            descending=self._is_descending,
            show=str(self._show.currentData()),
            label=str(self._label.currentData()),
        )

    def set_query(self, query: PictureQuery) -> None:
        """Ask for something else, as if it had been chosen by hand.

        A label that is not known any more is that of all folders.
        """
        controls = (self._search, self._sort, self._show, self._label)
        blockers = [QSignalBlocker(control) for control in controls]
        self._search.setText(query.text)
        self._sort.setCurrentIndex(self._sort.findData(query.sort))
        self._show.setCurrentIndex(self._show.findData(query.show))
        self._label.setCurrentIndex(max(0, self._label.findData(query.label)))
        self._is_descending = query.descending
        for blocker in blockers:
            blocker.unblock()
        self._on_changed()

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

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """How many there are of each choice; a choice without a count shows none."""
        for index in range(self._show.count()):
            show = str(self._show.itemData(index))
            count = f"  {counts[show]:,}" if show in counts else ""
            self._show.setItemText(index, SHOW_WORDS[show] + count)

    def focus_search(self) -> None:
        """Ctrl+F: the next key is a letter of the search."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        wanted = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if watched is self._search and is_escape and event.type() in wanted and self._search.text():
            if event.type() == QEvent.Type.KeyPress:
                self._search.clear()
            event.accept()  # the first Esc is for the search, not for the page
            return True
        return super().eventFilter(watched, event)

    def _make_search(self) -> None:
        self._search = QLineEdit()
        self._search.setObjectName("filter.text")
        self._search.setPlaceholderText("Search names")
        self._search.setMinimumWidth(LEAST_SEARCH)
        self._search.setMaximumWidth(MOST_SEARCH)
        explain(self._search, "Search names", "Shows the pictures whose name holds these words.")
        self._search.installEventFilter(self)
        self._glass = QAction("Search names", self)
        self._clear = QAction("Clear the search", self)
        self._search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._search.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        self._clear.triggered.connect(self._search.clear)

    def _make_choices(self) -> None:
        self._show, self._label, self._sort = Narrow(), Narrow(), Narrow()
        for combo, name, label, tip in (
            (self._show, "filter.show", "Which pictures", "Which pictures are shown here."),
            (self._label, "filter.label", "Folder", "Only the pictures of one folder."),
            (self._sort, "filter.sort", "Sorted by", "What the order follows."),
        ):
            combo.setObjectName(name)
            explain(combo, label, tip)
        for show, words in SHOW_WORDS.items():
            self._show.addItem(words, show)
        for sort, (words, _, _) in SORT_WORDS.items():
            self._sort.addItem(words, sort)
        self._label.addItem(ALL_LABELS, "")
        self._label.setMaximumWidth(LABEL_WIDTH)
        self._label.view().setMinimumWidth(2 * LABEL_WIDTH)  # long names, when it is open
        self._label.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._label.hide()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._search, 1)
        layout.addWidget(self._show)
        layout.addWidget(self._label)
        layout.addStretch()
        layout.addWidget(self._sort)
        layout.addWidget(self._order)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def _show_order(self) -> None:
        words = SORT_WORDS[str(self._sort.currentData())]
        icon = "descending" if self._is_descending else "ascending"
        now, other = words[1 + self._is_descending], words[2 - self._is_descending]
        self._order.set_face(icon, f"Order: {now}", f"{now}. Click for: {other}.")

    def _on_order(self) -> None:
        self._is_descending = not self._is_descending
        self._on_changed()

    def _on_changed(self) -> None:
        self._clear.setVisible(bool(self._search.text()))
        self._show_order()
        query = self.query
        if query != self._said:
            self._said = query
            self.changed.emit(query)

    def _on_theme_changed(self) -> None:
        self._glass.setIcon(self._theme.icon("search", 16))
        self._clear.setIcon(self._theme.icon("close", 16))
