"""Where the window opens: on the screen, all of it, whatever its size was elsewhere."""

from PySide6.QtCore import QByteArray, QPoint, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

SMALLEST, FIRST_SIZE = (900, 500), (1280, 800)  # points
TITLE_HEIGHT = 32  # of the bar that the desktop draws over the window, about


def place(window: QWidget, remembered: QByteArray, available: QRect | None = None) -> None:
    """Give a window its least size and its place, before it is shown.

    remembered: what `saveGeometry` gave, may be empty. available: the part of the screen that
    windows may cover; by default that of the screen where the window was.
    """
    window.resize(*FIRST_SIZE)
    comes_back = not remembered.isEmpty() and window.restoreGeometry(remembered)
    available = _available(window.geometry()) if available is None else available
    room = available.adjusted(0, TITLE_HEIGHT, 0, 0)
    window.setMinimumSize(QSize(*SMALLEST).boundedTo(room.size()))
    wanted = window.geometry()
    if window.isMaximized() or window.isFullScreen():
        return
    fits = wanted.width() <= room.width() and wanted.height() <= room.height()
    if comes_back or not fits:  # else the desktop finds a good place by itself
        window.setGeometry(fitted(wanted, room))


def fitted(wanted: QRect, room: QRect) -> QRect:
    """A place as near as can be to the wanted one, and as large, that lies within the room."""
    size = wanted.size().boundedTo(room.size())
    last = QPoint(room.right() + 1 - size.width(), room.bottom() + 1 - size.height())
    left = min(max(wanted.left(), room.left()), last.x())
    top = min(max(wanted.top(), room.top()), last.y())
    return QRect(QPoint(left, top), size)


def _available(place: QRect) -> QRect:
    """The room on the screen of a place; on the main one, if that screen is not there any more."""
    screen = QGuiApplication.screenAt(place.center()) or QGuiApplication.primaryScreen()
    return screen.availableGeometry()
