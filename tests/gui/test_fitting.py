"""From 900 x 500 up, nothing is cut off or lies upon something else, whatever is on a page."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.common.layout import InView, row
from tests.gui.fitting import cut_words, overlaps, scrolls_sideways

SIZES = {  # in points, of the whole window
    "the least": (900, 500),
    "1920 x 1080 at 200 %": (960, 540),
    "an old laptop": (1024, 640),
    "1280 x 720 at 150 %": (853, 480),
    "usual": (1280, 800),
    "3840 x 2160 at 200 %": (1920, 1080),
}


def look(window, qtbot, page: str, size: str) -> list[str]:
    width, height = SIZES[size]
    window.setMinimumSize(0, 0)
    window.resize(width, height)
    window.show_page(page)
    qtbot.wait(40)  # layouts
    return [*cut_words(window), *overlaps(window), *out_of_reach(window)]


def out_of_reach(window) -> list[str]:
    """Pages scroll to the side only in a window that is smaller than any has to be."""
    scroll = window.current_page.findChild(InView)
    over = scroll.horizontalScrollBar().maximum()
    return [f"{over} points are out of view"] if over and window.width() >= 900 else []


def wrong_on(window, qtbot) -> str:
    found = [
        f"{page} at {size}: {one}"
        for size in SIZES
        for page in window.pages
        for one in look(window, qtbot, page, size)
    ]
    return "\n".join(found)


@pytest.fixture
def painted(make_window, qtbot, tiny_project):
    """A window whose project has learned, and pictures on every page."""
    window = make_window(tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    window.show_page(names.NAV_GENERATE)
    qtbot.mouseClick(window.findChild(QAbstractButton, "generate.run"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.jobs.get(SAMPLE) is None)
    qtbot.mouseClick(window.findChild(QAbstractButton, "generate.save"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    return window


def test_all_words_have_room_on_every_page(painted, qtbot):
    assert not wrong_on(painted, qtbot)


def test_all_words_have_room_while_one_picture_is_large(painted, qtbot):
    painted.show_page(names.NAV_GENERATE)
    qtbot.keyClick(painted.findChild(QWidget, "generate.grid"), Qt.Key.Key_Return)
    painted.show_page(names.NAV_PICTURES)
    qtbot.waitUntil(lambda: not painted.session.jobs.is_busy())
    wall = painted.findChild(QWidget, "pictures.wall")
    wall.setFocus()
    qtbot.keyClick(wall, Qt.Key.Key_Space)
    painted.show_page(names.NAV_MADE)
    qtbot.waitUntil(lambda: not painted.session.jobs.is_busy())
    wall = painted.findChild(QWidget, "made.wall")
    qtbot.keyClick(wall, Qt.Key.Key_Home)
    qtbot.keyClick(wall, Qt.Key.Key_Return)
    for name, page in (("back", "generate"), ("large.back", "pictures"), ("back", "made")):
        painted.show_page(f"nav.{page}")
        qtbot.wait(20)
        assert painted.findChild(QAbstractButton, f"{page}.{name}").isVisible()
    assert not wrong_on(painted, qtbot)


def test_all_words_have_room_without_a_project(window, qtbot):
    assert not wrong_on(window, qtbot)


def test_what_is_cut_is_found(qtbot, window):
    """The test of the test."""
    holder = QLabel(window)
    row(narrow := QLabel("much too long for its place"), of=holder)
    narrow.setFixedWidth(40)
    button = QPushButton("too long as well", holder)
    button.setGeometry(0, 0, 20, 20)
    holder.setGeometry(0, 0, 200, 100)
    holder.show()
    found = cut_words(holder)
    assert any("much too long" in one for one in found)
    assert any("too long as well" in one for one in found)


@pytest.mark.parametrize("show", ["show_help", "show_about", "show_report", "show_computer"])
def test_dialogs_show_all_their_words(window, qtbot, show):
    getattr(window, show)()
    qtbot.wait(60)
    dialogs = [one for one in window.children() if one.isWidgetType() and one.isWindow()]
    shown = [one for one in dialogs if one.isVisible()]
    assert shown
    for dialog in shown:
        assert not cut_words(dialog)
        assert not overlaps(dialog)
        assert show == "show_help" or not scrolls_sideways(dialog)
        dialog.close()
