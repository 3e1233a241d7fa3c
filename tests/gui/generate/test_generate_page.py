"""Generate, as a person uses it: real widgets, a tiny real model."""

import shutil
import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.grid_places import arrange
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.generate import work
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.trajectory import noise_to_uint8
from tests.checkpoints import copy_checkpoint

LEFT = Qt.MouseButton.LeftButton
STEPS, COUNT = 6, 4  # as the page is set by its fixture


def pixels(frames, position, show="x_t"):
    return to_uint8(getattr(frames[position], show))


def test_without_a_project_it_leads_to_the_start_screen(window, find, qtbot):
    window.show_page(names.NAV_GENERATE)
    assert find(window, QWidget, "generate.empty").isVisible()
    assert not find(window, QPushButton, "generate.go_train").isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.mouseClick(find(window, QPushButton, "generate.go_start"), LEFT)
    assert window.current_page is window.pages["nav.start"]


def test_without_a_model_it_leads_to_training(make_window, new_project, find, qtbot):
    window = make_window(new_project)
    window.show_page(names.NAV_GENERATE)
    assert find(window, QWidget, "generate.empty").isVisible()
    qtbot.mouseClick(find(window, QPushButton, "generate.go_train"), LEFT)
    assert window.current_page is window.pages["nav.train"]


def test_the_first_checkpoint_opens_the_page(qtbot, make_window, tiny_project, find, tmp_path):
    shutil.move(tiny_project.checkpoints, tmp_path / "later")
    window = make_window(tiny_project)
    window.show_page(names.NAV_GENERATE)
    assert find(window, QWidget, "generate.empty").isVisible()
    shutil.move(tmp_path / "later", tiny_project.checkpoints)
    window.session.checkpoint_saved.emit(10, tiny_project.checkpoint_paths()[-1])
    qtbot.waitUntil(lambda: window.session.checkpoints.steps == [10])
    assert not find(window, QWidget, "generate.empty").isVisible()
    assert find(window, QPushButton, "generate.run").isVisible()
    checkpoint = find(window, QComboBox, "generate.checkpoint")
    assert checkpoint.itemText(0) == "Newest (step 10)"


def test_before_the_first_pictures_there_is_nothing_to_save_or_to_scrub(page):
    for control in (page.save, page.export, page.timeline):
        assert not control.isEnabled()
    page.eta.setValue(0.7)  # nor anything to make again
    assert not page.window.pages["nav.generate"]._pause.isActive()
    assert page.window.session.jobs.get(SAMPLE) is None


@pytest.mark.parametrize(("sampler", "eta"), [("ddim", 0.0), ("ddim", 0.8), ("ddpm", 0.0)], ids=str)
def test_the_pixels_on_the_screen_are_those_of_the_engine(
    page, tiny_project, sampler, eta, engine_frames
):
    page.sampler.setCurrentIndex(page.sampler.findData(sampler))
    page.eta.setValue(eta)
    page.generate()
    frames = engine_frames(tiny_project, page.seed.value(), sampler=sampler, eta=eta)
    assert page.timeline.maximum() == STEPS
    for position in (STEPS, STEPS // 2, 0):
        page.timeline.setValue(position)
        np.testing.assert_array_equal(page.shown(), pixels(frames, position))
    page.timeline.setValue(STEPS // 2)
    page.show.setCurrentIndex(1)
    np.testing.assert_array_equal(page.shown(), pixels(frames, STEPS // 2, "pred_x_0"))
    page.show.setCurrentIndex(2)
    noise = noise_to_uint8(frames[STEPS // 2].pred_eps)
    np.testing.assert_array_equal(page.shown(), noise)


def test_plain_weights_and_an_older_checkpoint_can_be_chosen(page, tiny_project, engine_frames):
    paths = tiny_project.checkpoint_paths()
    copy_checkpoint(tiny_project, 3)
    page.window.session.checkpoint_saved.emit(10, paths[-1])
    page.qtbot.waitUntil(lambda: page.window.session.checkpoints.steps == [3, 10])
    assert [page.checkpoint.itemText(i) for i in range(3)] == [
        "Newest (step 10)",
        "Step 10  ★  best so far",
        "Step 3",
    ]
    weights = page.get(QComboBox, "generate.weights")
    weights.setCurrentIndex(weights.findData("model"))
    page.checkpoint.setCurrentIndex(2)
    page.generate()
    frames = engine_frames(tiny_project, page.seed.value(), "model")
    np.testing.assert_array_equal(page.shown(), pixels(frames, STEPS))
    page.window.session.checkpoint_saved.emit(10, paths[-1])
    assert page.checkpoint.currentText() == "Step 3"  # the choice stays


def test_the_grid_fills_while_it_is_generated(page, monkeypatch, at_once):
    """Frames are seen before the last one is made."""
    goes_on, generate = threading.Event(), work.generate

    def slow(shelf, request):
        for event in generate(shelf, request):
            yield event
            if getattr(event, "index", None) == 2:
                goes_on.wait(20)

    monkeypatch.setattr(work, "generate", slow)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.position == 2)
    assert page.grid.count == COUNT
    assert page.run.text() == "Generate"  # always
    assert page.cancel.isVisible()
    assert page.timeline.maximum() == 2
    assert not page.export.isEnabled()
    goes_on.set()
    page.wait_until_done()
    assert page.grid.position == STEPS
    assert not page.cancel.isVisible()


def test_unlocked_each_generate_takes_a_new_seed_and_locked_the_same(page):
    seeds = []
    for _ in range(2):
        page.generate()
        seeds.append(page.grid.trajectory.seeds[0])
    assert seeds[0] != seeds[1] == page.seed.value()
    page.click(page.lock)
    page.generate()
    assert page.grid.trajectory.seeds == tuple(range(seeds[1], seeds[1] + COUNT))


def test_a_seed_that_was_thrown_or_typed_is_used_first(page):
    page.click(page.get(QToolButton, "generate.dice"))
    thrown = page.seed.value()
    page.generate()
    assert page.grid.trajectory.seeds[0] == thrown
    page.seed.setValue(77)
    page.generate()
    assert page.grid.trajectory.seeds[0] == 77
    page.generate()
    assert page.grid.trajectory.seeds[0] != 77


@pytest.mark.parametrize("what", ["eta", "steps", "sampler"])
def test_a_change_makes_the_same_noise_again_after_a_pause(page, tiny_project, what, engine_frames):
    page.generate()
    before, seed = page.grid.trajectory, page.seed.value()
    first = page.shown()
    settings: dict[str, object]
    if what == "eta":
        for step in range(1, 11):  # a hand on the slider
            page.eta.setValue(step / 10)
        settings = {"eta": 1.0}
    elif what == "steps":
        page.steps.setValue(STEPS + 3)
        settings = {"num_inference_steps": STEPS + 3}
    else:
        page.sampler.setCurrentIndex(page.sampler.findData("ddpm"))
        settings = {"sampler": "ddpm"}
    assert page.window.session.jobs.get(SAMPLE) is None  # not at once
    page.wait_for_another(before)
    assert page.grid.trajectory.seeds == before.seeds
    frames = engine_frames(tiny_project, seed, **settings)
    np.testing.assert_array_equal(page.shown(), pixels(frames, -1))
    assert not np.array_equal(page.shown(), first)


def test_the_place_on_the_timeline_stays_when_eta_changes(page):
    page.generate()
    before = page.grid.trajectory
    page.timeline.setValue(3)
    page.eta.setValue(0.5)
    page.wait_for_another(before)
    assert page.timeline.value() == 3
    assert page.timeline.maximum() == STEPS


def test_a_change_while_it_runs_discards_that_run(page, monkeypatch, at_once):
    started, generate = [], work.generate
    goes_on = threading.Event()

    def slow(shelf, request):
        started.append(request.sample.eta)
        first = request.sample.eta == 0
        for event in generate(shelf, request):
            yield event
            if first and getattr(event, "index", None) == 1:
                goes_on.wait(20)

    monkeypatch.setattr(work, "generate", slow)
    page.click(page.run)
    page.qtbot.waitUntil(lambda: page.grid.count > 0)
    discarded = page.grid.trajectory
    page.eta.setValue(0.5)
    page.qtbot.waitUntil(lambda: len(started) == 2)
    goes_on.set()
    page.wait_for_another(discarded)
    assert started == [0.0, 0.5]
    assert len(discarded) == 2  # nothing of it came afterwards
    page.wait_until_done()


def test_a_sampler_that_takes_no_eta_says_why(page):
    reason = page.get(QLabel, "generate.no_eta")
    assert page.eta.isEnabled()
    assert not reason.isVisible()
    place = page.sampler.pos(), page.sampler.mapTo(page.window, QPoint())
    page.sampler.setCurrentIndex(page.sampler.findData("ddpm"))
    assert not page.eta.isEnabled()
    assert reason.isVisible()
    assert reason.text().startswith("DDPM always")
    page.sampler.setCurrentIndex(page.sampler.findData("heun"))
    assert reason.isVisible()
    assert not page.eta.isEnabled()
    assert reason.text() == "Heun takes no fresh noise"
    assert reason.toolTip() == "Choose DDIM to add some."
    page.qtbot.wait(50)  # time to lay out
    # nothing went down under the hand
    assert (page.sampler.pos(), page.sampler.mapTo(page.window, QPoint())) == place
    page.sampler.setCurrentIndex(page.sampler.findData("ddim"))
    assert page.eta.isEnabled()
    assert not reason.isVisible()


def test_slider_and_number_are_one_value(page):
    slider = page.get(QSlider, "generate.eta.slider")
    slider.setValue(slider.maximum())
    assert page.eta.value() == 1
    page.eta.setValue(0.25)
    assert slider.value() == slider.maximum() // 4
    slider = page.get(QSlider, "generate.steps.slider")
    slider.setValue(slider.maximum())
    assert page.steps.value() == 250
    slider.setValue(slider.minimum())
    assert page.steps.value() == 1


def test_there_are_no_more_steps_than_were_trained(make_window, new_project, find):
    config = with_settings(new_project.config, ["diffusion.num_timesteps=40"])
    window = make_window(new_project.with_config(config))
    assert find(window, QSpinBox, "generate.steps").maximum() == 40


def test_settings_come_back_in_the_next_window(page, drive, tiny_project):
    page.eta.setValue(0.35)
    page.sampler.setCurrentIndex(page.sampler.findData("ddpm"))
    page.click(page.lock)
    page.seed.setValue(4711)
    again = drive(tiny_project)
    assert (again.count.value(), again.steps.value()) == (COUNT, STEPS)
    assert again.eta.value() == 0.35
    assert again.sampler.currentData() == "ddpm"
    assert (again.lock.isChecked(), again.seed.value()) == (True, 4711)


@pytest.mark.parametrize("count", [1, 2, 5, 16, 64])
@pytest.mark.parametrize("picture", [(8, 8), (64, 64), (96, 64), (512, 512)])
def test_pictures_are_enlarged_by_whole_numbers_and_fit(count, picture):
    how = arrange(count, picture, 800.0, 500.0, 8.0)
    assert how.columns * how.rows >= count
    assert how.columns * (picture[0] * how.scale + 8) - 8 <= 800.001
    assert how.rows * (picture[1] * how.scale + 8) - 8 <= 500.001
    assert how.scale < 1 or how.scale == int(how.scale)
