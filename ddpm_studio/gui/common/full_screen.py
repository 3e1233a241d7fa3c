"""The whole screen for what is looked at, and nothing else on it."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QCloseEvent, QImage, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common.layout import column
from ddpm_studio.gui.common.zoom_view import LargeCanvas

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
        self.activateWindow()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:  # as if it had been pressed there; who ignores it hands it to what holds it
            QCoreApplication.sendEvent(self._owner, event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.left.emit()
        super().closeEvent(event)


class FullScreenPicture(FullScreen):
    """One picture that changes while it is seen, such as a frame; F11 leaves, too.

    Attributes: canvas, which draws it.
    """

    def __init__(
        self,
        image: Callable[[], QImage | None],
        owner: QWidget,
        keys: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        """image: what is to be seen by now."""
        canvas = LargeCanvas(margin=0)
        super().__init__(canvas, keys or {}, owner)
        self._image, self.canvas = image, canvas
        canvas.viewed.connect(canvas.set_view)
        self.refresh()

    def refresh(self) -> None:
        """There may be something else to be seen now."""
        self.canvas.show_image(self._image())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F11:  # not a shortcut: the window that shows it has that key
            self.close()
            return
        super().keyPressEvent(event)
        self.refresh()
