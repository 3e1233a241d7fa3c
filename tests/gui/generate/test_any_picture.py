"""Any file of the disk as one's own picture: chosen in a dialog, or dropped."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QPushButton, QWidget

from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gallery.origin import own_pixels
from ddpm_studio.gui.common.choice_bar import ChoiceBar
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.shell.banner import Banner
from tests.gui.parts import part

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "holiday.png"
    path.parent.mkdir()
    pixels = np.random.default_rng(4).integers(0, 256, (30, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def choose_source(page, source: str) -> None:
    bar = page.get(ChoiceBar, "own.switch")
    place = bar.areas()[bar.findData(source)].center().toPoint()
    page.qtbot.mouseClick(bar, LEFT, pos=place)


def open_dialog(page) -> QDialog:
    choose_source(page, "own")
    page.qtbot.waitUntil(lambda: page.window.findChild(QDialog, "own.dialog") is not None)
    return page.window.findChild(QDialog, "own.dialog")


def drop(widget: QWidget, path: Path) -> bool:
    """A file from a file manager; whether the widget takes it."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place, copy, keys = QPoint(20, 20), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, copy, mime, LEFT, keys)
    QApplication.sendEvent(widget, enter)
    if enter.isAccepted():
        QApplication.sendEvent(widget, QDropEvent(QPointF(place), copy, mime, LEFT, keys))
    return enter.isAccepted()


def wait_for(page, name: str) -> None:
    page.qtbot.waitUntil(lambda: page.get(QLabel, "own.picture").text() == name)
    page.qtbot.waitUntil(
        lambda: page.grid.trajectory is not None and not page.grid.trajectory.is_finishing
    )
    page.wait_until_done()


def test_a_file_is_chosen_and_what_is_painted_from_it_can_be_remade(
    page, elsewhere, tiny_project
) -> None:
    dialog = open_dialog(page)
    page.click(dialog.findChild(QPushButton, "own.dialog.other"))
    chooser = page.window.findChild(QFileDialog)
    chooser.fileSelected.emit(str(elsewhere))
    chooser.close()
    wait_for(page, "holiday.png")
    recipe = part(page.window, Denoising).trajectory.recipe
    pixels = own_pixels(tiny_project, tiny_project.config, recipe.start)
    page.timeline.setValue(page.timeline.maximum())
    np.testing.assert_array_equal(page.shown()[0], pixels)
    page.timeline.setValue(2)
    before = page.grid.trajectory
    page.click(page.get(QPushButton, "own.paint_on"))
    page.wait_for_another(before)
    page.wait_until_done()
    page.click(page.save)
    page.qtbot.waitUntil(lambda: not page.window.session.jobs.is_busy())
    saved = sorted(tiny_project.gallery.glob("*.png"))
    start = read_recipe(saved[0]).start
    elsewhere.unlink()
    np.testing.assert_array_equal(own_pixels(tiny_project, tiny_project.config, start), pixels)


def test_a_file_is_dropped_on_the_dialog(page, elsewhere) -> None:
    dialog = open_dialog(page)
    assert not drop(dialog, elsewhere.parent)  # a folder is for the window
    assert drop(dialog, elsewhere)
    wait_for(page, "holiday.png")
    assert page.get(ChoiceBar, "own.switch").chosen == "own"


def test_on_the_stage_it_takes_the_place_of_the_picture_there(page, elsewhere) -> None:
    assert not page.grid.acceptDrops()  # from noise: a file with a recipe is meant
    assert drop(open_dialog(page), elsewhere)
    wait_for(page, "holiday.png")
    other = elsewhere.with_name("other.png")
    with Image.open(elsewhere) as picture:
        picture.rotate(180).save(other)
    assert drop(page.grid, other)
    wait_for(page, "other.png")


def test_what_is_no_picture_is_said_and_what_was_there_stays(page, elsewhere) -> None:
    assert drop(open_dialog(page), elsewhere)
    wait_for(page, "holiday.png")
    words = elsewhere.with_name("words.txt")
    words.write_text("paper, ink")
    assert drop(page.grid, words)
    banner = part(page.window, Banner)
    page.qtbot.waitUntil(banner.isVisible)
    assert "words.txt cannot be begun with" in " ".join(
        one.text() for one in banner.findChildren(QLabel)
    )
    assert page.get(QLabel, "own.picture").text() == "holiday.png"
