"""What can be in the way of a plan: no memory, an error, training, a project that is closed."""

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from ddpm_studio.config.presets import PRESETS
from ddpm_studio.errors import StudioError
from ddpm_studio.events import TrainStarted, TrainStep
from ddpm_studio.gui.common.jobs import SAMPLE
from ddpm_studio.gui.plan import work
from ddpm_studio.gui.plan.dialog import PLAN
from ddpm_studio.project import Project
from ddpm_studio.training.planning.probe import Probe


def idle() -> Iterator[None]:
    while True:
        threading.Event().wait(0.005)
        yield None


def quiet_training(_project: Project, _steps: object, seconds: float | None) -> Iterator[object]:
    """One step, and then nothing until it is stopped."""
    yield TrainStarted(0, None, seconds, "a device", "float32", 1234, 12)
    yield TrainStep(1, 0.5, 1.0, 1e-3, 100.0, 0.1, None)
    yield from idle()


@pytest.mark.parametrize("way", ["button", "escape"])
def test_cancelled_it_changes_nothing_and_leaves_nothing_behind(
    open_plan, new_project, machine, qtbot, way: str
) -> None:
    machine.may_go_on.clear()
    plan = open_plan(new_project)
    jobs = plan.train.window.session.jobs
    assert jobs.get(PLAN) is not None
    if way == "button":
        plan.click(plan.button("plan.cancel"))
    else:
        qtbot.keyClick(plan.dialog, Qt.Key.Key_Escape)
    plan.wait_closed()
    assert jobs.get(PLAN) is None
    plan.train.wait(lambda: not jobs.is_busy())
    assert Project.open(new_project.path).config == new_project.config
    assert plan.length() == ("minutes", 30)


def test_a_look_that_fails_says_why_and_can_be_repeated(open_plan, new_project, machine) -> None:
    def fail(_project: Project) -> work.MachineLook:
        raise StudioError("There is no memory left on this device; close other programs.")

    machine.found = fail
    plan = open_plan(new_project)
    plan.train.wait(lambda: "no memory left" in plan.text("plan.expectation"))
    assert not plan.button("plan.use").isEnabled()
    machine.found = machine.look
    plan.click(plan.button("plan.again"))
    plan.wait_for_plan()
    assert plan.row("small").isChecked()


def test_too_little_memory_is_said_with_numbers(open_plan, new_project, machine) -> None:
    machine.free = 0.5
    plan = open_plan(new_project)
    plan.train.wait(lambda: "1 GB, and 512 MB are free" in plan.text("plan.expectation"))
    assert not plan.button("plan.use").isEnabled()
    assert all("not enough memory" in plan.row(name).accessibleName() for name in PRESETS)
    assert not any(plan.row(name).isEnabled() for name in PRESETS)


def test_a_machine_too_slow_to_try_all_says_so(open_plan, new_project, machine) -> None:
    def slow(project: Project) -> work.MachineLook:
        found = machine.look(project)
        probe = found.probe
        few = Probe(
            *(probe.device, probe.device_name, probe.precision, 2, probe.memory_free),
            *(probe.outlooks[:1], ("small", "standard", "large")),
        )
        return work.MachineLook(few, found.configs, None, None)

    machine.found = slow
    plan = open_plan(new_project)
    plan.wait_for_plan()
    assert plan.row("sketch").isChecked()
    assert plan.row("large").accessibleName().endswith(work.UNSEEN)


def test_a_project_that_is_closed_takes_the_dialog_along(open_plan, new_project, machine) -> None:
    machine.may_go_on.clear()
    plan = open_plan(new_project)
    session = plan.train.window.session
    session.close_project()
    plan.wait_closed()
    plan.train.wait(lambda: not session.jobs.is_busy())
    assert session.project is None


def test_while_training_or_painting_it_cannot_be_planned(
    open_train, new_project, machine, fake
) -> None:
    train = open_train(new_project)
    session = train.window.session
    fake(quiet_training)
    train.wait(lambda: train.button("train.plan").isEnabled())
    train.choose("train.length_unit", "until_stopped")
    train.click("train.start")
    assert not train.button("train.plan").isEnabled()
    assert "Training has the machine" in train.button("train.plan").toolTip()
    train.click("train.stop")
    train.wait(lambda: train.button("train.plan").isEnabled())
    assert "suits this machine" in train.button("train.plan").toolTip()

    session.start_borrowing(SAMPLE, idle)
    train.wait(lambda: "are being made" in train.button("train.plan").toolTip())
    session.jobs.get(SAMPLE).stop()
    train.wait(lambda: train.button("train.plan").isEnabled())


def test_while_another_process_trains_the_project_it_cannot_be_planned(
    open_train, new_project, machine
) -> None:
    train = open_train(new_project)
    other_trainer = train.window.session.other_trainer
    train.wait(lambda: train.button("train.plan").isEnabled())
    other_trainer.watch(None)  # it would look for itself
    other_trainer.sentence = "Another process trains this project."
    other_trainer.changed.emit(other_trainer.sentence)
    assert not train.button("train.plan").isEnabled()
    assert "Another process" in train.button("train.plan").toolTip()


def test_a_window_that_closes_does_not_wait_for_the_whole_look(
    open_plan, new_project, machine, qtbot
) -> None:
    machine.may_go_on.clear()
    plan = open_plan(new_project)
    window = plan.train.window
    with qtbot.waitSignal(window.closed):
        window.close()
    assert not window.session.jobs.is_busy()


def test_training_that_starts_meanwhile_has_the_machine(
    open_plan, new_project, machine, fake
) -> None:
    fake(quiet_training)
    machine.may_go_on.clear()
    plan = open_plan(new_project)
    session = plan.train.window.session
    session.want_training()
    plan.wait_closed()
    assert session.jobs.get(PLAN) is None
    plan.train.wait(lambda: plan.train.newest() == 1)
