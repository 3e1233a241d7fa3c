"""The Made page in a window, driven by the names of its controls."""

import os

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget

from ddpm_studio.config import SampleConfig
from ddpm_studio.export.images import write_png
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.folder_watcher import FolderWatcher
from ddpm_studio.gui.common.label import ElidedLabel
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.made import files as made_files
from ddpm_studio.gui.made import looking
from ddpm_studio.gui.made.actions import MadeActions
from ddpm_studio.gui.made.details import MadeDetails
from ddpm_studio.gui.made.files import MadeFiles
from ddpm_studio.gui.made.panel import MadePanel
from ddpm_studio.gui.made.viewer import MadeViewer
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.recipe import Recipe, fingerprint
from tests.gui.parts import part

BUSY = (
    "small_writes",
    "made.look",
    "made.measure",
    "made.tiles",
    "made.trash",
    "made.restore",
    "made.rename",
    "made.large",
    "made.beside",
    "made.recipe",
)


@pytest.fixture(autouse=True)
def own_trash(monkeypatch, tmp_path):
    """The trash of a Linux desktop lies below this folder; nobody's real one is used."""
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(looking, "LOOK_MS", 1)
    monkeypatch.setattr(made_files, "GATHER_MS", 1)


class Driver:
    """The Made page in a window, by the names of its controls."""

    def __init__(self, window, find, qtbot):
        self.window, self.find, self.qtbot = window, find, qtbot
        self.page, self.session = window.pages["nav.made"], window.session
        self.files, self.panel = part(self.page, MadeFiles), part(self.page, MadePanel)
        self.details, self.actions = part(self.page, MadeDetails), part(self.page, MadeActions)
        self.watcher = part(self.page, FolderWatcher)
        window.show_page(names.NAV_MADE)
        self.wall = self.get(PictureWall, "made.wall")
        self.viewer = self.get(MadeViewer, "made.viewer")
        self.canvas = self.viewer.stage.canvases[0]
        self.show = self.get(QComboBox, "made.show")
        self.sort = self.get(QComboBox, "made.sort")
        self.count = self.get(ElidedLabel, "made.count")
        self.settle()

    def get(self, kind, name):
        return self.find(self.window, kind, name)

    def settle(self):
        """Until nothing is read any more."""
        page, jobs = self.page, self.session.jobs

        def is_settled():
            # first whatever is drawn, asked for or heard in this turn of the event loop
            QApplication.processEvents()
            busy = [name for name in BUSY if jobs.get(name) is not None]
            # timers, which show nothing while they wait
            soon = (page._looking.soon, self.files._gather, self.wall._asking)
            return not busy and not any(timer.isActive() for timer in soon)

        self.qtbot.waitUntil(is_settled)

    @property
    def shown(self):
        """The names on the wall, in its order."""
        return [file.name for file in self.panel.files]

    def choose(self, *rows):
        model, how = self.wall.selectionModel(), QItemSelectionModel.SelectionFlag
        model.clearSelection()
        for row in rows:
            model.setCurrentIndex(self.wall.wall_model.index(row), how.Select)
        self.settle()

    def key(self, key, keys=Qt.KeyboardModifier.NoModifier, widget=None):
        target = widget or self.wall
        target.setFocus()
        self.qtbot.keyClick(target, key, keys)

    def click(self, name):
        self.qtbot.mouseClick(self.get(QAbstractButton, name), Qt.MouseButton.LeftButton)

    def menu_act(self, words):
        """Choose an entry of the menu over the wall."""
        self.actions.show_menu(QPoint(0, 0))
        menu = self.panel.findChildren(Menu)[-1]
        next(act for act in menu.actions() if act.text().startswith(words)).trigger()
        menu.close()

    def text(self, name):
        return self.get(QLabel, name).text()

    def is_seen(self, name, kind=QWidget):
        return self.get(kind, name).isVisible()


class Painter:
    """save(project, name) puts a picture into its gallery, with a recipe if it has a seed."""

    def __init__(self):
        self.at = 1_900_000_000

    def save(self, project, name, seed=None, value=100):
        path = project.gallery / name
        path.parent.mkdir(parents=True, exist_ok=True)
        recipe = None
        if seed is not None:
            checkpoint = project.checkpoint_paths()[-1]
            digest = fingerprint(checkpoint)
            sample = SampleConfig(num_inference_steps=3, eta=0.25, seed=seed)
            recipe = Recipe(
                project.name, checkpoint.name, digest, 10, "ema", "cpu", "float32", seed, sample
            ).to_text()
        write_png(path, np.full((8, 8, 3), value, np.uint8), recipe)
        self.at += 60  # each is newer than the one before
        os.utime(path, (self.at, self.at))
        return path


@pytest.fixture
def painter():
    return Painter()


@pytest.fixture
def made(tiny_project, painter):
    """A project with five pictures (the first is the oldest)."""
    for k in range(5):
        name = f"batch/{tiny_project.name}_step00000010_seed{20 - k:06d}.png"
        painter.save(tiny_project, name, seed=20 - k, value=10 * k)
    return tiny_project


@pytest.fixture
def drive(make_window, find, qtbot):
    """drive(project): its Made page in a new window."""
    return lambda project: Driver(make_window(project), find, qtbot)


class Opened(QObject):
    """Takes the place of the desktop."""

    def __init__(self):
        super().__init__()
        self.paths = []

    @Slot(QUrl)
    def show(self, url):
        from pathlib import Path

        self.paths.append(Path(url.toLocalFile()))


@pytest.fixture
def opened(qapp):
    handler = Opened()
    QDesktopServices.setUrlHandler("file", handler, "show")
    yield handler.paths
    QDesktopServices.unsetUrlHandler("file")
