"""The Train page in a window, driven by the names of its controls."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from ddpm_studio.gui.common import jobs, names
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.sample_now import work as sample_now
from ddpm_studio.gui.train import work
from ddpm_studio.gui.train.run_view import RunView
from ddpm_studio.project import Project
from tests.gui.parts import part
from tests.gui.sample_now.looking import Painter


class Driver:
    """The Train page of a window, as a person sees it."""

    def __init__(self, window: MainWindow, qtbot, find) -> None:
        self.window, self.qtbot, self.find = window, qtbot, find
        window.show_page(names.NAV_TRAIN)

    @property
    def page(self):
        return self.window.pages["nav.train"]

    @property
    def view(self) -> RunView:
        return part(self.window, RunView)

    @property
    def series(self):
        return self.view.plot.series

    @property
    def job(self):
        return self.window.session.jobs.get(TRAIN)

    def text(self, name: str) -> str:
        return self.find(self.window, QLabel, name).text()

    def button(self, name: str) -> QPushButton:
        return self.find(self.window, QPushButton, name)

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.button(name), Qt.MouseButton.LeftButton)

    def start_says(self) -> str:
        return self.button("train.start").text()

    def choose(self, name: str, data: object) -> None:
        combo = self.find(self.window, QComboBox, name)
        combo.setCurrentIndex(combo.findData(data))

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def newest(self) -> int:
        step = self.view.newest
        return step.step if step is not None else 0

    def write(self, path: str, text: str) -> QLineEdit:
        """Type something into a setting under Advanced and leave it with Enter."""
        field = self.find(self.window, QLineEdit, names.item("train.setting", path))
        field.selectAll()
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)
        return field


@pytest.fixture
def open_train(make_window, qtbot, find) -> Callable[[Project | None], Driver]:
    def open_page(project: Project | None = None) -> Driver:
        return Driver(make_window(project), qtbot, find)

    return open_page


@pytest.fixture
def fake(monkeypatch) -> Callable[..., None]:
    """fake(make_events): `work.train_project` becomes make_events(project, steps, seconds)."""

    def put(make_events) -> None:
        monkeypatch.setattr(
            work,
            "train_project",
            lambda project, steps=None, seconds=None, lent=None: make_events(
                project, steps, seconds
            ),
        )

    return put


@pytest.fixture
def painter(monkeypatch) -> Painter:
    """`work.sample_now.paint_both` does as it is told."""
    painter = Painter()
    monkeypatch.setattr(sample_now, "paint_both", painter)
    monkeypatch.setattr(jobs, "BATCH_SECONDS", 0.0)  # all that happens is seen when it happens
    return painter
