"""The whole screen for what is looked at, and nothing else on it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common.layout import column

NAME = "full_screen"
NO_EDGE = f'[objectName="{NAME}"] {{ border: none; border-radius: 0 }}'


class FullScreen(QFrame):
    """Has a widget for as long as it is open; keys are for whoever showed it."""

    left = Signal()

    def __init__(
        self, what: QWidget, keys: Mapping[str, Callable[[], object]], owner: QWidget
    ) -> None:
        """keys: shortcuts that hold here, too. owner: hears all other keys."""
        super().__init__(owner.window(), Qt.WindowType.Window)
        self.setObjectName(NAME)
        self.setProperty("kind", "canvas")
        self.setStyleSheet(NO_EDGE)
        self.setWindowTitle(owner.accessibleName())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._owner = owner
        column(what, of=self)
        for text, act in keys.items():
            QShortcut(QKeySequence(text), self).activated.connect(act)
        self.showFullScreen()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            self._owner.keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.left.emit()
        super().closeEvent(event)
