"""Copy, save and the rest, by right click on a picture and by the keys that every program has."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QPushButton

from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common import drag_out
from ddpm_studio.gui.common.full_screen import FullScreenPicture
from ddpm_studio.gui.common.jobs import SAVE
from ddpm_studio.gui.generate.actions import COPY, NONE_SEEN
from ddpm_studio.gui.recipes.dialog import RecipeDialog
from tests.gui.parts import part

STEPS = 6  # as the page is set by its fixture
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def painted(page):
    """The page with pictures, and nothing on the clipboard."""
    QGuiApplication.clipboard().setText("nothing")
    page.generate()
    page.gallery = page.window.session.project.gallery
    yield page
    QGuiApplication.clipboard().setText("nothing")


def copied(page):
    """The files on the clipboard, once they are there."""
    clipboard = QGuiApplication.clipboard()
    page.qtbot.waitUntil(lambda: clipboard.mimeData().hasUrls())
    page.qtbot.waitUntil(lambda: page.window.session.jobs.get(COPY) is None)
    return [Path(url.toLocalFile()) for url in clipboard.mimeData().urls()]


def saved(page):
    page.qtbot.waitUntil(lambda: page.window.session.jobs.get(SAVE) is None)
    return sorted(page.gallery.rglob("*.png"))


def menu_over(page, index):
    """The menu of a right click on a picture: its entries by their words."""
    widget = page.viewer if page.viewer.isVisible() else page.grid
    at = QPoint(40, 40) if widget is page.viewer else page.grid.cell_rect(index).center().toPoint()
    QApplication.sendEvent(
        widget, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    )
    [menu] = [one for one in page.window.findChildren(QMenu) if one.isVisible()]
    return menu, {action.text().split("\t")[0]: action for action in menu.actions()}


def test_ctrl_c_copies_what_the_keyboard_is_on_and_chooses_nothing(painted):
    page = painted
    page.grid.setFocus()
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_C, CONTROL)
    [path] = copied(page)
    assert page.grid.chosen == ()
    run = page.grid.trajectory
    pixels = run.pixels_to_draw(len(run) - 1, 1, "x_t")[0]
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), pixels)
    alone = QGuiApplication.clipboard().image()
    assert (alone.width(), alone.height()) == run.picture_size
    assert alone.pixelColor(2, 3).getRgb()[:3] == tuple(pixels[3, 2])
    assert read_recipe(path).seed == run.seeds[1]
    assert not saved(page)
    assert page.get(QLabel, "generate.saved").text() == "1 picture copied"


def test_the_bare_key_still_chooses(painted):
    painted.grid.setFocus()
    painted.qtbot.keyClick(painted.grid, Qt.Key.Key_C)
    assert painted.grid.chosen == (0,)
    painted.click_picture(1)
    painted.qtbot.keyClick(painted.viewer, Qt.Key.Key_C)
    assert painted.grid.chosen == (0, 1)
    painted.qtbot.keyClick(painted.viewer, Qt.Key.Key_C, CONTROL)
    assert len(copied(painted)) == 1
    assert painted.grid.chosen == (0, 1)


def test_all_that_are_chosen_are_copied_as_files(painted):
    painted.click_picture(1, CONTROL)
    painted.click_picture(3, CONTROL)
    painted.qtbot.keyClick(painted.grid, Qt.Key.Key_C, CONTROL)
    seeds = painted.grid.trajectory.seeds
    assert [read_recipe(path).seed for path in copied(painted)] == [seeds[1], seeds[3]]


def test_a_frame_on_the_way_is_copied_as_it_is_seen(painted):
    painted.timeline.setValue(2)
    painted.grid.setFocus()
    painted.qtbot.keyClick(painted.grid, Qt.Key.Key_C, CONTROL)
    [path] = copied(painted)
    assert read_recipe(path).frame == 2


def test_where_nothing_is_pointed_at_it_says_what_to_do(painted):
    painted.timeline.setFocus()
    painted.qtbot.keyClick(painted.timeline, Qt.Key.Key_C, CONTROL)
    assert painted.get(QLabel, "generate.saved").text() == NONE_SEEN
    assert not QGuiApplication.clipboard().mimeData().hasUrls()


def test_what_was_copied_can_be_pasted_as_a_recipe(painted):
    painted.grid.setFocus()
    painted.qtbot.keyClick(painted.grid, Qt.Key.Key_C, CONTROL)
    copied(painted)
    painted.qtbot.keyClick(painted.window, Qt.Key.Key_V, CONTROL)
    painted.qtbot.waitUntil(lambda: bool(painted.window.findChildren(RecipeDialog)))
    [dialog] = painted.window.findChildren(RecipeDialog)
    assert dialog.isVisible()
    dialog.close()


def test_ctrl_s_saves_as_the_button_does(painted):
    painted.click_picture(2, CONTROL)
    painted.qtbot.keyClick(painted.grid, Qt.Key.Key_S, CONTROL)
    [path] = saved(painted)
    assert f"seed{painted.grid.trajectory.seeds[2]:06d}" in path.name


def test_the_menu_is_about_the_picture_under_the_hand(painted, monkeypatch):
    shown = []
    monkeypatch.setattr(painted.window.session, "show_outside", lambda path, *_: shown.append(path))
    painted.click_picture(0, CONTROL)  # another one is chosen
    menu, entries = menu_over(painted, 3)
    assert [*filter(None, entries)] == [
        "See it large",
        "Choose",
        "Copy",
        "Save",
        "Keep",
        "Compare",
        "Export film…",
        "Show in folder",
        "Full screen",
    ]
    assert not entries["Show in folder"].isEnabled()
    entries["Save"].trigger()
    menu.close()
    [path] = saved(painted)
    seed = painted.grid.trajectory.seeds[3]
    assert f"seed{seed:06d}" in path.name
    menu, entries = menu_over(painted, 3)
    entries["Copy"].trigger()
    entries["Show in folder"].trigger()
    menu.close()
    assert [read_recipe(one).seed for one in copied(painted)] == [seed]
    assert shown == [painted.gallery]
    menu, entries = menu_over(painted, 1)
    assert not entries["Show in folder"].isEnabled()  # that one was not saved
    entries["Choose"].trigger()
    menu.close()
    assert painted.grid.chosen == (0, 1)
    menu, entries = menu_over(painted, 1)
    assert "Choose no more" in entries
    menu.close()


def test_over_a_chosen_picture_it_is_about_all_that_are_chosen(painted):
    painted.click_picture(0, CONTROL)
    painted.click_picture(2, CONTROL)
    menu, entries = menu_over(painted, 2)
    assert {"Save 2 pictures", "Keep 2 pictures"} < set(entries)
    entries["Keep 2 pictures"].trigger()
    menu.close()
    assert len(saved(painted)) == 2


def test_the_menu_of_the_large_picture(painted):
    painted.click_picture(1)
    menu, entries = menu_over(painted, 1)
    assert "See it large" not in entries
    entries["Compare"].trigger()
    menu.close()
    menu, entries = menu_over(painted, 1)
    assert "Leave compare" in entries
    menu.close()


LETTERS = [Qt.Key(key) for key in range(Qt.Key.Key_A, Qt.Key.Key_Z + 1)]
SHORTCUTS = {Qt.Key.Key_C, Qt.Key.Key_S, Qt.Key.Key_Z, Qt.Key.Key_A}  # these mean something
WINDOWS = {Qt.Key(ord(letter)) for letter in "VNOWQ"}  # those of the window


def test_no_bare_letter_wins_over_one_with_ctrl(painted):
    page = painted
    compare = page.get(QPushButton, "compare")
    for widget in (page.grid, page.viewer):
        if widget is page.viewer:
            page.click_picture(1)
        widget.setFocus()
        for key in LETTERS:
            if key not in SHORTCUTS | WINDOWS:
                page.qtbot.keyClick(widget, key, CONTROL)
        assert page.grid.chosen == ()
        assert compare.text() in ("", "Compare")
        assert not saved(page)
    page.qtbot.keyClick(page.viewer, Qt.Key.Key_K)
    assert len(saved(page)) == 1  # alone they do


def test_f11_shows_one_picture_on_the_whole_screen_and_esc_leaves(painted):
    page = painted
    page.grid.setFocus()
    page.qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    page.qtbot.keyClick(page.grid, Qt.Key.Key_F11)
    full = part(page.window, FullScreenPicture)
    assert full.isFullScreen()
    image = page.grid.trajectory.images(STEPS, "x_t")[1]
    assert full.canvas.image == image
    page.qtbot.keyClick(full, Qt.Key.Key_Right)  # as on the large picture
    assert page.viewer.index == 2
    assert full.canvas.image == page.grid.trajectory.images(STEPS, "x_t")[2]
    area = full.canvas.picture_rect()
    assert area.width() % image.width() == 0
    drawn = full.grab().toImage().pixelColor(area.center().toPoint())
    middle = page.grid.trajectory.images(STEPS, "x_t")[2].pixelColor(4, 4)
    assert drawn.getRgb()[:3] == middle.getRgb()[:3]
    page.qtbot.keyClick(full, Qt.Key.Key_C, CONTROL)
    [path] = copied(page)
    assert read_recipe(path).seed == page.grid.trajectory.seeds[2]
    page.qtbot.keyClick(full, Qt.Key.Key_Escape)
    page.qtbot.waitUntil(lambda: not page.window.findChildren(FullScreenPicture))
    assert page.viewer.isVisible()


@pytest.fixture
def dragged(monkeypatch):
    """What was dragged out, in the place of a system that would take it."""
    out = []

    class Drag:
        def __init__(self, source):
            self.source = source

        def setMimeData(self, mime):
            out.append(mime)

        def setPixmap(self, pixmap):
            assert not pixmap.isNull()

        def setHotSpot(self, point):
            pass

        def exec(self, action):
            assert action == Qt.DropAction.CopyAction

    monkeypatch.setattr(drag_out, "QDrag", Drag)
    monkeypatch.setattr(drag_out.QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    return out


def drag(page, widget, start):
    page.qtbot.mousePress(widget, Qt.MouseButton.LeftButton, pos=start)
    page.qtbot.mouseMove(widget, start + QPoint(60, 60))
    page.qtbot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=start + QPoint(60, 60))


@pytest.mark.parametrize("is_large", [False, True])
def test_a_picture_is_dragged_out_as_a_file_in_the_chosen_size(painted, dragged, is_large):
    page, size = painted, painted.get(QComboBox, "generate.size")
    size.setCurrentIndex(size.findData("x4"))
    if is_large:
        page.click_picture(2)
    widget = page.viewer if is_large else page.grid
    start = widget.cell_rect(0 if is_large else 2).center().toPoint()
    drag(page, widget, start)
    page.qtbot.waitUntil(lambda: len(dragged) == 1)
    [mime] = dragged
    [path] = [Path(url.toLocalFile()) for url in mime.urls()]
    run = page.grid.trajectory
    with Image.open(path) as image:
        assert image.size == tuple(4 * side for side in run.picture_size)
    assert read_recipe(path).seed == run.seeds[2]
    assert mime.hasImage()
    assert not saved(page)  # nothing in the gallery
    assert page.viewer.isVisible() == is_large  # a drag is not a click


def test_all_that_are_chosen_are_dragged_together(painted, dragged):
    painted.click_picture(0, CONTROL)
    painted.click_picture(3, CONTROL)
    drag(painted, painted.grid, painted.grid.cell_rect(3).center().toPoint())
    painted.qtbot.waitUntil(lambda: len(dragged) == 1)
    assert len(dragged[0].urls()) == 2
    assert not dragged[0].hasImage()
