"""Overnight: the machine stays awake, the desktop hears of the end, the title says how far."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel

from ddpm_studio import events as ev
from ddpm_studio.gui.common.jobs import EXPORT, PICTURES, TRAIN, JobState
from tests.gui.parts import named


class Work:
    """A job's steps, one for each time that it is let go on."""

    def __init__(self, fails: bool = False) -> None:
        self.go, self.fails = threading.Event(), fails

    def __call__(self):
        yield ev.Progress(ev.Work.WRITING, 25, 100)
        self.go.wait(20)
        if self.fails:
            raise OSError(28, "No space left on device")
        yield ev.Progress(ev.Work.WRITING, 100, 100)


@pytest.fixture
def work():
    works: list[Work] = []

    def make(fails: bool = False) -> Work:
        works.append(Work(fails))
        return works[-1]

    yield make
    for one in works:
        one.go.set()


def find_awake(window) -> QLabel:
    return named(window, QLabel, "status.awake")


def words(window) -> str:
    return find_awake(window).text()


def test_the_machine_stays_awake_as_long_as_something_long_is_made(window, qtbot, work):
    steps = work()
    job = window.session.jobs.start(TRAIN, steps, title="Training")
    qtbot.waitUntil(lambda: words(window) == "Stays awake")
    steps.go.set()
    qtbot.waitUntil(lambda: not words(window))
    qtbot.waitUntil(lambda: job not in window.session.jobs.jobs())


def test_a_pause_lets_the_machine_sleep(window, qtbot, work):
    job = window.session.jobs.start(EXPORT, work(), title="Exporting")
    qtbot.waitUntil(lambda: words(window) == "Stays awake")
    job.set_paused(True)
    qtbot.waitUntil(lambda: not words(window))
    assert job in window.session.jobs.jobs()  # it only rests
    job.set_paused(False)
    qtbot.waitUntil(lambda: words(window) == "Stays awake")
    assert job.state is JobState.RUNNING


def test_it_can_be_switched_off_and_stays_off(window, qtbot, work, settings):
    window.session.jobs.start(TRAIN, work(), title="Training")
    qtbot.waitUntil(lambda: words(window) == "Stays awake")
    switch = next(one for one in window.actions() if one.text().startswith("Stay awake"))
    switch.trigger()
    qtbot.waitUntil(lambda: not words(window))
    assert settings.get("night/awake", True) is False


def test_short_work_asks_nothing(window, qtbot, work):
    steps = work()
    window.session.jobs.start(PICTURES, steps, title="Preparing")
    qtbot.wait(100)
    assert not words(window)


def test_a_system_that_cannot_be_asked_is_told_of(window, qtbot, work, monkeypatch):
    monkeypatch.setenv("WAKEPY_FORCE_FAILURE", "1")
    window.session.jobs.start(TRAIN, work(), title="Training")
    qtbot.waitUntil(lambda: words(window) == "May fall asleep")
    assert "cannot be asked" in find_awake(window).toolTip()


@pytest.mark.parametrize("fails", [False, True])
def test_the_desktop_hears_how_it_ended_while_one_is_elsewhere(
    window, qtbot, work, monkeypatch, fails
):
    monkeypatch.setattr(
        QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationInactive
    )
    steps = work(fails)
    window.session.jobs.start(EXPORT, steps, title="The export of Fruit")
    steps.go.set()
    qtbot.waitUntil(lambda: bool(window.notices.said))
    expected = "The export of Fruit has failed." if fails else "The export of Fruit is done."
    assert window.notices.said.startswith(expected)
    assert ("space" in window.notices.said) == fails


def test_nobody_is_told_what_is_before_the_eyes(window, qtbot, work):
    steps = work()
    job = window.session.jobs.start(EXPORT, steps, title="The export of Fruit")
    steps.go.set()
    qtbot.waitUntil(lambda: job not in window.session.jobs.jobs())
    assert not window.notices.said


def test_the_title_says_how_far_it_is(window, qtbot, work):
    steps = work()
    window.session.jobs.start(EXPORT, steps, title="Exporting")
    qtbot.waitUntil(lambda: window.windowTitle() == "25 % · DDPM Studio")
    steps.go.set()
    qtbot.waitUntil(lambda: not window.windowTitle().startswith("25 %"))
    qtbot.waitUntil(lambda: window.session.jobs.get(EXPORT) is None)
    assert window.windowTitle() == "DDPM Studio"
