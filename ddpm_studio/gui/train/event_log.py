"""A few lines of what happened on the way and was mended, the newest at the end."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

LINES, LINE_HEIGHT = 3, 22
MOST = 500  # older ones go


class EventLog(QListWidget):
    """Not there while nothing happened; long sentences are whole in their tooltip."""

    def __init__(self, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setProperty("kind", "log")
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.clear()

    def sentences(self) -> list[str]:
        return [self.item(row).text() for row in range(self.count())]

    def add(self, sentence: str) -> None:
        bar = self.verticalScrollBar()
        is_at_end = bar.value() == bar.maximum()
        item = QListWidgetItem(sentence)
        item.setToolTip(sentence)
        self.addItem(item)
        while self.count() > MOST:
            self.takeItem(0)
        self._fit()
        if is_at_end:
            self.scrollToBottom()

    def clear(self) -> None:
        super().clear()
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(LINE_HEIGHT * min(LINES, max(1, self.count())) + 4)
        self.setVisible(self.count() > 0)
