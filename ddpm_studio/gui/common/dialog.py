"""What every dialog of the window is, and the system's own that ask for a folder or a file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QFileDialog,
    QHeaderView,
    QLayout,
    QPushButton,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.gui.common.dialog_body import DialogBody
from ddpm_studio.gui.common.label import label, say
from ddpm_studio.gui.common.layout import STRETCH, Gap, Item, Placed, column, row, wide
from ddpm_studio.gui.common.on_screen import fitted, room_for

MARGINS = (24, 24, 24, 16)
CHOOSER_SIZE = (880, 560)  # points
CHOOSER_ARROWS = {  # as Qt calls these buttons
    "backButton": Qt.ArrowType.LeftArrow,
    "forwardButton": Qt.ArrowType.RightArrow,
    "toParentButton": Qt.ArrowType.UpArrow,
}


class Dialog(QDialog):
    """A window above the window. It is filled once, with `fill`, and deletes itself when closed.

    Attributes: message, a line of its own for what is wrong or missing; see `say`.
    """

    def __init__(self, name: str, title: str, parent: QWidget | None) -> None:
        """name: its object name. title: of the window frame."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.message = label(wrap=True, plain=True)
        self.message.hide()
        self._body: DialogBody | None = None

    def fill(
        self,
        *items: Item,
        foot: tuple[Item, ...],
        heading: str = "",
        about: str = "",
        spacing: int = 16,
    ) -> QVBoxLayout:
        """Lay out a heading, a sentence about it, the items and the buttons at the foot.

        All but the foot scrolls where there is little room, and so does not the message, which
        stands right above the foot. foot: all on the right side, unless something among them takes
        the room.
        """
        top: list[Item] = []
        if heading:
            top.append(label(heading, "heading"))
        if about:
            top.append(label(about, "muted", wrap=True))
        inside = [one for one in items if one is not self.message]
        message = [one for one in items if one is self.message]
        line = foot if any(map(_takes_room, foot)) else (STRETCH, *foot)
        left, above, right, below = MARGINS
        body = DialogBody(column(*top, *inside, spacing=spacing, margins=(left, above, right, 0)))
        under = column(*message, row(*line, spacing=12), spacing=spacing)
        under.setContentsMargins(left, spacing, right, below)
        self._body = body
        body.changed.connect(self._grow)
        return column(wide(body), under, spacing=0, of=self)

    def set_buttons(self, cancel: QAbstractButton, go: QPushButton) -> None:
        """Esc and `cancel` close the dialog, Enter presses `go`."""
        cancel.clicked.connect(self.reject)
        go.setDefault(True)

    def say(self, sentence: str, kind: str = "muted") -> None:
        """Show a sentence in the message line; "" hides it. kind: "muted", "warning", "danger"."""
        say(self.message, sentence, kind)

    @property
    def room(self) -> QSize:
        """As large as it can be on its screen, in points."""
        return room_for(self).size()

    def fit(self) -> None:
        """As high as its words need at this width, and never higher than the screen."""
        self._go_to(self._needed_height(self.width()))

    def sizeHint(self) -> QSize:
        hint = super().sizeHint().expandedTo(self.minimumSize()).boundedTo(self.maximumSize())
        body, layout = self._body, self.layout()
        if body is None or layout is None:
            return hint
        beside = _height_of(layout, hint.width()) - body.sizeHint().height()
        return QSize(hint.width(), beside + body.wanted_height(hint.width()))

    def showEvent(self, event: QShowEvent) -> None:
        """Qt would make it no larger than two thirds of the screen, and one that was given a size
        as large as that."""
        if not event.spontaneous():
            is_sized = self.testAttribute(Qt.WidgetAttribute.WA_Resized)
            wanted = self.size() if is_sized else self.sizeHint()
            self.resize(wanted.boundedTo(self.room))
        super().showEvent(event)

    def _grow(self) -> None:
        """What is inside needs more room than before."""
        needed = self._needed_height(self.width())
        if self.isVisible() and needed > self.height():
            self._go_to(needed)

    def _needed_height(self, width: int) -> int:
        """With which nothing has to be scrolled."""
        body, layout = self._body, self.layout()
        assert layout is not None
        if body is None:
            return layout.totalHeightForWidth(width)
        return _height_of(layout, width) - body.sizeHint().height() + body.height_for(width)

    def _go_to(self, height: int) -> None:
        """Another height, where all of it is still on the screen."""
        before = self.geometry()
        after = fitted(QRect(before.topLeft(), QSize(before.width(), height)), room_for(self))
        self.resize(after.size())
        if self.isVisible() and after.topLeft() != before.topLeft():
            self.move(self.pos() + after.topLeft() - before.topLeft())


def _height_of(layout: QLayout, width: int) -> int:
    if layout.hasHeightForWidth():
        return layout.totalHeightForWidth(width)
    return layout.totalSizeHint().height()


def _takes_room(item: Item) -> bool:
    if isinstance(item, Gap):
        return item.stretch is not None
    return isinstance(item, Placed) and item.stretch > 0


def choose_folder(
    parent: QWidget, title: str, start: Path | str, chosen: Callable[[Path], object]
) -> None:
    """Ask for a folder that exists. chosen: called with it, unless the person cancels."""
    chooser = _chooser(parent, title, start, chosen)
    chooser.setFileMode(QFileDialog.FileMode.Directory)
    chooser.setOption(QFileDialog.Option.ShowDirsOnly)
    chooser.open()


def choose_file(
    parent: QWidget, title: str, start: Path | str, kinds: str, chosen: Callable[[Path], object]
) -> None:
    """Ask for a file that exists. kinds: as "Pictures (*.png *.webp)"."""
    chooser = _chooser(parent, title, start, chosen)
    chooser.setNameFilter(kinds)
    chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
    chooser.open()


def choose_new_file(
    parent: QWidget,
    title: str,
    start: Path,
    kinds: dict[str, str],
    chosen: Callable[[Path], object],
) -> None:
    """Ask where to write a file. start: the name that is proposed. kinds: words of each ending."""
    chooser = _chooser(parent, title, start.parent, chosen)
    chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    chooser.setNameFilters(list(kinds.values()))
    endings = {words: ending for ending, words in kinds.items()}
    chooser.filterSelected.connect(lambda words: chooser.setDefaultSuffix(endings[words]))
    suffix = start.suffix if start.suffix in kinds else next(iter(kinds))
    chooser.selectNameFilter(kinds[suffix])
    chooser.setDefaultSuffix(suffix)
    chooser.selectFile(start.name)
    chooser.open()


def _chooser(
    parent: QWidget, title: str, start: Path | str, chosen: Callable[[Path], object]
) -> QFileDialog:
    chooser = QFileDialog(parent, title, str(start))
    chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    chooser.fileSelected.connect(lambda path: chosen(Path(path)))
    _make_readable(chooser)
    return chooser


def _make_readable(chooser: QFileDialog) -> None:
    """That of Qt, where the desktop has none: broad enough for its columns, arrows in our colours.

    Nothing of it is there where the desktop shows its own.
    """
    files = chooser.findChild(QTreeView, "treeView")
    if files is None:
        return
    files.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    for name, arrow in CHOOSER_ARROWS.items():
        button = chooser.findChild(QToolButton, name)
        if button is not None:
            button.setArrowType(arrow)
    chooser.resize(QSize(*CHOOSER_SIZE).boundedTo(room_for(chooser).size()))
