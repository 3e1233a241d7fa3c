"""Two groups of controls: beside each other, or one under the other where there is no room."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

BESIDE, BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class TwoGroups(QWidget):
    """Nothing in them is ever squeezed to less than it needs while there is room below."""

    def __init__(self, spacing: int = 4) -> None:
        super().__init__()
        self.first, self.second = _group(spacing), _group(spacing)
        self._both = QBoxLayout(BESIDE, self)
        self._both.setContentsMargins(0, 0, 0, 0)
        self._both.setSpacing(spacing)
        self._holders = QWidget(), QWidget()
        for holder, group in zip(self._holders, (self.first, self.second), strict=True):
            holder.setLayout(group)
        self._both.addWidget(self._holders[0])
        self._both.addWidget(self._holders[1], 1)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one under the other."""
        margins = self.contentsMargins()
        width = max(holder.minimumSizeHint().width() for holder in self._holders)
        height = super().minimumSizeHint().height()
        return QSize(width + margins.left() + margins.right(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Look again whether there is room; after something in a group became wider."""
        needed = sum(holder.minimumSizeHint().width() for holder in self._holders)
        has_room = self.contentsRect().width() >= needed + self._both.spacing()
        direction = BESIDE if has_room else BELOW
        if self._both.direction() != direction:
            self._both.setDirection(direction)
            self._both.activate()


def _group(spacing: int) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    return row
