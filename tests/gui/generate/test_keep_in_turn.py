"""What is saved, taken back and saved again while files are still being written."""

import threading
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ddpm_studio.errors import ExportError
from ddpm_studio.gui.common.jobs import SAVE
from ddpm_studio.gui.generate import saving_work as work
from ddpm_studio.gui.generate.saving import Saving
from ddpm_studio.project import Project
from tests.gui.parts import part

CTRL = Qt.KeyboardModifier.ControlModifier
Z, K = Qt.Key.Key_Z, Qt.Key.Key_K
SLOW = 20_000


class Keys:
    """Presses keys on the large picture, while the disk may be slow."""

    def __init__(self, page, project, monkeypatch):
        self.page, self.project = page, project
        self.disk = threading.Event()
        self.disk.set()
        self.said: list[Any] = []
        page.window.session.failed.connect(lambda failure: self.said.append(failure.sentence))
        write = work.save_pictures

        def slow(*arguments):
            self.disk.wait(20)
            return (yield from write(*arguments))

        monkeypatch.setattr(work, "save_pictures", slow)

    def press(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        self.page.qtbot.keyClick(self.page.viewer, key, modifiers)

    def keep(self, position):
        self.page.timeline.setValue(position)
        self.press(K)

    def redo(self):
        part(self.page.window, Saving).redo()

    @property
    def files(self):
        return sorted(path.name for path in self.project.gallery.glob("*.png"))

    def settle(self):
        jobs = self.page.window.session.jobs
        self.page.qtbot.waitUntil(lambda: not jobs.is_busy(), timeout=SLOW)


@pytest.fixture
def keys(page, tiny_project, monkeypatch):
    page.generate()
    page.click_picture(1)
    keys = Keys(page, tiny_project, monkeypatch)
    yield keys
    keys.disk.set()


def test_saving_again_more_often_than_there_is_something_to_save_does_nothing(keys):
    keys.keep(1)
    keys.keep(2)
    keys.settle()
    both = keys.files
    keys.press(Z, CTRL)
    keys.press(Z, CTRL)
    keys.settle()
    assert keys.files == []
    keys.disk.clear()
    keys.redo()  # it is being written
    keys.redo()  # waits for its turn
    keys.redo()  # and finds nothing left then
    keys.disk.set()
    keys.settle()
    assert keys.files == both
    assert keys.said == []


def test_saving_again_and_then_another_does_both_in_this_order(keys):
    keys.keep(1)
    keys.keep(2)
    keys.settle()
    both = keys.files
    keys.press(Z, CTRL)
    keys.press(Z, CTRL)
    keys.settle()
    keys.disk.clear()
    keys.redo()
    keys.redo()
    keys.keep(3)
    keys.redo()  # something new was saved since
    keys.disk.set()
    keys.settle()
    assert len(keys.files) == 3
    assert set(both) < set(keys.files)
    assert keys.said == []


def test_what_could_not_be_saved_again_can_be_saved_again_later(keys, monkeypatch):
    keys.keep(1)
    keys.settle()
    one = keys.files
    keys.press(Z, CTRL)
    keys.settle()

    def full(*_arguments):
        raise ExportError("The disk is full.")
        yield

    with monkeypatch.context() as disk:
        disk.setattr(work, "save_pictures", full)
        keys.redo()
        keys.settle()
    assert keys.files == []
    assert keys.said == ["The disk is full."]
    keys.redo()
    keys.settle()
    assert keys.files == one


def test_what_waits_to_be_saved_is_saved_although_the_project_is_left(
    keys, find, tmp_path, picture_folder
):
    session = keys.page.window.session
    other = Project.create(tmp_path / "stones", picture_folder, keys.project.config)
    notices: list[Any] = []
    session.noticed.connect(notices.append)
    keys.disk.clear()
    for position in (1, 2, 3):
        keys.keep(position)
    session.open_project(other.path)
    assert session.jobs.get(SAVE) is None
    assert "Saving pictures (project flowers) goes on in the background." in notices[0]
    keys.disk.set()
    keys.settle()
    assert len(keys.files) == 3
    assert not find(keys.page.window, QLabel, "generate.saved").isVisible()
    assert keys.said == []
