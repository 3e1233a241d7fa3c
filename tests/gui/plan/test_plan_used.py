"""A plan that is used sets what it says and nothing else, and can be taken back."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QToolButton

from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.project import Project

LEFT = Qt.MouseButton.LeftButton


def test_used_on_a_new_project_it_sets_size_model_and_length_and_nothing_else(
    open_plan, new_project, machine
) -> None:
    own = ["pictures.crop=smart", "pictures.channels=1", "pictures.flip_horizontal=true"]
    own += ["pictures.background=#102030", "train.seed=7", "train.augment=0.1"]
    before = new_project.with_config(with_settings(new_project.config, own))
    plan = open_plan(before)
    train = plan.train
    first = plan.length()
    plan.wait_for_plan()
    plan.use()

    train.qtbot.waitUntilWritten(train.window.session)
    config = Project.open(new_project.path).config
    preset = PRESETS["small"]
    assert config.pictures == with_settings(before.config, ["pictures.size=64"]).pictures
    assert config.model.widths == preset.model.widths
    assert config.model.attention_resolutions == preset.model.attention_resolutions
    assert (config.model.in_channels, config.train.seed, config.train.augment) == (1, 7, 0.1)
    assert config.train.batch_size == preset.train.batch_size
    assert config.train.learning_rate == preset.train.learning_rate
    assert (config.train.accumulation, config.train.gradient_checkpointing) == (2, True)
    assert (config.sample, config.diffusion) == (before.config.sample, before.config.diffusion)
    assert plan.length() == ("steps", 13_680)
    assert train.find(train.window, QComboBox, "train.size").currentData() == 64
    assert plan.banner().startswith(
        "Set as planned: pictures of 64 px, model “small”, 13,680 steps, about 2 h 00 min, each "
        "batch in 2 parts, layers computed twice to save memory."
    )
    assert train.text("train.planned") == "As planned: 13,680 steps"
    assert train.job is None, "training begins when the artist says so"

    undo = train.find(train.window, QToolButton, "train.plan_undo")
    train.qtbot.mouseClick(undo, LEFT)
    train.qtbot.waitUntilWritten(train.window.session)
    assert Project.open(new_project.path).config == before.config
    assert plan.length() == first
    assert not undo.isVisible()


def test_after_another_change_there_is_no_way_back_over_it(open_plan, new_project, machine) -> None:
    plan = open_plan(new_project)
    plan.wait_for_plan()
    plan.use()
    undo = plan.find(plan.train.window, QToolButton, "train.plan_undo")
    assert undo.isVisible()
    plan.train.choose("train.length_unit", "minutes")
    assert not undo.isVisible()


def test_used_on_a_trained_project_it_sets_only_the_length(
    open_plan, tiny_project, machine
) -> None:
    plan = open_plan(tiny_project)
    plan.wait_for_plan()
    assert plan.rows() == [tiny_project.name]
    assert "recommended" not in plan.row(tiny_project.name).accessibleName()
    assert "on top of the 10 that" in plan.text("plan.notes")
    plan.use()
    plan.train.qtbot.waitUntilWritten(plan.train.window.session)
    assert Project.open(tiny_project.path).config == tiny_project.config
    assert plan.length()[0] == "steps"
    assert plan.banner().startswith("Set as planned: ")
    assert "pictures of" not in plan.banner()


def test_a_trained_project_may_need_smaller_parts(open_plan, tiny_project, machine) -> None:
    machine.needs[tiny_project.name] = ("train.accumulation=2",)
    plan = open_plan(tiny_project)
    plan.wait_for_plan()
    plan.use()
    changed = Project.open(tiny_project.path).config
    assert changed == with_settings(tiny_project.config, ["train.accumulation=2"])
    assert "each batch in 2 parts" in plan.banner()
