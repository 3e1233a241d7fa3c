"""Ordinary clicking never waits for the disk: the GUI thread opens, lists and asks for no file."""

import builtins
import io
import os
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QSpinBox

from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE, SMALL_WRITES, TRAIN
from ddpm_studio.project import Project

LEFT = Qt.MouseButton.LeftButton
ASKING = ("open", "stat", "lstat", "scandir", "listdir", "mkdir", "replace", "rename", "unlink")


class Watch:
    """What the GUI thread asked of the disk inside one folder, as the lines that asked."""

    def __init__(self, folder: Path) -> None:
        self.is_on = False
        self.seen: list[str] = []
        self._folder = str(folder)

    def wrap(self, function):
        def watched(*arguments, **options):
            if self.is_on and threading.current_thread() is threading.main_thread() and arguments:
                self._note(arguments[0])
            return function(*arguments, **options)

        return watched

    def _note(self, path: object) -> None:
        if isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self._folder):
            ours = [line for line in traceback.extract_stack() if "/ddpm_studio/" in line.filename]
            places = " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in ours[::-1][:5])
            if ours:  # else a test itself has asked
                self.seen.append(f"{path} by {places}")


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch, tiny_project: Project) -> Iterator[Watch]:
    """All of the project's folder is watched once `is_on`."""
    watch = Watch(tiny_project.path)
    for name in ASKING:
        monkeypatch.setattr(os, name, watch.wrap(getattr(os, name)))
    opening = watch.wrap(builtins.open)
    monkeypatch.setattr(builtins, "open", opening)
    monkeypatch.setattr(io, "open", opening)
    yield watch
    watch.is_on = False


@pytest.fixture
def clicked(make_window, tiny_project, watch, qtbot, find):
    """A window with a trained project, that has come to rest; from now on it is watched."""
    window = make_window(tiny_project)
    qtbot.waitUntil(lambda: not window.session.jobs.is_busy())
    watch.is_on = True
    return window


def test_the_watch_sees_who_asks(watch, tiny_project):
    watch.is_on = True
    assert tiny_project.checkpoints.is_dir()
    Project.open(tiny_project.path)
    assert len(watch.seen) >= 3
    assert "project.py" in watch.seen[-1]


def test_going_through_the_pages(clicked, watch, qtbot):
    for page in (names.NAV_TRAIN, names.NAV_GENERATE, names.NAV_MADE, names.NAV_PICTURES):
        clicked.show_page(page)
        qtbot.waitUntil(lambda: not clicked.session.jobs.is_busy())
    assert watch.seen == []


def test_opening_a_project_again(clicked, watch, qtbot, tiny_project):
    """With whatever its pages have kept in its cache the first time."""
    session = clicked.session
    for page in (names.NAV_MADE, names.NAV_PICTURES):
        clicked.show_page(page)
        qtbot.waitUntil(lambda: not session.jobs.is_busy())
    session.close_project()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    session.open_project(tiny_project.path)
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert session.project.path == tiny_project.path
    assert watch.seen == []


def test_setting_things(clicked, watch, qtbot, find):
    session = clicked.session
    clicked.show_page(names.NAV_TRAIN)
    for value in range(11, 16):
        assert session.change(
            lambda config, v=value: with_settings(config, [f"train.log_every={v}"])
        )
    qtbot.waitUntil(lambda: session.jobs.get(SMALL_WRITES) is None)
    clicked.show_page(names.NAV_GENERATE)
    find(clicked, QSpinBox, "generate.steps").setValue(4)
    find(clicked, QComboBox, "generate.checkpoint").setCurrentIndex(1)
    assert watch.seen == []


def test_training_with_checkpoints_on_the_way(clicked, watch, qtbot, tiny_project, fake_training):
    from ddpm_studio.gui.train import work

    session = clicked.session
    clicked.show_page(names.NAV_TRAIN)
    session.start_training(lambda: work.train_project(tiny_project, steps=40))
    qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert watch.seen == []


def test_generating_and_saving(clicked, watch, qtbot, find):
    clicked.show_page(names.NAV_GENERATE)
    qtbot.mouseClick(find(clicked, QPushButton, "generate.run"), LEFT)
    qtbot.waitUntil(lambda: clicked.session.jobs.get(SAMPLE) is None)
    qtbot.mouseClick(find(clicked, QPushButton, "generate.save"), LEFT)
    qtbot.waitUntil(lambda: not clicked.session.jobs.is_busy())
    clicked.show_page(names.NAV_MADE)
    qtbot.waitUntil(lambda: not clicked.session.jobs.is_busy())
    assert watch.seen == []


def test_looking_at_who_trains_and_what_is_saved(clicked, watch, qtbot):
    clicked.session.other_trainer.look()
    clicked.session.checkpoints.refresh()
    qtbot.waitUntil(lambda: not clicked.session.jobs.is_busy())
    assert watch.seen == []
