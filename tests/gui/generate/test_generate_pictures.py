"""Generated pictures are looked at, chosen and saved."""

import numpy as np
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QFileDialog,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from ddpm_studio.export.recipe.chunks import RECIPE_KEY
from ddpm_studio.gui.generate.grid import check_place
from ddpm_studio.recipe import Recipe
from ddpm_studio.sampling.generate import denoise_seeds
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.training import load_model

LEFT = Qt.MouseButton.LeftButton
STEPS, COUNT = 6, 4  # as the page is set by its fixture


def pixels(frames, position, show="x_t"):
    return to_uint8(getattr(frames[position], show))


def test_a_click_opens_a_picture_and_esc_goes_back(page, tiny_project, engine_frames):
    page.generate()
    page.click_picture(2)
    assert page.viewer.isVisible()
    assert page.viewer.index == 2
    assert page.save.text() == "Save"
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Right)
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Right)  # there is none
    assert page.viewer.index == 3
    page.timeline.setValue(2)
    frames = engine_frames(tiny_project, page.seed.value())
    image = page.viewer.grab().toImage()
    area = page.viewer.picture_rect()
    side = area.width() / 8
    assert side == int(side) > 20  # whole pixels, and large
    for y in range(8):
        for x in range(8):
            point = QPoint(int(area.left() + (x + 0.5) * side), int(area.top() + (y + 0.5) * side))
            expected = pixels(frames, 2)[3, y, x]
            assert image.pixelColor(point).getRgb()[:3] == tuple(expected)
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Escape)
    assert page.grid.isVisible()
    assert page.grid.current == 3


def test_a_double_click_opens_a_picture_too(page):
    page.generate()
    page.qtbot.mouseDClick(page.grid, LEFT, pos=page.grid.cell_rect(1).center().toPoint())
    page.qtbot.mouseDClick(page.viewer, LEFT)  # where its second half lands
    assert page.viewer.isVisible()
    assert page.viewer.index == 1


def test_everything_has_a_name_for_those_who_do_not_see_it(page):
    page.get(QPushButton, "generate.more").setChecked(True)
    page.generate()
    page.click_picture(0)
    for widget in page.window.pages["nav.generate"].findChildren(QWidget):
        is_inner = widget.objectName() == "qt_spinbox_lineedit"
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not is_inner:
            text = widget.text() if hasattr(widget, "text") else ""
            assert widget.accessibleName() or text, f"{widget} {widget.objectName()}"
            assert widget.toolTip() or widget is page.viewer, widget.objectName()


def test_in_the_large_view_space_plays_and_c_chooses(page):
    page.generate()
    page.click_picture(0)
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Space)
    assert page.get(QToolButton, "scrubber.play").accessibleName() == "Pause"
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_Space)
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_C)
    assert page.grid.chosen == (0,)
    choose = page.get(QAbstractButton, "generate.choose")
    assert choose.isChecked()
    page.click(choose)
    assert page.grid.chosen == ()
    page.click(page.get(QPushButton, "generate.back"))
    assert page.grid.isVisible()


def test_pictures_are_chosen_by_mark_by_ctrl_and_by_key(page):
    page.generate()
    mark = check_place(page.grid.cell_rect(0)).center().toPoint()
    page.qtbot.mouseClick(page.grid, LEFT, pos=mark)
    page.click_picture(2, Qt.KeyboardModifier.ControlModifier)
    assert page.grid.isVisible()
    assert page.grid.chosen == (0, 2)
    assert page.save.text() == "Save 2"
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Space)
    assert page.grid.chosen == (0, 2, 3)
    page.click_picture(1, Qt.KeyboardModifier.ShiftModifier)
    assert page.grid.chosen == (0, 1, 2, 3)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    assert page.grid.chosen == ()
    assert page.save.text() == "Save all"
    page.qtbot.keyClick(page.grid, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(page.grid.chosen) == COUNT
    assert f"{COUNT} chosen" in page.grid.accessibleName()


def test_the_chosen_stay_chosen_while_eta_changes_and_not_with_another_seed(page):
    page.generate()
    before = page.grid.trajectory
    page.click_picture(2, Qt.KeyboardModifier.ControlModifier)
    page.eta.setValue(0.5)
    page.wait_for_another(before)
    assert page.grid.chosen == (2,)
    page.wait_until_done()
    page.generate()
    assert page.grid.chosen == ()


def test_the_chosen_are_saved_as_png_with_the_recipe_that_makes_them_again(
    page, tiny_project, folders
):
    page.eta.setValue(0.5)
    page.generate()
    seed = page.seed.value()
    page.click_picture(1, Qt.KeyboardModifier.ControlModifier)
    page.click_picture(3, Qt.KeyboardModifier.ControlModifier)
    page.timeline.setValue(0)  # finished pictures are saved, whatever is looked at
    page.click(page.save)
    saved = page.get(QLabel, "generate.saved")
    page.qtbot.waitUntil(lambda: saved.isVisible())
    assert "2 pictures" in saved.text()
    assert str(tiny_project.gallery) in saved.text()
    paths = sorted(tiny_project.gallery.iterdir())
    assert len(paths) == 2
    for path, its_seed in zip(paths, (seed + 1, seed + 3), strict=True):
        with Image.open(path) as image:
            recipe = Recipe.from_text(image.text[RECIPE_KEY])
            array = np.asarray(image)
        assert (recipe.seed, recipe.sample.eta, recipe.which) == (its_seed, 0.5, "ema")
        assert recipe.sample.num_inference_steps == STEPS
        model, config = load_model(tiny_project.checkpoints / recipe.checkpoint, recipe.which)
        device = next(model.parameters()).device
        *_, last = denoise_seeds(Network(model, config, device), recipe.sample, [recipe.seed])
        np.testing.assert_array_equal(to_uint8(last.x_t)[0], array)  # alone, not among four
    page.click(page.get(QPushButton, "generate.show_in_folder"))
    assert folders == [tiny_project.gallery]


def test_saving_again_replaces_nothing_and_another_folder_can_be_chosen(
    page, tiny_project, tmp_path
):
    page.generate()
    saved = page.get(QLabel, "generate.saved")
    for number in (1, 2):
        page.click(page.save)
        wanted = number * COUNT
        page.qtbot.waitUntil(lambda n=wanted: len(list(tiny_project.gallery.glob("*.png"))) == n)
        page.qtbot.waitUntil(lambda: page.window.session.jobs.get("save") is None)
    page.click(page.get(QToolButton, "generate.save_to"))
    chooser = page.window.findChild(QFileDialog)
    chooser.fileSelected.emit(str(tmp_path / "kept"))
    chooser.reject()
    page.qtbot.waitUntil(lambda: "kept" in saved.text())
    assert len(list((tmp_path / "kept").iterdir())) == COUNT


def test_a_folder_that_cannot_be_written_is_a_sentence(page, tiny_project):
    page.generate()
    tiny_project.gallery.write_text("a file, not a folder")
    page.click(page.save)
    sentence = page.get(QLabel, "window.banner.text")
    page.qtbot.waitUntil(lambda: sentence.isVisible())
    assert "cannot be made" in sentence.text()
