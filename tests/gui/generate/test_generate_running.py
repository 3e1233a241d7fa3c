"""Generating beside other work: cancel, training, errors, other projects."""

import threading
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel

from ddpm_studio.events import TrainStep
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE, TRAIN, JobState
from ddpm_studio.gui.generate import work
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.training import load_model
from tests.checkpoints import copy_checkpoint
from tests.gui.patience import PATIENCE

STEPS, COUNT = 6, 4  # as the page is set by its fixture


def pixels(frames, position, show="x_t"):
    return to_uint8(getattr(frames[position], show))


def test_cancel_ends_within_one_step_and_keeps_the_frames(page, monkeypatch, at_once):
    steps, generate = [], work.generate
    goes_on = threading.Semaphore(0)

    def slow(shelf, request):
        for event in generate(shelf, request):
            index = getattr(event, "index", None)
            if index is not None:
                steps.append(index)
                if index == 3:
                    goes_on.acquire(timeout=PATIENCE / 1000)
            yield event

    monkeypatch.setattr(work, "generate", slow)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: steps[-1:] == [3])
    page.click(page.cancel)
    assert not page.cancel.isEnabled()  # it is stopping
    goes_on.release()
    page.wait_until_done()
    assert steps == [0, 1, 2, 3]
    assert not page.cancel.isVisible()
    assert len(page.grid.trajectory) == page.timeline.maximum() + 1 == 4
    assert not page.export.isEnabled()  # a film of it would end in noise
    assert "stopped" in page.export.toolTip()
    assert not page.save.isEnabled()  # but no finished picture
    page.timeline.setValue(1)
    assert page.grid.position == 1


def test_esc_cancels_too(page):
    page.steps.setValue(200)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.count > 0)
    page.qtbot.keyClick(page.window.pages["nav.generate"], Qt.Key.Key_Escape)
    page.wait_until_done()
    assert not page.grid.trajectory.is_complete


def test_it_works_while_training_runs_which_then_goes_on(page, tiny_project, engine_frames):
    """Training halts between two steps, and makes none until the pictures are done."""
    steps = []

    def learn():
        step = 0
        while True:
            step += 1
            steps.append(step)
            threading.Event().wait(0.001)  # as a step that leaves the interpreter to others
            yield TrainStep(step, 1.0, 1.0, 1e-3, 1.0, 1.0, None)

    session = page.window.session
    training = session.start_training(learn)
    page.qtbot.waitUntil(lambda: len(steps) > 10)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.count > 0)
    assert session.jobs.get(SAMPLE) is None or training.state is JobState.PAUSED
    page.wait_until_done()
    frames = engine_frames(tiny_project, page.seed.value())
    np.testing.assert_array_equal(page.shown(), pixels(frames, STEPS))
    made = len(steps)
    page.qtbot.waitUntil(lambda: len(steps) > made + 10)
    assert session.jobs.get(TRAIN) is training
    training.stop()
    page.qtbot.waitUntil(lambda: session.jobs.get(TRAIN) is None)
    assert steps == list(range(1, len(steps) + 1))


def test_training_is_still_while_pictures_are_made(page, monkeypatch):
    seen, generate = [], work.generate
    step = [0]

    def learn():
        while True:
            step[0] += 1
            threading.Event().wait(0.001)
            yield TrainStep(step[0], 1.0, 1.0, 1e-3, 1.0, 1.0, None)

    def watching(shelf, request):
        for event in generate(shelf, request):
            seen.append(step[0])
            yield event

    monkeypatch.setattr(work, "generate", watching)
    training = page.window.session.start_training(learn)
    page.qtbot.waitUntil(lambda: step[0] > 10)
    page.generate()
    assert len(set(seen)) == 1
    training.stop()


def test_a_damaged_checkpoint_is_a_sentence_and_the_page_lives_on(page, tiny_project):
    page.generate()
    before = page.grid.trajectory
    bad = tiny_project.checkpoints / "step_00000099.safetensors"
    bad.write_bytes(b"not a checkpoint")
    page.window.session.checkpoint_saved.emit(99, bad)
    page.qtbot.waitUntil(lambda: 99 in page.window.session.checkpoints.steps)
    page.checkpoint.setCurrentIndex(1)  # that very one
    sentence = page.get(QLabel, "window.banner.text")
    page.qtbot.waitUntil(lambda: sentence.isVisible())
    assert "step_00000099.safetensors is damaged" in sentence.text()
    assert page.grid.trajectory is before
    page.checkpoint.setCurrentIndex(0)  # the newest that is whole
    page.wait_for_another(before)
    assert "That of step 10 is used instead." in sentence.text()


def test_another_project_hears_nothing_of_the_old_one(page, tiny_project):
    page.steps.setValue(200)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.count > 0)
    page.window.session.open_project(tiny_project.path)
    page.window.show_page(names.NAV_GENERATE)
    assert page.grid.trajectory is None
    assert page.run.text() == "Generate"
    page.steps.setValue(STEPS)
    page.generate()
    assert len(page.grid.trajectory) == STEPS + 1


def test_a_model_is_loaded_once_until_it_is_another_one(page, tiny_project, monkeypatch):
    loaded = []

    def noting(path, which, device):
        loaded.append((Path(path).name, which))
        return load_model(path, which, device)

    monkeypatch.setattr("ddpm_studio.training.loaded.load_model", noting)
    page.generate()
    page.generate()
    assert len(loaded) == 1
    weights = page.get(QComboBox, "generate.weights")
    before = page.grid.trajectory
    weights.setCurrentIndex(weights.findData("model"))
    page.wait_for_another(before)
    copy_checkpoint(tiny_project, 20)
    page.wait_until_done()
    page.generate()
    assert loaded == [
        ("step_00000010.safetensors", "ema"),
        ("step_00000010.safetensors", "model"),
        ("step_00000020.safetensors", "model"),
    ]


def test_a_change_of_eta_stays_with_the_checkpoint_that_is_seen(page, tiny_project):
    """Else a training that goes on would change the pictures, too."""
    page.generate()
    before = page.grid.trajectory
    newer = copy_checkpoint(tiny_project, 20)
    page.window.session.checkpoint_saved.emit(20, newer)
    page.qtbot.waitUntil(lambda: 20 in page.window.session.checkpoints.steps)
    page.eta.setValue(0.5)
    page.wait_for_another(before)
    page.wait_until_done()
    page.click(page.save)
    saved = page.get(QLabel, "generate.saved")
    page.qtbot.waitUntil(lambda: saved.isVisible())
    assert len(list(tiny_project.gallery.glob("*_step00000010_*.png"))) == COUNT


def test_the_window_closes_while_it_generates(page):
    page.steps.setValue(250)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.count > 0)
    with page.qtbot.waitSignal(page.window.closed):
        page.window.close()
    assert not page.window.session.jobs.is_busy()
