"""Rows and columns of widgets, each said in one expression."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QLayoutItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

Margins = int | tuple[int, int, int, int]  # all alike; or left, top, right, bottom
L = TypeVar("L", bound=QBoxLayout)
W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True)
class Placed:
    """A widget or layout that takes a share of the room left, or keeps to a side of its place."""

    what: QWidget | QLayout
    stretch: int = 0
    align: Qt.AlignmentFlag | None = None


@dataclass(frozen=True)
class Gap:
    """Points that stay empty; with a stretch, a share of the room left."""

    points: int = 0
    stretch: int | None = None


STRETCH = Gap(stretch=1)
REST = Gap(stretch=0)  # only the room that nothing else takes
Item = QWidget | QLayout | Placed | Gap


def wide(what: QWidget | QLayout, stretch: int = 1) -> Placed:
    """It takes the room that the others leave."""
    return Placed(what, stretch)


def row(
    *items: Item, spacing: int = 8, margins: Margins = 0, of: QWidget | None = None
) -> QHBoxLayout:
    """From left to right. of: the widget whose layout it becomes. spacing, margins: points."""
    return _filled(QHBoxLayout(), items, spacing, margins, of)


def column(
    *items: Item, spacing: int = 8, margins: Margins = 0, of: QWidget | None = None
) -> QVBoxLayout:
    """From top to bottom; see `row`."""
    return _filled(QVBoxLayout(), items, spacing, margins, of)


def holder(layout: QLayout, kind: str = "", name: str = "") -> QFrame:
    """A widget around a layout. kind: as style sheets call it: "card", "canvas"."""
    frame = QFrame()
    frame.setLayout(layout)
    frame.setObjectName(name)
    frame.setProperty("kind", kind)
    return frame


def line() -> QFrame:
    """A hairline between two parts."""
    frame = QFrame()
    frame.setProperty("kind", "line")
    return frame


def scrolled(layout: QLayout) -> QScrollArea:
    """A layout that scrolls up and down in its place."""
    scroll = QScrollArea()
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setWidgetResizable(True)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(holder(layout, "scrolled"))
    return scroll


def keep_room(widget: W) -> W:
    """Its place stays empty while it is hidden, so that nothing jumps."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(True)
    widget.setSizePolicy(policy)
    return widget


def _filled(
    layout: L, items: Sequence[Item], spacing: int, margins: Margins, of: QWidget | None
) -> L:
    layout.setSpacing(spacing)
    layout.setContentsMargins(*(margins if isinstance(margins, tuple) else (margins,) * 4))
    for item in items:
        if isinstance(item, Gap):
            if item.stretch is None:
                layout.addSpacing(item.points)
            else:
                layout.addStretch(item.stretch)
            continue
        placed = item if isinstance(item, Placed) else Placed(item)
        if isinstance(placed.what, QLayout):
            layout.addLayout(placed.what, placed.stretch)
        else:
            layout.addWidget(placed.what, placed.stretch)
        if placed.align is not None:
            layout.setAlignment(placed.what, placed.align)
    if of is not None:
        of.setLayout(layout)
    return layout


class InView(QScrollArea):
    """A widget that fills its place, and scrolls both ways where its least size has no room.

    Qt's own way to do so would scroll as soon as words had to wrap.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        widget.setProperty("kind", "scrolled")
        self._whole = widget
        self.setWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().viewportEvent(event)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)  # what has no room scrolls

    def _fit(self) -> None:
        room, least = self.maximumViewportSize(), self._whole.minimumSizeHint()
        width, height = room.width(), room.height()
        if least.height() > height:
            width -= self.verticalScrollBar().sizeHint().width()
        if least.width() > width:
            height -= self.horizontalScrollBar().sizeHint().height()
        self._whole.resize(QSize(width, height).expandedTo(least))


class FlowLayout(QLayout):
    """Items keep the size they ask for; rows break where the width ends."""

    def __init__(self, parent: QWidget | None = None, spacing: int = 16) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, move: bool) -> int:
        """Place the items, or only find out how high they become."""
        x, y, row = rect.x(), rect.y(), 0
        for item in self._items:
            size = item.sizeHint()
            if x > rect.x() and x + size.width() > rect.right() + 1:
                x, y, row = rect.x(), y + row + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self.spacing()
            row = max(row, size.height())
        return y + row - rect.y()
