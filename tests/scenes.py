"""What is drawn by tests.screenshots: one function for each page, dialog and state."""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSlider,
    QSpinBox,
    QWidget,
)

from ddpm_studio import events as ev
from ddpm_studio.config import ModelConfig, PicturesConfig, StudioConfig, TrainConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.gui import names
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.session import SAMPLE
from ddpm_studio.gui.widgets.film_preview import FilmPreview
from ddpm_studio.gui.widgets.loss_plot import LossPlot
from ddpm_studio.gui.widgets.picture_details import CropView
from ddpm_studio.gui.widgets.picture_states import PictureStates
from ddpm_studio.gui.widgets.sample_grid import SampleGrid
from ddpm_studio.project import Project

BAD_NEWS = (
    "The loss was not a finite number, so training went back from step 5005 to 5000 and goes on "
    "with a learning rate of 0.0005."
)
PATIENCE = 60.0  # seconds until something must have happened
TRAINED_STEPS = 120

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
    window.session.open_project(folder)
    crop = window.findChild(CropView)
    wait_until(lambda: crop.image is not None)


@scene("pictures_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_PICTURES)


@scene("pictures_preparing")
def _(window: MainWindow) -> None:
    from ddpm_studio.gui.progress import Progress

    states = window.findChild(PictureStates)
    states.show_preparing_soon()
    states.show_progress(Progress(0.42, 74.0, "Reading pictures: 8,421 of 20,000"))
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
    window.findChild(QPushButton, names.TRAIN_START).click()
    window.findChild(QSlider, names.TRAIN_HISTORY).setValue(4)
    canvas = window.findChild(LossPlot, names.TRAIN_PLOT).canvas
    for _ in range(6):
        QTest.keyClick(canvas, Qt.Key.Key_Plus)
    canvas._point_at(2400)


@scene("train_advanced")
def _(window: MainWindow) -> None:
    """With a value that is not allowed."""
    window.show_page(names.NAV_TRAIN)
    window.findChild(QPushButton, names.TRAIN_ADVANCED).click()
    settle()
    field = window.findChild(QLineEdit, names.item(names.TRAIN_SETTING, "train.batch_size"))
    field.selectAll()
    QTest.keyClicks(field, "many")
    settle()
    window.train_page.findChild(QScrollArea).ensureWidgetVisible(field, 0, 300)


@scene("train_done")
def _(window: MainWindow) -> None:
    learn(window, is_over=True)


@scene("train_lent")
def _(window: MainWindow) -> None:
    def paint() -> Iterator[ev.SampleStep]:
        while True:
            yield ev.SampleStep(30, 50, 16, 0, 16)
            time.sleep(0.01)

    learn(window)
    window.session.start_borrowing(SAMPLE, paint, "Generating")


@scene("train_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_TRAIN)


@scene("generate")
def _(window: MainWindow) -> None:
    generate(window)
    grid = window.findChild(SampleGrid, names.GENERATE_GRID)
    grid.set_chosen({1, 6})
    grid.setFocus()
    grid.set_current(4)


@scene("generate_noise")
def _(window: MainWindow) -> None:
    """Half way, and what the model believes there."""
    generate(window)
    timeline = window.findChild(QSlider, names.SCRUBBER_SLIDER)
    timeline.setValue(timeline.maximum() // 2)
    window.findChild(QAbstractButton, names.SCRUBBER_SHOW).setChecked(True)


@scene("generate_single")
def _(window: MainWindow) -> None:
    generate(window)
    grid = window.findChild(SampleGrid, names.GENERATE_GRID)
    grid.opened.emit(2)


@scene("generate_saved")
def _(window: MainWindow) -> None:
    generate(window)
    window.findChild(QPushButton, names.GENERATE_MORE).setChecked(True)
    window.findChild(QPushButton, names.GENERATE_SAVE).click()
    wait_until(lambda: window.findChild(QLabel, names.GENERATE_SAVED).isVisible())


@scene("generate_ready")
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_GENERATE)


@scene("export")
def _(window: MainWindow) -> QWidget:
    generate(window)
    window.findChild(QPushButton, names.GENERATE_EXPORT).click()
    dialog = window.findChild(QDialog, names.EXPORT)
    wait_until(lambda: dialog.findChild(FilmPreview, names.EXPORT_PREVIEW).tick >= 8)
    return dialog


@scene("generate_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_GENERATE)


@scene("new_project")
def _(window: MainWindow) -> QWidget:
    project = window.session.project
    assert project is not None
    window.show_page(names.NAV_START)
    return window.show_new_project(project.pictures)


@scene("new_project_empty", filled=False)
def _(window: MainWindow) -> QWidget:
    return window.show_new_project()


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
    window._drop.appear("to make a project of the pictures in “flowers”")


@scene("saving")
def _(window: MainWindow) -> None:
    window._saving.appear("What was learned so far is kept. The window closes by itself.")


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
    window.findChild(QSpinBox, names.GENERATE_STEPS).setValue(20)
    window.findChild(QPushButton, names.GENERATE_RUN).click()
    wait_until(lambda: window.session.jobs.get(SAMPLE) is None)


def learn(window: MainWindow, *, is_over: bool = False) -> None:
    """A run as it may look after an hour: its losses scatter, and pictures grow out of noise."""
    project = window.session.project
    rng = np.random.default_rng(0)
    paths = sorted(project.pictures.iterdir())[:16]
    pictures = np.stack([np.asarray(Image.open(path).resize((32, 32))) for path in paths])

    def preview(step: int) -> ev.PreviewSaved:
        share = min(1.0, step / 4500) ** 0.7
        noise = rng.integers(0, 256, pictures.shape)
        grid = (share * pictures + (1 - share) * noise).astype(np.uint8)
        return ev.PreviewSaved(step, project.samples / "none.png", grid)

    def events() -> Iterator[object]:
        yield ev.TrainStarted(TRAINED_STEPS, None, 7200.0, "CPU, 8 threads", "float32", 1, 60)
        for step in range(TRAINED_STEPS + 1, 5001):
            loss = (0.4 * step**-0.3 + 0.01) * math.exp(rng.normal(0, 0.3))
            seconds = 0.9 * step
            yield ev.TrainStep(step, loss, 1.0, 1e-3, 142.0, seconds, 7200 - seconds)
            if step % 500 == 0:
                yield preview(step)
                time.sleep(0.06)  # each in a batch of its own, so that all are shown
        yield ev.CheckpointSaved(5000, project.checkpoint_path(5000))
        yield ev.RolledBack(5000, 5000, 5e-4, BAD_NEWS)
        while not is_over:
            yield ev.PreviewProgress(5000, 9, 25)
            time.sleep(0.01)

    window.show_page(names.NAV_TRAIN)
    job = window.session.start_training(events)
    wait_until(lambda: window.findChild(QLabel, names.TRAIN_STEP).text() == "5,000")
    if is_over:
        wait_until(lambda: window.session.jobs.get("train") is None)
    else:
        wait_until(lambda: "5,000" in job.progress.text)


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
