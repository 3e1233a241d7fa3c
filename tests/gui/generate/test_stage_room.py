"""Room on the stage and in memory: nothing is squeezed, small pictures open, A and B share."""

import shutil

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton

from ddpm_studio.gui.frames.request import MOST_PICTURES
from ddpm_studio.gui.generate import memory_choice
from ddpm_studio.gui.generate.comparing import Comparing
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.generate.grid import check_place, has_room, is_inside, keep_place
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.words import size_in_words
from tests.gui.parts import part

LEFT = Qt.MouseButton.LeftButton
STEPS = 6  # as the page is set by its fixture


@pytest.mark.parametrize("side", [96, 120, 200])
def test_a_mark_is_hit_where_it_is_drawn_and_nowhere_else(side):
    cell = QRectF(100, 50, side, side)
    assert has_room(cell)
    for place in (check_place(cell), keep_place(cell)):
        assert cell.contains(place)
        assert is_inside(place, place.center())
        assert not is_inside(place, place.bottomLeft())
        assert not is_inside(place, place.center() + QPointF(0, place.height() / 2 + 1))


def test_a_small_picture_has_no_marks_and_opens_wherever_it_is_clicked(page):
    page.count.setValue(MOST_PICTURES)
    page.steps.setValue(1)
    page.generate()
    cell = page.grid.cell_rect(3)
    assert not has_room(cell)
    for place in (check_place(cell), keep_place(cell)):
        page.qtbot.mouseClick(page.grid, LEFT, pos=place.center().toPoint())
        assert page.viewer.isVisible()
        page.qtbot.keyClick(page.viewer, Qt.Key.Key_Escape)
    assert page.grid.chosen == ()


def test_in_a_narrow_window_no_control_of_the_scrubber_is_squeezed(page):
    page.window.show()
    page.window.resize(960, 640)
    page.generate()
    for kind, name in (
        (QComboBox, "scrubber.speed"),
        (QPushButton, "scrubber.memory"),
        (QComboBox, "scrubber.show"),
    ):
        widget = page.get(kind, name)
        page.qtbot.waitUntil(lambda w=widget: w.width() >= w.minimumSizeHint().width())
        corner = widget.mapTo(page.window, widget.rect().bottomRight())
        assert page.window.rect().contains(corner)


def test_a_and_b_share_the_memory_and_the_figure_is_of_both(page, monkeypatch):
    page.generate()
    frame = page.grid.trajectory.store.nbytes // (STEPS + 1)
    # room for all frames of A, but not for those of both
    budget = 10 * frame // memory_choice.USUAL * memory_choice.USUAL
    monkeypatch.setattr(memory_choice, "MB", budget // memory_choice.USUAL)
    page.generate()
    assert page.grid.trajectory.store.is_whole
    stage = part(page.window, Stage)
    memory = page.get(QPushButton, "scrubber.memory")
    page.click(page.get(QPushButton, "compare"))
    page.sampler.setCurrentIndex(page.sampler.findData("ddpm"))
    page.qtbot.waitUntil(lambda: stage.compare.b is not None and stage.compare.b.is_complete)
    page.wait_until_done()
    a, b = stage.compare.a, stage.compare.b
    assert a.store.budget + b.store.budget <= budget
    assert a.store.nbytes + b.store.nbytes <= budget
    assert memory.text().startswith(size_in_words(a.store.nbytes + b.store.nbytes))
    page.click(page.get(QPushButton, "compare"))
    assert b.store.budget == budget


def test_the_words_follow_from_all_pictures_to_one_that_is_there(page, monkeypatch):
    page.generate()
    frame = page.grid.trajectory.store.nbytes // (STEPS + 1)
    # so little that a whole frame never fits beside the last, but one picture does
    monkeypatch.setattr(memory_choice, "MB", round(1.7 * frame) // memory_choice.USUAL)
    page.generate()
    trajectory, label = page.grid.trajectory, page.get(QLabel, "scrubber.label")
    page.click_picture(1)
    page.timeline.setValue(2)
    page.qtbot.waitUntil(lambda: trajectory.is_exact(2, 1))
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Escape)
    page.qtbot.waitUntil(lambda: label.text().endswith("nearest kept frame"))
    page.click_picture(1)
    page.qtbot.waitUntil(lambda: label.text().endswith("noise"))
    assert trajectory.is_exact(2, 1)
    assert not trajectory.is_exact(2, None)


def test_a_project_that_is_left_in_the_middle_of_a_comparison(page, tiny_project, tmp_path):
    other = shutil.copytree(tiny_project.path, tmp_path / "other")
    page.generate()
    page.click(page.get(QPushButton, "compare"))
    page.steps.setValue(STEPS + 2)
    page.click(page.run)
    page.window.session.open_project(other)
    page.qtbot.waitUntil(lambda: not page.window.session.jobs.is_busy())
    generate = page.window.pages["nav.generate"]
    assert not part(generate, Comparing).is_on
    assert part(generate, Denoising).parts == 1
    assert part(generate, Stage).trajectory is None
