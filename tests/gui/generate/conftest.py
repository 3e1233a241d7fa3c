"""The Generate page in a window, driven by the names of its controls."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPushButton, QSlider, QSpinBox, QToolButton

from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common import jobs, names
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.generate.single_view import PictureViewer
from ddpm_studio.sampling.generate import denoise_seeds
from ddpm_studio.sampling.network import Network
from ddpm_studio.training import load_model

LEFT = Qt.MouseButton.LeftButton
STEPS, COUNT = 6, 4


class Driver:
    """The Generate page in a window, by the names of its controls."""

    def __init__(self, window, find, qtbot):
        self.window, self.find, self.qtbot = window, find, qtbot
        window.show_page(names.NAV_GENERATE)
        self.run = self.get(QPushButton, "generate.run")
        self.cancel = self.get(QPushButton, "generate.cancel")
        self.count = self.get(QSpinBox, "generate.count")
        self.steps = self.get(QSpinBox, "generate.steps")
        self.eta = self.get(QDoubleSpinBox, "generate.eta")
        self.sampler = self.get(QComboBox, "generate.sampler")
        self.seed = self.get(QSpinBox, "generate.seed")
        self.lock = self.get(QToolButton, "generate.lock")
        self.checkpoint = self.get(QComboBox, "generate.checkpoint")
        self.grid = self.get(SampleGrid, "generate.grid")
        self.viewer = self.get(PictureViewer, "generate.single")
        self.timeline = self.get(QSlider, "scrubber.slider")
        self.show = self.get(QComboBox, "scrubber.show")
        self.save = self.get(QPushButton, "generate.save")
        self.export = self.get(QPushButton, "generate.export")

    def get(self, kind, name):
        return self.find(self.window, kind, name)

    def click(self, widget):
        self.qtbot.mouseClick(widget, LEFT)

    def click_picture(self, index, keys=Qt.KeyboardModifier.NoModifier):
        point = self.grid.cell_rect(index).center().toPoint()
        self.qtbot.mouseClick(self.grid, LEFT, keys, point)

    def wait_until_done(self):
        session = self.window.session
        self.qtbot.waitUntil(lambda: session.jobs.get(SAMPLE) is None)

    def generate(self):
        self.click(self.run)
        self.wait_until_done()

    def wait_for_another(self, before):
        """Until pictures of another run than `before` are finished."""
        self.qtbot.waitUntil(
            lambda: self.grid.trajectory is not before and self.grid.trajectory.is_complete
        )

    def shown(self):
        """The pictures as they are on the screen, from a grab of the grid: (N, H, W, 3)."""
        image = self.grid.grab().toImage()
        width, height = self.grid.trajectory.picture_size
        pictures = []
        for index in range(self.grid.count):
            cell = self.grid.cell_rect(index)
            side = cell.width() / width
            rows = []
            for y in range(height):
                for x in range(width):
                    point = QPoint(
                        int(cell.left() + (x + 0.5) * side), int(cell.top() + (y + 0.5) * side)
                    )
                    rows.append(image.pixelColor(point).getRgb()[:3])
            pictures.append(np.array(rows, np.uint8).reshape(height, width, 3))
        return np.array(pictures)


@pytest.fixture
def drive(make_window, find, qtbot):
    """drive(project): its Generate page in a new window."""
    return lambda project: Driver(make_window(project), find, qtbot)


@pytest.fixture
def page(drive, tiny_project):
    """The page of a trained project, set to few pictures and few steps."""
    driver = drive(tiny_project)
    driver.count.setValue(COUNT)
    driver.steps.setValue(STEPS)
    return driver


@pytest.fixture
def at_once(monkeypatch):
    """Every event crosses to the window when it happens, for tests that hold a job still."""
    monkeypatch.setattr(jobs, "BATCH_SECONDS", 0.0)


@pytest.fixture(scope="session")
def engine_frames():
    """engine_frames(project, seed, which, **sample settings): what the engine makes of a wish."""
    return make_engine_frames


def make_engine_frames(project, seed, which="ema", **settings):
    words = [f"sample.{name}={value}" for name, value in settings.items()]
    sample = with_settings(project.config, [f"sample.num_inference_steps={STEPS}", *words]).sample
    model, config = load_model(project.checkpoint_paths()[-1], which)
    seeds = range(seed, seed + COUNT)
    return list(
        denoise_seeds(Network(model, config, next(model.parameters()).device), sample, seeds)
    )


class FolderWatcher(QObject):
    """Takes the place of the desktop's file manager."""

    def __init__(self):
        super().__init__()
        self.shown = []

    @Slot(QUrl)
    def show(self, url):
        self.shown.append(Path(url.toLocalFile()))


@pytest.fixture
def folders(qapp):
    watcher = FolderWatcher()
    QDesktopServices.setUrlHandler("file", watcher, "show")
    yield watcher.shown
    QDesktopServices.unsetUrlHandler("file")
