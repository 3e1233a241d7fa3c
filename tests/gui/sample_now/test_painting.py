"""While "Sample now" paints: training waits, everything can be cancelled, errors are said."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton

from ddpm_studio.errors import TrainingError
from ddpm_studio.gui.common.jobs import JobState
from tests.gui.sample_now.looking import Looking, learning, start


def test_the_pictures_grow_and_training_waits(open_train, new_project, fake, painter) -> None:
    fake(learning())
    painter.go_on.clear()
    train = open_train(new_project)
    start(train)
    looking = Looking(train)
    train.wait(lambda: looking.says() == "Painting… Training waits meanwhile.")
    train.wait(lambda: looking.find(QProgressBar, "sample_now.progress").value() == 667)
    for image, shade in zip(looking.images(), (81, 82), strict=True):
        assert image.width() == image.height() == 4 * 8
        assert image.pixelColor(0, 0).getRgb()[:3] == (shade,) * 3
    assert train.job.is_resting
    assert not train.job.is_paused
    painter.go_on.set()
    looking.wait_painted()
    assert looking.says() == "Step 70. Training goes on."
    assert looking.images()[0].pixelColor(0, 0).red() == 121
    assert not looking.find(QProgressBar, "sample_now.progress").isVisible()
    train.wait(lambda: train.job.state is JobState.RUNNING)


def test_stop_keeps_what_is_there_and_training_goes_on(
    open_train, new_project, fake, painter
) -> None:
    fake(learning())
    painter.go_on.clear()
    train = open_train(new_project)
    start(train)
    looking = Looking(train)
    train.wait(lambda: looking.job.progress.fraction == 2 / 3)
    assert looking.find(QPushButton, "sample_now.again").text() == "Stop"
    looking.click("sample_now.again")
    looking.wait_painted()
    assert looking.says() == "Stopped; these pictures are not finished."
    assert not looking.images()[0].isNull()
    assert looking.find(QPushButton, "sample_now.again").text() == "Sample again"
    train.wait(lambda: train.job.state is JobState.RUNNING)


@pytest.mark.parametrize("how", ["button", "escape", "project"])
def test_closing_cancels(how: str, open_train, tiny_project, fake, painter) -> None:
    """By its button, by Esc, or because the project is closed."""
    fake(learning())
    painter.go_on.clear()
    train = open_train(tiny_project)
    start(train)
    looking, job = Looking(train), train.job
    train.wait(lambda: not looking.images()[0].isNull())
    if how == "button":
        looking.click("sample_now.close")
    elif how == "escape":
        train.qtbot.keyClick(looking.dialog, Qt.Key.Key_Escape)
    else:
        train.window.session.close_project()
    assert looking.is_gone()
    assert looking.job is None
    train.wait(lambda: painter.ended == 1)
    if how == "project":
        assert train.job is None
        assert not train.button("train.sample_now").isVisible()
    else:
        assert train.job is job
        train.wait(lambda: job.state is JobState.RUNNING)


def test_another_choice_replaces_what_is_being_painted(open_train, tiny_project, painter) -> None:
    painter.go_on.clear()
    train = open_train(tiny_project)
    looking = Looking(train)
    train.wait(lambda: not looking.images()[0].isNull())
    looking.click("sample_now.dice")
    painter.go_on.set()
    looking.wait_painted()
    assert len(painter.looks) == 2
    assert looking.says() == "Step 70."
    train.wait(lambda: painter.ended == 2)


def test_training_ends_meanwhile(open_train, tiny_project, fake, painter) -> None:
    """Its pictures stay, and what it saved takes its place in the list; nothing is painted anew."""
    goes_on = threading.Event()

    def make(project, _steps, _seconds) -> Iterator[object]:
        for event in learning()(project, None, None):
            if goes_on.is_set():
                return
            yield event

    fake(make)
    train = open_train(tiny_project)
    start(train)
    looking = Looking(train)
    looking.wait_painted()
    shown = looking.images()
    assert looking.source() == "Now, step 70"
    goes_on.set()
    train.wait(lambda: train.job is None)
    assert [words[:16] for words in looking.sources()] == ["Saved at step 10"]
    assert looking.images() == shown
    assert len(painter.looks) == 1


def test_training_ends_meanwhile_and_nothing_was_saved(
    open_train, new_project, fake, painter
) -> None:
    fake(learning())
    train = open_train(new_project)
    start(train)
    looking = Looking(train)
    looking.wait_painted()
    train.job.stop()
    train.wait(lambda: train.job is None)
    assert looking.sources() == []
    assert not looking.find(QPushButton, "sample_now.again").isEnabled()
    assert not looking.images()[0].isNull(), "what was painted stays"


def test_an_error_is_said_where_one_looks(open_train, tiny_project, painter) -> None:
    painter.error = TrainingError("There is not enough memory to paint 16 pictures; choose fewer.")
    train = open_train(tiny_project)
    looking = Looking(train)
    looking.wait_painted()
    assert looking.says() == str(painter.error)
    assert looking.find(QLabel, "sample_now.message").property("kind") == "danger"
    assert not train.find(train.window, QLabel, "window.banner.text").isVisible()
    painter.error = None
    looking.click("sample_now.again")
    looking.wait_painted()
    assert looking.says() == "Step 70."
    assert looking.find(QLabel, "sample_now.message").property("kind") == "muted"


def test_the_window_can_be_closed_while_it_paints(
    open_train, new_project, fake, painter, qtbot
) -> None:
    fake(learning())
    painter.go_on.clear()
    train = open_train(new_project)
    start(train)
    looking = Looking(train)
    train.wait(lambda: not looking.images()[0].isNull())
    train.window.close()
    train.wait(lambda: not train.window.session.jobs.is_busy())
    train.wait(lambda: not train.window.isVisible())
    assert painter.ended == 1
