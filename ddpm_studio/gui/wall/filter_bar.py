"""The slim bar over a wall: search by name, which pictures are shown, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar
from unicodedata import normalize

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox, draw_chevron
from ddpm_studio.gui.common.layout import REST, row, wide
from ddpm_studio.gui.common.theme import Theme

ALL = "all"


class Named(Protocol):
    """Whatever can be looked for by its name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)
Shows = Mapping[str, Callable[[N], bool]]  # which ones each choice shows, but for ALL

LEAST_SEARCH, LEAST_COMBO = 96, 92  # points
COMBO_LEFT, COMBO_RIGHT = 11, 28  # points beside the words of a combo box


@dataclass(frozen=True)
class Query:
    """What is asked for. text: words that the name holds. label: a subfolder, "" for all."""

    text: str = ""
    sort: str = ""
    descending: bool = False
    show: str = ALL
    label: str = ""


def named_so(entry: Named, text: str) -> bool:
    """Whether all words of a search are in a name."""
    name = fold(entry.name)
    return all(word in name for word in fold(text).split())


def matching(
    entries: Sequence[N],
    query: Query,
    shows: Shows[N],
    is_found: Callable[[N, str], bool] = named_so,
) -> list[int]:
    """The positions in `entries` of those with the words of a query and of its choice."""
    rows = list(range(len(entries)))
    if query.show != ALL:
        is_shown = shows[query.show]
        rows = [row for row in rows if is_shown(entries[row])]
    if query.text:
        rows = [row for row in rows if is_found(entries[row], query.text)]
    return rows


def count_shown(entries: Sequence[N], shows: Shows[N]) -> dict[str, int]:
    """How many there are of each choice."""
    counts = {show: sum(map(is_shown, entries)) for show, is_shown in shows.items()}
    return {ALL: len(entries), **counts}


def fold(name: str) -> str:
    """The same for upper and lower case, and for both ways to write an accent."""
    return name.lower() if name.isascii() else normalize("NFC", name).casefold()


class Asks(NamedTuple):
    """A control of the bar: its object name, what it is called and tells."""

    name: str
    label: str
    tip: str


class Narrow(ComboBox):
    """A list to choose from, which may be narrower than its words; they end in "…" then."""

    def __init__(self, asks: Asks, words: Mapping[str, str]) -> None:
        """words: of each choice."""
        super().__init__(asks.name, words)
        explain(self, asks.label, asks.tip)
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


class FilterBar(QWidget):
    """Says what is asked for, each time that it is something else."""

    changed = Signal(object)  # Query

    def __init__(
        self,
        theme: Theme,
        kind: type[Query],
        search: Asks,
        widest: int,
        show: Narrow,
        sort: Narrow,
        label: Narrow | None = None,
        order: QWidget | None = None,
    ) -> None:
        """kind: of the queries. widest: the search, in points. label, order: where there are any.

        The words of `show` are those of each choice without a count.
        """
        super().__init__()
        self._theme, self._kind = theme, kind
        self.show_choice, self.sort_choice = show, sort
        self._show_words = [show.itemText(index) for index in range(show.count())]
        self.search = QLineEdit()
        self.search.setObjectName(search.name)
        self.search.setPlaceholderText(search.label)
        self.search.setMinimumWidth(LEAST_SEARCH)
        self.search.setMaximumWidth(widest)
        explain(self.search, search.label, search.tip)
        self.search.installEventFilter(self)
        self._glass = QAction(search.label, self)
        self._clear = QAction("Clear the search", self)
        self.search.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setVisible(False)
        beside = [one for one in (show, label) if one is not None]
        right = [one for one in (sort, order) if one is not None]
        row(wide(self.search), *beside, REST, *right, of=self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._said = self.query
        self._clear.triggered.connect(self.search.clear)
        self.search.textChanged.connect(self._on_changed)
        for combo in (show, sort, *beside[1:]):
            combo.currentIndexChanged.connect(self._on_changed)
        theme.follow(self._on_theme_changed)

    @property
    def query(self) -> Query:
        """What is asked for now."""
        show, sort = self.show_choice.currentData(), self.sort_choice.currentData()
        return self._kind(text=self.search.text().strip(), sort=str(sort), show=str(show))

    def show_all(self) -> None:
        """As at first, in the order that was chosen."""
        self.search.clear()
        self.show_choice.setCurrentIndex(0)

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """How many there are of each choice; a choice without a count shows none."""
        for index, words in enumerate(self._show_words):
            count = counts.get(str(self.show_choice.itemData(index)))
            self.show_choice.setItemText(index, words if count is None else f"{words}  {count:,}")

    def focus_search(self) -> None:
        """Ctrl+F: the next key is a letter of the search."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        wanted = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if watched is self.search and is_escape and event.type() in wanted and self.search.text():
            if event.type() == QEvent.Type.KeyPress:
                self.search.clear()
            event.accept()  # the first Esc is for the search, not for the page
            return True
        return super().eventFilter(watched, event)

    def _on_changed(self) -> None:
        self._clear.setVisible(bool(self.search.text()))
        query = self.query
        if query != self._said:
            self._said = query
            self.changed.emit(query)

    def _on_theme_changed(self) -> None:
        self._glass.setIcon(self._theme.icon("search", 16))
        self._clear.setIcon(self._theme.icon("close", 16))
