"""What *Sample now* shows can be kept with the model that made it, and be made again."""

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QPushButton

from ddpm_studio.export.recipe.files import read_recipe
from ddpm_studio.gui.common.jobs import KEEP, TRAIN
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.project import Project
from ddpm_studio.recipe import fingerprint
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.remake import remake_pictures
from ddpm_studio.training import load_model
from tests.gui.sample_now.looking import Looking


@pytest.fixture
def looking(open_train, new_project) -> Looking:
    """At a real training, that goes on afterwards."""
    train = open_train(new_project)
    train.click("train.start")
    train.wait(lambda: train.newest() >= 3)
    train.wait(train.button("train.sample_now").isEnabled)
    looking = Looking(train)
    combo = looking.find(QComboBox, "sample_now.count")
    combo.setCurrentIndex(combo.findData(4))
    looking.wait_painted()
    return looking


def kept(project: Project) -> list:
    return sorted(project.gallery.glob("*.png"))


def remade(project: Project, path) -> np.ndarray:
    recipe = read_recipe(path)
    checkpoint = project.checkpoint_path(recipe.step)
    assert fingerprint(checkpoint) == recipe.checkpoint_sha256
    model, config = load_model(checkpoint, recipe.which)
    steps = remake_pictures(Network(model, config, torch.device("cpu")), recipe)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value[0]


def test_pictures_are_kept_with_their_model_and_can_be_remade_to_the_byte(looking) -> None:
    train, project = looking.train, looking.train.window.session.project
    shown = train.newest()
    train.wait(lambda: train.newest() >= shown + 3)  # training has long gone on
    words = looking.find(QPushButton, "sample_now.generate").text()
    step = int(words.rpartition(" ")[2])
    assert step < train.newest()
    looking.click("sample_now.keep")
    train.wait(lambda: looking.says().startswith("Kept 4 pictures"))
    files = kept(project)
    assert len(files) == 4
    assert f"step {step}, averaged weights" in looking.says()
    for path in files:
        assert np.array_equal(np.asarray(Image.open(path)), remade(project, path))
    looking.dialog.reject()
    train.window.session.jobs.get(TRAIN).stop()
    train.wait(lambda: train.job is None)
    assert all(remade(project, path) is not None for path in files)


def test_one_that_is_shown_large_is_kept_alone(looking, qtbot) -> None:
    project = looking.train.window.session.project
    view = looking.find(PictureView, "sample_now.plain")
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert looking.find(QPushButton, "sample_now.keep").text() == "Keep the plain one"
    assert looking.find(PictureView, "sample_now.averaged").large == view.large == 1
    looking.click("sample_now.all")
    assert looking.find(PictureView, "sample_now.averaged").large == view.large == -1
    assert looking.find(QPushButton, "sample_now.keep").text() == "Keep"
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    looking.click("sample_now.keep")
    looking.train.wait(lambda: looking.says().startswith("Kept 1 picture"))
    (path,) = kept(project)
    recipe = read_recipe(path)
    assert (recipe.seed, recipe.which) == (1, "model")
    assert np.array_equal(np.asarray(Image.open(path)), remade(project, path))
    looking.dialog.reject()
    looking.train.window.session.jobs.get(TRAIN).stop()
    looking.train.wait(lambda: looking.train.job is None)


def test_more_is_painted_with_the_very_model_that_is_on_view(looking) -> None:
    train, project = looking.train, looking.train.window.session.project
    words = looking.find(QPushButton, "sample_now.generate").text()
    step = int(words.rpartition(" ")[2])
    train.wait(lambda: train.newest() > step)
    assert not project.checkpoint_path(step).exists()
    looking.click("sample_now.generate")
    train.wait(looking.is_gone)
    assert project.checkpoint_path(step).exists()
    page = train.window.pages["nav.generate"]
    combo = train.find(page, QComboBox, "generate.checkpoint")
    train.wait(lambda: combo.currentData() == step)
    job = train.window.session.jobs.get(TRAIN)
    job.stop()
    train.wait(lambda: train.window.session.jobs.get(TRAIN) is None)
    assert train.window.session.jobs.get(KEEP) is None
