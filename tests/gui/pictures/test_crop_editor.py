"""The crop editor: what is dragged, typed and clicked is what is chosen."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QListWidget, QMessageBox, QPushButton, QToolButton

from ddpm_studio.choices import MOST_CROPS, Crop
from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.crop_editor import CropEditor
from ddpm_studio.gui.pictures.crop_frame import HANDLES, CropFrame
from ddpm_studio.gui.pictures.crop_geometry import (
    box_grid,
    dragged,
    free_box,
    largest_box,
    render,
    scaled,
    shape_of,
)
from ddpm_studio.gui.pictures.work import Original

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
SIZE, TARGET = (1200, 800), (64, 64)
OWN = Crop("box", (0.25, 0.25, 1 / 3, 0.5))  # 400 x 400 pixels


def pixels_of(width: int = 120, height: int = 80) -> np.ndarray:
    """Red grows to the right, green downwards."""
    y, x = np.mgrid[0:height, 0:width]
    blue = np.zeros_like(x)
    return np.stack([x * 255 // width, y * 255 // height, blue], -1).astype(np.uint8)


class Driver:
    """Acts on the dialog as a person does."""

    def __init__(self, dialog: CropEditor, qtbot, find) -> None:
        self.dialog, self.qtbot, self._find = dialog, qtbot, find
        self.frame: CropFrame = find(dialog, CropFrame, "crop.frame")
        self.mode: QComboBox = find(dialog, QComboBox, "crop.mode")
        self.list: QListWidget = find(dialog, QListWidget, "crop.list")
        self.facts: QLabel = find(dialog, QLabel, "crop.facts")
        self.chosen: list[tuple[Crop, ...]] = []
        dialog.chosen.connect(self.chosen.append)

    def button(self, name: str, kind=QPushButton):
        return self._find(self.dialog, kind, name)

    def click(self, name: str, kind=QPushButton) -> None:
        button = self.button(name, kind)
        assert button.isEnabled()
        assert button.isVisible()
        self.qtbot.mouseClick(button, LEFT)

    def drag(self, start: QPointF, by: tuple[int, int]) -> None:
        begin = start.toPoint()
        self.qtbot.mousePress(self.frame, LEFT, pos=begin)
        for part in (0.5, 1.0):
            self.qtbot.mouseMove(
                self.frame, begin + QPoint(round(by[0] * part), round(by[1] * part))
            )
        self.qtbot.mouseRelease(self.frame, LEFT, pos=begin + QPoint(*by))

    def choose_mode(self, mode: str) -> None:
        row, target = self.mode.currentIndex(), self.mode.findData(mode)
        key = Qt.Key.Key_Down if target > row else Qt.Key.Key_Up
        for _ in range(abs(target - row)):
            self.qtbot.keyClick(self.mode, key)
        assert self.mode.currentData() == mode

    def seen(self) -> tuple[int, int, int]:
        """The colour in the middle of what the network sees."""
        label: QLabel = self._find(self.dialog, QLabel, "crop.seen")
        image = label.pixmap().toImage()
        colour = image.pixelColor(image.width() // 2, image.height() // 2)
        return colour.red(), colour.green(), colour.blue()

    @property
    def box(self) -> tuple[float, float, float, float]:
        assert self.frame.box is not None
        return self.frame.box


@pytest.fixture
def edit(qapp, qtbot, find) -> Callable[..., Driver]:
    """edit(crops, size=..., ...): a shown dialog."""

    def make(crops=(), *, size=SIZE, target=TARGET, mode="centre", **values) -> Driver:
        original = Original(pixels_of(), *size)
        config = PicturesConfig(size=target[0], height=target[1], channels=3, crop=mode)
        dialog = CropEditor(Theme(qapp, "dark"), "a/leaf.png", original, crops, config, **values)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
        dialog.activateWindow()
        qtbot.waitUntil(dialog.isActiveWindow)
        return Driver(dialog, qtbot, find)

    return make


# the geometry


@pytest.mark.parametrize("handle", HANDLES)
def test_a_dragged_handle_keeps_shape_opposite_side_and_picture(handle) -> None:
    shape, box = 2 / 3, (0.2, 0.3, 0.3, 0.45)
    for to in ((-0.5, -0.5), (0.1, 0.9), (0.4, 0.5), (0.97, 0.02), (1.5, 1.5)):
        left, top, width, height = dragged(box, handle, to, shape, 0.05)
        assert width / height == pytest.approx(shape)
        assert width >= 0.05 - 1e-9
        assert min(left, top) >= 0
        assert max(left + width, top + height) <= 1 + 1e-9
        if handle[0]:
            now, before = (left, 0.2) if handle[0] > 0 else (left + width, 0.5)
            assert now == pytest.approx(before)
        if handle[1]:
            now, before = (top, 0.3) if handle[1] > 0 else (top + height, 0.75)
            assert now == pytest.approx(before)


def test_the_largest_frame_lies_as_near_to_the_focus_as_the_edges_allow() -> None:
    shape = shape_of((1200, 800), 1.0)
    assert largest_box(shape) == pytest.approx((1 / 6, 0, 2 / 3, 1))
    assert largest_box(shape, (0.95, 0.1)) == pytest.approx((1 / 3, 0, 2 / 3, 1))
    assert largest_box(shape, (0.4, 0.1)) == pytest.approx((0.4 - 1 / 3, 0, 2 / 3, 1))


def test_scaling_ends_at_the_picture_and_at_the_smallest_frame() -> None:
    box = (0.25, 0.25, 1 / 3, 0.5)
    for _ in range(40):
        box = scaled(box, 1.2, 2 / 3, 0.05)
    assert box[2:] == pytest.approx((2 / 3, 1))
    for _ in range(40):
        box = scaled(box, 0.8, 2 / 3, 0.05)
    assert box[2:] == pytest.approx((0.05, 0.075))


@pytest.mark.parametrize(
    ("size", "target", "count"),
    [
        ((640, 640), (64, 64), MOST_CROPS),
        ((512, 512), (64, 64), 64),
        ((200, 130), (64, 64), 6),
        ((4000, 65), (64, 64), 62),
        ((300, 300), (96, 64), 12),
        ((64, 64), (64, 64), 1),
        ((63, 640), (64, 64), 0),
    ],
)
def test_a_grid_holds_what_fits_at_target_size_without_overlap(size, target, count) -> None:
    boxes = box_grid(size, target)
    assert len(boxes) == count
    corners = [(box[0] * size[0], box[1] * size[1]) for box in boxes]
    for place, (x, y) in enumerate(corners):
        Crop("box", boxes[place])  # or it raises
        assert boxes[place][2] * size[0] == pytest.approx(target[0])
        assert boxes[place][3] * size[1] == pytest.approx(target[1])
        for other_x, other_y in corners[:place]:
            apart = max(abs(x - other_x) - target[0], abs(y - other_y) - target[1])
            assert apart >= -1e-6


def test_another_crop_goes_where_nothing_is_taken() -> None:
    left, top, width, height = free_box([(0.0, 0.0, 0.5, 1.0)], 1.0, 0.4)
    assert left >= 0.5
    assert (width, height) == (0.4, 0.4)
    assert 0 <= top <= 0.6


# what the network sees


def test_a_part_is_rendered_as_the_reader_would() -> None:
    pixels = pixels_of(120, 80)
    seen = render(pixels, (0.5, 0.5, 0.25, 0.375), (30, 30), "#ffffff")
    assert seen.shape == (30, 30, 3)
    assert np.abs(seen.astype(int) - pixels[40:70, 60:90]).max() <= 1


def test_a_padded_picture_is_whole_with_the_background_around_it() -> None:
    seen = render(np.full((40, 80, 3), 9, np.uint8), None, (32, 32), "#ff0000")
    assert (seen[8:24] == 9).all()
    assert (seen[:8] == (255, 0, 0)).all()
    assert (seen[24:] == (255, 0, 0)).all()


# the frame


def test_dragging_inside_moves_the_frame_and_makes_it_the_artists_own(edit) -> None:
    driver = edit()
    assert driver.mode.currentData() == "folder"
    before, area = driver.box, driver.frame.picture_rect()
    driver.drag(driver.frame.frame_rect(before).center(), (-30, 0))
    assert driver.mode.currentData() == "box"
    assert driver.box[0] == pytest.approx(before[0] - 30 / area.width())
    assert driver.box[1:] == pytest.approx(before[1:])
    driver.click("crop.use")
    assert [crop.mode for crop in driver.chosen[0]] == ["box"]
    assert driver.chosen[0][0].box == pytest.approx(driver.box)
    assert not driver.dialog.isVisible()


def test_the_frame_cannot_be_dragged_out_of_the_picture(edit) -> None:
    driver = edit((OWN,))
    driver.drag(driver.frame.frame_rect(driver.box).center(), (4000, -4000))
    assert driver.box == pytest.approx((2 / 3, 0, 1 / 3, 0.5))


@pytest.mark.parametrize("corner", ["bottomRight", "topLeft"])
def test_a_corner_resizes_it_and_keeps_the_aspect(edit, corner) -> None:
    driver = edit((OWN,))
    frame = driver.frame.frame_rect(driver.box)
    inwards = (-40, -40) if corner == "bottomRight" else (40, 40)
    driver.drag(getattr(frame, corner)(), inwards)
    after = driver.frame.frame_rect(driver.box)
    assert after.width() == pytest.approx(frame.width() - 40, abs=1)
    assert after.width() == pytest.approx(after.height())
    kept = "topLeft" if corner == "bottomRight" else "bottomRight"
    assert (getattr(after, kept)() - getattr(frame, kept)()).manhattanLength() < 0.01


def test_arrow_keys_move_by_one_part_in_a_hundred_and_shift_by_five(edit) -> None:
    driver = edit((OWN,))
    assert driver.frame.hasFocus()  # without a click
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Right)
    assert driver.box[:2] == pytest.approx((0.26, 0.25))
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Up, SHIFT)
    assert driver.box[:2] == pytest.approx((0.26, 0.20))
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Plus)
    assert driver.box[2] > OWN.box[2]
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Minus)
    assert driver.box[2] == pytest.approx(OWN.box[2])


def test_what_the_network_sees_follows_the_frame(edit) -> None:
    driver = edit((OWN,))
    before = driver.seen()
    for _ in range(4):
        driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Right, SHIFT)
    red, green, _ = driver.seen()
    assert red == pytest.approx(before[0] + 0.2 * 255, abs=3)
    assert green == pytest.approx(before[1], abs=1)


def test_a_frame_smaller_than_the_target_is_said_to_be_enlarged(edit) -> None:
    driver = edit((Crop("box", (0.1, 0.1, 0.4, 0.5)),), size=(100, 80))
    assert driver.facts.text() == "This part has 40 × 40 pixels; it will be enlarged to 64 × 64."
    assert driver.facts.property("kind") == "warning"
    for _ in range(40):
        driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Plus)
    assert driver.facts.text() == "This part has 80 × 80 pixels; it becomes 64 × 64."
    assert driver.facts.property("kind") == "muted"


def test_a_frame_of_another_shape_shows_the_part_that_is_used(edit) -> None:
    driver = edit((Crop("box", (0.0, 0.0, 1.0, 0.5)),), size=(800, 800))
    assert driver.box == pytest.approx((0.25, 0, 0.5, 0.5))


# the mode


def test_each_mode_is_shown_and_chosen(edit) -> None:
    driver = edit(focus=(0.9, 0.5))
    for mode, box in (
        ("centre", largest_box(2 / 3)),
        ("smart", largest_box(2 / 3, (0.9, 0.5))),
        ("pad", None),
    ):
        driver.choose_mode(mode)
        assert driver.frame.box == (box if box is None else pytest.approx(box))
        assert [crop.mode for crop in driver.dialog.crops] == [mode]
    driver.choose_mode("box")
    assert driver.dialog.crops == (Crop("box", largest_box(2 / 3)),)
    driver.choose_mode("folder")
    assert driver.dialog.crops == ()


def test_the_folder_is_shown_as_it_crops_and_chosen_by_its_button(edit) -> None:
    driver = edit((OWN,), mode="smart", focus=(0.9, 0.5))
    assert driver.mode.itemText(0) == "As all pictures (where most detail is)"
    driver.click("crop.as_folder")
    assert driver.chosen == [()]


def test_cancel_and_escape_choose_nothing(edit) -> None:
    driver = edit((OWN,))
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Escape)
    assert not driver.dialog.isVisible()
    driver.dialog.open()
    driver.click("crop.cancel")
    assert not driver.dialog.isVisible()
    assert driver.chosen == []


def test_enter_uses_what_is_shown(edit) -> None:
    driver = edit((OWN,))
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Return)
    assert driver.chosen == [(OWN,)]


# several crops


def test_crops_are_added_picked_and_removed(edit) -> None:
    driver = edit((OWN,))
    assert not driver.list.isVisible()
    driver.click("crop.add")
    driver.click("crop.add")
    assert driver.list.isVisible()
    assert driver.list.count() == len(driver.dialog.crops) == 3
    assert driver.list.currentRow() == 2
    assert not driver.mode.model().item(0).isEnabled()
    spot = driver.frame.frame_rect(OWN.box).center()
    driver.qtbot.mouseClick(driver.frame, LEFT, pos=spot.toPoint())  # the first one's outline
    assert driver.list.currentRow() == 0
    assert driver.box == pytest.approx(OWN.box)
    third = driver.dialog.crops[2]
    driver.click("crop.remove", QToolButton)
    assert driver.dialog.crops[-1] == third
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Delete)
    assert driver.dialog.crops == (third,)
    assert not driver.list.isVisible()
    driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Delete)  # the last one stays
    assert driver.dialog.crops == (third,)


def test_a_thumbnail_brings_its_crop_back_into_the_frame(edit) -> None:
    driver = edit((OWN, Crop("centre")))
    item = driver.list.visualItemRect(driver.list.item(1)).center()
    driver.qtbot.mouseClick(driver.list.viewport(), LEFT, pos=item)
    assert driver.mode.currentData() == "centre"
    driver.choose_mode("smart")
    assert driver.dialog.crops == (OWN, Crop("smart"))


def test_the_folders_crop_stays_the_first_of_several(edit) -> None:
    driver = edit(mode="pad")
    driver.click("crop.add")
    assert [crop.mode for crop in driver.dialog.crops] == ["pad", "box"]


def test_a_large_picture_is_filled_with_crops(edit) -> None:
    driver = edit(size=(6000, 4000))
    driver.click("crop.fill")
    assert driver.list.count() == MOST_CROPS
    assert not driver.button("crop.add").isEnabled()
    assert driver.facts.text() == "This part has 64 × 64 pixels; they are used as they are."
    driver.click("crop.use")
    assert [crop.box for crop in driver.chosen[0]] == list(box_grid((6000, 4000), TARGET))


def test_a_small_picture_cannot_be_filled(edit) -> None:
    assert not edit(size=(100, 70)).button("crop.fill").isEnabled()


def test_the_dialog_keeps_its_size_when_crops_come_and_go(edit) -> None:
    driver = edit()
    before = driver.dialog.size()
    driver.click("crop.add")
    driver.qtbot.waitUntil(driver.list.isVisible)
    assert driver.dialog.size() == before


def test_another_theme_repaints_the_frame(edit) -> None:
    driver = edit((OWN,))
    dark = driver.dialog.grab().toImage()
    # the editor has no window here, whose theme it would be
    driver.dialog._theme.set_choice("light")
    light = driver.dialog.grab().toImage()
    assert dark.pixelColor(5, 5).lightness() < 60
    assert light.pixelColor(5, 5).lightness() > 200
    driver.dialog._theme.set_choice("dark")


def test_several_crops_are_not_thrown_away_without_a_question(edit) -> None:
    driver = edit((OWN,))
    for answer, chosen in (("Go on cropping", 0), ("Throw it away", 0), ("Use it", 1)):
        driver.dialog.open()
        driver.click("crop.add")
        driver.qtbot.keyClick(driver.frame, Qt.Key.Key_Escape)
        assert driver.dialog.isVisible(), "closed without a question"
        boxes = driver.dialog.findChildren(QMessageBox, "crop.keep")
        box = next(one for one in boxes if one.isVisible())
        next(one for one in box.buttons() if one.text() == answer).click()
        assert driver.dialog.isVisible() == (answer == "Go on cropping")
        assert len(driver.chosen) == chosen
    assert len(driver.chosen[0]) >= 2
