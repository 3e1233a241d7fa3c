"""A line that lies over a part of a page for some seconds: what was done, and what can be done."""

from PySide6.QtCore import QEvent, QObject, QPropertyAnimation
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QGraphicsOpacityEffect, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.motion import is_motion_welcome
from ddpm_studio.gui.common.notice_line import NoticeLine
from ddpm_studio.gui.common.passing import PASS_MS
from ddpm_studio.gui.common.theme import Theme

FADES_MS = 400
ROOMY = 600  # points; with less room, its buttons are icons
EDGE = 12  # points between it and the lower edge of what it lies over


class FloatingNotice(NoticeLine):
    """At the lower edge of a widget, which it moves nothing of. It fades by itself, but not while
    the mouse is on it or a key is about to press one of its buttons.
    """

    def __init__(
        self, theme: Theme, name: str, close_name: str, *buttons: Button, over: QWidget
    ) -> None:
        """over: what it lies on, and goes with."""
        super().__init__(theme, name, close_name, *buttons, parent=over)
        self.setProperty("kind", "floating")
        self._over, self._buttons = over, buttons
        self._veil = QGraphicsOpacityEffect(self)
        self._veil.setEnabled(False)
        self.setGraphicsEffect(self._veil)
        self._fade = QPropertyAnimation(self._veil, b"opacity", self)
        self._fade.setDuration(FADES_MS)
        self._fade.setStartValue(1.0)
        self._fade.setEndValue(0.0)
        self._fade.finished.connect(self.hide)
        over.installEventFilter(self)

    def show_words(
        self, words: str, milliseconds: int = PASS_MS, *, with_buttons: bool = True
    ) -> None:
        for button in self._buttons:
            button.setVisible(with_buttons)
        super().show_words(words, milliseconds)
        self._place()
        self.raise_()
        self._stay()

    def _stay(self) -> None:
        """Or come back, if it is on its way."""
        self._fade.stop()
        self._veil.setEnabled(False)
        self._passing.begin()

    def _go(self) -> None:
        if is_motion_welcome():
            self._veil.setEnabled(True)
            self._fade.start()
        else:
            self.hide()

    def _place(self) -> None:
        room = self._over.width() - 2 * EDGE
        for button in self._buttons:
            words = button.text() or button.accessibleName()
            button.set_words(words, has_room=room >= ROOMY)
        self.resize(max(0, min(room, self.sizeHint().width())), self.sizeHint().height())
        self.move(
            (self._over.width() - self.width()) // 2, self._over.height() - self.height() - EDGE
        )

    def enterEvent(self, event: QEnterEvent) -> None:
        self._stay()
        super().enterEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
