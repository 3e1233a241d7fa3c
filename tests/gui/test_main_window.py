"""The window around the pages: going about, dropping, errors, and closing while busy."""

import re
import threading
import time
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QToolButton, QWidget

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.shell.shortcuts import ShortcutsDialog
from ddpm_studio.gui.start.new_project import NewProjectDialog
from tests.gui.patience import PATIENCE

NAME = re.compile(r"[a-z_]+(\.[a-z0-9_]+)*")  # part.what, or part.what.key


def going_on():
    while True:
        time.sleep(0.002)
        yield 0


def endless(saved=None, may_save=None):
    try:
        while True:
            time.sleep(0.002)
            yield 0
    finally:
        if saved is not None:
            assert may_save.wait(PATIENCE / 1000)
            saved.append(True)


def test_the_rail_and_the_keys_lead_to_the_pages(qtbot, window, find):
    for nav, page, key in (
        (names.NAV_PICTURES, "page.pictures", Qt.Key.Key_1),
        (names.NAV_TRAIN, "page.train", Qt.Key.Key_2),
        (names.NAV_GENERATE, "page.generate", Qt.Key.Key_3),
        (names.NAV_MADE, "page.made", Qt.Key.Key_4),
        (names.NAV_START, "page.start", Qt.Key.Key_0),
    ):
        window.show_page(names.NAV_START)
        qtbot.mouseClick(find(window, QToolButton, nav), Qt.MouseButton.LeftButton)
        assert window.current_page.objectName() == page
        window.show_page(names.NAV_START)
        qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)
        assert window.current_page.objectName() == page
        assert find(window, QToolButton, nav).isChecked()


def test_ctrl_enter_runs_the_main_action_of_the_page(qtbot, window, monkeypatch):
    ran = []
    monkeypatch.setattr(window.pages["nav.train"], "main_action", lambda: ran.append("train"))
    window.show_page(names.NAV_TRAIN)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert ran == ["train"]


def test_every_page_without_a_project_says_what_to_do_next(window):
    for nav in (names.NAV_PICTURES, names.NAV_TRAIN, names.NAV_GENERATE, names.NAV_MADE):
        window.show_page(nav)
        assert window.current_page.is_empty
        words = " ".join(label.text() for label in window.current_page.findChildren(QLabel))
        assert "rop a folder" in words or "Train a model" in words


@pytest.mark.parametrize("key", [Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_the_keys_are_listed(qtbot, window, key):
    window.show_page(names.NAV_TRAIN)
    qtbot.keyClick(window, key)
    [dialog] = window.findChildren(ShortcutsDialog)
    labels = dialog.findChildren(QLabel)
    words = " ".join(label.text() for label in labels)
    assert "Ctrl+Enter" in words
    assert [label.text() for label in labels if label.width() < label.sizeHint().width()] == []
    assert window.pages["nav.train"].action_text in words
    dialog.close()


def test_an_error_is_a_sentence_with_details_that_can_be_copied(qtbot, window, find):
    window.session.report(StudioError("The disk is full."))
    banner = find(window, QWidget, "window.banner")
    assert banner.isVisible()
    assert find(window, QLabel, "window.banner.text").text() == "The disk is full."
    find(window, QPushButton, "window.banner.copy").click()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("The disk is full.")
    assert "StudioError" in copied
    find(window, QToolButton, "window.banner.close").click()
    assert not banner.isVisible()


def test_a_failing_job_is_shown_and_the_window_lives_on(qtbot, window, find):
    def failing():
        yield 1
        raise ZeroDivisionError("oh")

    window.session.jobs.start("export", failing)
    banner = find(window, QWidget, "window.banner")
    qtbot.waitUntil(banner.isVisible)
    assert "oh" in find(window, QLabel, "window.banner.text").text()
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    window.show_page(names.NAV_TRAIN)


def test_the_status_line_shows_what_runs_and_stops_it(qtbot, window, find):
    job = window.session.start_training(going_on)
    part = find(window, QWidget, names.item("status.job", TRAIN))
    assert part.isVisible()
    assert "Training" in find(window, QWidget, "status.jobs").text()
    job.set_paused(True)
    assert "paused" in part.text()
    stop = find(window, QToolButton, names.item("status.stop", TRAIN))
    with qtbot.waitSignal(job.stopped):
        qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    assert "Nothing runs" in find(window, QWidget, "status.jobs").text()


def drop(window, path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(500, 400), copy, mime, left, keys)
    enter.ignore()
    window.dragEnterEvent(enter)
    if enter.isAccepted():
        window.dropEvent(QDropEvent(QPointF(500, 400), copy, mime, left, keys))
    return enter.isAccepted()


def test_a_dropped_folder_becomes_a_project_with_one_click(qtbot, window, find, picture_folder):
    assert drop(window, picture_folder)
    qtbot.waitUntil(lambda: bool(window.findChildren(NewProjectDialog)))
    [dialog] = window.findChildren(NewProjectDialog)
    create = find(dialog, QPushButton, "new_project.create")
    qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
    project = window.session.project
    assert project.pictures == picture_folder
    assert project.path.name == picture_folder.name
    assert window.current_page.objectName() == "page.pictures"


def test_a_dropped_project_is_opened(qtbot, window, tiny_project):
    assert drop(window, tiny_project.path)
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert window.session.project.path == tiny_project.path


def test_a_dropped_file_without_a_recipe_is_a_sentence(qtbot, window, find, picture_folder):
    assert drop(window, picture_folder / "broken.jpg")
    banner = find(window, QLabel, "window.banner.text")
    qtbot.waitUntil(banner.isVisible)
    assert "broken.jpg" in banner.text()


def test_the_place_to_drop_is_shown_while_something_is_over_the_window(window, find, tmp_path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
    enter = QDragEnterEvent(
        QPoint(9, 9),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dragEnterEvent(enter)
    place = find(window, QWidget, "window.drop")
    assert place.isVisible()
    assert place.geometry() == window.rect()


def test_closing_while_busy_says_so_saves_and_then_closes(qtbot, make_window, find):
    window, may_save = make_window(), threading.Event()
    saved: list[Any] = []
    job = window.session.start_training(lambda: endless(saved, may_save))
    with qtbot.waitSignal(job.events):
        pass
    window.close()  # if it waited for that, it would not come back
    assert saved == []
    assert window.isVisible()
    saving = find(window, QWidget, "window.saving")
    assert saving.isVisible()
    assert saving.heading.text() == "Saving…"
    window.close()  # impatience changes nothing
    assert window.isVisible()
    with qtbot.waitSignal(window.closed):
        may_save.set()
    assert not window.isVisible()
    assert saved == [True]


def test_geometry_comes_back(qtbot, make_window, settings):
    window = make_window()
    window.resize(900, 700)  # no larger than Qt makes it on the screen of the offscreen platform
    size = window.size()
    window.close()
    assert make_window().size() == size


def test_every_name_says_its_part_and_is_given_once(make_window, tiny_project):
    window = make_window(tiny_project)
    window.pages["nav.start"].show_new_project(tiny_project.pictures)
    window.show_shortcuts()
    seen: dict[Any, Any] = {}
    for widget in window.findChildren(QWidget):
        name = widget.objectName()
        if not name or name.startswith("qt_"):
            continue
        assert NAME.fullmatch(name), name
        assert name not in seen, f"{name}: {widget} and {seen[name]}"
        seen[name] = widget
    assert {names.NAV_PICTURES, "start.new", "start.sample", "status.jobs"} <= set(seen)


def test_every_control_has_words_for_those_who_cannot_see_it(make_window, tiny_project):
    window = make_window(tiny_project)
    for button in window.findChildren(QAbstractButton):
        if button.objectName().startswith("qt_"):
            continue
        assert button.accessibleName() or button.text(), button.objectName()
        assert button.toolTip(), button.objectName() or button


def test_a_project_that_cannot_be_opened_gives_the_start_screen_with_a_sentence(
    make_window, find, tmp_path
):
    window = make_window(tmp_path)
    assert window.current_page.objectName() == "page.start"
    assert "is not a project" in find(window, QLabel, "window.banner.text").text()


def test_create_window_takes_an_ini_path_and_leaves_numbers_alone(qtbot, tmp_path, tiny_project):
    import locale

    window = create_window(tiny_project, settings=tmp_path / "mine.ini")
    assert window.session.project.path == tiny_project.path
    assert window.session.settings.path == tmp_path / "mine.ini"
    assert locale.localeconv()["decimal_point"] == "."
    window.close()
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    assert Settings(tmp_path / "mine.ini").recent_projects == [tiny_project.path]
    window.deleteLater()
