"""The dialog "Sample now" as a person sees it, with a painter that does as it is told."""

import threading
from collections.abc import Callable, Generator, Iterator

import numpy as np
import torch
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QLabel, QPushButton

from ddpm_studio import events as ev
from ddpm_studio.config import SampleConfig
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.sample_now import work
from ddpm_studio.gui.sample_now.dialog import JOB
from ddpm_studio.project import step_of
from ddpm_studio.training.keep import Look

TITLES = ("sample_now.averaged", "sample_now.plain")


class Looking:
    """The dialog, as a person sees it who has clicked the button on the Train page."""

    def __init__(self, train) -> None:
        self.train, self.window = train, train.window
        train.click("train.sample_now")
        self.dialog = train.find(train.window, QDialog, "sample_now")
        assert self.dialog.isVisible()

    @property
    def job(self):
        return self.window.session.jobs.get(JOB)

    def find(self, kind, name):
        return self.train.find(self.dialog, kind, name)

    def click(self, name: str) -> None:
        self.train.qtbot.mouseClick(self.find(QPushButton, name), Qt.MouseButton.LeftButton)

    def says(self) -> str:
        return self.find(QLabel, "sample_now.message").text()

    def sources(self) -> list[str]:
        combo = self.find(QComboBox, "sample_now.from")
        return [combo.itemText(index) for index in range(combo.count())]

    def source(self) -> str:
        return self.find(QComboBox, "sample_now.from").currentText()

    def images(self):
        """Of the averaged and of the plain weights."""
        return [self.find(PictureView, name).image() for name in TITLES]

    def wait_painted(self) -> None:
        self.train.wait(lambda: self.job is None)

    def is_gone(self) -> bool:
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.window.findChild(QDialog, "sample_now") is None


class Painter:
    """Takes the place of painting: does as it is told, and remembers what was wanted."""

    def __init__(self) -> None:
        self.looks: list[work.PaintRequest] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.ended = 0
        self.error: Exception | None = None

    def __call__(self, look: work.PaintRequest) -> Generator[object, None, Look]:
        self.looks.append(look)
        shape = (len(look.seeds), 8, 8, 3)
        try:
            for done in range(4):
                both = [np.full(shape, 40 * done + shade, np.uint8) for shade in (1, 2)]
                yield ev.BothPainted(70, done, 3, *both)
                while done == 2 and not self.go_on.wait(0.005):
                    yield ev.BothPainted(70, done, 3, *both)
            if self.error is not None:
                raise self.error
            saved = look.project.checkpoint_paths()
            step = step_of(saved[-1]) if saved else 70
            return Look(step, SampleConfig(), torch.device("cpu"), torch.float32)
        finally:
            self.ended += 1


def learning(*more: object) -> Callable[..., Iterator[object]]:
    """A training at step 70 that makes a step now and then, until somebody stops it."""

    def make(_project, _steps, _seconds) -> Iterator[object]:
        yield ev.TrainStarted(69, None, 60.0, "a device", "float32", 1234, 12)
        yield step(70)
        yield from more
        while True:
            threading.Event().wait(0.005)
            yield ev.Progress(ev.Work.PREVIEW, 0, 0, step=0)

    return make


def step(number: int) -> ev.TrainStep:
    return ev.TrainStep(number, 0.1, 1.0, 1e-3, 321.0, number * 2.0, 30.0)


def start(train) -> None:
    train.click("train.start")
    train.wait(lambda: train.text("train.step") == "70")
