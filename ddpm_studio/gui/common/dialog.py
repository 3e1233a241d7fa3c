"""What every dialog of the window is, and the system's own that ask for a folder or a file."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QFileDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.gui.common.label import label, say
from ddpm_studio.gui.common.layout import STRETCH, Gap, Item, Placed, column, row

MARGINS = (24, 24, 24, 16)


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

    def fill(
        self,
        *items: Item,
        foot: tuple[Item, ...],
        heading: str = "",
        about: str = "",
        spacing: int = 16,
    ) -> QVBoxLayout:
        """Lay out a heading, a sentence about it, the items and the buttons at the foot.

        foot: all on the right side, unless something among them takes the room.
        """
        top: list[Item] = []
        if heading:
            top.append(label(heading, "heading"))
        if about:
            top.append(label(about, "muted", wrap=True))
        line = foot if any(map(_takes_room, foot)) else (STRETCH, *foot)
        return column(
            *(*top, *items, row(*line, spacing=12)), spacing=spacing, margins=MARGINS, of=self
        )

    def set_buttons(self, cancel: QAbstractButton, go: QPushButton) -> None:
        """Esc and `cancel` close the dialog, Enter presses `go`."""
        cancel.clicked.connect(self.reject)
        go.setDefault(True)

    def say(self, sentence: str, kind: str = "muted") -> None:
        """Show a sentence in the message line; "" hides it. kind: "muted", "warning", "danger"."""
        say(self.message, sentence, kind)

    def fit(self) -> None:
        """As high as its words need at this width, and never higher than the screen."""
        layout = self.layout()
        assert layout is not None
        needed = layout.totalHeightForWidth(self.width())
        self.resize(self.width(), min(needed, self.screen().availableGeometry().height()))


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
    return chooser
