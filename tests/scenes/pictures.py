"""Scenes of the Pictures page with a folder that is not tidy; see tests.scenes.scenes."""

import shutil
from pathlib import Path

from PIL import Image, ImageDraw
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QAbstractButton, QDialog, QWidget

from ddpm_studio.choices import Choices, write_choices
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.pictures.details import CropView
from ddpm_studio.gui.pictures.panel import PicturesPanel
from ddpm_studio.gui.pictures.query import PictureQuery
from ddpm_studio.gui.pictures.reading import PictureJobs
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.project import Project
from tests.gui.opened_at_once import open_and_wait
from tests.gui.parts import inner_scroll, part
from tests.scenes.scenes import CONFIG, scene, settle, wait_until

Select = QItemSelectionModel.SelectionFlag


@scene("pictures_mixed")
def _(window: MainWindow) -> None:
    """Several chosen, in a folder with copies, weights and files that cannot be taken."""
    wall = mixed_folder(window)
    for row in (2, 3, 5):
        wall.selectionModel().select(wall.wall_model.index(row), Select.Select)


@scene("pictures_turned")
def _(window: MainWindow) -> None:
    """Three chosen and turned to the right; the last of them stands below."""
    wall = mixed_folder(window)
    for row in (1, 2, 4):
        wall.selectionModel().select(wall.wall_model.index(row), Select.Select)
    part(window, PicturesPanel).choosing.turn_right.click()
    wait_until(lambda: not window.session.jobs.is_busy())


@scene("pictures_left_out")
def _(window: MainWindow) -> None:
    mixed_folder(window, "left_out")
    side = inner_scroll(window.pages["nav.pictures"]).verticalScrollBar()
    settle()
    side.setValue(side.maximum())


@scene("pictures_copies")
def _(window: MainWindow) -> None:
    mixed_folder(window, "copies")


@scene("pictures_crop")
def _(window: MainWindow) -> QWidget:
    mixed_folder(window).opened.emit()
    wait_until(lambda: window.findChild(QDialog, "crop") is not None)
    return window.findChild(QDialog, "crop")


@scene("pictures_transparent")
def _(window: MainWindow) -> None:
    """Sprites that keep their transparency; one counts more, one is left out."""
    sprites(window)


@scene("pictures_transparent_crop")
def _(window: MainWindow) -> QWidget:
    sprites(window).opened.emit()
    wait_until(lambda: window.findChild(QDialog, "crop") is not None)
    editor = window.findChild(QDialog, "crop")
    editor.findChild(QAbstractButton, "crop.add").click()
    return editor


@scene("pictures_large")
def _(window: MainWindow) -> None:
    """The whole file in place of the wall."""
    sprites(window)
    panel = part(window, PicturesPanel)
    panel.look_large()
    canvas = panel.viewer.canvas
    wait_until(lambda: canvas.image is not None and canvas.image.width() == 240)


@scene("pictures_small")
def _(window: MainWindow) -> None:
    """As small as the window can be."""
    mixed_folder(window, "all")
    window.resize(window.minimumSizeHint())


def sprites(window: MainWindow) -> PictureWall:
    """A project of drawings with dark outlines and soft shadows on nothing."""
    folder = window.session.project.path.with_name("sprites")
    if not folder.exists():
        (folder / "pictures").mkdir(parents=True)
        for number in range(24):
            draw_sprite(number).save(folder / "pictures" / f"gem {number + 1}.png")
        config = with_settings(CONFIG, ["pictures.channels=4"])
        project = Project.create(folder, folder / "pictures", config)
        choices = Choices().changed(["gem 2.png"], weight=4.0).changed(["gem 3.png"], state="out")
        write_choices(project.path, choices)
    return open_folder(window, folder, "all")


def draw_sprite(number: int) -> Image.Image:
    """A gem, 240 x 180 pixels."""
    image = Image.new("RGBA", (240, 180))
    paint = ImageDraw.Draw(image)
    side, colour = 40 + number * 7 % 35, f"hsl({number * 37 % 360}, 70%, 55%)"
    paint.ellipse((120 - side, 130, 120 + side, 160), (0, 0, 0, 70))
    shape = [(120 - side, 80), (120, 80 - side), (120 + side, 80), (120, 80 + side)]
    paint.polygon(shape, colour, "#101018", 6)
    return image


def mixed_folder(window: MainWindow, show: str = "taken") -> PictureWall:
    """A project of the usual folder with copies, a damaged picture and files that are none."""
    folder = window.session.project.path.with_name("attic")
    if not folder.exists():
        inner = folder / "pictures" / "scans"
        shutil.copytree(window.session.project.pictures, folder / "pictures")
        inner.mkdir()
        for path in sorted((folder / "pictures").glob("*.png"))[:8]:
            Image.open(path).resize((40, 40)).save(inner / f"small {path.stem}.png")
        Image.open(path).convert("RGB").resize((640, 480)).save(inner / "half.jpg")
        data = (inner / "half.jpg").read_bytes()
        (inner / "half.jpg").write_bytes(data[: len(data) // 2])
        (inner / "notes.txt").write_text("water the roses")
        project = Project.create(folder, folder / "pictures", CONFIG)
        taken = sorted(path.name for path in project.pictures.glob("*.png"))
        choices = Choices().changed(taken[2:4], weight=4.0).changed(taken[8:10], state="out")
        write_choices(project.path, choices)
    return open_folder(window, folder, show)


def open_folder(window: MainWindow, folder: Path, show: str) -> PictureWall:
    """Open a project and wait until the wall and its first picture are there."""
    open_and_wait(window.session, folder)
    wait_until(lambda: part(window, PictureJobs).folder is not None)
    part(window, PicturesPanel).filter.set_query(PictureQuery(show=show))
    crop = window.findChild(CropView)
    wait_until(lambda: crop.image is not None)
    return window.findChild(PictureWall, "pictures.wall")
