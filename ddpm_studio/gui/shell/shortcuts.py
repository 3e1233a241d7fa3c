"""The list of keys: F1 or ?."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.theme import Theme

Group = tuple[str, Sequence[tuple[str, str]]]  # heading, (keys, what they do)


class ShortcutsDialog(QDialog):
    """Keys on the left, what they do on the right, group by group."""

    def __init__(self, theme: Theme, groups: Sequence[Group], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        row = 0
        for heading, keys in groups:
            row = self._add_group(grid, row, heading, keys)
        close = Button(theme, "Close", "shortcuts.close", "Close this list (Esc)")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch()
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addLayout(grid)
        layout.addLayout(buttons)
        # else it gets no broader than two thirds of the screen, and words are cut off
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    @staticmethod
    def _add_group(
        grid: QGridLayout, row: int, heading: str, keys: Sequence[tuple[str, str]]
    ) -> int:
        if not keys:
            return row
        title = QLabel(heading)
        title.setProperty("kind", "heading")
        if row:
            grid.setRowMinimumHeight(row, 8)
            row += 1
        grid.addWidget(title, row, 0, 1, 2)
        for number, (key, what) in enumerate(keys, row + 1):
            cap = QLabel(key)
            cap.setProperty("kind", "link")
            grid.addWidget(cap, number, 0)
            grid.addWidget(QLabel(what), number, 1)
        return row + len(keys) + 1
