"""Scenes of the Pictures page with a folder that is not tidy; see tests.scenes."""

from __future__ import annotations

import shutil

from PIL import Image
from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget

from ddpm_studio.choices import Choices, write_choices
from ddpm_studio.gui import names
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.picture_query import PictureQuery
from ddpm_studio.gui.widgets.picture_details import CropView
from ddpm_studio.gui.widgets.picture_wall import PictureWall
from ddpm_studio.project import Project
from tests.scenes import CONFIG, scene, settle, wait_until

Select = QItemSelectionModel.SelectionFlag


@scene("pictures_mixed")
def _(window: MainWindow) -> None:
    """Several chosen, in a folder with copies, weights and files that cannot be taken."""
    wall = mixed_folder(window)
    for row in (2, 3, 5):
        wall.selectionModel().select(wall.wall_model.index(row), Select.Select)


@scene("pictures_left_out")
def _(window: MainWindow) -> None:
    mixed_folder(window, "left_out")
    side = window.pictures_page.findChild(QScrollArea).verticalScrollBar()
    settle()
    side.setValue(side.maximum())


@scene("pictures_copies")
def _(window: MainWindow) -> None:
    mixed_folder(window, "copies")


@scene("pictures_crop")
def _(window: MainWindow) -> QWidget:
    mixed_folder(window).opened.emit()
    wait_until(lambda: window.findChild(QDialog, names.CROP) is not None)
    return window.findChild(QDialog, names.CROP)


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
    window.session.open_project(folder)
    wait_until(lambda: window.pictures_page._jobs.folder is not None)
    window.pictures_page._wall.filter.set_query(PictureQuery(show=show))
    crop = window.findChild(CropView)
    wait_until(lambda: crop.image is not None)
    return window.findChild(PictureWall, names.PICTURES_WALL)
