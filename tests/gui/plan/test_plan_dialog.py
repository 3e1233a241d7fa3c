"""Plan…: what suits this machine and the time is shown, and another size can be chosen."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QSpinBox

from ddpm_studio.config.presets import PRESETS
from ddpm_studio.gui.plan import work
from ddpm_studio.project import Project


def test_it_says_what_it_looks_at_and_then_what_suits_two_hours(
    open_plan, new_project, machine
) -> None:
    machine.may_go_on.clear()
    plan = open_plan(new_project)
    plan.train.wait(lambda: "sketch takes" in plan.text("plan.looking"))
    assert plan.text("plan.left").endswith("s left")
    assert plan.find(plan.dialog, QProgressBar, "plan.progress").value() >= 250
    assert plan.rows() == list(PRESETS)
    assert not plan.row("sketch").isEnabled()
    assert not plan.button("plan.use").isEnabled()

    machine.may_go_on.set()
    plan.wait_for_plan()
    assert plan.row("small").isChecked(), "the largest that gets good in two hours"
    said = {name: plan.row(name).accessibleName() for name in PRESETS}
    assert said["sketch"].endswith("4 min, 1 GB, fits your time")
    assert "64 px" in said["small"]
    assert said["small"].endswith("a guess, 1 GB, fits your time, recommended")
    assert said["standard"].endswith("takes longer")
    assert said["large"].endswith("20 GB, not enough memory")
    assert [name for name in PRESETS if not plan.row(name).isEnabled()] == ["large"]
    assert plan.text("plan.headline").startswith("Small, 64 px:  13,680 steps in 2 h 00 min")
    assert plan.text("plan.expectation").startswith("Expect good pictures. But ")
    assert "2 parts" in plan.text("plan.notes")
    assert plan.text("plan.legend") == work.GUESS
    assert plan.text("plan.machine") == "CPU, 2 threads  ·  8 GB of memory free"


def test_other_times_are_answered_at_once_without_another_look(
    open_plan, new_project, machine
) -> None:
    plan = open_plan(new_project)
    plan.wait_for_plan()
    for number, unit, name in (
        (5, "minutes", "sketch"),
        (3, "days", "standard"),
        (90, "minutes", "small"),
    ):
        plan.write_time(number, unit)
        assert plan.row(name).isChecked()
        assert plan.text("plan.headline").startswith(name.capitalize())
    plan.write_time(1, "minutes")
    assert plan.text("plan.expectation").startswith("This is too short for pictures")
    assert machine.asked == [None]


def test_the_time_and_what_was_found_are_kept(open_plan, plan_again, new_project, machine) -> None:
    plan = open_plan(new_project)
    plan.wait_for_plan()
    plan.write_time(5, "days")
    plan.click(plan.button("plan.cancel"))
    plan.wait_closed()

    again = plan_again(plan)
    again.wait_for_plan()
    assert again.find(again.dialog, QSpinBox, "plan.time").value() == 5
    assert again.row("standard").isChecked()
    assert machine.asked[1] is not None, "the machine is looked at once"
    again.click(again.button("plan.again"))
    again.wait_for_plan()
    assert machine.asked[2:] == [None]


def test_another_size_can_be_chosen_and_keys_are_enough(
    open_plan, new_project, machine, qtbot
) -> None:
    plan = open_plan(new_project)
    plan.wait_for_plan()
    plan.click(plan.row("sketch"))
    assert plan.text("plan.headline").startswith("Sketch, 32 px:  9,200 steps")
    assert plan.row("small").accessibleName().endswith("recommended")
    plan.write_time(3, "hours")
    assert plan.row("sketch").isChecked(), "what a person has chosen stays"

    plan.row("sketch").setFocus()
    qtbot.keyClick(plan.row("sketch"), Qt.Key.Key_Down)
    assert plan.row("small").isChecked()
    assert plan.text("plan.headline").startswith("Small")
    qtbot.keyClick(plan.row("small"), Qt.Key.Key_Return)
    plan.wait_closed()
    qtbot.waitUntilWritten(plan.train.window.session)
    assert Project.open(new_project.path).config.pictures.size == 64
