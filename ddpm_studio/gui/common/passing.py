"""Words that go by themselves: what was only a remark is not there for ever."""

from PySide6.QtCore import QElapsedTimer, QTimer
from PySide6.QtWidgets import QWidget

PASS_MS, WITH_UNDO_MS = 8_000, 20_000
READ_MS = 2_000  # in which a sentence is read


class Passing(QTimer):
    """Hides its widget after a while, unless somebody points at it or has the focus in it."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget, singleShot=True)
        self._widget, self._since = widget, QElapsedTimer()
        self.timeout.connect(self._on_due)

    def begin(self, milliseconds: int = PASS_MS) -> None:
        """It says something new now."""
        self._since.start()
        self.start(milliseconds)

    def leave(self) -> None:
        """One goes on to something else: what was read is not taken along."""
        if self.isActive() and self._since.elapsed() >= READ_MS:
            self.stop()
            self._widget.hide()

    def _on_due(self) -> None:
        focused = self._widget.window().focusWidget()
        is_inside = focused is not None and self._widget.isAncestorOf(focused)
        if self._widget.isVisible() and (self._widget.underMouse() or is_inside):
            self.start(READ_MS)
        else:
            self._widget.hide()
