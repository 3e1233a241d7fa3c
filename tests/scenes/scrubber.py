"""What tests.scenes.screenshots draws of the scrubber: its views, memory, own pictures."""

from PySide6.QtWidgets import QComboBox, QDialog, QPushButton, QSlider, QToolButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.main_window import MainWindow
from tests.scenes.scenes import generate, scene, settle, wait_until


@scene("scrubber_noise")
def _(window: MainWindow) -> None:
    """What the model takes for noise, half way."""
    generate(window)
    timeline = window.findChild(QSlider, "scrubber.slider")
    timeline.setValue(timeline.maximum() // 2)
    window.findChild(QComboBox, "scrubber.show").setCurrentIndex(2)


@scene("scrubber_little_memory")
def _(window: MainWindow) -> None:
    """Not every frame is kept, and one looks at another one."""
    generate(window)
    trajectory = window.findChild(SampleGrid, "generate.grid").trajectory
    trajectory.again = None  # so that what is shown stays so
    trajectory.set_budget(trajectory.store.nbytes // 3)
    timeline = window.findChild(QSlider, "scrubber.slider")
    missing = [p for p in range(len(trajectory)) if not trajectory.is_exact(p)]
    timeline.setValue(missing[len(missing) // 2])


def own_picture(window: MainWindow, part: float) -> None:
    """One's own picture, so far into the noise, finished from every level."""
    window.show_page(names.NAV_GENERATE)
    window.findChild(QToolButton, "own.surprise").click()
    grid = window.findChild(SampleGrid, "generate.grid")
    wait_until(lambda: grid.trajectory is not None and not grid.trajectory.is_finishing)
    wait_until(lambda: window.session.jobs.get(SAMPLE) is None)
    timeline = window.findChild(QSlider, "scrubber.slider")
    timeline.setValue(round(part * timeline.maximum()))


@scene("own_picture")
def _(window: MainWindow) -> None:
    own_picture(window, 0.6)


@scene("own_picture_finished")
def _(window: MainWindow) -> None:
    own_picture(window, 0.4)
    show = window.findChild(QComboBox, "scrubber.show")
    show.setCurrentIndex(3)


@scene("own_picture_painted_on")
def _(window: MainWindow) -> None:
    own_picture(window, 0.5)
    before = window.findChild(SampleGrid, "generate.grid").trajectory
    window.findChild(QPushButton, "own.paint_on").click()
    grid = window.findChild(SampleGrid, "generate.grid")
    wait_until(lambda: grid.trajectory is not before and grid.trajectory.is_complete)


@scene("own_picture_choose")
def _(window: MainWindow) -> QWidget:
    generate(window)
    window.findChild(QToolButton, "own.choose").click()
    wait_until(lambda: window.findChild(QDialog, "own.dialog") is not None)
    settle()
    return window.findChild(QDialog, "own.dialog")
