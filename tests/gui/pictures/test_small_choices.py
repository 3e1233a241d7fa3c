"""Choices of single pictures are silent: nothing moves, nothing goes empty, all says the same."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from ddpm_studio.gui.common.jobs import PICTURES
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.crop_editor import CropEditor
from ddpm_studio.gui.pictures.crop_frame import CropFrame
from ddpm_studio.gui.pictures.details import CropView
from ddpm_studio.gui.pictures.reading import CROP
from ddpm_studio.project import Project
from tests.gui.pictures.conftest import Driver


def places(page: Driver) -> dict[str, QRect]:
    """Where everything with a name is, in the window."""
    found = {}
    for widget in page.window.findChildren(QWidget):
        if widget.objectName() and widget.isVisible() and not widget.objectName().startswith("qt_"):
            corner = widget.mapTo(page.window, widget.rect().topLeft())
            found[widget.objectName()] = QRect(corner, widget.size())
    return found


def test_nothing_moves_and_nothing_is_said_while_a_choice_is_confirmed(page: Driver) -> None:
    page.pick("filter.show", "all")
    page.select(page.shown.index("flower_03.png"))
    crop = page.get(CropView, "pictures.details.crop")
    page.wait(lambda: crop.image is not None and crop.image.width() == 24)
    before, moved, seen = places(page), list[str](), list[bool]()

    def look() -> None:
        seen.append(page.session.jobs.get(PICTURES) is not None)
        now = places(page)
        moved.extend(name for name in before if now.get(name) != before[name])
        moved.extend(now.keys() - before.keys())
        assert crop.image is not None

    def chosen() -> None:
        look()
        page.wait(lambda: look() or page.session.jobs.get(PICTURES) is None)
        look()

    page.click("pictures.toggle")
    chosen()
    page.click("pictures.undo")
    chosen()
    page.pick("pictures.weight", 4.0)
    chosen()
    page.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    chosen()
    assert any(seen)  # the folder was read for it
    assert moved == []


def test_counts_and_details_follow_at_the_click(page: Driver) -> None:
    page.select(4)
    page.click("pictures.toggle")
    assert page.headline.startswith("11 taken, 2 left out")
    assert page.text("folder.count") == "11 taken, 2 left out"
    shows = page.get(QComboBox, "filter.show")
    assert shows.itemText(shows.findData("left_out")) == "Left out  2"
    assert page.text("pictures.details.text").startswith("24 × 20 pixels become 8 × 8.")


def test_what_is_left_out_is_a_click_away(page: Driver) -> None:
    page.get(QWidget, "filter.text").setText("flower_03")
    page.get(QWidget, "filter.text").clear()
    page.click("pictures.show_left_out")
    assert page.shown == ["broken.jpg"]
    assert page.get(QComboBox, "filter.show").currentData() == "left_out"
    page.click("pictures.show_taken")
    assert len(page.shown) == 12


def test_counts_of_another_project_do_not_stay(page: Driver, mixed: Project, monkeypatch) -> None:
    def never(*_: object):
        while True:
            yield None

    shows = page.get(QComboBox, "filter.show")
    assert shows.itemText(1) == "Taken  12"
    monkeypatch.setattr(work, "prepare", never)
    page.session.open_project(mixed.path)
    assert shows.itemText(1) == "Taken"
    assert not page.get(QPushButton, "pictures.show_taken").isVisible()


def test_undo_takes_back_settings_and_choices_in_their_order(page: Driver) -> None:
    flip = page.get(QWidget, "pictures.flip")
    page.qtbot.mouseClick(flip, Qt.MouseButton.LeftButton)
    page.select(0)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Delete)
    page.choose("pictures.crop", "smart")
    page.session.change(lambda config: config.changed("train", batch_size=3))  # another page
    undo = page.get(QWidget, "pictures.undo")
    assert undo.toolTip() == "Undo (Ctrl+Z): Crop"
    page.click("pictures.undo")
    assert page.config.crop == "centre"
    assert len(page.shown) == 11
    page.click("pictures.undo")
    assert len(page.shown) == 12
    assert page.config.flip_horizontal
    page.click("pictures.undo")
    assert not page.config.flip_horizontal
    assert not undo.isEnabled()
    for _ in range(3):
        page.press(Qt.Key.Key_Z, CTRL_SHIFT)
    assert page.config.flip_horizontal
    assert page.config.crop == "smart"
    assert len(page.shown) == 11
    assert page.session.project.config.train.batch_size == 3


CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def test_a_size_that_is_undone_brings_its_model_back(page: Driver) -> None:
    before = page.session.project.config
    page.choose("pictures.size", 16)
    assert page.session.project.config.model != before.model
    while page.get(QWidget, "pictures.undo").isEnabled():  # the list was gone through by key
        page.click("pictures.undo")
    assert page.session.project.config == before


def test_what_the_page_can_do_is_in_the_menus(page: Driver) -> None:
    pictures = page.window.pages["nav.pictures"]
    assert [act.text() for act in pictures.edits] == ["Undo", "Redo"]
    keys = dict(pictures.all_keys())
    assert keys["F5"] == "Look at the folder again"
    assert keys["Ctrl+F"] == "Search names"
    assert keys["Ctrl+Shift+Z or Ctrl+Y"] == "Redo"
    assert len(keys) == len(pictures.all_keys())


@pytest.fixture
def glass(tmp_path, new_project: Project) -> Project:
    """Three of four pictures are transparent."""
    from PIL import Image

    folder = tmp_path / "glass"
    folder.mkdir()
    for number in range(4):
        ground = (0, 0, 0, 255 if number == 3 else 0)
        image = Image.new("RGBA", (20, 20), ground)
        image.paste((255, 60 * number, 0, 255), (2 * number, 3, 12, 17))
        image.save(folder / f"{number}.png")
    return Project.create(tmp_path / "projects" / "glass", folder, new_project.config)


def test_a_new_project_keeps_transparency_that_most_pictures_have(
    glass: Project, make_window, drive
) -> None:
    page = drive(make_window(glass))
    page.wait(lambda: page.config.channels == 4)
    page.wait_for_wall()
    assert "3 of 4 pictures are transparent in places, and that is kept" in page.text(
        "pictures.transparent"
    )
    assert not page.get(QWidget, "pictures.background").isVisible()
    assert not page.get(QWidget, "pictures.keep_transparency").isVisible()
    page.click("pictures.undo")
    assert page.config.channels == 0
    assert page.get(QWidget, "pictures.background").isVisible()
    page.wait_for_wall()
    page.session.close_project()
    page.session.open_project(glass.path)  # decided once
    page.wait_for_wall()
    assert page.config.channels == 0
    page.click("pictures.keep_transparency")
    assert page.config.channels == 4


def test_a_project_that_chose_its_colours_keeps_them(glass: Project, make_window, drive) -> None:
    config = glass.config.changed("pictures", channels=3)
    dataclasses.replace(glass, config=config).save()
    page = drive(make_window(Project.open(glass.path)))
    page.wait_for_wall()
    assert page.config.channels == 3
    assert page.get(QWidget, "pictures.keep_transparency").isVisible()


def test_crops_of_one_picture_after_the_other(page: Driver) -> None:
    """Each is used when the next picture is wanted, and is one step of undo."""
    page.select(3)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Return)
    page.wait(lambda: page.window.findChild(CropEditor) is not None)
    editor = page.window.findChild(CropEditor)
    name = editor.findChild(QLabel, "crop.name")
    assert name.text() == "flower_03.png"
    frame = editor.findChild(CropFrame)
    page.qtbot.keyClick(frame, Qt.Key.Key_Minus)
    assert editor.crops[0].mode == "box"
    page.qtbot.mouseClick(editor.findChild(QWidget, "crop.next"), Qt.MouseButton.LeftButton)
    page.wait(lambda: name.text() == "flower_04.png")
    assert list(editor.crops) == []
    assert page.wall.currentIndex().data() == "flower_04.png"
    assert page.get(QWidget, "pictures.undo").toolTip() == "Undo (Ctrl+Z): Crop flower_03.png"
    page.qtbot.keyClick(editor, Qt.Key.Key_PageUp)  # nothing was chosen: no step
    page.wait(lambda: name.text() == "flower_03.png")
    assert editor.crops[0].mode == "box"
    for _ in range(3):
        page.qtbot.keyClick(editor, Qt.Key.Key_PageUp)
        page.wait(lambda: page.session.jobs.get(CROP) is None)
    page.wait(lambda: name.text() == "flower_00.png")
    assert not editor.findChild(QWidget, "crop.previous").isEnabled()
    page.qtbot.keyClick(editor, Qt.Key.Key_Escape)
    page.click("pictures.undo")
    assert not page.get(QWidget, "pictures.undo").isEnabled()
