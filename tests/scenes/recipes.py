"""What is drawn of recipes: the dialog about a dropped file in its states, and the ways to it."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtWidgets import QPushButton, QSpinBox, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.recipes.dialog import RecipeDialog, RecipePicture
from ddpm_studio.gui.shell.overlay import Overlay
from ddpm_studio.recipe import Recipe
from tests.scenes.scenes import generate, scene, settle, wait_until


@scene("recipe")
def _(window: MainWindow) -> QWidget:
    """A picture that was just saved."""
    return open_dialog(window, saved_file(window))


@scene("recipe_gone")
def _(window: MainWindow) -> QWidget:
    """Its model was deleted; it was taken on the way, with a long name."""
    path = saved_file(window)
    recipe = dataclasses.replace(
        recipe_in(path), checkpoint_sha256="0" * 64, step=60, frame=12, show="pred_x_0"
    )
    long = path.with_name("the one with the green stripes that hangs in the hall, second try.png")
    return open_dialog(window, rewritten(path, recipe, long))


@scene("recipe_elsewhere")
def _(window: MainWindow) -> QWidget:
    """Of a film from a project that nobody knows here."""
    path = saved_file(window)
    recipe = dataclasses.replace(
        recipe_in(path),
        project="wild garden",
        checkpoint="step_00000060.safetensors",
        checkpoint_sha256="0" * 64,
        seeds=tuple(range(16)),
        film={"fps": 12.0},
    )
    return open_dialog(window, rewritten(path, recipe, path.with_name("growing.png")))


@scene("recipe_no_project", filled=False)
def _(window: MainWindow) -> QWidget:
    """Dropped on the start screen."""
    from ddpm_studio.config import SampleConfig

    recipe = Recipe(
        "wild garden", "step_00001200.safetensors", "0" * 64, 1200, "ema", "cuda", "bfloat16", 41,
        SampleConfig(sampler="ddpm", variance="beta"),
    )  # fmt: skip
    path = Path(window.session.settings.path).with_name("garden.json")
    path.write_text(recipe.to_text())
    return open_dialog(window, path, has_picture=False)


@scene("recipe_none")
def _(window: MainWindow) -> None:
    """A picture without one."""
    project = window.session.project
    assert project is not None
    window.show_page(names.NAV_GENERATE)
    window.recipes.open(next(path for path in project.pictures.iterdir() if path.is_file()))
    wait_until(lambda: window.findChild(QWidget, "window.banner").isVisible())


@scene("recipe_ways")
def _(window: MainWindow) -> None:
    """Where a recipe can be opened, and pictures saved without theirs."""
    generate(window)
    window.findChild(QPushButton, "generate.more").setFocus()
    window.findChild(QPushButton, "generate.more").setChecked(True)
    settle()


@scene("drop_file")
def _(window: MainWindow) -> None:
    overlay = window.findChild(Overlay, "window.drop")
    overlay.heading.setText("Drop it")
    overlay.appear("to use the recipe in “planets_step00000120_seed000041.png”")


def saved_file(window: MainWindow) -> Path:
    """Paint one picture, and save it."""
    project = window.session.project
    assert project is not None
    window.findChild(QSpinBox, "generate.count").setValue(1)
    generate(window)
    window.findChild(QPushButton, "generate.save").click()
    wait_until(lambda: any(pngs(project.gallery)))
    wait_until(lambda: not window.session.jobs.is_busy())
    return max(pngs(project.gallery), key=lambda path: path.stat().st_mtime_ns)


def pngs(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*_seed*.png") if not path.name.startswith("."))


def recipe_in(path: Path) -> Recipe:
    from ddpm_studio.export.recipe.files import read_recipe

    return read_recipe(path)


def rewritten(path: Path, recipe: Recipe, to: Path) -> Path:
    """The same picture with another recipe."""
    import numpy as np
    from PIL import Image

    from ddpm_studio.export.images import write_png

    write_png(to, np.asarray(Image.open(path)), recipe.to_text())
    return to


def open_dialog(window: MainWindow, path: Path, has_picture: bool = True) -> RecipeDialog:
    window.recipes.open(path)
    wait_until(lambda: window.findChild(RecipeDialog) is not None)
    dialog = window.findChild(RecipeDialog)
    picture = dialog.findChild(RecipePicture)
    wait_until(lambda: not has_picture or picture.image is not None)
    return dialog
