"""Files with recipes, as the program saves them, and a window to drop them on."""

import dataclasses

import pytest
import torch
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSpinBox

from ddpm_studio.export.images import write_png
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.recipes.dialog import RecipeDialog
from ddpm_studio.project import step_of
from ddpm_studio.recipe import Recipe, fingerprint
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.trajectory import trajectory
from ddpm_studio.training import load_model


class Page:
    """What the Generate page of a window is set to, and what it has painted."""

    def __init__(self, window, find, qtbot):
        self.window, self.qtbot = window, qtbot
        self.count = find(window, QSpinBox, "generate.count")
        self.steps = find(window, QSpinBox, "generate.steps")
        self.eta = find(window, QDoubleSpinBox, "generate.eta")
        self.seed = find(window, QSpinBox, "generate.seed")
        self.weights = find(window, QComboBox, "generate.weights")
        self.checkpoint = find(window, QComboBox, "generate.checkpoint")
        self.grid = find(window, SampleGrid, "generate.grid")
        self.banner = find(window, QLabel, "window.banner.text")

    def painted(self):
        """The finished pictures, when they are: uint8 (N, H, W, C)."""

        def is_done():
            trajectory = self.grid.trajectory
            is_idle = self.window.session.jobs.get(SAMPLE) is None
            return trajectory is not None and trajectory.is_complete and is_idle

        self.qtbot.waitUntil(is_done)
        trajectory = self.grid.trajectory
        return trajectory.pictures(len(trajectory) - 1, X_T)


@pytest.fixture
def page(make_window, tiny_project, find, qtbot):
    return Page(make_window(tiny_project), find, qtbot)


@pytest.fixture
def recipe_of():
    """recipe_of(project, **values): of a picture that its newest model paints."""

    def make(project, **values):
        checkpoint = project.checkpoint_paths()[-1]
        sample = dataclasses.replace(project.config.sample, eta=0.123, num_inference_steps=4)
        made = {"which": "model", "seed": 77, "sample": sample} | values
        return Recipe(
            project=project.name,
            checkpoint=checkpoint.name,
            checkpoint_sha256=fingerprint(checkpoint),
            step=step_of(checkpoint),
            device="cpu",
            precision="float32",
            **made,
        )

    return make


@pytest.fixture
def picture_file(tmp_path):
    """picture_file(project, recipe): a PNG with the picture that the recipe makes, and its pixels.

    Of several seeds it holds the first picture.
    """

    def make(project, recipe, name="saved.png"):
        model, config = load_model(project.checkpoint_paths()[-1], recipe.which)
        cpu = torch.device("cpu")
        *_, last = trajectory(Network(model, config, cpu), recipe.sample, recipe.all_seeds)
        write_png(tmp_path / name, last.x_t[0], recipe.to_text())
        return tmp_path / name, last.x_t

    return make


@pytest.fixture
def drop():
    """drop(window, path): whether the window takes what is dragged over it and dropped."""

    def drop_on(window, path):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        rest = (
            Qt.DropAction.CopyAction,
            mime,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        enter = QDragEnterEvent(QPoint(9, 9), *rest)
        enter.ignore()
        window.dragEnterEvent(enter)
        if enter.isAccepted():
            window.dropEvent(QDropEvent(QPointF(9, 9), *rest))
        return enter.isAccepted()

    return drop_on


@pytest.fixture
def dialog_of(qtbot):
    """dialog_of(window): the dialog about a recipe, as soon as it is there."""

    def wait(window):
        qtbot.waitUntil(lambda: bool(window.findChildren(RecipeDialog)))
        [dialog] = window.findChildren(RecipeDialog)
        return dialog

    return wait


@pytest.fixture
def use(qtbot, find):
    """use(dialog, "all"): click one of its buttons."""

    def click(dialog, what):
        button = find(dialog, QPushButton, names.item("recipe.use", what))
        assert button.isEnabled()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    return click
