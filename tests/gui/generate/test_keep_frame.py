"""A frame on the way becomes a finished work: one key, a file with its recipe, and a way back."""

import dataclasses

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractSlider, QComboBox, QLabel, QPushButton

from ddpm_studio.export.recipe.chunks import RECIPE_KEY
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.compare.view import SIDES, WIPE
from ddpm_studio.gui.generate.grid import keep_place
from ddpm_studio.gui.generate.saving_work import save_pictures, take_back, written
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.pictures import to_uint8
from tests.gui.parts import part

CTRL, Z, K = Qt.KeyboardModifier.ControlModifier, Qt.Key.Key_Z, Qt.Key.Key_K
STEPS = 6  # as the page is set by its fixture


class Keeper:
    """What of the page makes works."""

    def __init__(self, page, project):
        self.page, self.project = page, project
        self.button = page.get(QPushButton, "generate.keep")
        self.undo = page.get(QPushButton, "generate.undo")
        self.saved = page.get(QLabel, "generate.saved")

    @property
    def files(self):
        return sorted(self.project.gallery.glob("*.png")) if self.project.gallery.exists() else []

    def wait_for(self, count):
        """Until so many files are there and nothing is written any more; the files."""
        jobs = self.page.window.session.jobs
        self.page.qtbot.waitUntil(lambda: len(self.files) == count)
        self.page.qtbot.waitUntil(lambda: not jobs.is_busy())
        return self.files

    def point_at(self, index):
        grid = self.page.grid
        self.page.qtbot.mouseMove(grid, QPoint(1, 1))
        self.page.qtbot.mouseMove(grid, grid.cell_rect(index).center().toPoint())


@pytest.fixture
def keeper(page, tiny_project):
    page.generate()
    return Keeper(page, tiny_project)


def opened(path):
    """(pixels, recipe) of a file."""
    with Image.open(path) as image:
        return np.asarray(image), Recipe.from_text(image.text[RECIPE_KEY])


@pytest.mark.parametrize("show", ["x_t", "pred_x_0", "pred_eps"])
def test_the_picture_that_is_pointed_at_becomes_a_work_as_it_is_seen(
    keeper, tiny_project, engine_frames, show
):
    page = keeper.page
    chooser = page.get(QComboBox, "scrubber.show")
    chooser.setCurrentIndex(chooser.findData(show))
    page.timeline.setValue(2)
    keeper.point_at(1)
    page.qtbot.keyClick(page.grid, K)
    (path,) = keeper.wait_for(1)
    seen, recipe = opened(path)
    np.testing.assert_array_equal(seen, page.grid.trajectory.pictures(2, show)[1])
    if show != "pred_eps":
        frames = engine_frames(tiny_project, page.seed.value())
        np.testing.assert_array_equal(seen, to_uint8(getattr(frames[2], show))[1])
    assert (recipe.frame, recipe.show, recipe.seed) == (2, show, page.seed.value() + 1)
    assert "frame0002" in path.name
    assert keeper.saved.text() == f"Saved {path.name} in {tiny_project.gallery}"


def test_the_large_picture_and_the_chosen_ones_become_works_by_the_button(keeper):
    page = keeper.page
    page.timeline.setValue(3)
    assert not keeper.button.isEnabled()  # of all of them it would be too much
    page.click_picture(0, CTRL)
    page.click_picture(3, CTRL)
    page.qtbot.waitUntil(lambda: keeper.button.isEnabled())
    assert keeper.button.accessibleName() == "Keep 2"
    page.click(keeper.button)
    seeds = [opened(path)[1].seed for path in keeper.wait_for(2)]
    assert seeds == [page.seed.value(), page.seed.value() + 3]
    page.grid.set_chosen(set())
    page.click_picture(2)
    page.click(keeper.button)
    assert opened(keeper.wait_for(3)[1])[1].seed == page.seed.value() + 2


def test_the_mark_in_the_corner_makes_a_work_with_one_click(keeper):
    page = keeper.page
    page.timeline.setValue(4)
    mark = keep_place(page.grid.cell_rect(3)).center().toPoint()
    page.qtbot.mouseClick(page.grid, Qt.MouseButton.LeftButton, pos=mark)
    (path,) = keeper.wait_for(1)
    assert page.grid.isVisible()
    assert opened(path)[1].seed == page.seed.value() + 3


def test_the_mark_of_a_kept_picture_is_filled_until_that_is_taken_back(keeper):
    page = keeper.page
    page.timeline.setValue(4)
    place = keep_place(page.grid.cell_rect(3))
    # in the disc, beside the icon
    spot = place.center().toPoint() + QPoint(0, round(place.height() / 2) - 3)

    def colour():
        return page.grid.grab().toImage().pixelColor(spot).name()

    filled = page.window.session.theme.colour("accent").name()
    page.qtbot.mouseClick(page.grid, Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    keeper.wait_for(1)
    assert colour() == filled
    page.timeline.setValue(3)  # of which nothing was kept
    assert colour() != filled
    page.timeline.setValue(4)
    page.qtbot.keyClick(page.grid, Z, CTRL)
    keeper.wait_for(0)
    page.qtbot.waitUntil(lambda: colour() != filled)


def test_a_finished_picture_is_saved_as_ever(keeper):
    page = keeper.page
    page.click_picture(1)
    page.qtbot.keyClick(page.viewer, K)
    (path,) = keeper.wait_for(1)
    seen, recipe = opened(path)
    assert (recipe.frame, recipe.show) == (None, "x_t")
    np.testing.assert_array_equal(seen, page.grid.trajectory.pictures(STEPS)[1])


def test_undo_takes_back_one_after_the_other_and_can_be_taken_back_itself(keeper):
    page = keeper.page
    page.click_picture(1)
    for position in (1, 2, 3):
        page.timeline.setValue(position)
        page.qtbot.keyClick(page.viewer, K)  # as fast as fingers are
    first, second, third = keeper.wait_for(3)
    content = third.read_bytes()
    page.qtbot.keyClick(page.viewer, Z, CTRL)
    assert keeper.wait_for(2) == [first, second]
    assert keeper.saved.text() == f"Took {third.name} out of {keeper.project.gallery} again"
    assert keeper.undo.text() == "Save again"
    page.click(keeper.undo)
    assert keeper.wait_for(3) == [first, second, third]
    assert third.read_bytes() == content
    page.click(keeper.undo)
    keeper.wait_for(2)
    page.qtbot.keyClick(page.viewer, Z, CTRL)
    assert keeper.wait_for(1) == [first]


def test_undo_leaves_a_file_that_somebody_has_worked_on(keeper):
    page = keeper.page
    page.click_picture(1)
    page.timeline.setValue(2)
    page.qtbot.keyClick(page.viewer, K)
    (path,) = keeper.wait_for(1)
    path.write_bytes(b"painted over")
    page.qtbot.keyClick(page.viewer, Z, CTRL)
    page.qtbot.waitUntil(lambda: not keeper.saved.isVisible())
    assert path.read_bytes() == b"painted over"


def test_of_two_runs_the_one_under_the_mouse_is_kept(keeper):
    page = keeper.page
    page.click(page.get(QPushButton, "compare"))
    page.eta.setValue(0.5)
    compare = part(page.window, Stage).compare
    page.qtbot.waitUntil(lambda: compare.b is not None and compare.b.is_complete)
    page.qtbot.waitUntil(lambda: page.window.session.jobs.get(SAMPLE) is None)
    views = page.get(QComboBox, "compare.view")
    page.timeline.setValue(3)
    for view, a_is_at in ((SIDES, 0.5), (WIPE, 0.2)):
        views.setCurrentIndex(views.findData(view))
        cell = page.grid.cell_rect(0)
        page.qtbot.mouseMove(page.grid, QPoint(1, 1))
        point = QPoint(int(cell.left() + a_is_at * cell.width()), int(cell.center().y()))
        page.qtbot.mouseMove(page.grid, point)
        before = set(keeper.files)
        page.qtbot.keyClick(page.grid, K)
        (new,) = set(keeper.wait_for(len(before) + 1)) - before
        assert opened(new)[1].sample.eta == 0
    page.qtbot.mouseMove(page.grid, QPoint(int(cell.right()) - 3, int(cell.center().y())))
    before = set(keeper.files)
    page.qtbot.keyClick(page.grid, K)
    (new,) = set(keeper.wait_for(len(before) + 1)) - before
    assert opened(new)[1].sample.eta == 0.5


def test_a_frame_that_is_not_in_memory_is_computed_before_it_is_kept(
    page, tiny_project, engine_frames
):
    page.generate()
    keeper, trajectory = Keeper(page, tiny_project), page.grid.trajectory
    whole = 3 * trajectory.pictures(0).nbytes
    trajectory.set_budget(3 * whole)
    missing = next(at for at in range(STEPS) if not trajectory.is_exact(at))
    page.click_picture(1)
    timeline: QAbstractSlider = page.timeline
    timeline.setValue(missing)
    page.qtbot.keyClick(page.viewer, K)
    (path,) = keeper.wait_for(1)
    seen, recipe = opened(path)
    assert recipe.frame == missing
    frames = engine_frames(tiny_project, page.seed.value())
    np.testing.assert_array_equal(seen, to_uint8(frames[missing].x_t)[1])


def test_soft_alpha_stays_soft_and_nothing_is_replaced(tmp_path, keeper):
    recipe = part(keeper.page.window, Stage).trajectory.recipe
    assert recipe is not None
    picture = np.full((8, 8, 4), (10, 20, 30, 77), np.uint8)
    paths = []
    for _ in range(2):
        on_the_way = dataclasses.replace(recipe, frame=2)
        steps = save_pictures([picture], [5], on_the_way, tmp_path / "works")
        while True:
            try:
                next(steps)
            except StopIteration as end:
                paths += end.value
                break
    assert len(set(paths)) == 2
    for path in paths:
        np.testing.assert_array_equal(opened(path)[0], picture)
    assert list(take_back(written(paths))) == paths
    assert not list((tmp_path / "works").iterdir())
    assert written(paths) == []
