"""A file of another project, or of a model that is gone, is dropped on the window."""

import dataclasses
import shutil

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton

from ddpm_studio.gui.common import names
from ddpm_studio.project import Project
from ddpm_studio.training import train
from tests.gui.conftest import TINY


def test_the_project_that_made_it_can_be_opened(
    page, tiny_project, new_project_beside, recipe_of, picture_file, drop, dialog_of, use, find
):
    path, pixels = picture_file(tiny_project, recipe_of(tiny_project))
    page.window.session.open_project(new_project_beside.path)
    drop(page.window, path)
    dialog = dialog_of(page.window)
    note = find(dialog, QLabel, "recipe.note")
    assert note.text() == "It was made in “flowers”, which will be opened."
    use(dialog, "all")
    assert page.window.session.project.path == tiny_project.path
    assert (page.painted() == pixels).all()


def test_or_its_settings_are_used_with_the_open_one(
    page, tiny_project, other_trained, recipe_of, picture_file, drop, dialog_of, use, find
):
    path, pixels = picture_file(tiny_project, recipe_of(tiny_project))
    page.window.session.open_project(other_trained.path)
    drop(page.window, path)
    dialog = dialog_of(page.window)
    find(dialog, QCheckBox, "recipe.open_other").setChecked(False)
    assert "used with the newest model of “birds”" in find(dialog, QLabel, "recipe.note").text()
    use(dialog, "all")
    assert page.painted().shape == pixels.shape
    assert page.window.session.project.path == other_trained.path


def test_a_model_that_is_gone_is_said_and_the_newest_is_used(
    page, tiny_project, recipe_of, picture_file, drop, dialog_of, use, find
):
    recipe = dataclasses.replace(recipe_of(tiny_project), checkpoint_sha256="0" * 64, step=3)
    path, _ = picture_file(tiny_project, recipe)
    drop(page.window, path)
    dialog = dialog_of(page.window)
    assert "model of step 3 was deleted" in find(dialog, QLabel, "recipe.note").text()
    use(dialog, "all")
    page.painted()
    assert page.checkpoint.currentIndex() == 0
    assert "the newest, of step 10, is used instead" in page.banner.text()


def test_without_a_project_there_is_nothing_to_use_it_with(
    window, tiny_project, recipe_of, picture_file, drop, dialog_of, find
):
    recipe = dataclasses.replace(recipe_of(tiny_project), project="birds")
    path, _ = picture_file(tiny_project, recipe)
    drop(window, path)
    dialog = dialog_of(window)
    assert "Open a project" in find(dialog, QLabel, "recipe.note").text()
    for what in ("all", "without_seed", "seed"):
        assert not find(dialog, QPushButton, names.item("recipe.use", what)).isEnabled()
    dialog.reject()


@pytest.fixture
def new_project_beside(picture_folder, tmp_path):
    """A project of another name that was never trained."""
    return Project.create(tmp_path / "projects" / "stones", picture_folder, TINY)


@pytest.fixture
def other_trained(_trained, tmp_path):
    """A trained project of another name, with a model of its own."""
    project = Project.open(shutil.copytree(_trained, tmp_path / "projects" / "birds"))
    old = project.checkpoint_paths()
    for _ in train(project, device="cpu", steps=1):
        pass
    for path in old:
        path.unlink()
    return project
