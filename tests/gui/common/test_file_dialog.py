"""Where the desktop has no dialog for files, Qt's own is readable in both themes."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog, QListView, QToolButton, QTreeView, QWidget

from ddpm_studio.gui.common.dialog import CHOOSER_ARROWS, choose_file
from ddpm_studio.gui.common.theme import Theme

READABLE = 4.5  # WCAG 2, 1.4.3: words and their ground
SEEN = 3.0  # 1.4.11: signs


def brightness(colour: QColor) -> float:
    """Relative luminance, from 0 to 1 (WCAG 2)."""
    parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
             for part in colour.getRgbF()[:3]]  # fmt: skip
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(image: QImage) -> float:
    """Between the lightest and the darkest pixel."""
    seen = [
        brightness(image.pixelColor(x, y))
        for x in range(image.width())
        for y in range(image.height())
    ]
    return (max(seen) + 0.05) / (min(seen) + 0.05)


@pytest.fixture(params=["dark", "light"])
def chooser(request, qapp, qtbot, tmp_path):
    Theme(qapp, request.param)
    for name in ("meadow.png", "trees.png"):
        (tmp_path / name).write_bytes(b"x" * 5000)
    parent = QWidget()
    qtbot.addWidget(parent)
    parent.show()
    choose_file(parent, "Choose", tmp_path, "Pictures (*.png)", print)
    [chooser] = parent.findChildren(QFileDialog)
    files = chooser.findChild(QTreeView, "treeView")
    qtbot.waitUntil(lambda: files.model().rowCount(files.rootIndex()) == 2)
    yield chooser
    chooser.close()


def test_the_chosen_place_can_be_read(chooser, qtbot):
    places = chooser.findChild(QListView, "sidebar")
    chosen = places.model().index(0, 0)
    places.setCurrentIndex(chosen)
    qtbot.wait(20)
    row = places.visualRect(chosen)
    words = QRect(row.left() + 28, row.top() + 2, row.width() - 30, row.height() - 4)
    assert contrast(places.viewport().grab(words).toImage()) >= READABLE


def test_the_arrows_can_be_seen_and_no_column_is_cut(chooser, qtbot):
    chooser.setDirectory("/")  # then there is a way back
    back = chooser.findChild(QToolButton, "backButton")
    qtbot.waitUntil(back.isEnabled)
    place = QRect(back.mapTo(chooser, QPoint(0, 0)), back.size())  # on the ground of the dialog
    assert contrast(chooser.grab(place).toImage()) >= SEEN
    for name, arrow in CHOOSER_ARROWS.items():
        assert chooser.findChild(QToolButton, name).arrowType() == arrow
    files = chooser.findChild(QTreeView, "treeView")
    for column in range(files.model().columnCount(files.rootIndex())):
        assert files.columnWidth(column) >= files.sizeHintForColumn(column)
