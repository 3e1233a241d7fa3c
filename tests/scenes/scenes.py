"""What is drawn by tests.scenes.screenshots: one function for each page, dialog and state."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from ddpm_studio import events as ev
from ddpm_studio.config import ModelConfig, PicturesConfig, StudioConfig, TrainConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pages.start_page import StartPage
from ddpm_studio.gui.pictures.details import CropView
from ddpm_studio.gui.pictures.reading_states import PictureStates
from ddpm_studio.gui.plot.plot import LossPlot
from ddpm_studio.gui.plot.quantities import ALL as PLOT_SERIES
from ddpm_studio.gui.sample_now.dialog import JOB as SAMPLE_NOW
from ddpm_studio.gui.sample_now.dialog import SampleNow
from ddpm_studio.gui.shell.overlay import Overlay
from ddpm_studio.project import CheckpointFile, Project
from tests.gui.opened_at_once import open_and_wait
from tests.gui.parts import inner_scroll, part
from tests.scenes.fake_run import FakeRun

PATIENCE = 60.0  # seconds until something must have happened
TRAINED_STEPS = 120
SAVED = (128, 256, 512, 1000, 2000, 3000, 4000, 4500, 5000)  # steps of a run that is shown

CONFIG = StudioConfig(
    pictures=PicturesConfig(size=32),
    model=ModelConfig(model_channels=16, channel_mult=(1, 2), attention_resolutions=()),
    train=TrainConfig(batch_size=8, preview_every=40, preview_count=16, preview_steps=8),
)

Draw = Callable[[MainWindow], QWidget | None]


@dataclass(frozen=True)
class Scene:
    name: str
    filled: bool
    draw: Draw


SCENES: list[Scene] = []


def scene(name: str, *, filled: bool = True) -> Callable[[Draw], Draw]:
    def add(draw: Draw) -> Draw:
        SCENES.append(Scene(name, filled, draw))
        return draw

    return add


@scene("start")
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_START)


@scene("start_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_START)


@scene("pictures")
def _(window: MainWindow) -> None:
    """Trained, so that size and colours are fixed."""
    window.show_page(names.NAV_PICTURES)
    crop = window.findChild(CropView)
    wait_until(lambda: crop.image is not None)


@scene("pictures_new")
def _(window: MainWindow) -> None:
    """Not trained, and with files that were left out."""
    project = window.session.project
    folder = project.path.with_name("wild garden")
    if not folder.exists():
        shutil.copytree(project.pictures, folder / "pictures")
        (folder / "pictures" / "notes.txt").write_text("water the roses")
        (folder / "pictures" / "old scan.tif").write_bytes(b"")
        (folder / "pictures" / "half a download.jpg").write_bytes(b"\xff\xd8\xff")
        Project.create(folder, folder / "pictures", CONFIG)
    open_and_wait(window.session, folder)
    crop = window.findChild(CropView)
    wait_until(lambda: crop.image is not None)


@scene("pictures_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_PICTURES)


@scene("pictures_preparing")
def _(window: MainWindow) -> None:
    from ddpm_studio.gui.common.progress import Standing

    states = window.findChild(PictureStates)
    states.show_preparing_soon()
    states.show_progress(Standing(0.42, 74.0, "Reading pictures: 8,421 of 20,000"))
    wait_until(lambda: not states.is_wall)


@scene("pictures_stopped")
def _(window: MainWindow) -> None:
    window.findChild(PictureStates).show_stopped()


@scene("pictures_failed")
def _(window: MainWindow) -> None:
    window.findChild(PictureStates).show_failed(
        "The pictures folder /media/disk/flowers does not exist."
    )


@scene("train")
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_TRAIN)


@scene("train_running")
def _(window: MainWindow) -> None:
    learn(window)


@scene("train_looked_at")
def _(window: MainWindow) -> None:
    """Zoomed and pointed at, with an earlier picture of the film, and paused."""
    learn(window)
    window.findChild(QPushButton, "train.start").click()
    window.findChild(QSlider, "train.history").setValue(4)
    canvas = window.findChild(LossPlot, names.TRAIN_PLOT).canvas
    for _ in range(6):
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
    # as if the mouse were there
    canvas._point_at(2400)


@scene("train_advanced")
def _(window: MainWindow) -> None:
    """With a value that is not allowed."""
    window.show_page(names.NAV_TRAIN)
    window.findChild(QPushButton, "train.advanced").click()
    settle()
    field = window.findChild(QLineEdit, names.item("train.setting", "train.batch_size"))
    field.selectAll()
    QTest.keyClicks(field, "many")
    settle()
    inner_scroll(window.pages["nav.train"]).ensureWidgetVisible(field, 0, 300)


@scene("train_done")
def _(window: MainWindow) -> None:
    learn(window, is_over=True)


@scene("train_everything")
def _(window: MainWindow) -> None:
    """All that the plot can show, and what stands where one points."""
    learn(window)
    show_all(window)
    settle()
    window.findChild(LossPlot, names.TRAIN_PLOT).canvas._point_at(1900)


@scene("train_checkpoint")
def _(window: MainWindow) -> None:
    """The card of the best checkpoint."""
    learn(window)
    window.findChild(QPushButton, names.item(names.TRAIN_PLOT, "best")).click()


@scene("train_recovered")
def _(window: MainWindow) -> None:
    """After bad steps, with the sentence of what was done."""
    learn(window, goes_back=True)
    window.findChild(QAbstractButton, names.item(names.TRAIN_PLOT, "rate")).setChecked(True)
    settle()
    canvas = window.findChild(LossPlot, names.TRAIN_PLOT).canvas
    canvas.setFocus()
    while canvas.lanes.current is None or canvas.lanes.current.kind != "rolled_back":
        QTest.keyClick(canvas, Qt.Key.Key_Up)


@scene("train_lent")
def _(window: MainWindow) -> None:
    def paint() -> Iterator[ev.SampleStep]:
        while True:
            yield ev.SampleStep(30, 50, 16, 0, 16)
            time.sleep(0.01)

    learn(window)
    window.session.start_borrowing(SAMPLE, paint, "Generating")


@scene("train_sample_now")
def _(window: MainWindow) -> QWidget:
    """A look at the model while it learns."""
    run = learn(window)
    part(window, SampleNow).lend(LentModel(run))  # type: ignore[arg-type]
    window.findChild(QPushButton, "train.sample_now").click()
    wait_until(lambda: window.session.jobs.get(SAMPLE_NOW) is None)
    checkpoints, path = window.session.checkpoints, window.session.project.checkpoint_path
    checkpoints.stop()
    checkpoints.files = tuple(CheckpointFile(step, path(step), 1, 1) for step in SAVED)
    checkpoints.changed.emit()  # as if they were there
    return window.findChild(QDialog, "sample_now")


@scene("train_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_TRAIN)


@scene("generate")
def _(window: MainWindow) -> None:
    generate(window)
    grid = window.findChild(SampleGrid, "generate.grid")
    grid.set_chosen({1, 6})
    grid.setFocus()
    grid.set_current(4)


@scene("generate_noise")
def _(window: MainWindow) -> None:
    """Half way, and what the model believes there."""
    generate(window)
    timeline = window.findChild(QSlider, "scrubber.slider")
    timeline.setValue(timeline.maximum() // 2)
    window.findChild(QComboBox, "scrubber.show").setCurrentIndex(1)


@scene("generate_single")
def _(window: MainWindow) -> None:
    generate(window)
    grid = window.findChild(SampleGrid, "generate.grid")
    grid.opened.emit(2)


@scene("generate_saved")
def _(window: MainWindow) -> None:
    generate(window)
    window.findChild(QPushButton, "generate.more").setChecked(True)
    window.findChild(QPushButton, "generate.save").click()
    wait_until(lambda: window.findChild(QLabel, "generate.saved").isVisible())


@scene("generate_ready")
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_GENERATE)


@scene("export")
def _(window: MainWindow) -> QWidget:
    generate(window)
    window.findChild(QPushButton, "generate.export").click()
    dialog = window.findChild(QDialog, "export")
    wait_until(lambda: dialog.findChild(FilmPreview, "export.preview").tick >= 8)
    return dialog


@scene("generate_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_GENERATE)


@scene("new_project")
def _(window: MainWindow) -> QWidget:
    project = window.session.project
    assert project is not None
    window.show_page(names.NAV_START)
    return part(window, StartPage).show_new_project(project.pictures)


@scene("new_project_empty", filled=False)
def _(window: MainWindow) -> QWidget:
    return part(window, StartPage).show_new_project()


@scene("shortcuts")
def _(window: MainWindow) -> QWidget:
    window.show_page(names.NAV_TRAIN)
    return window.show_shortcuts()


@scene("error")
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_TRAIN)
    window.session.report(StudioError("The disk is full: 12 MB are free, 40 MB are needed."))


@scene("drop", filled=False)
def _(window: MainWindow) -> None:
    overlay = window.findChild(Overlay, "window.drop")
    overlay.appear("to make a project of the pictures in “flowers”")


@scene("saving")
def _(window: MainWindow) -> None:
    overlay = window.findChild(Overlay, "window.saving")
    overlay.appear("What was learned so far is kept. The window closes by itself.")


@scene("working")
def _(window: MainWindow) -> None:
    """The status line with training held by a sampling job."""

    def learn():
        yield ev.TrainStarted(0, 2000, None, "CPU", "float32", 1000, 40)
        while True:
            yield ev.TrainStep(750, 0.1, 1.0, 1e-3, 90.0, 60.0, 4800.0)
            time.sleep(0.01)

    def paint():
        while True:
            yield ev.SampleStep(30, 50, 16, 0, 16)
            time.sleep(0.01)

    window.show_page(names.NAV_GENERATE)
    session = window.session
    session.start_training(learn)
    wait_until(lambda: session.jobs.get("train").progress.fraction is not None)
    session.start_borrowing(SAMPLE, paint, "Generating")
    wait_until(lambda: session.jobs.get(SAMPLE).progress.fraction is not None)


def generate(window: MainWindow) -> None:
    """Make pictures, as a person does."""
    window.show_page(names.NAV_GENERATE)
    window.findChild(QSpinBox, "generate.steps").setValue(20)
    window.findChild(QPushButton, "generate.run").click()
    wait_until(lambda: window.session.jobs.get(SAMPLE) is None)


def show_all(window: MainWindow) -> None:
    """Switch on all that the plot can show."""
    for one in PLOT_SERIES:
        name = names.item(names.TRAIN_PLOT, one.key)
        window.findChild(QAbstractButton, name).setChecked(True)


def learn(window: MainWindow, *, is_over: bool = False, goes_back: bool = False) -> FakeRun:
    """A run as it may look after an hour: its losses scatter, and pictures grow out of noise."""
    project = window.session.project
    run = FakeRun(project, is_over=is_over, goes_back=goes_back)
    window.show_page(names.NAV_TRAIN)
    job = window.session.start_training(run.events)
    last = f"{run.last_step:,}"
    wait_until(lambda: window.findChild(QLabel, "train.step").text() == last)
    if is_over:
        wait_until(lambda: window.session.jobs.get("train") is None)
    else:
        wait_until(lambda: last in job.progress.text)
    plot = window.findChild(LossPlot, names.TRAIN_PLOT)
    plot.set_checkpoints(dict.fromkeys(SAVED, 48_200_000))  # as if they were there
    plot.redraw()
    return run


def settle(turns: int = 20) -> None:
    """Let everything be laid out and painted."""
    for _ in range(turns):
        QApplication.processEvents()
        time.sleep(0.005)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("what the picture needs did not happen")
        QApplication.processEvents()
        time.sleep(0.005)
