"""Two settings in lock-step, as a person compares them: real widgets, a tiny real model."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QPushButton, QSlider, QToolButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.compare.run_label import RunLabel
from ddpm_studio.gui.compare.view import DIFFERENCE, FLICKER, SIDES, WIPE
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.sampling.pictures import to_uint8
from tests.gui.parts import part

LEFT = Qt.MouseButton.LeftButton
STEPS, COUNT = 6, 4  # as the page is set by its fixture
OTHER = 12  # steps of B


class Comparison:
    """What of the page belongs to a comparison."""

    def __init__(self, page):
        self.page = page
        self.stage = part(page.window, Stage)
        self.view = self.stage.compare
        self.button = page.get(QPushButton, "compare")
        self.views = page.get(QComboBox, "compare.view")
        self.wipe = page.get(QSlider, "compare.wipe")
        self.a = page.get(RunLabel, names.item("compare.label", "a"))
        self.b = page.get(RunLabel, names.item("compare.label", "b"))

    def see(self, view):
        self.views.setCurrentIndex(self.views.findData(view))

    def wait_for_b(self, before=None):
        view = self.view
        self.page.qtbot.waitUntil(
            lambda: view.b is not None and view.b is not before and view.b.is_complete
        )
        self.page.wait_until_done()

    def pixels(self, index, half=0):
        """A picture of the grid as it is on the screen: (H, W, 3)."""
        grid = self.page.grid
        image, cell = grid.grab().toImage(), grid.cell_rect(index, half)
        side = cell.width() / 8
        at = [(i + 0.5) * side for i in range(8)]
        seen = [
            image.pixelColor(QPoint(int(cell.left() + x), int(cell.top() + y))).getRgb()[:3]
            for y in at
            for x in at
        ]
        return np.array(seen, np.uint8).reshape(8, 8, 3)


@pytest.fixture
def alone(page):
    """A run of 6 steps on the stage, and nothing to compare it with yet."""
    page.generate()
    return Comparison(page)


@pytest.fixture
def both(alone):
    """6 steps held against 12."""
    alone.page.click(alone.button)
    alone.page.steps.setValue(OTHER)
    alone.wait_for_b()
    return alone


def test_a_is_pinned_and_b_is_painted_with_the_same_seeds_when_a_setting_changes(
    alone, tiny_project, engine_frames
):
    page, a = alone.page, alone.page.grid.trajectory
    assert not alone.a.isVisible()
    page.click(alone.button)
    assert alone.button.text() == "Leave compare"
    assert alone.b.text == "B: change a setting: the same noise is painted with it"
    page.steps.setValue(OTHER)
    page.count.setValue(2)  # what is held against A is as many as A
    alone.wait_for_b()
    assert (alone.view.a, alone.view.b.seeds) == (a, a.seeds)
    assert (len(a), len(alone.view.b)) == (STEPS + 1, OTHER + 1)
    alone.see(SIDES)
    seed = page.seed.value()
    for half, steps in enumerate((STEPS, OTHER)):
        frames = engine_frames(tiny_project, seed, num_inference_steps=steps)
        np.testing.assert_array_equal(alone.pixels(1, half), to_uint8(frames[-1].x_t)[1])


def test_generate_paints_b_again_and_keeps_the_noise_and_the_seed(both):
    page, before = both.page, both.view.b
    seed = page.seed.value()
    page.click(page.run)
    both.wait_for_b(before)
    assert both.view.b.seeds == both.view.a.seeds
    assert page.seed.value() == seed


def test_the_slider_leads_both_by_their_level_of_noise(both):
    page, a, b = both.page, both.view.a, both.view.b
    assert page.timeline.maximum() == OTHER  # that of the finer one
    for position in range(OTHER + 1):
        page.timeline.setValue(position)
        assert both.view.position_of(b) == position
        level = b.moments[position].noise
        apart = [abs(moment.noise - level) for moment in a.moments]
        assert apart[both.view.position_of(a)] == min(apart)
    page.timeline.setValue(0)
    assert both.view.position_of(a) == 0


def test_the_slider_stays_at_its_noise_when_another_run_leads(alone):
    page = alone.page
    page.timeline.setValue(3)
    level = alone.stage.trajectory.moments[3].noise
    page.click(alone.button)
    page.steps.setValue(OTHER)
    alone.wait_for_b()
    b = alone.view.b
    assert page.timeline.maximum() == OTHER
    apart = [abs(moment.noise - level) for moment in b.moments]
    assert apart[page.timeline.value()] == min(apart)


def test_the_labels_say_both_settings_and_stress_what_differs(both):
    assert both.a.text == "A: DDIM, 6 steps, eta 0, step 10, averaged"
    assert both.b.text == "B: DDIM, 12 steps, eta 0, step 10, averaged"
    # which words are marked is only drawn
    assert [words for words, differs in both.b._words if differs] == ["12 steps"]
    assert both.a.isVisible()
    assert both.b.isVisible()


def test_a_wipe_shows_a_on_its_left_and_b_on_its_right(both):
    whole = [to_pixels(run) for run in (both.view.a, both.view.b)]
    both.see(WIPE)
    both.wipe.setValue(25)
    seen = both.pixels(2)
    np.testing.assert_array_equal(seen[:, :2], whole[0][2][:, :2])
    np.testing.assert_array_equal(seen[:, 2:], whole[1][2][:, 2:])


def test_a_drag_on_the_grid_wipes_and_a_click_still_opens(both):
    page, grid = both.page, both.page.grid
    both.see(WIPE)
    cell = grid.cell_rect(1).toRect()
    page.qtbot.mousePress(grid, LEFT, pos=cell.center())
    target = QPoint(cell.left() + cell.width() * 3 // 4, cell.center().y())
    page.qtbot.mouseMove(grid, target)
    page.qtbot.mouseRelease(grid, LEFT, pos=target)
    assert both.view.wipe == pytest.approx(0.75, abs=0.02)
    assert both.wipe.value() == round(100 * both.view.wipe)
    assert grid.isVisible()
    page.qtbot.mouseClick(grid, LEFT, pos=cell.center())
    assert page.viewer.isVisible()
    area = page.viewer.picture_rect().toRect()
    page.qtbot.mousePress(page.viewer, LEFT, pos=QPoint(area.left() - 9, area.top() + 5))
    assert both.view.wipe == 0


def test_keys_choose_the_view_and_move_the_line(both):
    grid, keys = both.page.grid, Qt.Key
    grid.setFocus()
    for key, view in ((keys.Key_2, WIPE), (keys.Key_3, FLICKER), (keys.Key_4, DIFFERENCE)):
        both.page.qtbot.keyClick(grid, key)
        assert both.view.view == both.views.currentData() == view
    both.page.qtbot.keyClick(grid, keys.Key_2)
    both.page.qtbot.keyClick(grid, keys.Key_BracketRight)
    assert both.view.wipe == pytest.approx(0.52)
    both.page.qtbot.keyClick(grid, keys.Key_1)
    assert both.view.view == SIDES


def test_a_flicker_begins_at_rest_and_is_quick_only_for_who_asks(both):
    page, whole = both.page, [to_pixels(run) for run in (both.view.a, both.view.b)]
    rate, play = page.get(QComboBox, "compare.rate"), page.get(QToolButton, "compare.play")
    both.see(FLICKER)
    assert not both.view.is_flickering
    np.testing.assert_array_equal(both.pixels(0), whole[0][0])
    page.grid.setFocus()
    page.qtbot.keyClick(page.grid, Qt.Key.Key_X)  # by hand
    np.testing.assert_array_equal(both.pixels(0), whole[1][0])
    rate.setCurrentIndex(rate.findData(8))
    page.click(play)
    assert play.accessibleName() == "Pause the flicker"
    for _ in range(2):
        with page.qtbot.waitSignal(both.view.turned):
            pass
    page.click(play)
    assert not both.view.is_flickering
    assert page.window.session.settings.get("compare/rate", 2) <= 3
    page.click(play)
    both.see(WIPE)
    both.see(FLICKER)
    assert not both.view.is_flickering


def test_a_difference_is_black_where_nothing_differs(both):
    page, a, b = both.page, both.view.a, both.view.b
    both.see(DIFFERENCE)
    first, second = (to_pixels(run)[0].astype(int) for run in (a, b))
    expected = np.minimum(255, np.where(abs(first - second) > 63, 255, abs(first - second) * 4))
    np.testing.assert_array_equal(both.pixels(0), expected)
    page.steps.setValue(STEPS)
    both.wait_for_b(b)
    assert not both.pixels(0).any()


def test_swap_changes_places_and_the_next_change_is_held_against_the_new_a(both):
    page, a, b = both.page, both.view.a, both.view.b
    page.click(page.get(QToolButton, "compare.swap"))
    assert (both.view.a, both.view.b) == (b, a)
    assert both.a.text.startswith("A: DDIM, 12 steps")
    page.eta.setValue(0.5)
    both.wait_for_b(a)
    assert both.view.a is b
    assert both.b.text == "B: DDIM, 12 steps, eta 0.5, step 10, averaged"


def test_esc_leads_from_one_picture_to_all_and_out_of_the_comparison(both):
    page, b = both.page, both.view.b
    page.click_picture(1)
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Escape)
    assert page.grid.isVisible()
    assert both.view.is_on
    page.timeline.setValue(4)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert not both.view.is_on
    assert page.grid.trajectory is b
    assert page.timeline.value() == 4
    assert both.button.text() == "Compare"
    page.generate()  # with other noise, as ever
    assert page.grid.trajectory.seeds != b.seeds


def test_another_project_ends_the_comparison(both, tiny_project):
    both.page.window.session.open_project(tiny_project.path)
    assert not both.view.is_on
    assert part(both.page.window, Stage).trajectory is None


def test_pictures_that_are_saved_and_filmed_are_those_of_b(both, tiny_project):
    page = both.page
    assert page.save.text() == "Save B"
    page.click_picture(1, Qt.KeyboardModifier.ControlModifier)
    assert page.save.text() == "Save 1 of B"
    page.click_picture(1, Qt.KeyboardModifier.ControlModifier)
    page.click(page.save)
    page.qtbot.waitUntil(lambda: len(list(tiny_project.gallery.glob("*.png"))) == COUNT)
    assert part(page.window, Stage).trajectory is both.view.b
    page.qtbot.waitUntil(lambda: not page.window.session.jobs.is_busy())


def test_the_view_comes_back_at_the_next_start(both, make_window, find, tiny_project):
    both.see(DIFFERENCE)
    views = find(make_window(tiny_project), QComboBox, "compare.view")
    assert views.currentData() == DIFFERENCE


@pytest.mark.parametrize("view", [SIDES, WIPE, FLICKER, DIFFERENCE])
def test_every_control_says_what_it_is(both, view):
    both.see(view)
    for widget in both.stage.head.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert widget.accessibleName(), widget.objectName()
            assert widget.toolTip(), widget.objectName()


@pytest.mark.parametrize("size", [(1280, 800), (960, 640)], ids=str)
def test_no_words_of_the_head_are_cut_off(both, size):
    both.page.window.resize(*size)
    for index in (None, 1):
        if index is not None:
            both.page.click_picture(index)
        for view in (SIDES, WIPE, FLICKER, DIFFERENCE):
            both.see(view)
            # once it is laid out
            both.page.qtbot.waitUntil(lambda: not cut_off(both.stage.head, both.views))
            assert cut_off(both.stage.head, both.views) == []


def cut_off(head, views):
    """The names of the controls that are narrower than their words."""
    buttons = [one for one in head.findChildren(QAbstractButton) if one.text()]
    seen = [one for one in (*buttons, views) if one.isVisible()]
    return [one.objectName() for one in seen if one.width() < one.minimumSizeHint().width()]


def to_pixels(run):
    """The finished pictures of a run."""
    return run.pictures(len(run) - 1)


def test_a_label_takes_the_room_that_the_other_one_leaves(both):
    page, (a, b) = both.page, (both.a, both.b)
    page.window.resize(1280, 800)
    page.qtbot.waitUntil(lambda: a.width() + b.width() > 600)
    room = a.width() + b.width()
    a.set_words([("x", False)] * 2)
    few = a.needed
    words = [("a setting that is the same", False)] * 30
    while few + sum(one.needed for one in (b,)) > room or len(words) == 30:
        words.pop()
        both.stage.head.show_runs([("x", False)] * 2, words)
    assert b.needed > room / 2  # more than its half
    page.qtbot.waitUntil(lambda: b.width() >= b.needed - 1)
    assert a.width() >= a.needed - 1


def test_where_labels_have_no_room_b_says_what_differs_and_a_all_it_can(both):
    same = [("a setting that is the same", False)] * 9
    a, b = both.a, both.b
    both.stage.head.show_runs([("6 steps", True), *same], [("12 steps", True), *same])
    both.page.qtbot.waitUntil(lambda: abs(b.width() - b.least) <= 2)
    assert a.width() > b.width()
