"""The start screen: recent projects and the ways to a new one."""

import itertools
import time

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from ddpm_studio.config.methods import METHODS, method_of
from ddpm_studio.events import PreviewSaved, TrainStep
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.noise_curve import NoiseCurve
from ddpm_studio.gui.start import work
from ddpm_studio.gui.start.new_project import NewProjectDialog
from ddpm_studio.gui.start.project_card import ProjectCard
from ddpm_studio.project import Project


@pytest.fixture
def new_project_elsewhere(tmp_path, picture_folder, tiny_project):
    return Project.create(tmp_path / "elsewhere" / "leaves", picture_folder, tiny_project.config)


def cards(window):
    return [card for card in window.findChildren(ProjectCard) if card.isVisibleTo(window)]


def test_recent_projects_show_their_newest_picture_and_open_by_click(
    qtbot, make_window, find, settings, tiny_project, new_project_elsewhere
):
    settings.add_recent_project(new_project_elsewhere.path)
    settings.add_recent_project(tiny_project.path)
    window = make_window()
    qtbot.waitUntil(lambda: len(cards(window)) == 2)
    first = find(window, ProjectCard, names.item("start.recent", 0))
    assert first.text() == tiny_project.name
    assert first.has_picture()
    assert "10 steps" in first.accessibleDescription()
    second = find(window, ProjectCard, names.item("start.recent", 1))
    assert "not trained" in second.accessibleDescription()
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
    assert window.session.project.path == tiny_project.path
    assert window.current_page.objectName() == "page.generate"  # it has learned


def test_the_newest_picture_is_the_latest_preview(tiny_project):
    [recent] = work.look_at_recent([tiny_project.path])
    newest = max(tiny_project.samples.glob("step_*.png"))
    # as the job reads it
    expected = work._read_small(newest)
    assert recent.image == expected


def test_sample_pictures_are_one_click_away(qtbot, window, find, monkeypatch):
    monkeypatch.setattr(work, "SAMPLE_PICTURES", 3)
    button = find(window, QPushButton, "start.sample")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not button.isEnabled()
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert len(list(window.session.project.pictures.glob("*.png"))) == 3
    qtbot.waitUntil(button.isEnabled)


def open_dialog(qtbot, window, find):
    qtbot.mouseClick(find(window, QPushButton, "start.new"), Qt.MouseButton.LeftButton)
    [dialog] = window.findChildren(NewProjectDialog)
    return dialog


def test_a_folder_is_enough_for_a_new_project(qtbot, window, find, settings, picture_folder):
    dialog = open_dialog(qtbot, window, find)
    create = find(dialog, QPushButton, "new_project.create")
    assert not create.isEnabled()
    find(dialog, QLineEdit, "new_project.pictures").setText(str(picture_folder))
    assert create.isEnabled()
    qtbot.mouseClick(create, Qt.MouseButton.LeftButton)
    project = Project.open(settings.projects_folder / picture_folder.name)
    assert project.pictures == picture_folder
    assert window.session.project == project


def test_everything_proposed_can_be_changed(qtbot, window, find, tmp_path, picture_folder):
    dialog = open_dialog(qtbot, window, find)
    find(dialog, QLineEdit, "new_project.pictures").setText(str(picture_folder))
    find(dialog, QLineEdit, "new_project.name").setText("tulips")
    find(dialog, QLineEdit, "new_project.place").setText(str(tmp_path / "elsewhere"))
    preset = find(dialog, QComboBox, "new_project.preset")
    preset.setCurrentIndex(preset.findData("small"))
    find(dialog, QPushButton, "new_project.create").click()
    project = Project.open(tmp_path / "elsewhere" / "tulips")
    assert project.config.pictures.size == 64


def test_a_method_is_chosen_behind_more(qtbot, window, find, tmp_path, picture_folder):
    dialog = open_dialog(qtbot, window, find)
    find(dialog, QLineEdit, "new_project.pictures").setText(str(picture_folder))
    find(dialog, QLineEdit, "new_project.place").setText(str(tmp_path / "elsewhere"))
    method = find(dialog, QComboBox, "new_project.method")
    assert not method.isVisible()
    qtbot.mouseClick(find(dialog, QPushButton, "new_project.more"), Qt.MouseButton.LeftButton)
    assert method.isVisible()
    curve = find(dialog, NoiseCurve, "new_project.method_curve")
    qtbot.waitUntil(lambda: curve.present != ())
    method.setCurrentIndex(method.findData("preserving"))
    words = find(dialog, QLabel, "new_project.method_words")
    assert words.text() == METHODS["preserving"].tip
    qtbot.waitUntil(lambda: find(dialog, QPushButton, "new_project.create").isEnabled())
    find(dialog, QPushButton, "new_project.create").click()
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert method_of(window.session.project.config.diffusion) == "preserving"


def test_what_is_wrong_is_said_before_anything_is_made(
    qtbot, window, find, settings, picture_folder, tiny_project
):
    dialog = open_dialog(qtbot, window, find)
    pictures = find(dialog, QLineEdit, "new_project.pictures")
    name = find(dialog, QLineEdit, "new_project.name")
    problem = find(dialog, QLabel, "new_project.problem")
    create = find(dialog, QPushButton, "new_project.create")
    for folder, title, words in (
        ("/does/not/exist", "x", "does not exist"),
        (str(picture_folder), "", "needs a name"),
        (str(picture_folder), "a/b", "needs a name"),
        (str(picture_folder), tiny_project.name, "already is a project"),
    ):
        pictures.setText(folder)
        name.setText(title)
        assert words in problem.text()
        assert problem.property("kind") == "danger"
        assert not create.isEnabled()
    name.setText("x")
    assert problem.property("kind") == "caption"
    assert problem.text().endswith("x.")
    assert create.isEnabled()
    find(dialog, QLineEdit, "new_project.place").setText("beside the program")
    assert "kept in a folder" in problem.text()
    assert not create.isEnabled()
    dialog.close()
    assert window.session.project is None


def test_a_name_that_is_taken_is_not_proposed(qtbot, window, find, picture_folder, settings):
    (settings.projects_folder / picture_folder.name).mkdir(parents=True)
    dialog = open_dialog(qtbot, window, find)
    find(dialog, QLineEdit, "new_project.pictures").setText(str(picture_folder))
    proposed = find(dialog, QLineEdit, "new_project.name").text()
    assert proposed == f"{picture_folder.name} 2"
    dialog.close()


def slow_training(project):
    """With a preview at its first step."""
    yield PreviewSaved(1, project.preview_path(1), np.zeros((4, 8, 8, 3), np.uint8))
    for number in itertools.count(1):
        time.sleep(0.005)
        yield TrainStep(number, 1.0, 1.0, 1e-3, 400.0, number * 0.01, None)


def test_the_card_of_a_project_that_trains_is_live_and_right_in_the_end(
    qtbot, make_window, settings, new_project
):
    settings.add_recent_project(new_project.path)
    window = make_window(new_project)
    session = window.session

    def says(start):
        card = window.findChild(ProjectCard, names.item("start.recent", 0))
        return card is not None and card.accessibleDescription().startswith(start)

    qtbot.waitUntil(lambda: says("8 px, not trained yet"))
    job = session.start_training(lambda: slow_training(new_project))
    window.show_page(names.NAV_START)
    qtbot.waitUntil(lambda: says("8 px, training, step "))
    assert window.findChild(ProjectCard, "start.recent.0").has_picture()
    session.close_project()
    qtbot.waitUntil(lambda: says("8 px, training, step "))
    job.set_paused(True)
    qtbot.waitUntil(lambda: says("8 px, training is paused, step "))
    new_project.checkpoint_path(2340).parent.mkdir()
    new_project.checkpoint_path(2340).touch()
    job.stop()
    qtbot.waitUntil(lambda: says("8 px, 2,340 steps"))
