"""The menu bar: every act with its key, also when the bar is hidden, and what belongs to a page."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QPushButton, QTextBrowser, QWidget

from ddpm_studio import __version__
from ddpm_studio.gui.common import names
from ddpm_studio.gui.pages import PAGES
from ddpm_studio.gui.shell.help import LINK, read_page
from ddpm_studio.gui.shell.help import PAGES as HELP_PAGES
from tests.gui.parts import named

PAGES_OF_HELP = "guide", "settings"
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def menu(window, name: str) -> QMenu:
    return named(window, QMenu, f"window.menus.{name}")


def act(window, menu_name: str, words: str) -> QAction:
    return next(one for one in menu(window, menu_name).actions() if one.text().rstrip("…") == words)


def test_each_page_is_in_the_menu_with_its_key(window):
    shown = {one.text(): one.shortcut().toString() for one in menu(window, "view").actions()}
    for page in PAGES:
        assert shown[page.word or page.title] == page.keys
    for name in ("file", "edit", "view", "work", "help"):
        acts = [one for one in menu(window, name).actions() if not one.isSeparator()]
        assert acts
        assert all(one.text().strip() for one in acts)


def test_an_act_of_the_menu_does_what_its_key_does(window, qtbot):
    act(window, "view", "Train").trigger()
    assert window.current_page.name == "train"
    qtbot.keyClick(window, "1", CTRL)
    assert window.current_page.name == "pictures"


def test_the_hidden_bar_keeps_its_keys_and_is_hidden_next_time(window, qtbot, settings):
    assert window.menuBar().isVisible()
    qtbot.keyClick(window, "M", CTRL | SHIFT)
    assert not window.menuBar().isVisible()
    assert settings.get("menu_bar", True) is False
    qtbot.keyClick(window, "2", CTRL)
    assert window.current_page.name == "train"
    qtbot.keyClick(window, "M", CTRL | SHIFT)
    assert window.menuBar().isVisible()


def test_the_list_of_keys_has_every_act_of_the_menus(window):
    listed = dict(window.menuBar().keys())
    assert listed["Ctrl+N"] == "New project from a folder"
    assert "F1 or ?" in listed
    keys = [key for shown in listed for key in shown.split(" or ")]
    assert len(keys) == len(set(keys))


def test_what_a_page_can_do_is_in_its_menu_while_it_is_seen(window, qtbot):
    done = []
    page = window.pages[names.NAV_TRAIN]
    page.add_act("Do it", lambda: done.append("it"), "Ctrl+J")
    page.add_act("Undo it", lambda: done.append("undo"), "Ctrl+U", edits=True)
    window.show_page(names.NAV_TRAIN)
    assert menu(window, "page").title() == "Train"
    assert "Do it" in [one.text() for one in menu(window, "page").actions()]
    assert menu(window, "edit").actions()[0].text() == "Undo it"
    qtbot.keyClick(window, "J", CTRL)
    assert done == ["it"]
    assert ("Ctrl+J", "Do it") in page.all_keys()

    window.show_page(names.NAV_MADE)
    qtbot.keyClick(window, "J", CTRL)
    assert done == ["it"], "heard on another page"
    assert "Undo it" not in [one.text() for one in menu(window, "edit").actions()]


def test_recent_projects_are_in_the_menu(window, tiny_project, qtbot):
    recent = next(one.menu() for one in menu(window, "file").actions() if one.menu())
    recent.aboutToShow.emit()
    assert not recent.actions()[0].isEnabled()  # none yet
    window.session.open_project(tiny_project.path)
    qtbot.waitUntil(lambda: window.session.project is not None)
    window.session.close_project()
    recent.aboutToShow.emit()
    recent.actions()[0].trigger()
    qtbot.waitUntil(lambda: window.session.project is not None)


def test_the_theme_that_is_chosen_has_a_tick(window):
    themes = next(one.menu() for one in menu(window, "view").actions() if one.menu())
    window.set_theme("light")
    themes.aboutToShow.emit()
    assert [one.text() for one in themes.actions() if one.isChecked()] == ["Light"]
    themes.actions()[1].trigger()
    assert window.session.theme.choice == "dark"


def test_help_shows_the_guide_and_finds_words_in_it(window, qtbot):
    act(window, "help", "Guide").trigger()
    text = named(window, QTextBrowser, "help.text")
    qtbot.waitUntil(lambda: "Generate" in text.toPlainText())
    search = named(text.window(), QWidget, "help.search")
    qtbot.keyClicks(search, "flicker")
    assert text.textCursor().selectedText() == "flicker"
    chosen = {name: named(text.window(), QPushButton, f"help.{name}") for name in PAGES_OF_HELP}
    assert [name for name, one in chosen.items() if one.isChecked()] == ["guide"]
    chosen["settings"].click()
    qtbot.waitUntil(lambda: "project.json" in text.toPlainText())
    assert [name for name, one in chosen.items() if one.isChecked()] == ["settings"]
    assert "list_settings" not in text.toPlainText()
    assert "\N{LOCK}" not in text.toPlainText()  # no font of the program has it
    text.window().close()


def test_about_says_version_and_licences(window, qtbot):
    act(window, "help", "About DDPM Studio").trigger()
    libraries = named(window, QPlainTextEdit, "about.libraries")
    qtbot.waitUntil(lambda: "torch" in libraries.toPlainText())
    assert "PySide6_Essentials" in libraries.toPlainText()
    assert "LGPL" in libraries.toPlainText()
    version = named(libraries.window(), QWidget, "about.version")
    assert __version__ in version.text()
    libraries.window().close()


def test_no_link_of_the_guide_leads_nowhere():
    for name in PAGES_OF_HELP:
        reading = read_page(f"{name}.md")
        next(reading)
        with pytest.raises(StopIteration) as read:
            next(reading)
        pages = [page for _, page, _ in LINK.findall(read.value.value)]
        assert all(not page or page in HELP_PAGES or "://" in page for page in pages)


def test_what_cannot_be_done_is_grey_in_an_open_menu_and_its_keys_are_heard_after(
    window, tiny_project, qtbot
):
    closing = act(window, "file", "Close the project")
    menu(window, "file").aboutToShow.emit()
    assert not closing.isEnabled()
    assert not act(window, "file", "Show the project's folder").isEnabled()
    menu(window, "file").aboutToHide.emit()
    assert closing.isEnabled()
    window.session.open_project(tiny_project.path)
    qtbot.waitUntil(lambda: window.session.project is not None)
    menu(window, "file").aboutToShow.emit()
    assert closing.isEnabled()
    window.show_page(names.NAV_PICTURES)
    menu(window, "edit").aboutToShow.emit()
    assert not act(window, "edit", "Undo").isEnabled()
    assert not act(window, "edit", "Redo").isEnabled()


def test_the_main_act_has_the_name_of_what_it_does_on_each_page(window):
    for page in PAGES:
        window.show_page(page.nav_name())
        assert act(window, "work", page.action_text)
        assert window.menuBar().actions()[4].text() == "&Work"
        assert menu(window, "page").menuAction().isVisible()
