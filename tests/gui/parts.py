"""Parts of the window, found by what they are or how they are called."""

from typing import TypeVar

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QScrollArea, QWidget

from ddpm_studio.gui.common.layout import InView

Part = TypeVar("Part", bound=QObject)


def part(parent: QObject, kind: type[Part]) -> Part:
    """part(window, RunView): the one child of that class."""
    (found,) = parent.findChildren(kind)
    return found


def named(parent: QObject, kind: type[Part], name: str) -> Part:
    """The one child of that object name; as the fixture `find`, for helpers of a test."""
    (found,) = parent.findChildren(kind, name)
    return found


def inner_scroll(page: QWidget) -> QScrollArea:
    """What scrolls on a page, which scrolls as a whole where there is little room."""
    areas = page.findChildren(QScrollArea)
    return next(one for one in areas if not isinstance(one, InView) and one.isVisible())
