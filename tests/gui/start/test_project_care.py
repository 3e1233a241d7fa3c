"""Whole projects from their cards: lost and found, a new name, a copy, off the list, the trash."""

import shutil

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QMenu, QMessageBox, QPushButton

from ddpm_studio.errors import ProjectError
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import RECENT, SAMPLE_PROJECT
from ddpm_studio.gui.start import card_actions, care, work
from ddpm_studio.gui.start.new_project import proposed_name
from ddpm_studio.gui.start.project_card import ProjectCard
from ddpm_studio.project import Project
from tests.gui.parts import named

LEFT = Qt.MouseButton.LeftButton


def result_of(steps):
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def everything_in(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in care.LOCKS
    }


@pytest.fixture
def start(make_window, qtbot, settings, tiny_project):
    """The start screen, with the card of one project."""
    settings.add_recent_project(tiny_project.path)
    window = make_window()
    qtbot.waitUntil(lambda: window.session.jobs.get(RECENT) is None)
    return window


def card(window, place=0):
    return named(window, ProjectCard, names.item("start.recent", place))


def menu_of(window, qtbot, place=0):
    """As a right click opens it."""
    card(window, place).menu_wanted.emit(QPoint(10, 10))
    return next(one for one in window.findChildren(QMenu, "start.menu") if one.isVisible())


def choose(menu, words):
    action = next(one for one in menu.actions() if one.text().rstrip("…") == words)
    assert action.isEnabled()
    action.trigger()
    menu.close()


def at_rest(window):
    return lambda: not window.session.jobs.is_busy()


def name_it(window, qtbot, name):
    named(window, QLineEdit, "project_name.name").setText(name)
    qtbot.mouseClick(named(window, QPushButton, "project_name.go"), LEFT)
    qtbot.waitUntil(at_rest(window))


def test_a_new_name_is_a_new_folder_with_all_in_it(start, qtbot, settings, tiny_project):
    before = everything_in(tiny_project.path)
    choose(menu_of(start, qtbot), "Rename")
    assert not named(start, QPushButton, "project_name.go").isEnabled()  # it has that name already
    named(start, QLineEdit, "project_name.name").setText("a/b")
    assert not named(start, QPushButton, "project_name.go").isEnabled()
    name_it(start, qtbot, "Orchard")
    here = tiny_project.path.with_name("Orchard")
    assert settings.recent_projects == [here]
    assert card(start).text() == "Orchard"
    assert everything_in(here) == before
    assert not tiny_project.path.exists()


def test_a_copy_is_the_same_to_the_byte_and_the_original_stays(
    start, qtbot, settings, tiny_project
):
    before = everything_in(tiny_project.path)
    choose(menu_of(start, qtbot), "Duplicate")
    name_it(start, qtbot, "Second")
    here = tiny_project.path.with_name("Second")
    assert everything_in(here) == everything_in(tiny_project.path) == before
    assert settings.recent_projects == [here, tiny_project.path]


def test_a_copy_that_is_stopped_leaves_nothing(tiny_project):
    beside = set(tiny_project.path.parent.iterdir())
    steps = care.duplicate_project(tiny_project.path, "Second")
    next(steps)
    steps.close()
    assert set(tiny_project.path.parent.iterdir()) == beside


@pytest.mark.parametrize("act", [care.rename_project, care.duplicate_project])
def test_nothing_is_written_over(tiny_project, act):
    taken = tiny_project.path.with_name("taken")
    taken.mkdir()
    with pytest.raises(ProjectError, match="choose another name"):
        result_of(act(tiny_project.path, "taken"))
    assert not any(taken.iterdir())


def test_what_is_trained_stays_where_it_is(tiny_project):
    with tiny_project.lock():
        for steps in (
            care.rename_project(tiny_project.path, "Orchard"),
            care.trash_project(tiny_project.path),
        ):
            with pytest.raises(ProjectError, match="is being trained"):
                result_of(steps)
    assert Project.open(tiny_project.path) == tiny_project


def test_the_open_project_keeps_its_name_and_place(start, qtbot, tiny_project):
    start.session.open_project(tiny_project.path)
    qtbot.waitUntil(lambda: start.session.project is not None)
    start.show_page(names.NAV_START)
    qtbot.waitUntil(lambda: start.session.jobs.get(RECENT) is None)
    menu = menu_of(start, qtbot)
    enabled = {one.text(): one.isEnabled() for one in menu.actions()}
    menu.close()
    assert not enabled["Rename…"]
    assert not enabled["Move to the trash…"]
    assert enabled["Duplicate…"]


def test_off_the_list_is_off_the_list_only(start, qtbot, settings, tiny_project):
    choose(menu_of(start, qtbot), "Take it off the list")
    assert settings.recent_projects == []
    assert Project.open(tiny_project.path) == tiny_project


@pytest.mark.parametrize("has_trash", [True, False])
def test_the_trash_asks_first_and_says_what_goes(
    start, qtbot, settings, tiny_project, monkeypatch, tmp_path, has_trash
):
    trash = tmp_path / "trash"

    def move(path):
        if has_trash:
            shutil.move(path, trash)
        return has_trash, None

    monkeypatch.setattr(care, "system_trash", move)
    choose(menu_of(start, qtbot), "Move to the trash")
    qtbot.waitUntil(at_rest(start))
    box = named(start, QMessageBox, "start.trash")
    assert "Your pictures lie elsewhere, and stay." in box.informativeText()
    assert box.defaultButton().text() == "Keep it"
    assert tiny_project.path.exists()
    next(one for one in box.buttons() if one.text() == "Move to the trash").click()
    qtbot.waitUntil(at_rest(start))
    assert tiny_project.path.exists() == (not has_trash)
    assert trash.exists() == has_trash
    assert settings.recent_projects == ([] if has_trash else [tiny_project.path])


def test_keep_it_keeps_it(start, qtbot, tiny_project):
    choose(menu_of(start, qtbot), "Move to the trash")
    qtbot.waitUntil(at_rest(start))
    box = named(start, QMessageBox, "start.trash")
    box.defaultButton().click()
    qtbot.waitUntil(at_rest(start))
    assert Project.open(tiny_project.path) == tiny_project


@pytest.mark.opens_slowly  # a job's own signal opens it
def test_a_lost_project_keeps_its_card_and_is_found_again(
    make_window, qtbot, settings, tiny_project, tmp_path, monkeypatch
):
    settings.add_recent_project(tiny_project.path)
    moved = tmp_path / "elsewhere" / "orchard"
    moved.parent.mkdir()
    shutil.move(tiny_project.path, moved)
    window = make_window()
    qtbot.waitUntil(lambda: window.session.jobs.get(RECENT) is None)
    assert card(window).accessibleDescription() == "no longer where it was: Find it…"
    assert settings.recent_projects == [tiny_project.path]
    monkeypatch.setattr(card_actions, "choose_folder", lambda *asked: asked[-1](moved))
    qtbot.mouseClick(card(window), LEFT)  # opens the menu: there is nothing else to open
    menu = next(one for one in window.findChildren(QMenu, "start.menu") if one.isVisible())
    assert [one.text() for one in menu.actions()] == ["Find it…", "Take it off the list"]
    choose(menu, "Find it")
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert window.session.project.path == moved
    assert settings.recent_projects == [moved]


def test_a_project_opens_where_it_was_left(make_window, qtbot, settings, tiny_project):
    window = make_window(tiny_project)
    window.show_page(names.NAV_MADE)
    window.session.close_project()
    window.session.open_project(tiny_project.path)
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert window.current_page.name == "made"


def test_a_project_that_learned_nothing_opens_on_its_pictures(make_window, new_project):
    assert make_window(new_project).current_page.name == "pictures"


def test_sample_pictures_appear_while_they_are_painted_and_cancel_leaves_nothing(
    window, qtbot, find, settings, monkeypatch
):
    monkeypatch.setattr(work, "SEEN_EACH", 1)
    qtbot.mouseClick(find(window, QPushButton, "start.sample"), LEFT)
    strip = window.current_page.findChild(QPushButton, "start.sample_cancel")
    seen: list[object] = []
    window.session.jobs.get(SAMPLE_PROJECT).events.connect(seen.extend)
    qtbot.waitUntil(lambda: any(isinstance(one, work.QImage) for one in seen))
    assert strip.isVisible()
    qtbot.mouseClick(strip, LEFT)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    assert not any(settings.projects_folder.iterdir())
    assert find(window, QPushButton, "start.sample").isVisible()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/home/a/fruit/images", "fruit"),
        ("/home/a/fruit", "fruit"),
        ("/home/a/Fruit/data/train", "Fruit"),
        ("/images", "images"),
    ],
)
def test_a_name_that_says_something_is_proposed(tmp_path, folder, name):
    assert proposed_name(type(tmp_path)(folder)) == name


@pytest.mark.opens_slowly  # the failure of a job shows it
def test_a_project_that_is_moved_while_the_window_is_open_is_marked_as_lost(
    make_window, qtbot, settings, tiny_project, tmp_path
):
    settings.add_recent_project(tiny_project.path)
    window = make_window()
    qtbot.waitUntil(lambda: window.session.jobs.get(RECENT) is None)
    assert not card(window).is_lost
    shutil.move(tiny_project.path, tmp_path / "orchard")
    qtbot.mouseClick(card(window), LEFT)
    qtbot.waitUntil(lambda: card(window).is_lost)
    assert card(window).accessibleDescription() == "no longer where it was: Find it…"
    shutil.move(tmp_path / "orchard", tiny_project.path)
    window.pages[names.NAV_START].refresh()
    qtbot.waitUntil(lambda: window.session.jobs.get(RECENT) is None)
    assert not card(window).is_lost
