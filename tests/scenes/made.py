"""Scenes of the Made page and of batches; see tests.scenes.scenes."""

import dataclasses
import os
import shutil
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QComboBox, QDialog, QPushButton, QSlider, QToolButton, QWidget

from ddpm_studio.config import SampleConfig
from ddpm_studio.data.sample_pictures import write_sample_pictures
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.images import write_png
from ddpm_studio.gallery.batch import Batch, begin_batch, write_record
from ddpm_studio.gallery.stars import write_stars
from ddpm_studio.gui.batch import batch as batch_work
from ddpm_studio.gui.batch.batch import batching_of
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.notice_line import UndoNotice
from ddpm_studio.gui.made.actions import MadeActions
from ddpm_studio.gui.made.details import MadeDetails
from ddpm_studio.gui.made.files import MadeFiles
from ddpm_studio.gui.made.viewer import MadeViewer
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pages.made_page import MadePage
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe
from ddpm_studio.training.loaded import load
from tests.gui.parts import part
from tests.scenes.scenes import CONFIG, scene, settle, wait_until

Select = QItemSelectionModel.SelectionFlag
MANY = 10_000


@scene("made_empty", filled=False)
def _(window: MainWindow) -> None:
    window.show_page(names.NAV_MADE)


@scene("made_nothing")
def _(window: MainWindow) -> None:
    shutil.rmtree(window.session.project.gallery, ignore_errors=True)
    window.show_page(names.NAV_MADE)
    settle()


@scene("made")
def _(window: MainWindow) -> None:
    """Some stars, a film, and one that is chosen."""
    wall = open_made(window, 160)
    wall.setCurrentIndex(wall.wall_model.index(4))
    wait_for_recipe(window)


@scene("made_many")
def _(window: MainWindow) -> None:
    """Ten thousand, and several chosen."""
    wall = open_made(window, MANY)
    for row in (3, 4, 5, 9):
        wall.selectionModel().select(wall.wall_model.index(row), Select.Select)
    settle()


@scene("made_large")
def _(window: MainWindow) -> None:
    wall = open_made(window, 160)
    wall.setCurrentIndex(wall.wall_model.index(4))
    wait_for_recipe(window)
    wall.opened.emit()
    settle()


@scene("made_film_large")
def _(window: MainWindow) -> None:
    wall = open_made(window, 160)
    wall.setCurrentIndex(wall.wall_model.index(2))
    wait_until(lambda: part(window, MadeActions).image is not None)
    wall.opened.emit()
    settle()


@scene("made_compared")
def _(window: MainWindow) -> None:
    """Two side by side, on a grey ground."""
    wall = open_made(window, 160)
    for row in (4, 7):
        wall.selectionModel().setCurrentIndex(wall.wall_model.index(row), Select.Select)
    ground = window.findChild(QComboBox, "made.ground")
    ground.setCurrentIndex(ground.findData("grey"))
    wall.opened.emit()
    canvases = window.findChild(MadeViewer).stage.canvases
    wait_until(lambda: all(canvas.image is not None for canvas in canvases))
    settle()


@scene("made_film")
def _(window: MainWindow) -> None:
    """A film that plays beside the wall."""
    wall = open_made(window, 160)
    wall.setCurrentIndex(wall.wall_model.index(2))
    wait_until(lambda: window.findChild(QSlider, "made.film.place").value() > 0)
    settle()


@scene("made_starred_none")
def _(window: MainWindow) -> None:
    open_made(window, 160)
    part(window, MadeFiles).stars = frozenset()
    # without the folder being read again, which would bring the real stars back
    part(window, MadePage)._refresh()
    window.findChild(QComboBox, "made.show").setCurrentIndex(1)
    settle()


@scene("made_trash")
def _(window: MainWindow) -> None:
    wall = open_made(window, 160)
    wall.setCurrentIndex(wall.wall_model.index(1))
    part(window, UndoNotice).say("5 pictures moved to the trash.", True)
    settle()


@scene("made_batches")
def _(window: MainWindow) -> None:
    """Two were stopped."""
    project = gallery_of(window, 160)
    for left in (3120, 12):
        sample = SampleConfig(seed=left)
        loaded = dataclasses.replace(load(project.checkpoint_paths()[-1]), sha256="0" * 64)
        batch = begin_batch(project, loaded, sample, MANY)
        write_record(dataclasses.replace(batch, done=MANY - left))
    show(window, project)
    wait_until(lambda: len(part(window, MadeFiles).batches) == 2)
    for batch in part(window, MadeFiles).batches:
        shutil.rmtree(batch.folder)
    settle()


@scene("made_painting")
def _(window: MainWindow) -> None:
    """A batch beside a training."""
    project = gallery_of(window, 160)
    show(window, project)
    wait_until(lambda: part(window, MadeFiles).has_looked)

    def painting(_wish: object) -> object:
        folder = project.gallery / "batch"
        yield Batch(folder, "", "", "", 1, "ema", SampleConfig(), MANY)
        for done in range(MANY):
            settle_a_little()
            yield Progress(Work.BATCH, 880 + done / 1000, MANY, before=800)

    def training() -> object:
        while True:
            settle_a_little()
            yield None

    kept = batch_work.paint_new
    batch_work.paint_new = painting  # type: ignore[assignment]
    window.session.start_training(training)
    wish = type("", (), {"count": MANY, "sample": SampleConfig()})()
    batching_of(window.session).begin(wish)
    job = batching_of(window.session).job
    assert job is not None
    wait_until(lambda: bool(job.progress.text))
    batch_work.paint_new = kept
    job.set_paused(True)
    wall = window.findChild(PictureWall, "made.wall")
    wait_until(lambda: wall.wall_model.image(0) is not None)
    wall.setCurrentIndex(wall.wall_model.index(4))
    wait_for_recipe(window)
    settle()


@scene("batch_dialog")
def _(window: MainWindow) -> QWidget:
    window.show_page(names.NAV_GENERATE)
    batching_of(window.session).seconds_per_call = 0.004
    window.findChild(QPushButton, "generate.many").click()
    return window.findChild(QDialog, "batch")


@scene("generate_many")
def _(window: MainWindow) -> None:
    """Where the button is."""
    window.show_page(names.NAV_GENERATE)
    settle()


def settle_a_little() -> None:
    import time

    time.sleep(0.01)


def wait_for_recipe(window: MainWindow) -> None:
    details = window.findChild(MadeDetails)
    wait_until(lambda: details.recipe is not None and part(window, MadeActions).image is not None)
    settle()


def open_made(window: MainWindow, count: int) -> PictureWall:
    """A project in whose gallery there is a lot, and its wall."""
    show(window, gallery_of(window, count))
    wall = window.findChild(PictureWall, "made.wall")
    wait_until(lambda: wall.wall_model.rowCount() >= count and not window.session.jobs.is_busy())
    settle()
    return wall


def show(window: MainWindow, project: Project) -> None:
    window.session.open_project(project.path)
    window.show_page(names.NAV_MADE)
    window.findChild(QToolButton, names.NAV_MADE).setChecked(True)


def gallery_of(window: MainWindow, count: int) -> Project:
    """Drawn planets stand in for what a model has painted."""
    path = window.session.project.path.with_name(f"studio {count}")
    if path.exists():
        return Project.open(path)
    shutil.copytree(window.session.project.path, path)
    shutil.rmtree(path / "gallery", ignore_errors=True)
    project = Project.open(path)
    drawn = path / "drawn"
    for _ in write_sample_pictures(drawn, 120):
        pass
    side = CONFIG.pictures.size
    pictures = [
        np.asarray(Image.open(one).convert("RGB").resize((side, side), Image.Resampling.BOX))
        for one in sorted(drawn.iterdir())
    ]
    fill(project, pictures, count)
    return project


def fill(project: Project, pictures: list[np.ndarray], count: int) -> None:
    folder = project.gallery / "batch"
    folder.mkdir(parents=True)
    sample = SampleConfig(num_inference_steps=50, eta=0.4)
    checkpoint = project.checkpoint_paths()[-1].name
    made = []
    for k in range(count - 1):
        seed = 1000 + k
        recipe = Recipe(
            project.name, checkpoint, "0" * 64, 120, "ema", "cpu", "float32", seed, sample
        )
        path = folder / f"{project.name}_step00000120_seed{seed:06d}.png"
        if count > 1000:
            Image.fromarray(pictures[k % len(pictures)]).save(path, compress_level=1)
        else:
            write_png(path, pictures[k % len(pictures)], recipe.to_text())
        made.append(path)
    for k, one in enumerate(reversed(made)):
        date(one, k)
    film = project.gallery / "denoising.gif"
    grids = [np.concatenate(pictures[k : k + 6], 1) for k in range(3)]
    walls = [Image.fromarray(np.concatenate([grid] * 4, 0)) for grid in grids]
    frames = [wall.resize((768, 512), Image.Resampling.NEAREST) for wall in walls]
    frames[0].save(film, save_all=True, append_images=frames[1:])
    os.utime(film, (made[2].stat().st_mtime + 0.5,) * 2)
    names_ = [path.relative_to(project.gallery).as_posix() for path in made[:12:3]]
    write_stars(project.gallery, names_)


def date(path: Path, k: int) -> None:
    """One a minute, of a certain day."""
    at = 1_930_000_000 + 60 * k
    os.utime(path, (at, at))
