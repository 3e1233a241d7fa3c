"""What is on the stage when a comparison ends: never less than a person had before."""

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ddpm_studio.gui.compare.view import CompareView
from ddpm_studio.gui.sheet.dialog import SheetDialog
from ddpm_studio.sheets import Cell
from tests.gui.parts import part

STEPS, MANY = 6, 200
ESCAPE = Qt.Key.Key_Escape


@pytest.fixture
def pinned(page):
    """Finished pictures, which are A by now."""
    page.generate()
    page.click(page.get(QPushButton, "compare"))
    return page


def begin_b(page):
    """Until something is seen of a B that takes long."""
    page.steps.setValue(MANY)
    compare = part(page.window, CompareView)
    page.qtbot.waitUntil(lambda: compare.b is not None)
    return compare


def test_esc_and_esc_give_the_finished_pictures_back_and_the_settings_that_made_them(pinned):
    page, a = pinned, part(pinned.window, CompareView).a
    begin_b(page)
    page.qtbot.keyClick(page.grid, ESCAPE)  # stops B
    page.wait_until_done()
    page.qtbot.keyClick(page.grid, ESCAPE)  # leaves
    assert page.grid.trajectory is a
    assert page.steps.value() == STEPS
    assert page.save.isEnabled()
    assert page.export.isEnabled()
    page.eta.setValue(0.5)  # and goes on from there
    page.wait_for_another(a)
    assert page.grid.trajectory.seeds == a.seeds
    assert len(page.grid.trajectory) == STEPS + 1


def test_leaving_while_b_is_painted_gives_the_finished_pictures_back_at_once(pinned):
    page, a = pinned, part(pinned.window, CompareView).a
    begin_b(page)
    page.click(page.get(QPushButton, "compare"))
    assert page.grid.trajectory is a
    page.qtbot.waitUntil(lambda: not page.window.session.jobs.is_busy())
    assert page.grid.trajectory is a
    assert len(a) == STEPS + 1  # nothing of B came to it
    assert page.steps.value() == STEPS


def test_a_cell_of_the_sheet_with_another_seed_is_painted_with_it_and_seen_alone(pinned):
    page, a = pinned, part(pinned.window, CompareView).a
    page.click(page.get(QPushButton, "generate.sheet"))
    (dialog,) = page.window.findChildren(SheetDialog)
    seed = page.seed.value() + 7
    dialog.used.emit(Cell(dataclasses.replace(a.recipe.sample, seed=seed), 10, "ema", 1))
    page.wait_for_another(a)
    assert page.grid.trajectory.seeds[0] == page.seed.value() == seed
    assert not part(page.window, CompareView).is_on
    dialog.reject()


def test_the_seed_that_is_shown_is_that_of_both(page):
    page.generate()
    seed = page.seed.value()
    page.seed.setValue(seed + 5)  # for the next ones, which are not painted yet
    page.click(page.get(QPushButton, "compare"))
    assert page.seed.value() == seed


def test_another_sampler_in_a_comparison_changes_nothing_else(pinned):
    page = pinned
    compare = part(page.window, CompareView)
    page.steps.setValue(50)  # what DDIM takes usually
    page.qtbot.waitUntil(lambda: compare.b is not None and compare.b.is_complete)
    page.sampler.setCurrentIndex(page.sampler.findData("dpmpp_2m"))
    assert page.steps.value() == 50
