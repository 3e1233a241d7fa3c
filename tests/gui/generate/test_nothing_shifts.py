"""The main button keeps its meaning, nothing moves under the hand, and a cancel leaves no doubt."""

import threading

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from ddpm_studio.gui.common.jobs import SAMPLE, SAVE
from ddpm_studio.gui.generate import work
from ddpm_studio.gui.generate.own_picture import NOISE, OWN
from ddpm_studio.gui.generate.saving import NONE_CHOSEN, SavedLine
from ddpm_studio.gui.generate.stage import PAINTING, READY
from tests.checkpoints import copy_checkpoint
from tests.gui.parts import part
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
    for _ in range(10):  # all that has changed is laid out now
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
    return {
        name: (is_at, now.get(name)) for name, is_at in before.items() if now.get(name) != is_at
    }


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
    page.click(page.run)
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
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.trajectory is not before)
    page.click(page.cancel)
    go.set()
    page.wait_until_done()
    assert source(page) == NOISE
    assert not page.grid.trajectory.is_forward
    assert page.show.findData("finished") < 0


def test_the_caption_says_what_made_the_pictures_and_leads_to_a_newer_model(page, tiny_project):
    caption, repaint = (
        page.get(QLabel, "generate.made_by"),
        page.get(QPushButton, "generate.repaint"),
    )
    assert caption.text() == ""
    page.generate()
    assert caption.text().startswith(
        f"step 10, DDIM {STEPS}, eta 0  ·  this model has learned for only"
    )
    assert not repaint.isVisible()
    newer = copy_checkpoint(tiny_project, 20)
    page.window.session.checkpoint_saved.emit(20, newer)
    page.qtbot.waitUntil(repaint.isVisible)
    assert caption.text().startswith("step 10,")  # that made what is still seen
    before = page.grid.trajectory
    page.timeline.setValue(2)
    page.click(repaint)
    page.wait_for_another(before)
    page.wait_until_done()
    assert caption.text().startswith(f"step 20, DDIM {STEPS}, eta 0")
    assert page.grid.trajectory.seeds == before.seeds
    assert page.timeline.value() == 2
    assert not repaint.isVisible()
    page.checkpoint.setCurrentIndex(page.checkpoint.findData(10))
    page.qtbot.waitUntil(lambda: caption.text().startswith("step 10,"))
    page.wait_until_done()
    assert not repaint.isVisible()  # who chose an older one knows


def test_what_was_done_is_said_for_some_seconds(page):
    page.generate()
    page.grid.setFocus()
    page.qtbot.mouseMove(page.grid, QPoint(1, 1))
    QCursor.setPos(page.window.mapToGlobal(QPoint(1, 1)))  # the notice is not under the mouse
    page.timeline.setFocus()  # no picture is pointed at
    page.qtbot.keyClick(page.timeline, Qt.Key.Key_K)
    line, words = part(page.window, SavedLine), page.get(QLabel, "generate.saved")
    assert words.text() == NONE_CHOSEN
    assert not page.get(QPushButton, "generate.undo").isVisible()
    page.click(page.save)
    page.qtbot.waitUntil(lambda: words.text().startswith("Saved"))
    assert page.get(QPushButton, "generate.undo").isVisible()
    canvas = line.parentWidget()
    assert canvas.rect().contains(line.geometry())
    assert canvas.height() - line.geometry().bottom() < 20
    page.get(QPushButton, "generate.undo").setFocus()
    line._passing.begin(1)  # its timer, which nobody wants to wait for
    page.qtbot.wait(30)
    assert line.isVisible()  # somebody is about to press it
    page.grid.setFocus()
    page.qtbot.waitUntil(lambda: not line.isVisible(), timeout=5000)
    page.grid.setFocus()
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    page.qtbot.waitUntil(lambda: words.text().startswith("Took"))  # undo stays
