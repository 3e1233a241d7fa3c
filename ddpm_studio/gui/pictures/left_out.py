"""How many files were left out, which, why, and where they are."""

from collections.abc import Sequence
from html import escape
from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import FlowLayout, column, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import several

ROW_HEIGHT, PADDING, LINE, SMALL_PIXELS = 52, 8, 18, 12
LEAST_HEIGHT = 2 * ROW_HEIGHT
INDENT = 8  # as the words in the list, whose selection reaches beyond them
REASON_ROLE = int(Qt.ItemDataRole.UserRole)

Index = QModelIndex | QPersistentModelIndex


class LeftOutModel(QStringListModel):
    """Names, which Qt keeps so that thousands are laid out fast; a reason under REASON_ROLE."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reasons: Sequence[str] = ()

    def set_files(self, files: Sequence[tuple[str, str]]) -> None:
        self._reasons = [reason for _, reason in files]
        self.setStringList([name for name, _ in files])

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) & ~Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._reasons):
            return None
        name = super().data(index, Qt.ItemDataRole.DisplayRole)
        reason = self._reasons[index.row()]
        if role == REASON_ROLE:
            return reason
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(escape(name), escape(reason))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{name}: {reason}"
        return super().data(index, role)


class TwoLines(QStyledItemDelegate):
    """The name, and below it, quieter, the reason."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if is_chosen or is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("selected" if is_chosen else "hover"))
            painter.drawRoundedRect(option.rect.adjusted(0, 1, 0, -1), 6, 6)
        left, width = option.rect.x() + PADDING, option.rect.width() - 2 * PADDING
        top = option.rect.y() + (option.rect.height() - 2 * LINE) // 2
        small = QFont(option.font)
        small.setPixelSize(SMALL_PIXELS)
        quiet = "text" if is_chosen else "muted"
        for text, font, role, y, mode in (
            (index.data(), option.font, "text", top, Qt.TextElideMode.ElideMiddle),
            (index.data(REASON_ROLE), small, quiet, top + LINE, Qt.TextElideMode.ElideRight),
        ):
            painter.setFont(font)
            painter.setPen(self._theme.colour(role))
            words = painter.fontMetrics().elidedText(text, mode, width)
            painter.drawText(QRect(left, y, width, LINE), Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)


class LeftOutList(QListView):
    """The names, each with its reason; Enter or a double click is `activated`."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Files that were left out, and why")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._model = LeftOutModel(self)
        self.setItemDelegate(TwoLines(theme, self))
        self.setModel(self._model)
        theme.changed.connect(self.viewport().update)

    def set_files(self, files: Sequence[tuple[str, str]]) -> None:
        """files: (name, reason) of each."""
        self._model.set_files(files)

    @property
    def chosen_name(self) -> str:
        """The chosen file, else the first one; '' if there is none."""
        index = self.currentIndex()
        return str((index if index.isValid() else self._model.index(0)).data() or "")


class LeftOutPanel(QFrame):
    """Says which file is wanted in its folder."""

    show_wanted = Signal(str)  # name
    take_wanted = Signal(str)  # name: take it all the same

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self._count = label(kind="heading", name="pictures.left_out_count")
        self._list = LeftOutList(theme, "pictures.left_out")
        self._list.setMinimumHeight(LEAST_HEIGHT)
        tip = "Open the folder that holds the chosen file"
        self._show = Button(
            theme, "Show in folder", "pictures.show_in_folder", tip, icon="folder-open"
        )
        tip = "Let the model see it all the same, as far as it can be read"
        self._take = Button(theme, "Take it", "pictures.take", tip, icon="visible")
        self._offered: set[str] = set()
        self._none = label("Every file in the folder became a picture.", "muted", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = FlowLayout(spacing=8)  # one below the other where the panel is narrow
        for button in (self._show, self._take):
            buttons.addWidget(button)
        column(
            column(self._count, self._none, margins=(INDENT, 0, INDENT, 0)),
            wide(self._list),
            column(buttons, margins=(INDENT, 0, INDENT, 0)),
            margins=(8, 12, 8, 16),
            of=self,
        )
        self._list.activated.connect(lambda index: self.show_wanted.emit(index.data()))
        self._show.clicked.connect(lambda: self.show_wanted.emit(self._list.chosen_name))
        self._take.clicked.connect(lambda: self.take_wanted.emit(self._list.chosen_name))
        self._list.selectionModel().currentChanged.connect(self._on_chosen)
        self.set_files(())

    def set_files(self, files: Sequence[tuple[str, str, bool]]) -> None:
        """files: name and reason of each one that was left out, and whether it can be taken."""
        self._offered = {name for name, _, is_offered in files if is_offered}
        self._list.set_files([(name, reason) for name, reason, _ in files])
        self._on_chosen()
        has_files = bool(files)
        count = f"{several(len(files), 'file')} left out" if files else "Nothing left out"
        self._count.setText(count)
        self._list.setVisible(has_files)
        self._show.setVisible(has_files)
        self._take.setVisible(has_files)
        self._none.setVisible(not has_files)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Expanding if has_files else policy.Maximum)

    def _on_chosen(self) -> None:
        self._take.setEnabled(self._list.chosen_name in self._offered)
