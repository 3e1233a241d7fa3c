"""A second kind of model in the window: it is offered, and its own settings are shown."""

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.kinds import DDPM, KINDS
from ddpm_studio.config.text import value_of, with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.efforts import CUSTOM, effort_of, with_effort
from ddpm_studio.gui.pictures.work import shapes_for, with_size
from ddpm_studio.gui.plan.work import offered
from ddpm_studio.project import Project
from tests.models.grey import GreyConfig, add_grey

SHADE = names.item("train.setting", "model.shade")
WIDTH = names.item("train.setting", "model.model_channels")


@pytest.fixture
def grey_project(monkeypatch, tmp_path, picture_folder):
    add_grey(monkeypatch)
    config = with_settings(StudioConfig(), ["model.kind=grey", "model.shade=0.5"])
    return Project.create(tmp_path / "greys", picture_folder, config)


def open_dialog(window, find):
    find(window, QPushButton, "start.new").click()
    return find(window, QWidget, "new_project")


def test_while_there_is_one_kind_there_is_nothing_to_choose(monkeypatch, window, find):
    for name in KINDS.keys() - {DDPM}:
        monkeypatch.delitem(KINDS, name)
    assert open_dialog(window, find).findChildren(QComboBox, "new_project.kind") == []


def test_a_new_project_can_have_another_kind(
    monkeypatch, window, find, settings, picture_folder, qtbot
):
    add_grey(monkeypatch)
    dialog = open_dialog(window, find)
    find(dialog, QLineEdit, "new_project.pictures").setText(str(picture_folder))
    kind = find(dialog, QComboBox, "new_project.kind")
    assert [kind.itemText(place) for place in range(kind.count())] == [
        row.title for row in KINDS.values()
    ]
    assert "Learns one grey." in kind.toolTip()
    kind.setCurrentIndex(kind.findData("grey"))
    find(dialog, QPushButton, "new_project.create").click()
    project = Project.open(settings.projects_folder / picture_folder.name)
    assert isinstance(project.config.model, GreyConfig)
    assert window.session.project == project


def test_the_settings_under_advanced_are_those_of_its_kind(
    make_window, find, grey_project, tiny_project, qtbot
):
    window = make_window(grey_project)
    window.show_page(names.NAV_TRAIN)
    find(window, QPushButton, "train.advanced").click()
    assert find(window, QLineEdit, SHADE).text() == "0.5"
    assert find(window, QComboBox, "train.effort").currentData() == CUSTOM
    assert window.findChildren(QWidget, WIDTH) == []
    window.session.open_project(tiny_project.path)
    assert find(window, QLineEdit, WIDTH).text() == "8"
    qtbot.waitUntil(lambda: window.findChildren(QWidget, SHADE) == [])
    window.session.open_project(grey_project.path)
    shade = find(window, QLineEdit, SHADE)
    shade.setText("2")
    shade.textEdited.emit("2")
    problem = find(window, QLabel, names.item("train.problem", "model.shade"))
    assert problem.text() == "“First grey” is 2.0, but must be -1 to 1."


def test_what_the_window_proposes_leaves_the_kind_as_it_is(grey_project):
    config = grey_project.config
    assert effort_of(config) == CUSTOM
    for changed in (with_size(config, 64), *offered(grey_project, is_trained=False).values()):
        assert changed.model.shade == 0.5
        assert value_of(changed, "pictures.size") == changed.model.image_size
    assert (64, 64) in shapes_for(config)
    with pytest.raises(ConfigError, match="the width of a U-Net, which this kind of model has not"):
        with_effort(config, "quick")
