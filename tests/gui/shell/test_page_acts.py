"""What each page can do is in the menu of the page, with its keys, and in the list of keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE, TRAIN
from ddpm_studio.gui.pages import PAGES
from tests.gui.parts import named

CTRL = Qt.KeyboardModifier.ControlModifier


def opened(window, name: str) -> dict[str, QAction]:
    """The acts of a menu by their words, as they are while it is open."""
    menu = named(window, QMenu, f"window.menus.{name}")
    menu.aboutToShow.emit()
    return {one.text(): one for one in menu.actions() if not one.isSeparator()}


def closed(window, name: str) -> None:
    named(window, QMenu, f"window.menus.{name}").aboutToHide.emit()


def test_every_page_has_a_menu_and_its_keys_are_told_once(window):
    everywhere = {key for shown in dict(window.menuBar().keys()) for key in shown.split(" or ")}
    for page in window.pages.values():
        window.show_page(page.nav_name())
        menu = named(window, QMenu, "window.menus.page")
        assert menu.title() == (page.word or page.title)
        assert menu.menuAction().isVisible()
        assert len(menu.actions()) >= 2
        of_acts = [one for one in page.all_keys() if one not in page.shortcuts]
        told = [key for shown, _ in of_acts for key in shown.split(" or ")]
        assert len(told) == len(set(told))
        assert not everywhere & (set(told) - {"Ctrl+Enter", "F11"})
    assert len(window.pages) == len(PAGES)


@pytest.mark.parametrize(
    ("page", "keys", "words"),
    [
        (names.NAV_GENERATE, "Ctrl+Z", "Undo"),
        (names.NAV_GENERATE, "Ctrl+S", "Save"),
        (names.NAV_GENERATE, "V", "Compare with other settings"),
        (names.NAV_MADE, "Ctrl+Z", "Undo"),
        (names.NAV_MADE, "Ctrl+S", "Save copies"),
        (names.NAV_MADE, "Del", "Move to the trash"),
        (names.NAV_MADE, "F2", "Rename"),
        (names.NAV_TRAIN, "F", "Follow the newest step"),
        (names.NAV_START, "F5", "Look at the projects again"),
    ],
)
def test_the_list_of_keys_follows(window, page: str, keys: str, words: str) -> None:
    assert dict(window.pages[page].all_keys())[keys] == words


def test_an_act_does_what_its_button_does_and_is_grey_as_long_as_that_is(
    make_window, tiny_project, qtbot
) -> None:
    window = make_window(tiny_project)
    window.show_page(names.NAV_GENERATE)
    assert not opened(window, "page")["Save"].isEnabled()  # nothing is painted yet
    closed(window, "page")
    run = named(window, QPushButton, "generate.run")
    qtbot.mouseClick(run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.jobs.get(SAMPLE) is None)
    acts = opened(window, "page")
    assert acts["Save"].isEnabled()
    assert not acts["Cancel painting\tEsc"].isEnabled()
    acts["Save"].trigger()
    closed(window, "page")
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    saved = list(tiny_project.gallery.glob("*.png"))
    assert saved
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: not list(tiny_project.gallery.glob("*.png")))


def test_without_a_project_its_acts_are_grey_and_do_no_harm(window) -> None:
    for page in (names.NAV_GENERATE, names.NAV_TRAIN, names.NAV_PICTURES):
        window.show_page(page)
        acts = opened(window, "page")
        assert not any(one.isEnabled() for one in acts.values())
        closed(window, "page")
        assert all(one.isEnabled() for one in acts.values())
        if page != names.NAV_PICTURES:
            for one in acts.values():
                one.trigger()
    assert window.session.jobs.get(SAMPLE) is window.session.jobs.get(TRAIN) is None
