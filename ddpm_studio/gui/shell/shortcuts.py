"""The list of keys: F1 or ?."""

from collections.abc import Sequence

from PySide6.QtWidgets import QGridLayout, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.theme import Theme

Group = tuple[str, Sequence[tuple[str, str]]]  # heading, (keys, what they do)


class ShortcutsDialog(Dialog):
    """Keys on the left, what they do on the right, group by group."""

    def __init__(self, theme: Theme, groups: Sequence[Group], parent: QWidget) -> None:
        super().__init__("shortcuts", "Keyboard shortcuts", parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        line = 0
        for heading, keys in groups:
            line = self._add_group(grid, line, heading, keys)
        close = Button(theme, "Close", "shortcuts.close", "Close this list (Esc)")
        self.set_buttons(close, close)
        self.fill(grid, foot=(close,))

    @staticmethod
    def _add_group(
        grid: QGridLayout, line: int, heading: str, keys: Sequence[tuple[str, str]]
    ) -> int:
        """Returns the next free line."""
        if not keys:
            return line
        if line:
            grid.setRowMinimumHeight(line, 8)
            line += 1
        grid.addWidget(label(heading, "heading"), line, 0, 1, 2)
        for number, (key, what) in enumerate(keys, line + 1):
            grid.addWidget(label(key, "link"), number, 0)
            grid.addWidget(label(what), number, 1)
        return line + len(keys) + 1
