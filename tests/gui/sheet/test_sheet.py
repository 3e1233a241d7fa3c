"""The sheet in the window, as a person uses it: real widgets, a tiny real model."""

import threading

import numpy as np
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
)

from ddpm_studio.config import SampleConfig
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.full_screen import FullScreenPicture
from ddpm_studio.gui.frames.request import PageSettings
from ddpm_studio.gui.generate.controls import SampleControls
from ddpm_studio.gui.sheet import work
from ddpm_studio.gui.sheet.axis_editor import AxisValues
from ddpm_studio.gui.sheet.denoising import JOB
from ddpm_studio.gui.sheet.dialog import SheetDialog, Sheets
from ddpm_studio.sheets import Axis, Sheet
from tests.checkpoints import copy_checkpoint
from tests.export.sheet_pages import read_about
from tests.gui.parts import part
from tests.gui.patience import PATIENCE

LEFT = Qt.MouseButton.LeftButton


def painted(project, sheet):
    """What the engine makes of it, as cells."""
    events = work.paint(project, sheet)
    return {
        (event.column, event.row): event.pictures for event in events if hasattr(event, "pictures")
    }


def colours(image):
    shown = [image.pixelColor(x, y).getRgb()[:3] for y in range(8) for x in range(8)]
    return np.array(shown, np.uint8).reshape(8, 8, 3)


def test_the_cells_are_those_of_the_engine(sheet, tiny_project):
    assert sheet.view.face.columns == ("1 step", "2 steps")
    assert sheet.view.face.rows == ("eta 0", "eta 1")
    assert sheet.message.text() == "4 cells to paint."
    sheet.paint()
    assert sheet.view.shown == {(0, 0), (1, 0), (0, 1), (1, 1)}
    axes = Axis("steps", (1, 2)), Axis("eta", (0.0, 1.0))
    expected = painted(tiny_project, Sheet(*axes, SampleConfig(seed=5), 10))
    for place, pictures in expected.items():
        # pixels of a cell as they are drawn
        image = sheet.view._images[place]
        np.testing.assert_array_equal(colours(image), pictures[0])
    assert sheet.message.text() == "The sheet is complete."
    assert not sheet.run.isEnabled()


def test_a_click_puts_the_settings_into_the_page_and_undo_takes_them_back(sheet, page):
    before = part(page.window, SampleControls).sample_config(5)
    sheet.paint()
    sheet.click_cell(1, 1)
    assert (page.steps.value(), page.eta.value(), page.seed.value()) == (2, 1.0, 5)
    assert (
        sheet.message.text()
        == "On the page now: DDIM · 2 steps · eta 1 · seed 5 · step 10, averaged"
    )
    assert not sheet.get(QPushButton, "sheet.take").isVisible()
    sheet.click_cell(0, 0)
    assert page.steps.value() == 1
    sheet.click(sheet.get(QPushButton, "sheet.undo"))
    assert part(page.window, SampleControls).sample_config(page.seed.value()) == before
    assert page.checkpoint.currentIndex() == 0  # still the newest


def test_hovering_shows_the_settings_and_the_keyboard_goes_from_cell_to_cell(sheet, page):
    # as if the mouse were there, which asks for what is next
    sheet.view._set_hover((1, 0))
    assert sheet.hover.text() == "DDIM · 2 steps · eta 0 · seed 5 · step 10, averaged"
    sheet.view.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        sheet.qtbot.keyClick(sheet.view, key)
    assert (page.steps.value(), page.eta.value()) == (2, 1.0)


def test_cancel_keeps_what_is_there_and_going_on_paints_the_rest(sheet, monkeypatch, at_once):
    usual, gate, asked = work.paint, threading.Event(), []

    def paint(project, one, known):
        asked.append(known)
        for event in usual(project, one, known):
            yield event
            if hasattr(event, "pictures") and len(asked) == 1:
                gate.wait(PATIENCE / 1000)

    monkeypatch.setattr(work, "paint", paint)
    cancel = sheet.get(QPushButton, "sheet.cancel")
    assert cancel.isHidden()
    place, width = sheet.run.pos(), sheet.run.width()
    sheet.qtbot.mouseDClick(sheet.run, LEFT)  # the second half of it cancels nothing
    sheet.click(sheet.run)
    sheet.qtbot.waitUntil(lambda: len(sheet.view.shown) == 1)
    assert sheet.session.jobs.get(JOB) is not None
    assert sheet.run.text() == "Paint"
    assert (sheet.run.pos(), sheet.run.width()) == (place, width)
    sheet.click(cancel)
    gate.set()
    sheet.wait()
    kept = sheet.view.shown
    assert 1 <= len(kept) < 4
    assert sheet.run.text() == f"Go on, {4 - len(kept)} left"
    assert "not painted yet" in sheet.export.toolTip()
    assert sheet.message.text() == "Stopped. What is painted stays."
    sheet.paint()
    assert len(sheet.view.shown) == 4
    assert len(asked[1]) == len(kept)


def test_what_was_painted_is_seen_again_after_a_change_of_the_axes(sheet):
    sheet.paint()
    sheet.click(sheet.chip("sheet.x", "steps", 5))
    assert len(sheet.view.shown) == 4
    assert sheet.run.text() == "Go on, 2 left"
    sheet.click(sheet.chip("sheet.x", "steps", 5))
    sheet.click(sheet.get(QPushButton, "sheet.swap"))
    assert sheet.view.face.columns == ("eta 0", "eta 1")
    assert len(sheet.view.shown) == 4
    assert not sheet.run.isEnabled()


def test_one_value_on_each_side_is_a_sheet_too_and_none_is_said(sheet):
    sheet.choose("sheet.x", "steps", 2)
    sheet.choose("sheet.y", "eta", 0.0)
    sheet.paint()
    assert sheet.view.shown == {(0, 0)}
    sheet.choose("sheet.y", "eta")
    assert sheet.message.text() == "Choose at least one value down."
    assert not sheet.run.isEnabled()
    assert not sheet.export.isEnabled()


def test_samplers_without_eta_say_so(sheet):
    sheet.choose("sheet.y", "sampler", "ddim", "heun")
    sheet.choose("sheet.x", "eta", 0.0, 1.0)
    face = sheet.view.face
    assert face.copies[1, 1] == (0, 1)
    assert "Heun has no eta: the same picture for each of them." in sheet.view.words_of((1, 1))
    assert "no eta" not in sheet.view.words_of((1, 0))


def test_checkpoints_are_offered_with_the_star_of_the_best(sheet, tiny_project):
    copy_checkpoint(tiny_project, 8)
    sheet.session.checkpoint_saved.emit(10, tiny_project.checkpoint_path(10))
    sheet.qtbot.waitUntil(lambda: 8 in sheet.session.checkpoints.steps)
    sheet.session.checkpoints.set_best(8, 0.5)
    sheet.choose("sheet.y", "checkpoint", 8, 10)
    best = sheet.chip("sheet.y", "checkpoint", 8)
    assert best.text() == "step 8  ★"
    assert "lowest loss on pictures it never saw: 0.5" in best.toolTip()
    sheet.paint()
    assert len(sheet.view.shown) == 4
    for row in range(2):  # they are copies of each other
        np.testing.assert_array_equal(
            colours(sheet.view._images[0, row]), colours(sheet.view._images[0, 0])
        )


def test_a_checkpoint_that_training_deleted_leaves_a_gap_with_its_reason(sheet, tiny_project):
    copy_checkpoint(tiny_project, 8)
    sheet.session.checkpoint_saved.emit(10, tiny_project.checkpoint_path(10))
    sheet.qtbot.waitUntil(lambda: 8 in sheet.session.checkpoints.steps)
    sheet.choose("sheet.y", "checkpoint", 8, 10)
    tiny_project.checkpoint_path(8).unlink()
    sheet.paint()
    assert sheet.view.shown == {(0, 1), (1, 1)}
    assert "There is no checkpoint" in sheet.view.words_of((0, 0))
    assert sheet.message.text() == "2 cells stay empty; point at one to see why."


def test_the_page_can_be_set_otherwise_and_taken_over(sheet, page):
    take = sheet.get(QPushButton, "sheet.take")
    page.seed.setValue(77)
    assert take.isVisible()
    assert "seed 5" in sheet.get(QLabel, "sheet.fixed").text()
    sheet.click(take)
    assert "seed 77" in sheet.get(QLabel, "sheet.fixed").text()
    assert not take.isVisible()
    # the values as they are typed, by which a sheet is painted
    assert AxisValues.chosen(sheet.dialog._choice._values, "seed") == (77, 78, 79, 80)


@pytest.mark.parametrize(("suffix", "paper"), [(".png", "light"), (".webp", "dark")])
def test_export_writes_a_labelled_page_with_its_settings_inside(sheet, tmp_path, suffix, paper):
    combo = sheet.get(QComboBox, "sheet.paper")
    combo.setCurrentIndex(combo.findData(paper))
    assert not sheet.export.isEnabled()
    sheet.paint()
    assert sheet.export.isEnabled()
    path = tmp_path / f"sheet{suffix}"
    # what the file dialog, which waits for a person, would begin
    export = sheet.dialog._export_job
    # and with what it would be asked to write
    export.write(path, sheet.dialog._make_page())
    sheet.qtbot.waitUntil(lambda: not export.is_running)
    assert sheet.message.text() == f"Saved sheet{suffix}"
    assert sheet.get(QPushButton, "sheet.show_in_folder").isVisible()
    with Image.open(path) as image:
        corner = image.convert("RGB").getpixel((0, 0))
    assert corner == ((255, 255, 255) if paper == "light" else (20, 20, 20))
    about = read_about(path)
    assert about["x"] == {"name": "steps", "values": [1, 2]}
    assert len(about["checkpoints_sha256"]["10"]) == 64


def test_an_export_that_cannot_be_written_is_a_sentence(sheet, tmp_path):
    sheet.paint()
    (tmp_path / "file").write_text("")
    sheet.dialog._export_job.write(tmp_path / "file" / "sheet.png", sheet.dialog._make_page())
    sheet.qtbot.waitUntil(lambda: not sheet.dialog._export_job.is_running)
    assert "cannot be made" in sheet.message.text()


def test_zoom_keeps_labels_in_view_and_fits_again(sheet):
    sheet.paint()
    view = sheet.view
    assert view.is_fitted
    for _ in range(12):
        view.zoom(1)
    assert view.scale == 24.0
    view.horizontalScrollBar().setValue(view.horizontalScrollBar().maximum())
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    # where its bands lie is only drawn
    top = view._layout.bands[1]
    cell = view.cell_rect((0, 0))
    assert cell.top() < top
    under_the_label = QPointF(cell.center().x(), (cell.top() + top) / 2)
    assert cell.contains(under_the_label)
    assert view.place_at(under_the_label) is None
    sheet.click(sheet.get(QPushButton, "sheet.fit"))
    assert view.is_fitted
    assert view.horizontalScrollBar().maximum() == view.verticalScrollBar().maximum() == 0


def test_the_field_for_a_seed_begins_after_those_that_are_offered(sheet, page):
    number = sheet.get(QSpinBox, names.item("sheet.x", "number"))
    combo = sheet.get(QComboBox, names.item("sheet.x", "axis"))
    combo.setCurrentIndex(combo.findData("seed"))
    offered = sheet.dialog.findChildren(QAbstractButton)
    prefix = names.item("sheet.x", "seed_")
    seeds = [one.objectName().removeprefix(prefix) for one in offered]
    assert number.value() == max(int(seed) for seed in seeds if seed.isdigit()) + 1


def test_enter_in_a_field_adds_a_value_and_paints_nothing(sheet):
    part = sheet.get(QDoubleSpinBox, names.item("sheet.y", "part"))
    part.setValue(0.4)
    part.setFocus()
    sheet.qtbot.keyClick(part, Qt.Key.Key_Return)
    assert sheet.view.face.rows == ("eta 0", "eta 0.4", "eta 1")
    assert sheet.session.jobs.get(JOB) is None


def test_the_axes_and_their_values_are_remembered(sheet, page, settings, find, qtbot):
    sheet.choose("sheet.y", "sampler", "heun")
    sheet.count.setCurrentIndex(1)
    sheet.dialog.reject()
    values = AxisValues(settings)
    assert values.chosen("steps") == (1, 2)
    assert values.chosen("sampler") == ("heun",)
    page.click(page.get(QPushButton, "generate.sheet"))
    # two dialogs of one name are there for a moment
    qtbot.waitUntil(lambda: part(page.window, Sheets)._dialog is not sheet.dialog)
    again = part(page.window, Sheets)._dialog
    assert again._choice.axes() == (Axis("steps", (1, 2)), Axis("sampler", ("heun",)))
    assert again._choice.count == 4
    again.reject()


def test_odd_values_that_were_kept_are_passed_over(settings):
    settings.set("sheet/steps", ["5", "x", "-3", "17"])
    settings.set("sheet/eta", ["none"])
    values = AxisValues(settings)
    assert values.chosen("steps") == (5, 17)
    assert values.chosen("eta") == (0.0, 0.5, 1.0)


def test_another_project_closes_it_and_cancels_what_it_paints(sheet, monkeypatch):
    gate = threading.Event()

    def paint(*_what):
        while True:
            gate.wait(0.01)
            yield None

    monkeypatch.setattr(work, "paint", paint)
    sheet.click(sheet.run)
    assert sheet.session.jobs.get(JOB) is not None
    sheet.session.close_project()
    sheet.wait()
    sheet.qtbot.waitUntil(lambda: not shiboken6.isValid(sheet.dialog))


def test_a_sheet_is_opened_once(sheet, page):
    page.click(page.get(QPushButton, "generate.sheet"))
    assert len(page.window.findChildren(SheetDialog)) == 1


def test_the_used_steps_are_no_longer_than_the_model_was_trained(session, tiny_project, qtbot):
    session.project = tiny_project
    settings = PageSettings(SampleConfig(num_inference_steps=5), 10, "ema")
    dialog = SheetDialog(session, tiny_project, settings)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    most = tiny_project.config.diffusion.num_timesteps
    assert dialog.findChild(QSpinBox, names.item("sheet.x", "number")).maximum() == most


def test_without_an_eta_another_axis_is_there_at_first(page, find, qtbot):
    page.sampler.setCurrentIndex(page.sampler.findData("ddpm"))
    page.click(page.get(QPushButton, "generate.sheet"))
    (dialog,) = page.window.findChildren(SheetDialog)
    assert find(dialog, QComboBox, "sheet.y.axis").currentData() == "seed"
    dialog.reject()


def test_a_cell_can_be_copied_and_seen_on_the_whole_screen(sheet, qtbot):
    sheet.paint()
    view = sheet.view
    at = view.cell_rect((1, 0)).center().toPoint()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().size() == view._images[1, 0].size()
    qtbot.keyClick(view, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)  # somebody else's
    qtbot.keyClick(view, Qt.Key.Key_F11)
    (full,) = sheet.dialog.findChildren(FullScreenPicture)
    assert full.canvas.image == view._images[1, 0]
    qtbot.keyClick(full, Qt.Key.Key_F11)
    qtbot.waitUntil(lambda: not sheet.dialog.findChildren(FullScreenPicture))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    [menu] = [one for one in sheet.dialog.findChildren(QMenu) if one.isVisible()]
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == ["Use these settings", "Copy", "Full screen"]
    menu.close()
