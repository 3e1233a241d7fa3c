"""A person in front of the window, and what such a person would look at afterwards."""

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QWidget

from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.train.run_view import RunView
from ddpm_studio.project import Project
from tests.gui.parts import part

LEFT = Qt.MouseButton.LeftButton
# what a person who is in a hurry would write under Advanced
TINY = {
    "model.attention_resolutions": "",
    "model.head_channels": "8",
    "model.model_channels": "8",
    "model.channel_mult": "1, 2",
    "train.batch_size": "4",
    "train.checkpoint_every": "20",
    "train.preview_every": "20",
    "train.preview_count": "4",
    "train.preview_steps": "3",
}


class Person:
    """Looks at a window, clicks and types; counts both."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        self.window, self.qtbot = window, qtbot
        self.clicks: list[str] = []
        self.typed: list[str] = []

    def see(self, kind, name):
        """The one widget of that name, which is on the screen."""
        found = self.window.findChildren(kind, name)
        assert len(found) == 1, f"{len(found)} widgets are named {name}"
        return found[0]

    def text(self, name):
        return self.see(QLabel, name).text()

    def click(self, name, place=None):
        """Click on a control that can be clicked."""
        widget = self.see(QWidget, name)
        assert widget.isVisible(), f"{name} is not to be seen"
        assert widget.isEnabled(), f"{name} cannot be clicked"
        self._give_focus_back()
        self.clicks.append(name)
        self.qtbot.mouseClick(widget, LEFT, pos=place or widget.rect().center())

    def write(self, name, text):
        """Replace what a field says, and leave it with Tab."""
        field = self.see(QWidget, name)
        assert field.isEnabled(), f"{name} cannot be changed"
        self._give_focus_back()
        field.setFocus()
        self.qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.qtbot.keyClick(field, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Tab)
        self.typed.append(name)

    def _give_focus_back(self):
        """After a dialog was closed, as a window manager does."""
        if QApplication.activeWindow() is None:
            self.window.activateWindow()
            self.wait(self.window.isActiveWindow)

    def choose(self, name, data):
        """Choose an entry with the arrow keys."""
        combo = self.see(QComboBox, name)
        assert combo.isEnabled(), f"{name} cannot be changed"
        combo.setFocus()
        target = combo.findData(data)
        key = Qt.Key.Key_Down if target > combo.currentIndex() else Qt.Key.Key_Up
        while combo.currentIndex() != target:
            self.qtbot.keyClick(combo, key)
        assert combo.currentData() == data

    def drop(self, path):
        """Drag a folder from the file manager onto the window."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        how = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self.window, QDragEnterEvent(QPoint(500, 400), *how))
        QApplication.sendEvent(self.window, QDropEvent(QPointF(500, 400), *how))

    def wait(self, condition):
        self.qtbot.waitUntil(condition)

    def wait_for(self, job):
        self.wait(lambda: self.window.session.jobs.get(job) is None)

    # the parts

    @property
    def project(self) -> Project:
        project = self.window.session.project
        assert project is not None
        return project

    @property
    def dialog(self) -> QDialog:
        [dialog] = [one for one in self.window.findChildren(QDialog) if one.isVisible()]
        return dialog

    @property
    def grid(self) -> SampleGrid:
        return self.see(SampleGrid, "generate.grid")

    @property
    def losses(self):
        return part(self.window, RunView).plot.series

    def step(self):
        return int(self.losses.steps[-1]) if len(self.losses) else 0

    def pictures_shown(self):
        """The generated pictures as they are on the screen: uint8 (N, H, W, 3)."""
        image = self.grid.grab().toImage()
        ratio = image.devicePixelRatio()
        width, height = self.grid.trajectory.picture_size
        pictures = np.empty((self.grid.count, height, width, 3), np.uint8)
        for index, y, x in np.ndindex(pictures.shape[:3]):
            cell = self.grid.cell_rect(index)
            side = cell.width() / width
            point = QPointF(cell.left() + (x + 0.5) * side, cell.top() + (y + 0.5) * side) * ratio
            pictures[index, y, x] = image.pixelColor(int(point.x()), int(point.y())).getRgb()[:3]
        return pictures

    def closing(self):
        """with person.closing(): ... until the window has closed."""
        return self.qtbot.waitSignal(self.window.closed)


@pytest.fixture
def at_window(qtbot):
    """at_window(window): a person in front of it."""
    return lambda window: Person(window, qtbot)


@pytest.fixture
def person(make_window, at_window):
    """In front of a window without a project."""
    return at_window(make_window())


@pytest.fixture
def tiny_settings():
    """What a person who is in a hurry would write under Advanced."""
    return TINY


@pytest.fixture
def tiny_preset(monkeypatch):
    """What is proposed for small pictures trains in a moment, and is saved soon."""
    settings = [f"{path}={value.replace(' ', '')}" for path, value in TINY.items()]
    small = ["pictures.size=8", *settings, "sample.num_inference_steps=5"]
    monkeypatch.setitem(PRESETS, "sketch", with_settings(PRESETS["sketch"], small))


@pytest.fixture
def decoded_film():
    """decoded_film(path): the frames of an animation or a film, as RGB."""
    return decode


def decode(path):
    if path.suffix == ".mp4":
        with av.open(str(path)) as film:
            return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    with Image.open(path) as film:
        frames = []
        for index in range(film.n_frames):
            film.seek(index)
            frames.append(np.asarray(film.convert("RGB")))
        return frames
