"""How large saved pictures are: one choice beside the button, for all that is saved from here."""

import dataclasses

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton, QStyle, QStyleOptionComboBox, QToolButton

from ddpm_studio.config.enlargement import AS_PAINTED, Enlargement
from ddpm_studio.export.images import enlarged
from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common.size_choice import FACTORS, LENGTHS, WORDS, sizing_of
from tests.gui.generate.conftest import COUNT

K, Z, CTRL = Qt.Key.Key_K, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier


def choose(page, key: str) -> None:
    size = page.get(QComboBox, "generate.size")
    size.setCurrentIndex(size.findData(key))
    assert size.currentData() == key


def pixels(path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def saved(page, project, count: int):
    """Until so many files are there and nothing is written any more."""
    page.qtbot.waitUntil(lambda: len(list(project.gallery.glob("*.png"))) == count)
    page.qtbot.waitUntil(lambda: not page.window.session.jobs.is_busy())
    return sorted(project.gallery.glob("*.png"))


@pytest.mark.parametrize(
    ("key", "scale"), [("painted", 0), ("x4", 4), ("256", 0)], ids=["painted", "crisp", "smooth"]
)
def test_save_writes_the_size_and_says_it_in_the_recipe(page, tiny_project, key, scale) -> None:
    choose(page, key)
    page.generate()
    page.click(page.save)
    painted = page.grid.trajectory.pictures(len(page.grid.trajectory) - 1)
    for index, path in enumerate(saved(page, tiny_project, COUNT)):
        recipe = read_recipe(path)
        assert recipe.size == (Enlargement(scale) if scale else sizing_of(key)(8, 8))
        assert (pixels(path) == enlarged(painted[index], recipe.size)).all()


def test_what_is_kept_and_saved_without_recipe_has_it_too_and_undo_takes_it_back(
    page, tiny_project
) -> None:
    page.generate()
    width = page.grid.trajectory.picture_size[0]
    choose(page, "x8")
    page.timeline.setValue(2)
    page.click_picture(0, CTRL)
    page.qtbot.keyClick(page.grid, K)
    (kept,) = saved(page, tiny_project, 1)
    assert pixels(kept).shape[1] == 8 * width
    recipe = read_recipe(kept)
    assert (recipe.frame, recipe.size) == (2, Enlargement(8))
    page.qtbot.keyClick(page.grid, Z, CTRL)
    saved(page, tiny_project, 0)
    page.click(page.get(QToolButton, "generate.save_plain"))
    (plain,) = saved(page, tiny_project, 1)
    with Image.open(plain) as image:
        assert image.size == (8 * width, 8 * width)
        assert not image.text  # type: ignore[attr-defined]


def test_what_was_taken_back_is_saved_again_as_large_as_it_was(page, tiny_project) -> None:
    page.generate()
    choose(page, "256")
    page.click(page.save)
    saved(page, tiny_project, COUNT)
    undo = page.get(QPushButton, "generate.undo")
    page.click(undo)
    saved(page, tiny_project, 0)
    choose(page, "painted")
    page.click(undo)  # which saves again now
    for path in saved(page, tiny_project, COUNT):
        assert pixels(path).shape[:2] == (256, 256)


def test_it_is_remembered(drive, tiny_project) -> None:
    choose(drive(tiny_project), "1024")
    again = drive(tiny_project)
    size = again.get(QComboBox, "generate.size")
    assert size.currentData() == "1024"
    assert size.accessibleName() == "Size"


@pytest.mark.parametrize("width", [960, 1280])
def test_its_words_are_never_cut(page, width) -> None:
    page.generate()
    page.window.resize(width, 640)
    page.qtbot.wait(10)
    size = page.get(QComboBox, "generate.size")
    for index in range(size.count()):
        size.setCurrentIndex(index)
        option = QStyleOptionComboBox()
        size.initStyleOption(option)
        place = size.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, size
        )
        assert size.currentText() in option.currentText
        assert place.width() >= size.fontMetrics().horizontalAdvance(option.currentText)
    if width == 1280:
        assert option.currentText == "Size: 4096 smooth"


def test_each_size_is_one_that_a_recipe_can_say() -> None:
    assert len(WORDS) == 1 + len(FACTORS) + len(LENGTHS)
    for key in WORDS:
        for width, height in ((32, 32), (96, 64), (64, 96)):
            size = sizing_of(key)(width, height)
            assert (size == AS_PAINTED) == (key == "painted")
            assert dataclasses.replace(size) == size
            if key.isdigit():
                assert max(size.size_of(width, height)) == pytest.approx(int(key), abs=1)
