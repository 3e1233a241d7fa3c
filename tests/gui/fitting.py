"""Whether all words on the screen have their room, and nothing lies upon something else."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from ddpm_studio.gui.common.label import ElidedLabel

SLACK = 1  # points: widths are rounded
_BREAKS = re.compile(r"\s+|(?<=[/\\])")  # where Qt breaks a line, such as in a path


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


def cut_words(root: QWidget) -> list[str]:
    """What is cut off: "name: words (needs, has)". What ends in "…" on purpose has a tooltip."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not _is_seen(widget):
            continue
        needs, has = _needs(widget)
        if needs > has + SLACK:
            words = getattr(widget, "text", lambda: "")() or widget.accessibleName()
            found.append(f"{_called(widget)}: {words!r} needs {needs}, has {has}")
    return found


def overlaps(root: QWidget) -> list[str]:
    """Two that stand beside each other in one layout, and share a place."""
    found = []
    for parent in (root, *root.findChildren(QWidget)):
        layout = parent.layout()
        if layout is None or not parent.isVisible():
            continue
        inside = list(_widgets_in(layout))
        seen = [one for one in inside if one.isVisible() and not one.geometry().isEmpty()]
        for place, one in enumerate(seen):
            for other in seen[place + 1 :]:
                if one.geometry().intersects(other.geometry()):
                    found.append(f"{_called(one)} and {_called(other)}")
    return found


def _widgets_in(layout) -> Iterator[QWidget]:
    if layout.metaObject().className() == "QStackedLayout":
        return
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item.widget() is not None:
            yield item.widget()
        elif item.layout() is not None:
            yield from _widgets_in(item.layout())


def _called(widget: QWidget) -> str:
    outer: QWidget | None = widget
    path: list[str] = []
    while outer is not None and len(path) < 3:
        path.append(outer.objectName() or type(outer).__name__)
        outer = outer.parentWidget()
    return " < ".join(path)


def _is_seen(widget: QWidget) -> bool:
    """Not scrolled out of view as a whole."""
    return not widget.visibleRegion().isEmpty()


def _needs(widget: QWidget) -> tuple[int, int]:
    """How many points its words need, and how many they have."""
    match widget:
        case QLabel():
            return _label_needs(widget)
        case QComboBox():
            words = widget.fontMetrics().horizontalAdvance(widget.currentText())
            return (0, 0) if widget.toolTip() else (words + 38, widget.width())
        case QCheckBox() | QPushButton():
            if not widget.text() or widget.property("elides"):
                return 0, 0
            return widget.minimumSizeHint().width(), widget.width()
        case QToolButton():
            has_words = widget.toolButtonStyle() is not Qt.ToolButtonStyle.ToolButtonIconOnly
            words = widget.fontMetrics().horizontalAdvance(widget.text()) if has_words else 0
            return words, widget.width()
        case QAbstractSpinBox():
            line = widget.lineEdit()
            words = line.fontMetrics().horizontalAdvance(widget.text())
            return words, line.width() + 2
    return 0, 0


def _label_needs(label: QLabel) -> tuple[int, int]:
    text = label.text()
    if not text or isinstance(label, ElidedLabel):
        return 0, 0
    if label.textFormat() is not Qt.TextFormat.PlainText and "<" in text:
        words = _Words()
        words.feed(text)
        text = words.text
    if label.wordWrap():
        inner = label.contentsRect().width()
        if label.heightForWidth(label.width()) > label.height() + SLACK:
            return label.heightForWidth(label.width()), label.height()
        longest = max(_BREAKS.split(text), key=len)
        return label.fontMetrics().horizontalAdvance(longest), inner
    text = text.replace("&&", "\0").replace("&", "").replace("\0", "&")  # mnemonics
    lines = text.split("\n")
    return (
        max(label.fontMetrics().horizontalAdvance(line) for line in lines),
        label.contentsRect().width(),
    )


def places(root: QWidget) -> dict[str, QRect]:
    """Where each control with a name is, in the window; what cannot be seen is left out."""
    found = {}
    for widget in root.findChildren(QWidget):
        is_control = isinstance(widget, QAbstractButton | QComboBox | QAbstractSpinBox)
        if is_control and widget.objectName() and widget.isVisible():
            corner = widget.mapTo(root, QPoint(0, 0))
            found[widget.objectName()] = QRect(corner, widget.size())
    return found


def scrolls_sideways(root: QWidget) -> list[str]:
    """What has to be scrolled to the side to be read."""
    return [
        _called(area)
        for area in root.findChildren(QAbstractScrollArea)
        if area.isVisible() and area.horizontalScrollBar().maximum() > 0
    ]
