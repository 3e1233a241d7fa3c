"""The controls of the Train page: how long, how much effort, and every other setting."""

from collections.abc import Iterator

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QSpinBox, QToolButton, QWidget

from ddpm_studio import events as ev
from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import all_settings, config_to_dict, with_settings
from ddpm_studio.gui.common import names
from ddpm_studio.gui.train import work
from ddpm_studio.gui.train.setting_row import SECTIONS, SettingRow
from ddpm_studio.nn import UNet
from ddpm_studio.project import Project


def started(step: int = 0, seconds: float | None = 60.0) -> ev.TrainStarted:
    return ev.TrainStarted(step, None, seconds, "a device", "float32", 1234, 12)


def weights_of(project: Project) -> str:
    count = sum(map(torch.Tensor.numel, UNet(project.config.model).parameters()))
    return f"{count / 1e6:.1f} million weights"


def test_how_long_is_half_an_hour_and_moves_through_round_numbers(
    open_train, new_project, fake, qtbot
) -> None:
    asked = []

    def events(_project, steps, seconds) -> Iterator[object]:
        asked.append((steps, seconds))
        yield started()

    fake(events)
    train = open_train(new_project)
    number = train.find(train.window, QSpinBox, "train.length")
    assert number.value() == 30
    for key, value in (
        *((Qt.Key.Key_Up, 45), (Qt.Key.Key_Up, 60), (Qt.Key.Key_Down, 45)),
        *((Qt.Key.Key_Down, 30), (Qt.Key.Key_Down, 20)),
    ):
        qtbot.keyClick(number, key)
        assert number.value() == value
    for unit, expected in (
        ("minutes", (None, 1200.0)),
        ("hours", (None, 7200.0)),
        ("steps", (2000, None)),
        ("until_stopped", (None, None)),
    ):
        train.choose("train.length_unit", unit)
        train.click("train.start")
        train.wait(lambda: train.job is None)
        assert asked[-1] == expected
    assert number.isHidden()


def test_effort_says_how_large_the_model_is(open_train, tmp_path, picture_folder) -> None:
    project = Project.create(tmp_path / "sketch", picture_folder, preset("sketch"))
    train = open_train(project)
    combo = train.find(train.window, QComboBox, "train.effort")
    assert combo.currentData() == "balanced"
    train.wait(lambda: train.text("train.weights") == weights_of(project))
    train.choose("train.effort", "quick")
    train.wait(lambda: Project.open(project.path).config != project.config)
    quick = Project.open(project.path)
    assert quick.config.model.model_channels * 2 == project.config.model.model_channels
    assert weights_of(quick) != weights_of(project)
    train.wait(lambda: train.text("train.weights") == weights_of(quick))

    train.choose("train.size", 64)
    train.wait(lambda: Project.open(project.path).config.pictures.size == 64)
    assert combo.currentData() == "quick"


def test_size_follows_the_other_pages(open_train, new_project) -> None:
    train = open_train(new_project)
    train.window.session.change_config(with_settings(new_project.config, ["pictures.size=64"]))
    assert train.find(train.window, QComboBox, "train.size").currentData() == 64


def test_what_shapes_the_model_is_locked_once_it_is_trained(open_train, tiny_project) -> None:
    train = open_train(tiny_project)
    train.click("train.advanced")
    for name in (
        "train.size",
        "train.effort",
        names.item("train.setting", "model.model_channels"),
        names.item("train.setting", "diffusion.prediction"),
    ):
        control = train.find(train.window, QWidget, name)
        assert not control.isEnabled()
        assert "new project" in control.toolTip()
    free = train.find(train.window, QWidget, names.item("train.setting", "train.learning_rate"))
    assert free.isEnabled()


def test_every_setting_has_a_name_for_people_a_field_and_its_default(
    open_train, new_project
) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    settings = config_to_dict(new_project.config)
    paths = [f"{section}.{name}" for section in SECTIONS for name in settings[section]]
    assert set(settings) - set(SECTIONS) == {"pictures", "sample"}, "those have pages of their own"
    for path in paths:
        field = train.find(train.window, QWidget, names.item("train.setting", path))
        assert field.accessibleName() == all_settings()[path].title != ""
        assert path in field.toolTip()


def test_a_wrong_value_is_explained_beside_it_and_not_saved(open_train, new_project, qtbot) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    path = "train.batch_size"
    train.write(path, "ten")
    problem = train.find(train.window, QLabel, names.item("train.problem", path))
    assert problem.isVisible()
    assert problem.text() == "“Pictures per step” is 'ten', but must be a whole number."
    assert Project.open(new_project.path).config == new_project.config

    field = train.write(path, "012")
    assert problem.isHidden()
    assert field.text() == "12"
    train.wait(lambda: Project.open(new_project.path).config.train.batch_size == 12)

    reset = train.find(train.window, QToolButton, names.item("train.reset", path))
    qtbot.mouseClick(reset, Qt.MouseButton.LeftButton)
    assert field.text() == "16"
    train.wait(lambda: Project.open(new_project.path).config.train.batch_size == 16)
    assert reset.isHidden()


@pytest.mark.parametrize(
    ("path", "text", "word"),
    [
        ("model.channel_mult", "1, x", "whole numbers"),
        ("model.attention_resolutions", "3", "one of"),
        ("model.model_channels", "7", "even"),
        ("train.learning_rate", "-1", "0 .. 1"),
        ("train.seed", "99999999999999999999", "2^63"),
        ("train.ema_width", "nan", "a number"),
        ("diffusion.num_timesteps", "1", "at most"),
    ],
)
def test_odd_values_are_refused_with_a_sentence(
    open_train, new_project, path: str, text: str, word: str
) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    train.write(path, text)
    problem = train.text(names.item("train.problem", path))
    assert word in problem
    assert path not in problem
    assert Project.open(new_project.path).config == new_project.config


def test_memory_is_known_here() -> None:
    assert work.memory_used().nbytes > 10_000_000


def test_settings_are_found_by_words_terms_and_names(open_train, new_project, qtbot) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    search = train.find(train.window, QLineEdit, "train.find_setting")

    def shown() -> set[str]:
        rows = train.window.findChildren(SettingRow)
        return {row.path for row in rows if row.isVisible()}

    everything = shown()
    for words, path in (
        ("accumulation", "train.accumulation"),
        ("parts per step", "train.accumulation"),
        ("checkpoint_every", "train.checkpoint_every"),
        ("DROPOUT", "model.dropout"),
    ):
        search.clear()
        qtbot.keyClicks(search, words)
        assert path in shown()
        assert len(shown()) < 4
    qtbot.keyClicks(search, "zzz")
    assert shown() == set()
    assert train.find(train.window, QLabel, "train.no_setting").isVisible()
    search.clear()
    assert shown() == everything


def test_groups_fold_and_that_is_remembered(open_train, new_project, make_window, find) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    name = names.item("train.setting", "model.dropout")
    field = train.find(train.window, QLineEdit, name)
    assert field.isVisible()
    train.click("train.group_model")
    assert not field.isVisible()
    train.window.close()
    again = type(train)(make_window(new_project.path), train.qtbot, find)
    again.click("train.advanced")
    assert not find(again.window, QLineEdit, name).isVisible()
    assert find(again.window, QLineEdit, names.item("train.setting", "train.seed")).isVisible()


def test_a_number_has_its_unit_in_its_field(open_train, new_project) -> None:
    train = open_train(new_project)
    train.click("train.advanced")
    field = train.find(
        train.window, QLineEdit, names.item("train.setting", "train.checkpoint_every")
    )
    unit = field.findChild(QLabel)
    assert unit.text() == "steps"
    assert field.textMargins().right() >= unit.sizeHint().width()
