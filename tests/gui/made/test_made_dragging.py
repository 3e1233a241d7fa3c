"""Pictures and films are dragged away to other programs, as copies in the size that is chosen."""

from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QImage
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common import drag_out
from tests.gui.made.test_copied_size import choose_size

LEFT = Qt.MouseButton.LeftButton


class Drag:
    """In place of Qt's own, which would wait for a hand."""

    made: ClassVar[list["Drag"]] = []

    def __init__(self, source):
        self.source, self.urls = source, []
        Drag.made.append(self)

    def setMimeData(self, mime):
        self.paths = [Path(url.toLocalFile()) for url in mime.urls()]
        self.image = QImage(mime.imageData()) if mime.hasImage() else None

    def setPixmap(self, pixmap):
        assert not pixmap.isNull()

    def setHotSpot(self, _at):
        pass

    def exec(self, actions):
        assert actions == Qt.DropAction.CopyAction  # never a move of somebody's file


class Held:
    """A mouse whose left button is down."""

    buttons = LEFT

    @classmethod
    def mouseButtons(cls):
        return cls.buttons


@pytest.fixture
def drags(monkeypatch):
    monkeypatch.setattr(Drag, "made", [])
    monkeypatch.setattr(Held, "buttons", LEFT)
    monkeypatch.setattr(drag_out, "QDrag", Drag)
    monkeypatch.setattr(drag_out, "QGuiApplication", Held)
    return Drag.made


def drag(driver, widget, at):
    driver.qtbot.mousePress(widget, LEFT, pos=at)
    for by in (4, 20, 40):
        driver.qtbot.mouseMove(widget, at + QPoint(by, by))
    driver.qtbot.mouseRelease(widget, LEFT, pos=at + QPoint(40, 40))


def tile(driver, row):
    return driver.wall.visualRect(driver.wall.wall_model.index(row)).center()


def test_one_is_dragged_from_the_wall_with_its_pixels(drive, made, drags, qtbot):
    driver = drive(made)
    driver.choose(1)
    drag(driver, driver.wall.viewport(), tile(driver, 1))
    qtbot.waitUntil(lambda: len(drags) == 1)
    assert drags[0].paths == [made.gallery / driver.shown[1]]
    assert drags[0].image.pixelColor(0, 0).red() == 30
    assert drags[0].paths[0].exists()


def test_several_that_are_chosen_go_together(drive, made, drags, qtbot):
    driver = drive(made)
    driver.choose(0, 2, 3)
    drag(driver, driver.wall.viewport(), tile(driver, 2))
    qtbot.waitUntil(lambda: len(drags) == 1)
    assert drags[0].paths == [made.gallery / driver.shown[row] for row in (0, 2, 3)]
    assert drags[0].image is None


def test_what_is_dragged_has_the_size_of_copies(drive, made, drags, qtbot):
    driver = drive(made)
    choose_size(driver, "×4 crisp")
    driver.choose(1)
    driver.key(Qt.Key.Key_Return)
    drag(driver, driver.canvas, driver.canvas.rect().center())  # from the large view
    qtbot.waitUntil(lambda: len(drags) == 1)
    with Image.open(drags[0].paths[0]) as image:
        assert image.size == (32, 32)
    assert not drags[0].paths[0].is_relative_to(made.gallery)
    assert drags[0].image.width() == 32
    with Image.open(made.gallery / driver.shown[1]) as image:
        assert image.size == (8, 8)


def test_a_film_and_one_in_frames_are_dragged_whole(drive, made, drags, qtbot):
    (made.gallery / "film").mkdir()
    for at in range(2):
        Image.new("RGB", (8, 8)).save(made.gallery / "film" / f"frame_{at:05d}.png")
    driver = drive(made)
    driver.choose(driver.shown.index("film/frame_00000.png"))
    driver.actions.drag()
    qtbot.waitUntil(lambda: len(drags) == 1)
    assert drags[0].paths == [made.gallery / "film"]


def test_a_button_that_was_let_go_meanwhile_drags_nothing(drive, made, drags, monkeypatch, qtbot):
    driver = drive(made)
    driver.choose(1)
    monkeypatch.setattr(Held, "buttons", Qt.MouseButton.NoButton)
    driver.actions.drag()
    qtbot.wait(1)
    assert drags == []


def test_over_its_own_window_a_dragged_picture_is_no_recipe_to_use(drive, made, monkeypatch):
    driver = drive(made)
    mime = QMimeData()
    mime.setUrls([drag_out.QUrl.fromLocalFile(str(made.gallery / driver.shown[0]))])
    keys = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, LEFT, keys)
    assert enter.source() is None
    driver.window.dragEnterEvent(enter)
    assert driver.is_seen("window.drop")
    driver.get(QWidget, "window.drop").hide()

    class Own(QDragEnterEvent):
        def source(self):
            return driver.wall

    own = Own(QPoint(9, 9), Qt.DropAction.CopyAction, mime, LEFT, keys)
    driver.window.dragEnterEvent(own)
    assert not driver.is_seen("window.drop")
