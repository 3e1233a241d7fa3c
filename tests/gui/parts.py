"""Parts of the window that have no name for a person, found by what they are."""

from typing import TypeVar

from PySide6.QtCore import QObject

Part = TypeVar("Part", bound=QObject)


def part(parent: QObject, kind: type[Part]) -> Part:
    """part(window, RunView): the one child of that class."""
    (found,) = parent.findChildren(kind)
    return found
