"""One's own picture on the slider: into the noise, finished from every level, painted on from."""

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QLineEdit, QPushButton, QToolButton

from ddpm_studio.choices import read_choices
from ddpm_studio.cli.remake import remake_recipe
from ddpm_studio.data import prepare_pictures
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.sampling.forward import Noising, finish_levels, from_record, levels
from ddpm_studio.sampling.network import Network
from ddpm_studio.training import load_model
from tests.gui.parts import part

STEPS, COUNT = 6, 4  # as the page is set by its fixture


def prepared(project):
    """The pictures as training sees them, by name."""
    events = prepare_pictures(
        project.pictures, project.config.pictures, project.cache, read_choices(project.path)
    )
    found = result_of(events)
    return {one.name: found.records[one.row] for one in found.taken}


def result_of(events):
    while True:
        try:
            next(events)
        except StopIteration as end:
            return end.value


def noising(page, project, name, index_of_seed=0):
    model, config = load_model(project.checkpoint_paths()[-1])
    trajectory = page.grid.trajectory
    sample = trajectory.again.sample
    assert sample.num_inference_steps == STEPS
    device = next(model.parameters()).device
    x_0 = from_record(prepared(project)[name])
    return Noising(Network(model, config, device), sample, x_0, trajectory.seeds[index_of_seed])


@pytest.fixture
def mine(page):
    """The page with one of the project's own pictures, finished from every level; its name."""
    page.click(page.get(QToolButton, "own.surprise"))
    _wait_until_finished(page)
    return page.get(QLabel, "own.picture").text()


def _wait_until_finished(page):
    page.qtbot.waitUntil(
        lambda: page.grid.trajectory is not None and not page.grid.trajectory.is_finishing
    )
    page.wait_until_done()


def show(page, what):
    page.show.setCurrentIndex(page.show.findData(what))


def test_the_slider_leads_from_pure_noise_to_the_picture_itself(page, mine, tiny_project):
    assert page.grid.count == 1
    assert page.timeline.maximum() == STEPS
    engine = noising(page, tiny_project, mine)
    frames = list(levels(engine, range(STEPS + 1)))
    *_, end = finish_levels(engine, range(STEPS))
    for what in ("x_t", "pred_x_0", "pred_eps", "finished"):
        show(page, what)
        for position in (0, STEPS // 2, STEPS):
            page.timeline.setValue(position)
            expected = getattr(frames[position], what)
            if what == "finished" and position < STEPS:
                expected = end.pictures[position : position + 1]
            np.testing.assert_array_equal(page.shown(), expected)
    np.testing.assert_array_equal(page.shown()[0], prepared(tiny_project)[mine])
    label = page.get(QLabel, "scrubber.label")
    assert label.text() == f"step {STEPS} of {STEPS}  ·  your picture"


def test_its_recipe_says_that_nothing_was_painted(page, mine):
    recipe = part(page.window, Denoising).trajectory.recipe
    assert recipe.start["picture"] == mine
    assert recipe.start["index"] == STEPS


def test_it_is_no_work_of_the_model_and_cannot_be_saved_as_one(page, mine):
    assert not page.save.isEnabled()
    assert page.export.isEnabled()  # but a film of it can be made


def test_painting_on_makes_several_pictures_and_the_first_is_what_was_promised(
    page, mine, tiny_project
):
    show(page, "finished")
    page.timeline.setValue(2)
    promised, before = page.shown()[0], page.grid.trajectory
    page.click(page.get(QPushButton, "own.paint_on"))
    page.wait_for_another(before)
    page.wait_until_done()
    trajectory = page.grid.trajectory
    assert page.grid.count == COUNT
    assert [moment.index for moment in trajectory.moments] == [2, 3, 4, 5, 6]
    assert page.timeline.value() == page.timeline.maximum()  # what they have become
    begin = f"{trajectory.moments[0].noise:.0%} noise"
    assert begin in [one.text() for one in page.window.findChildren(QLabel)]
    finished = page.shown()
    np.testing.assert_array_equal(finished[0], promised)
    assert len(np.unique(finished.reshape(COUNT, -1), axis=0)) == COUNT
    assert page.get(QLabel, "scrubber.label").text() == "step 6 of 6  ·  finished"
    assert page.save.isEnabled()
    assert page.get(QToolButton, "own.surprise").isHidden()
    page.click(page.get(QPushButton, "own.paint_on"))  # back to the picture
    page.wait_for_another(trajectory)
    _wait_until_finished(page)
    assert page.grid.trajectory.is_forward


def test_there_is_nothing_to_paint_on_from_where_no_noise_is(page, mine):
    button = page.get(QPushButton, "own.paint_on")
    page.timeline.setValue(STEPS)
    assert not button.isEnabled()
    page.timeline.setValue(STEPS - 1)
    assert button.isEnabled()


def test_a_setting_that_changes_noises_the_same_picture_again(page, mine):
    before = page.grid.trajectory
    page.steps.setValue(9)
    page.wait_for_another(before)
    _wait_until_finished(page)
    assert page.grid.trajectory.is_forward
    assert page.timeline.maximum() == 9
    assert page.get(QLabel, "own.picture").text() == mine


def test_back_to_noise(page, mine):
    before = page.grid.trajectory
    switch = page.get(QComboBox, "own.switch")
    switch.setCurrentIndex(0)
    assert (
        page.window.session.jobs.get(SAMPLE) is None
    )  # what is seen stays until one asks for more
    switch.setCurrentIndex(1)
    assert page.window.session.jobs.get(SAMPLE) is None
    assert page.grid.trajectory is before
    switch.setCurrentIndex(0)
    page.click(page.run)
    page.wait_for_another(before)
    page.wait_until_done()
    assert page.grid.count == COUNT
    assert page.show.findData("finished") < 0
    assert page.get(QLabel, "own.picture").isHidden()


def test_one_is_chosen_on_a_wall_with_a_search(page, tiny_project):
    switch = page.get(QComboBox, "own.switch")
    switch.setCurrentIndex(1)
    assert switch.currentIndex() == 0  # until one is chosen
    page.qtbot.waitUntil(lambda: _dialog(page) is not None)
    dialog = _dialog(page)
    wall, use = page.find(dialog, PictureWall, "own.dialog.wall"), "own.dialog.use"
    assert wall.wall_model.rowCount() == len(prepared(tiny_project))
    assert not page.find(dialog, QPushButton, use).isEnabled()
    page.qtbot.waitUntil(lambda: wall.wall_model.image(0) is not None)
    wanted = sorted(prepared(tiny_project))[1]
    search = page.find(dialog, QLineEdit, "own.dialog.search")
    page.qtbot.keyClicks(search, "no such picture")
    assert wall.wall_model.rowCount() == 0
    search.clear()
    page.qtbot.keyClicks(search, wanted.upper())
    assert wall.wall_model.rowCount() == 1
    page.click(page.find(dialog, QPushButton, use))
    page.qtbot.waitUntil(lambda: page.grid.trajectory is not None)
    _wait_until_finished(page)
    assert page.get(QLabel, "own.picture").text() == wanted
    assert switch.currentIndex() == 1


def test_esc_in_the_choice_changes_nothing(page):
    page.get(QComboBox, "own.switch").setCurrentIndex(1)
    page.qtbot.waitUntil(lambda: _dialog(page) is not None)
    page.qtbot.keyClick(_dialog(page), Qt.Key.Key_Escape)
    page.qtbot.waitUntil(lambda: _dialog(page) is None)
    assert page.grid.trajectory is None
    assert page.get(QComboBox, "own.switch").currentIndex() == 0


def test_cancel_keeps_the_levels_and_says_what_is_missing(page, monkeypatch):
    from ddpm_studio.gui.generate import work

    paint, held = work.forward, []

    def halting(shelf, request):
        for event in paint(shelf, request):
            yield event
            if isinstance(event, work.LevelsFinished) and not event.is_last:
                held.append(event)
                return

    monkeypatch.setattr(work, "forward", halting)
    page.click(page.get(QToolButton, "own.surprise"))
    page.qtbot.waitUntil(lambda: bool(held))
    page.wait_until_done()
    assert len(page.grid.trajectory) == STEPS + 1
    show(page, "finished")
    page.timeline.setValue(1)
    assert "painted" in page.get(QLabel, "scrubber.label").text()


def _dialog(page):
    return page.window.findChild(QDialog, "own.dialog")


def test_keeping_ones_own_picture_says_what_to_do_instead(page, mine):
    page.timeline.setValue(2)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_K)
    said = page.get(QLabel, "generate.saved")
    page.qtbot.waitUntil(said.isVisible)
    assert "Paint on from here" in said.text()


@pytest.mark.parametrize("show_what", ["pred_x_0", "finished"])
def test_what_the_model_makes_of_ones_own_picture_is_kept_and_made_again(
    page, mine, tiny_project, show_what
):
    show(page, show_what)
    page.timeline.setValue(2)
    seen = page.shown()[0]
    assert page.get(QPushButton, "generate.keep").isEnabled()
    assert page.save.isEnabled()
    page.qtbot.keyClick(page.grid, Qt.Key.Key_K)
    page.qtbot.waitUntil(lambda: len(list(tiny_project.gallery.glob("*.png"))) == 1)
    page.qtbot.waitUntil(lambda: not page.window.session.jobs.is_busy())
    (path,) = tiny_project.gallery.glob("*.png")
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), seen)
    (again,) = result_of(remake_recipe(tiny_project, read_recipe(path)))
    np.testing.assert_array_equal(again, seen)


def test_ones_own_picture_itself_cannot_be_saved_and_that_is_said(page, mine):
    show(page, "finished")
    page.timeline.setValue(page.timeline.maximum())
    assert not page.save.isEnabled()
    assert "your own picture" in page.save.toolTip()
