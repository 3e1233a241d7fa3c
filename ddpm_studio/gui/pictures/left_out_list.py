"""The files that were left out: a name and a reason in two lines each, however many there are."""

from __future__ import annotations

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
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.theme import Theme

ROW_HEIGHT, PADDING, LINE, SMALL_PIXELS = 52, 8, 18, 12
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
    """Says which file is wanted in its folder: Enter or a double click."""

    show_wanted = Signal(str)  # name

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
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
        self.activated.connect(self._on_activated)
        theme.changed.connect(self.viewport().update)

    def set_files(self, files: Sequence[tuple[str, str]]) -> None:
        """files: (name, reason) of each."""
        self._model.set_files(files)

    @property
    def chosen_name(self) -> str:
        """The chosen file, else the first one; '' if there is none."""
        index = self.currentIndex()
        return str((index if index.isValid() else self._model.index(0)).data() or "")

    def _on_activated(self, index: QModelIndex) -> None:
        self.show_wanted.emit(index.data())
