"""The file of a picture, seen large and whole in place of the wall."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui.common.full_screen import FullScreen
from ddpm_studio.gui.common.zoom_view import LargeCanvas
from ddpm_studio.gui.pictures.viewer import OriginalViewer
from tests.gui.pictures.conftest import Driver

LEFT = Qt.MouseButton.LeftButton


def test_space_shows_the_whole_file_with_its_way_on_and_back(page: Driver) -> None:
    page.select(3)
    page.qtbot.keyClick(page.wall, Qt.Key.Key_Space)
    viewer = page.get(OriginalViewer, "pictures.viewer")
    canvas, title = viewer.canvas, page.get(QLabel, "pictures.large.title")
    assert viewer.isVisible()
    assert not page.wall.isVisible()
    assert title.text() == "flower_03.png  ·  24 × 20 pixels"
    page.wait(lambda: canvas.image is not None and canvas.image.width() == 24)
    page.qtbot.keyClick(viewer, Qt.Key.Key_1)
    assert canvas.scale == 1
    assert page.text("pictures.large.scale") == "100 %"
    page.click("pictures.large.zoom_in")
    assert canvas.scale == 2
    page.qtbot.keyClick(viewer, Qt.Key.Key_0)
    assert canvas.view.scale is None
    page.qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert title.text().startswith("flower_04.png")
    assert page.text("pictures.details.name") == "flower_04.png"
    page.qtbot.keyClick(viewer, Qt.Key.Key_Delete)  # left out; the next one comes
    assert title.text().startswith("flower_05.png")
    page.qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert page.wall.isVisible()
    assert page.wall.hasFocus()
    assert not viewer.isVisible()
    assert page.headline.startswith("11 taken")


def test_f11_gives_it_the_whole_screen_and_esc_gives_it_back(page: Driver) -> None:
    page.select(0)
    page.click("pictures.details.large")
    viewer = page.get(OriginalViewer, "pictures.viewer")
    page.press(Qt.Key.Key_F11)
    full = page.window.findChild(FullScreen)
    assert full.findChild(LargeCanvas, "pictures.large") is viewer.canvas
    page.qtbot.keyClick(full, Qt.Key.Key_Right)
    assert page.text("pictures.details.name") == "flower_01.png"
    page.qtbot.keyClick(full, Qt.Key.Key_Escape)
    page.wait(lambda: viewer.isAncestorOf(viewer.canvas))
    assert viewer.canvas.isVisible()
    assert not page.get(QWidget, "pictures.large.previous").isHidden()
