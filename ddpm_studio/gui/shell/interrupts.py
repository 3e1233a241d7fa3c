"""Ctrl+C and SIGTERM reach Qt's event loop without a timer that wakes it all the time."""

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal


class Interrupts(QObject):
    """`came` is emitted in the GUI thread for every SIGINT and SIGTERM.

    Python runs signal handlers only between its own instructions, and Qt's loop has none while
    it waits. So Python also writes a byte into a socket, which wakes the loop.
    """

    came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_woken)
        self._previous_wakeup = signal.set_wakeup_fd(
            self._writer.fileno(), warn_on_full_buffer=False
        )
        self._previous = {
            number: signal.signal(number, self._note) for number in (signal.SIGINT, signal.SIGTERM)
        }
        self._pending = False

    def uninstall(self) -> None:
        """Give Python its own handlers back."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._previous_wakeup)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._pending = True

    def _on_woken(self) -> None:
        self._reader.recv(64)
        if self._pending:
            self._pending = False
            self.came.emit()
