"""Scenes of two runs in lock-step, and of frames that become works; see tests.scenes.scenes."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSlider, QSpinBox

from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.compare.view import DIFFERENCE, FLICKER, SIDES, WIPE
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.gui.main_window import MainWindow
from tests.gui.parts import part
from tests.scenes.scenes import generate, scene, settle, wait_until


@scene("compare_waiting")
def _(window: MainWindow) -> None:
    """A is pinned; nothing was changed yet."""
    generate(window)
    begin(window, SIDES)


@scene("compare_sides")
def _(window: MainWindow) -> None:
    """Two grids, half way."""
    compare(window, SIDES)
    look_at(window, 0.7)
    grid = window.findChild(SampleGrid, "generate.grid")
    grid.set_chosen({2})


@scene("compare_wipe")
def _(window: MainWindow) -> None:
    compare(window, WIPE)


@scene("compare_difference")
def _(window: MainWindow) -> None:
    compare(window, DIFFERENCE)


@scene("compare_large")
def _(window: MainWindow) -> None:
    """One picture, with the line in it."""
    compare(window, WIPE)
    open_picture(window, 2)


@scene("compare_flicker")
def _(window: MainWindow) -> None:
    """One picture, with B's turn."""
    compare(window, FLICKER)
    open_picture(window, 2)
    QTest.keyClick(part(window, Stage), Qt.Key.Key_X)


@scene("compare_large_sides")
def _(window: MainWindow) -> None:
    compare(window, SIDES)
    look_at(window, 0.6)
    open_picture(window, 2)


@scene("generate_hovered")
def _(window: MainWindow) -> None:
    """The marks of the picture under the mouse."""
    generate(window)
    settle()
    grid = window.findChild(SampleGrid, "generate.grid")
    QTest.mouseMove(grid, grid.cell_rect(3).center().toPoint())


@scene("generate_kept")
def _(window: MainWindow) -> None:
    """A frame on the way has become a work."""
    generate(window)
    look_at(window, 0.5)
    open_picture(window, 5)
    window.findChild(QPushButton, "generate.keep").click()
    wait_until(lambda: window.findChild(QLabel, "generate.saved").isVisible())


def begin(window: MainWindow, view: str) -> None:
    window.findChild(QPushButton, "compare").click()
    views = window.findChild(QComboBox, "compare.view")
    views.setCurrentIndex(views.findData(view))


def compare(window: MainWindow, view: str) -> None:
    """20 steps without fresh noise, held against 8 steps with it."""
    window.findChild(QDoubleSpinBox, "generate.eta").setValue(0.0)
    generate(window)
    begin(window, view)
    window.findChild(QSpinBox, "generate.steps").setValue(8)
    window.findChild(QDoubleSpinBox, "generate.eta").setValue(0.6)
    stage = part(window, Stage)
    wait_until(lambda: stage.compare.b is not None and stage.compare.b.is_complete)
    wait_until(lambda: window.session.jobs.get(SAMPLE) is None)


def look_at(window: MainWindow, part: float) -> None:
    timeline = window.findChild(QSlider, "scrubber.slider")
    timeline.setValue(round(part * timeline.maximum()))


def open_picture(window: MainWindow, index: int) -> None:
    window.findChild(SampleGrid, "generate.grid").opened.emit(index)
