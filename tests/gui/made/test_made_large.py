"""The large view: nearer and further, on which ground, two side by side, the whole screen."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QWidget

from ddpm_studio.export.images import write_png
from ddpm_studio.export.sheet_page import KEY
from ddpm_studio.gui.common.full_screen import FullScreen
from ddpm_studio.gui.common.inputs import Switch
from ddpm_studio.gui.made import viewer as viewer_module

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def large(drive, made):
    driver = drive(made)
    driver.choose(1)
    driver.key(Qt.Key.Key_Return)
    return driver


def wheel(canvas, at, notches):
    event = QWheelEvent(
        QPointF(at), QPointF(canvas.mapToGlobal(at)), QPoint(), QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(canvas, event)


def test_zoom_goes_by_whole_factors_and_back_to_what_fits(large):
    canvas = large.canvas
    fit = canvas.scale
    assert fit == int(fit) > 8
    assert large.text("made.scale") == f"{100 * fit:.0f} %"
    large.click("made.actual")
    assert canvas.picture_rect().width() == 8
    for wanted in (2, 3, 4, 6, 8):
        large.key(Qt.Key.Key_Plus, widget=large.viewer)
        assert canvas.scale == wanted
    large.click("made.zoom_out")
    assert canvas.scale == 6
    large.key(Qt.Key.Key_0, widget=large.viewer)
    assert canvas.scale == fit
    assert canvas.view.scale is None


def test_what_is_under_the_mouse_stays_there_when_the_wheel_turns(large):
    canvas = large.canvas
    at = QPoint(canvas.width() // 2 + 60, canvas.height() // 2 - 40)

    def below():
        area = canvas.picture_rect()
        return (at.x() - area.x()) / area.width(), (at.y() - area.y()) / area.height()

    before, scale = below(), canvas.scale
    wheel(canvas, at, 3)
    assert canvas.scale > scale
    assert canvas.can_be_moved
    assert below() == pytest.approx(before, abs=0.01)
    area = canvas.picture_rect()
    large.qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at)
    large.qtbot.mouseMove(canvas, at - QPoint(30, 20))
    assert canvas.picture_rect().topLeft() == area.topLeft() - QPointF(30, 20)
    large.qtbot.mouseMove(canvas, at - QPoint(9000, 9000))  # no gap at its edges
    assert canvas.picture_rect().right() == pytest.approx(canvas.width(), abs=1)
    large.qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton)


def test_a_picture_larger_than_the_view_zooms_down_to_what_fits(drive, tiny_project):
    tiny_project.gallery.mkdir(exist_ok=True)
    write_png(tiny_project.gallery / "wide.png", np.zeros((40, 3000, 3), np.uint8))
    driver = drive(tiny_project)
    driver.choose(0)
    driver.key(Qt.Key.Key_Return)
    fit = driver.canvas.scale
    assert fit < 1
    driver.key(Qt.Key.Key_1, widget=driver.viewer)
    for _ in range(6):
        driver.key(Qt.Key.Key_Minus, widget=driver.viewer)
    assert driver.canvas.scale == pytest.approx(fit)


def test_smooth_and_ground_are_chosen_seen_and_remembered(large, make_window, made, find):
    ground = large.get(QComboBox, "made.ground")
    corner = QPoint(2, 2)
    for key, shade in (("dark", 0x0E), ("grey", 0x80), ("light", 0xF6)):
        ground.setCurrentIndex(ground.findData(key))
        assert large.canvas.grab().toImage().pixelColor(corner).red() == shade
    ground.setCurrentIndex(ground.findData("checks"))
    shades = {large.canvas.grab().toImage().pixelColor(x, 3).rgb() for x in range(20)}
    assert len(shades) == 2
    fit = large.canvas.scale
    large.get(Switch, "made.smooth").click()
    assert large.canvas.scale >= fit  # to the last point of the room
    other = make_window(made)
    assert find(other, QComboBox, "made.ground").currentData() == "checks"
    assert find(other, Switch, "made.smooth").isChecked()


def test_two_that_are_chosen_stand_side_by_side_and_move_together(drive, made):
    driver = drive(made)
    driver.choose(0, 3)
    driver.key(Qt.Key.Key_Return)
    left, right = driver.viewer.stage.canvases
    assert right.isVisible()
    assert [canvas.image.pixelColor(0, 0).red() for canvas in (left, right)] == [40, 10]
    titles = [driver.viewer.stage.titles[at].text() for at in (0, 1)]
    assert titles == ["Seed 16", "Seed 19"]
    wheel(right, right.rect().center(), 2)
    assert left.scale == right.scale > 8
    assert left.view == right.view
    driver.key(Qt.Key.Key_Right, widget=driver.viewer)  # one of them is left, with its neighbours
    assert not right.isVisible()
    assert len(driver.panel.selected) == 1


def test_full_screen_has_the_picture_alone_and_its_keys(large):
    stage = large.viewer.stage
    large.key(Qt.Key.Key_F, widget=large.viewer)
    full = stage.window()
    assert isinstance(full, FullScreen)
    assert full.isFullScreen()
    assert not any(full.findChildren(QWidget, "made.back"))
    large.qtbot.keyClick(full, Qt.Key.Key_Right)
    large.settle()
    assert "3 of 5" in large.viewer.accessibleName()
    assert large.canvas.image.pixelColor(0, 0).red() == 20
    large.qtbot.keyClick(full, Qt.Key.Key_S)
    assert large.panel.current.is_starred
    large.qtbot.keyClick(full, Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().image().pixelColor(0, 0).red() == 20
    large.qtbot.keyClick(full, Qt.Key.Key_Escape)
    assert stage.window() is large.window
    assert large.canvas.isVisible()
    assert large.viewer.isVisible()  # back in the window, and not yet at the wall


def test_f11_is_for_what_is_seen_large_and_else_for_the_window(large):
    stage = large.viewer.stage
    large.key(Qt.Key.Key_F11, widget=large.viewer)
    full = stage.window()
    assert full.isFullScreen()
    assert not large.window.isFullScreen()
    large.qtbot.keyClick(full, Qt.Key.Key_F11)
    assert stage.window() is large.window
    large.window.activateWindow()
    large.key(Qt.Key.Key_Escape, widget=large.viewer)
    large.key(Qt.Key.Key_F11)
    assert large.window.isFullScreen()


def test_another_project_takes_the_picture_off_the_whole_screen(large, made):
    other = shutil.copytree(made.path, made.path.with_name("other"))
    large.click("made.full")
    large.session.open_project(other)
    assert large.viewer.stage.window() is large.window
    large.settle()


def test_a_slide_show_goes_on_by_itself_and_ends_at_the_last(large, monkeypatch, qtbot):
    assert viewer_module.SLIDE_MS >= 3000
    # as fast as a test wants it
    large.viewer._slides.setInterval(5)
    large.key(Qt.Key.Key_P, widget=large.viewer)
    button = large.get(QWidget, "made.slides")
    assert button.isChecked()
    qtbot.waitUntil(lambda: "5 of 5" in large.viewer.accessibleName())
    assert not button.isChecked()
    large.settle()


def test_it_is_called_by_its_seed_and_saved_by_its_key(large, monkeypatch):
    assert large.viewer.accessibleName() == "Seed 17  ·  2 of 5"
    asked: list[bool] = []
    monkeypatch.setattr(large.actions, "choose_place", asked.append)
    large.key(Qt.Key.Key_S, CTRL, widget=large.viewer)
    assert asked == [True]
    assert isinstance(large.get(QLabel, "made.viewer.title"), QLabel)


def test_no_other_picture_stands_under_a_name_while_its_own_is_read(drive, made, monkeypatch):
    """The reading of large pictures is halted: their small versions are seen, or nothing."""
    driver = drive(made)
    driver.choose(4)
    driver.key(Qt.Key.Key_Return)
    # whom the page asks for pictures: a disk that is slow
    large = driver.page._tiles
    for name in ("look_large", "look_beside"):
        monkeypatch.setattr(large, name, lambda _file: None)
    left, right = driver.viewer.stage.canvases
    for rows, shades in (((0, 3), [40, 10]), ((1, 2), [30, 20])):
        driver.choose(*rows)
        seen = [canvas.image for canvas in (left, right)]
        for image, shade in zip(seen, shades, strict=True):
            assert image is None or image.pixelColor(0, 0).red() == shade
    monkeypatch.setattr(driver.panel, "thumbnail", lambda _name: None)
    driver.choose(0, 4)
    assert left.image is None
    assert right.image is None
    words = [title.text() for title in driver.viewer.stage.titles]
    assert all(one.endswith("being read…") for one in words)


def test_a_sheet_is_on_the_wall_and_says_that_it_is_one(drive, tiny_project):
    """Of whatever shape: what this program writes, it can show."""
    tiny_project.gallery.mkdir(exist_ok=True)
    axes = {"x": {"name": "steps", "values": [10]}, "y": {"name": "seed", "values": [7]}}
    notes = {"kind": "sheet", **axes, "checkpoints_sha256": {"10": "0" * 64}}
    about = PngInfo()
    about.add_text(KEY, json.dumps(notes))
    page = Image.new("RGB", (1003, 689), (9, 9, 9))
    page.save(tiny_project.gallery / "flowers_sheet.png", pnginfo=about)
    driver = drive(tiny_project)
    assert driver.shown == ["flowers_sheet.png"]
    assert "cannot be read" not in driver.count.text()
    entry = driver.panel.entry_at(0)
    assert (entry.badge, entry.title) == ("Sheet", "Sheet")


def test_which_file_cannot_be_read_is_said(drive, tiny_project):
    tiny_project.gallery.mkdir(exist_ok=True)
    (tiny_project.gallery / "no.png").write_bytes(b"nothing")
    driver = drive(tiny_project)
    assert "1 file cannot be read" in driver.count.text()
    driver.count.grab()
    assert "no.png: " in driver.count.toolTip()
