"""The main button keeps its meaning, nothing moves under the hand, and a cancel leaves no doubt."""

import threading

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QToolButton, QWidget

from ddpm_studio.gui.common.jobs import SAMPLE, SAVE
from ddpm_studio.gui.generate import work
from ddpm_studio.gui.generate.own_picture import NOISE, OWN
from ddpm_studio.gui.generate.stage import PAINTING, READY
from tests.gui.patience import PATIENCE

STEPS = 6  # as the page is set by its fixture
STANDING = (  # what stands in its place whatever happens
    "generate.sheet",
    "generate.size",
    "generate.save",
    "generate.save_to",
    "generate.save_plain",
    "generate.export",
    "generate.keep",
    "compare",
    "generate.run",
    "generate.many",
    "generate.count",
    "scrubber.slider",
    "scrubber.show",
)


@pytest.fixture
def hold(monkeypatch):
    """hold(after): painting goes on only to that frame, None: to none, until the event is set."""
    go, generate = threading.Event(), work.generate

    def hold(after):
        def held(shelf, request):
            if after is None:
                go.wait(PATIENCE / 1000)
            for event in generate(shelf, request):
                yield event
                if getattr(event, "index", None) == after:
                    go.wait(PATIENCE / 1000)

        monkeypatch.setattr(work, "generate", held)
        return go

    yield hold
    go.set()


def places(page):
    """Where all that stands is, by its name, and the pictures' canvas."""
    for _ in range(3):  # all that has changed is laid out now
        QApplication.processEvents()
    found = {name: page.get(QWidget, name) for name in STANDING}
    canvas = page.grid.parentWidget()
    assert canvas is not None
    found["canvas"] = canvas.parentWidget() or canvas
    return {
        name: QRect(widget.mapTo(page.window, widget.rect().topLeft()), widget.size())
        for name, widget in found.items()
        if widget.isVisible()
    }


def moved(page, before):
    """What stands elsewhere than before, or is gone."""
    now = places(page)
    return {name: now.get(name) for name in before if now.get(name) != before[name]}


@pytest.mark.parametrize("width", [900, 1280, 1920])
@pytest.mark.parametrize("count", [1, 16])
def test_nothing_moves_before_during_and_after(page, hold, at_once, count, width):
    page.window.resize(width, 800 if width > 900 else 500)
    page.count.setValue(count)
    before = places(page)
    go = hold(2)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.position == 2)
    assert not moved(page, before)
    go.set()
    page.wait_until_done()
    assert not moved(page, before)
    page.click(page.save)
    page.qtbot.waitUntil(lambda: page.get(QLabel, "generate.saved").isVisible())
    assert not moved(page, before)
    page.grid.setFocus()
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Space)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_K)
    page.qtbot.waitUntil(lambda: page.window.session.jobs.get(SAVE) is None)
    assert not moved(page, before)


def test_generate_always_generates(page, hold, at_once):
    go = hold(1)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.count > 0)
    first = page.grid.trajectory
    assert (page.run.text(), page.run.isEnabled()) == ("Generate", True)
    page.click(page.run)  # as one who did not see that it began by itself
    assert page.window.session.jobs.get(SAMPLE) is not None
    go.set()
    page.wait_for_another(first)
    page.wait_until_done()
    assert len(page.grid.trajectory) == STEPS + 1


def test_what_is_said_while_there_is_nothing_to_see(page, hold):
    go = hold(None)

    def said(words):
        return [one for one in page.window.findChildren(QLabel) if one.text() == words]

    assert said(READY[1])
    page.click(page.run)
    assert said(PAINTING[1])
    assert not said(READY[1])
    page.click(page.cancel)
    go.set()
    page.wait_until_done()
    assert page.grid.trajectory is None
    assert said(READY[1])


@pytest.fixture
def mine(page):
    """One's own picture on the stage."""
    page.click(page.get(QToolButton, "own.surprise"))
    page.qtbot.waitUntil(lambda: page.grid.trajectory is not None)
    page.qtbot.waitUntil(lambda: not page.grid.trajectory.is_finishing)
    page.wait_until_done()
    return page


def source(page):
    return page.get(QComboBox, "own.switch").currentData()


def test_after_a_cancel_before_the_first_picture_all_is_as_it_was(mine, hold):
    page, before = mine, mine.grid.trajectory
    name = page.get(QLabel, "own.picture").text()
    go = hold(None)
    page.get(QComboBox, "own.switch").setCurrentIndex(0)
    assert source(page) == NOISE
    page.click(page.cancel)
    go.set()
    page.wait_until_done()
    assert page.grid.trajectory is before
    assert source(page) == OWN
    assert page.get(QLabel, "own.picture").text() == name
    assert page.get(QAbstractButton, "own.paint_on").isVisible()
    assert page.show.findData("finished") >= 0


def test_after_a_cancel_in_the_middle_it_is_what_was_begun(mine, hold, at_once):
    page, before = mine, mine.grid.trajectory
    go = hold(1)
    page.get(QComboBox, "own.switch").setCurrentIndex(0)
    page.qtbot.waitUntil(lambda: page.grid.trajectory is not before)
    page.click(page.cancel)
    go.set()
    page.wait_until_done()
    assert source(page) == NOISE
    assert not page.grid.trajectory.is_forward
    assert page.show.findData("finished") < 0
