"""What the window knows of the gallery keeps up with what is asked of it."""

import time
from typing import Any

import pytest
from PySide6.QtCore import QObject

from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.made import work
from ddpm_studio.gui.made.files import MadeFiles


@pytest.fixture
def lingering(monkeypatch):
    """Threads end a while after they have told their result, as on a busy machine."""
    run = Job.run

    def linger(job):
        run(job)
        time.sleep(0.1)

    monkeypatch.setattr(Job, "run", linger)


@pytest.fixture
def looks(monkeypatch):
    """How often the folder was looked through: a list that grows."""
    looks, look = [], work.look

    def noted(*asked):
        looks.append(asked)
        return look(*asked)

    monkeypatch.setattr(work, "look", noted)
    return looks


@pytest.mark.usefixtures("lingering")
def test_who_asks_for_a_look_during_one_gets_another(qtbot, session, new_project, looks):
    parent = QObject()
    files = MadeFiles(session, parent)
    files.open(new_project)
    files.refresh()
    files.refresh()  # the one that comes sees what both wanted to know
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert len(looks) == 2


@pytest.mark.usefixtures("lingering")
def test_who_asks_while_a_look_is_ending_gets_another(qtbot, session, new_project, looks):
    parent = QObject()
    files = MadeFiles(session, parent)
    asked: list[Any] = []
    files.looked.connect(lambda: asked or (asked.append(True), files.refresh()))
    files.open(new_project)
    qtbot.waitUntil(lambda: bool(asked) and not session.jobs.is_busy())
    assert len(looks) == 2


def test_a_look_that_failed_is_followed_by_the_one_that_was_asked_for(
    qtbot, session, new_project, monkeypatch
):
    looks, look = [], work.look

    def fail_once(*asked):
        looks.append(asked)
        if len(looks) == 1:
            raise OSError("the disk is away")
        return look(*asked)

    monkeypatch.setattr(work, "look", fail_once)
    parent = QObject()
    files = MadeFiles(session, parent)
    files.open(new_project)
    files.refresh()
    qtbot.waitUntil(lambda: not session.jobs.is_busy())
    assert len(looks) == 2
    assert files.has_looked
