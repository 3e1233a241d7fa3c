"""Where a window has its place: on the screen, all of it."""

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

TITLE_HEIGHT = 32  # points, of the bar that the desktop draws over a window, about


def room_for(window: QWidget) -> QRect:
    """What a window may cover of the screen that it is on, below the bar with its title."""
    return below_title(window.screen().availableGeometry())


def below_title(available: QRect) -> QRect:
    """available: the part of a screen that windows may cover, their title bars included."""
    return available.adjusted(0, TITLE_HEIGHT, 0, 0)


def fitted(wanted: QRect, room: QRect) -> QRect:
    """A place as near as can be to the wanted one, and as large, that lies within the room."""
    size = wanted.size().boundedTo(room.size())
    last = QPoint(room.right() + 1 - size.width(), room.bottom() + 1 - size.height())
    left = min(max(wanted.left(), room.left()), last.x())
    top = min(max(wanted.top(), room.top()), last.y())
    return QRect(QPoint(left, top), size)
