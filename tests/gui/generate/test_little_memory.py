"""With little memory every frame can still be seen on the page, exactly, a moment later."""

import threading

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from ddpm_studio.gui.frames import recompute as frame_work
from ddpm_studio.gui.generate import memory_choice
from ddpm_studio.gui.generate.memory_choice import MemoryChoice, memory_budget
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.words import size_in_words
from tests.gui.patience import PATIENCE

STEPS, COUNT = 6, 4  # as the page is set by its fixture


@pytest.fixture
def poor(page, monkeypatch):
    """The page with room for about half of the frames."""
    page.generate()
    frame = page.grid.trajectory.store.nbytes // (STEPS + 1)
    monkeypatch.setattr(memory_choice, "MB", round(4.5 * frame) // memory_choice.USUAL)
    page.generate()
    assert not page.grid.trajectory.store.is_whole
    return page


def label(page):
    return page.get(QLabel, "scrubber.label").text()


def test_every_position_is_on_the_slider_and_becomes_exact(poor, tiny_project, engine_frames):
    page, trajectory = poor, poor.grid.trajectory
    frames = engine_frames(tiny_project, page.seed.value())
    assert page.timeline.maximum() == STEPS
    for position in range(STEPS, -1, -1):
        page.timeline.setValue(position)
        page.qtbot.waitUntil(lambda p=position: trajectory.is_exact(p))
        assert page.timeline.value() == position
        np.testing.assert_array_equal(page.shown(), to_uint8(frames[position].x_t))
        page.qtbot.waitUntil(lambda: "recomputing" not in label(page))
        assert trajectory.store.nbytes <= trajectory.store.budget


def test_until_then_the_nearest_is_shown_and_the_words_say_so(poor, monkeypatch, at_once):
    page, trajectory = poor, poor.grid.trajectory
    compute, goes_on = frame_work.compute, threading.Semaphore(0)

    def waiting(again, span):
        goes_on.acquire(timeout=PATIENCE / 1000)
        yield from compute(again, span)

    monkeypatch.setattr(frame_work, "compute", waiting)
    missing = next(p for p in range(STEPS) if not trajectory.is_exact(p))
    page.timeline.setValue(missing)
    assert label(page).endswith("recomputing…")
    np.testing.assert_array_equal(page.shown(), trajectory.pictures(missing))
    goes_on.release()
    page.qtbot.waitUntil(lambda: trajectory.is_exact(missing))
    page.qtbot.waitUntil(lambda: "recomputing" not in label(page))


def test_what_nobody_looks_at_any_more_is_left_within_one_step(poor, monkeypatch, at_once):
    page, trajectory = poor, poor.grid.trajectory
    steps, compute, goes_on = [], frame_work.compute, threading.Semaphore(0)

    def slow(again, span):
        for event in compute(again, span):
            steps.append(span)
            goes_on.acquire(timeout=PATIENCE / 1000)
            yield event

    monkeypatch.setattr(frame_work, "compute", slow)
    missing = next(p for p in range(STEPS) if not trajectory.is_exact(p))
    page.timeline.setValue(missing)
    page.qtbot.waitUntil(lambda: len(steps) == 1)
    page.click(page.run)  # other pictures are wanted
    for _ in range(20):
        goes_on.release()
    page.wait_for_another(trajectory)
    page.wait_until_done()
    mine = [span for span in steps if span == steps[0]]
    assert len(mine) == 1  # the step that it was in


def test_one_large_picture_alone_is_computed(poor, monkeypatch):
    page, trajectory = poor, poor.grid.trajectory
    spans, compute = [], frame_work.compute
    monkeypatch.setattr(
        frame_work, "compute", lambda again, span: (spans.append(span), compute(again, span))[1]
    )
    page.click_picture(2)
    missing = next(p for p in range(STEPS) if not trajectory.is_exact(p))
    page.timeline.setValue(missing)
    page.qtbot.waitUntil(lambda: trajectory.is_exact(missing, 2))
    assert spans[-1].picture == 2
    page.qtbot.waitUntil(lambda: "recomputing" not in label(page))


def test_a_checkpoint_that_is_gone_is_a_sentence_and_the_nearest_stay(poor, monkeypatch):
    page, trajectory = poor, poor.grid.trajectory
    monkeypatch.setattr(trajectory.again.models, "_path", None)  # another one was loaded since
    trajectory.again.checkpoint.unlink()
    missing = next(p for p in range(STEPS) if not trajectory.is_exact(p))
    page.timeline.setValue(missing)
    sentence = page.get(QLabel, "window.banner.text")
    page.qtbot.waitUntil(lambda: sentence.isVisible())
    assert trajectory.again is None
    assert label(page).endswith("nearest kept frame")


def test_the_memory_is_shown_and_its_limit_is_chosen_and_remembered(page, settings):
    memory = page.get(QPushButton, "scrubber.memory")
    page.generate()
    used = size_in_words(page.grid.trajectory.store.nbytes)
    assert memory.text() == f"{used} of 1 GB"
    # a menu that is open waits for a person
    assert [action.text() for action in memory._menu.actions()] == [
        "256 MB",
        "512 MB",
        "1 GB",
        "2 GB",
        "4 GB",
    ]
    for place, megabytes in ((4, 4096), (3, 2048), (0, 256)):
        memory._menu.actions()[place].trigger()
        assert memory.text() == f"{used} of {size_in_words(megabytes << 20)}"
        assert page.grid.trajectory.store.budget == megabytes << 20
    assert memory_budget(settings) == 256 << 20
    again = MemoryChoice(settings)
    assert again.budget == 256 << 20
    again.deleteLater()
