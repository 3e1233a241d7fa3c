"""Where the window opens: on the screen, all of it, whatever its size was elsewhere."""

from PySide6.QtCore import QByteArray, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.on_screen import below_title, fitted

SMALLEST, FIRST_SIZE = (900, 500), (1280, 800)  # points


def place(window: QWidget, remembered: QByteArray, available: QRect | None = None) -> None:
    """Give a window its least size and its place, before it is shown.

    remembered: what `saveGeometry` gave, may be empty. available: the part of the screen that
    windows may cover; by default that of the screen where the window was.
    """
    window.resize(*FIRST_SIZE)
    comes_back = not remembered.isEmpty() and window.restoreGeometry(remembered)
    available = _available(window.geometry()) if available is None else available
    room = below_title(available)
    window.setMinimumSize(QSize(*SMALLEST).boundedTo(room.size()))
    wanted = window.geometry()
    if window.isMaximized() or window.isFullScreen():
        return
    fits = wanted.width() <= room.width() and wanted.height() <= room.height()
    if comes_back or not fits:  # else the desktop finds a good place by itself
        window.setGeometry(fitted(wanted, room))


def _available(place: QRect) -> QRect:
    """The room on the screen of a place; on the main one, if that screen is not there any more."""
    screen = QGuiApplication.screenAt(place.center()) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()
