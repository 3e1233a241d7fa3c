"""A menu that is made when it is asked for, and gone when it is closed."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ddpm_studio.gui.common.theme import Theme


class Menu(QMenu):
    """Filled with `add`, then shown with `popup`."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def add(self, words: str, icon: str, act: Callable[[], object]) -> QAction:
        action = self.addAction(self._theme.icon(icon, 20), words)
        action.triggered.connect(lambda _=False: act())
        return action


def shown_keys(action: QAction) -> str:
    """As people read them: "Ctrl+Z or U"."""
    native = QKeySequence.SequenceFormat.NativeText
    return " or ".join(one.toString(native) for one in action.shortcuts())
