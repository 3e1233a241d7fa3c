"""Pictures are turned by a click or a key: seen at once, taken back, and never in the file."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QWidget

from ddpm_studio.choices import PictureChoice
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common.full_screen import FullScreen
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.crop_frame import CropFrame
from ddpm_studio.gui.pictures.details import CropView
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.pictures.viewer import OriginalViewer
from ddpm_studio.project import Project
from tests.gui.pictures.conftest import Driver, as_array
from tests.gui.pictures.test_choices_on_the_page import digest_of, saved

CTRL = Qt.KeyboardModifier.ControlModifier


def tile(page: Driver, row: int) -> WallEntry:
    found = page.wall.wall_model.tile(row)
    assert isinstance(found, WallEntry)
    return found


def pixels(page: Driver, row: int) -> np.ndarray:
    image = page.wall.wall_model.image(row)
    assert image is not None
    return as_array(image)


def wait_until_read(page: Driver, row: int) -> None:
    """The reading has confirmed it: the pixels need no turning any more."""
    model = page.wall.wall_model
    page.wait(lambda: not tile(page, row).still_turned and model.image(row) is not None)


@pytest.fixture
def unread(page: Driver, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A page on which no reading ends any more."""

    def never(*_: object) -> Iterator[None]:
        while True:
            time.sleep(0.001)
            yield None

    monkeypatch.setattr(work, "prepare", never)
    return page


def test_the_wall_shows_it_before_anything_is_read(unread: Driver) -> None:
    page = unread
    page.select(3)
    before = pixels(page, 3)
    page.click("pictures.turn_right")
    np.testing.assert_array_equal(pixels(page, 3), np.rot90(before, -1))
    assert tile(page, 3).words.endswith("turned to the right by you")
    page.click("pictures.turn_right")
    np.testing.assert_array_equal(pixels(page, 3), np.rot90(before, 2))
    for _ in range(3):
        page.press(Qt.Key.Key_BracketLeft, CTRL)
    np.testing.assert_array_equal(pixels(page, 3), np.rot90(before, 1))
    assert page.wall.chosen_rows() == [3]


def test_keys_turn_all_that_are_chosen_and_undo_takes_it_back(page: Driver) -> None:
    files = digest_of(page.session.project.pictures)
    before = [pixels(page, row) for row in (2, 5)]
    page.select(2, 5)
    page.press(Qt.Key.Key_BracketRight, CTRL)
    assert saved(page, "flower_02.png") == saved(page, "flower_05.png") == PictureChoice(turn=90)
    assert "Turn 2 pictures to the right" in page.get(QAbstractButton, "pictures.undo").toolTip()
    wait_until_read(page, 2)
    wait_until_read(page, 5)
    for row, was in zip((2, 5), before, strict=True):
        assert (pixels(page, row) != was).any()
    page.press(Qt.Key.Key_Z, CTRL)
    wait_until_read(page, 2)
    wait_until_read(page, 5)
    for row, was in zip((2, 5), before, strict=True):
        np.testing.assert_array_equal(pixels(page, row), was)
    assert saved(page, "flower_02.png") == PictureChoice()
    assert digest_of(page.session.project.pictures) == files


def test_the_large_view_turns_at_the_key_on_the_whole_screen_too(unread: Driver) -> None:
    page = unread
    page.select(3)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Space)
    viewer, title = page.get(OriginalViewer, "pictures.viewer"), "pictures.large.title"
    canvas = viewer.canvas
    page.wait(lambda: canvas.image is not None and canvas.image.width() == 24)
    before = as_array(canvas.image)
    page.press(Qt.Key.Key_BracketRight, CTRL)
    np.testing.assert_array_equal(as_array(canvas.image), np.rot90(before, -1))
    assert page.get(QLabel, title).text() == "flower_03.png  ·  20 × 24 pixels"
    page.press(Qt.Key.Key_F11)
    full = page.window.findChild(FullScreen)
    page.qtbot.keyClick(full, Qt.Key.Key_BracketRight, CTRL)
    np.testing.assert_array_equal(as_array(canvas.image), np.rot90(before, 2))
    page.qtbot.keyClick(full, Qt.Key.Key_BracketLeft, CTRL)
    page.qtbot.keyClick(full, Qt.Key.Key_Escape)
    page.wait(lambda: viewer.isAncestorOf(viewer.canvas))
    # read anew, as the reader turns it: the same to the bit
    page.wait(lambda: page.session.jobs.get("pictures.large") is None)
    np.testing.assert_array_equal(as_array(canvas.image), np.rot90(before, -1))


def test_the_whole_file_beside_it_is_turned_and_says_its_sides(page: Driver) -> None:
    page.select(3)
    seen = page.get(CropView, "pictures.details.crop")
    page.wait(lambda: seen.image is not None and seen.image.width() == 24)
    before = as_array(seen.image)
    page.click("pictures.turn_left")
    np.testing.assert_array_equal(as_array(seen.image), np.rot90(before, 1))
    assert page.text("pictures.details.text").startswith("20 × 24 pixels become 8 × 8.")
    assert "Turned to the left by you." in page.text("pictures.details.text")


def test_its_crop_is_chosen_on_the_turned_picture(page: Driver) -> None:
    page.select(3)
    page.click("pictures.turn_right")
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Return)
    page.wait(lambda: page.window.findChild(QDialog, "crop") is not None)
    dialog = page.window.findChild(QDialog, "crop")
    frame = dialog.findChild(CropFrame, "crop.frame")
    page.qtbot.keyClick(frame, Qt.Key.Key_Up)  # a frame of one's own: there is room above it
    page.qtbot.mouseClick(dialog.findChild(QAbstractButton, "crop.use"), Qt.MouseButton.LeftButton)
    choice = saved(page, "flower_03.png")
    (crop,) = choice.crops
    left, top, width, height = crop.box
    assert (choice.turn, crop.mode) == (90, "box")
    assert [left, 20 * width, 24 * height] == pytest.approx([0, 20, 20])
    page.click("pictures.turn_left")
    assert saved(page, "flower_03.png").turn == 0
    (back,) = saved(page, "flower_03.png").crops
    assert back.mode == "box"
    assert list(back.box) == pytest.approx([top, 0, height, width])


def test_a_shape_that_is_not_square_waits_for_the_reading(
    make_window, tmp_path: Path, picture_folder: Path, new_project: Project, drive
) -> None:
    config = with_settings(new_project.config, ["pictures.size=16", "pictures.height=8"])
    project = Project.create(tmp_path / "projects" / "wide", picture_folder, config)
    page = drive(make_window(project))
    page.wait_for_wall()
    before = pixels(page, 3)
    page.select(3)
    page.click("pictures.turn_right")
    assert (tile(page, 3).width, tile(page, 3).height) == (20, 24)
    page.wait_for_wall()
    after = pixels(page, 3)
    assert after.shape == before.shape
    assert (after != before).any()


def test_frames_of_a_video_are_not_turned(mixed_page: Driver) -> None:
    page = mixed_page
    page.pick("filter.show", "all")
    page.select(page.shown.index("clip.mp4"))
    for name in ("pictures.turn_left", "pictures.turn_right"):
        assert not page.get(QWidget, name).isEnabled()


def test_it_is_so_when_the_project_is_opened_again(page: Driver, make_window, drive) -> None:
    page.select(0)
    page.click("pictures.turn_right")
    wait_until_read(page, 0)
    after, project = pixels(page, 0), page.session.project
    assert saved(page, "flower_00.png").turn == 90
    page.window.close()
    page.wait(lambda: not page.window.isVisible())
    again = drive(make_window(Project.open(project.path)))
    again.wait_for_wall()
    np.testing.assert_array_equal(pixels(again, 0), after)
    with Image.open(project.pictures / "flower_00.png") as file:
        assert file.size == (24, 20)
