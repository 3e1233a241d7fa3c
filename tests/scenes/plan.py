"""Scenes of the plan on the Train page, as on another machine; see tests.scenes.scenes."""

import threading
from collections.abc import Iterator

from PySide6.QtWidgets import QDialog, QPushButton, QWidget

from ddpm_studio import events as ev
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.amount import AmountPicker
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.plan import work
from ddpm_studio.project import Project, step_of
from ddpm_studio.training.planning.probe import Outlook, Probe
from tests.gui.opened_at_once import open_and_wait
from tests.scenes.scenes import CONFIG, scene, settle, wait_until

SPEED = {"sketch": 0.1, "small": 0.52, "standard": 6.1, "large": 71.0}  # seconds of a step
MEMORY = {"sketch": 0.4, "small": 0.9, "standard": 4.2, "large": 11.6}  # GB
FREE = 8.3


@scene("train_planning")
def _(window: MainWindow) -> QWidget:
    """The machine is looked at."""
    return open_plan(window, forever)


@scene("train_plan")
def _(window: MainWindow) -> QWidget:
    """What was found, and what suits two hours."""
    return open_plan(window, found)


@scene("train_plan_chosen")
def _(window: MainWindow) -> QWidget:
    """A size that takes longer than there is time for, chosen by hand."""
    dialog = open_plan(window, found)
    dialog.findChild(QWidget, names.item("plan.choice", "standard")).click()
    return dialog


@scene("train_plan_own")
def _(window: MainWindow) -> QWidget:
    """Of a project that is trained: only the length is planned."""
    window.show_page(names.NAV_TRAIN)
    return _open(window, found)


@scene("train_plan_failed")
def _(window: MainWindow) -> QWidget:
    """Nothing fits into the memory."""
    return open_plan(window, found_too_little)


@scene("train_planned")
def _(window: MainWindow) -> None:
    """The plan is used."""
    dialog = open_plan(window, found)
    settle()
    dialog.findChild(QPushButton, "plan.use").click()


def open_plan(window: MainWindow, look: object) -> QDialog:
    """The dialog, for a project that is not trained."""
    folder = window.session.project.path.with_name("herbarium")
    if not folder.exists():
        Project.create(folder, window.session.project.pictures, CONFIG)
    open_and_wait(window.session, folder)
    window.session.change_config(CONFIG)
    wait_until(lambda: not window.session.jobs.is_busy())
    window.show_page(names.NAV_TRAIN)
    return _open(window, look)


def _open(window: MainWindow, look: object) -> QDialog:
    usual, work.look_at_machine = work.look_at_machine, look  # type: ignore[assignment]
    button = window.findChild(QPushButton, "train.plan")
    wait_until(button.isEnabled)
    button.click()
    dialog = window.findChild(QDialog, "plan")
    dialog.findChild(AmountPicker).unit.setFocus()  # no cursor that blinks
    wait_until(lambda: look is forever or window.session.jobs.get("plan") is None)
    if look is forever:
        # until it says what it looks at
        wait_until(lambda: "small" in dialog._looking.text())
    work.look_at_machine = usual
    return dialog


def found(project: Project, _known: Probe | None = None) -> Iterator[object]:
    yield ev.Progress(ev.Work.PROBING, 0.0, 20.0, "the speed of this machine")
    paths = project.checkpoint_paths()
    steps = step_of(paths[-1]) if paths else None
    return work.MachineLook(machine(project, FREE), offered(project), 1840, steps)


def found_too_little(project: Project, _known: Probe | None = None) -> Iterator[object]:
    yield ev.Progress(ev.Work.PROBING, 0.0, 20.0, "the speed of this machine")
    return work.MachineLook(machine(project, 0.2), offered(project), 1840, None)


def forever(_project: Project, _known: Probe | None = None) -> Iterator[object]:
    while True:
        yield ev.Progress(ev.Work.PROBING, 8.4, 20.0, "the memory that small takes")
        threading.Event().wait(0.05)


def offered(project: Project) -> work.Configs:
    return work.offered(project, is_trained=bool(project.checkpoint_paths()))


def machine(project: Project, free: float) -> Probe:
    """A computer without a graphics card, a few years old."""
    outlooks = []
    for name, config in offered(project).items():
        memory = MEMORY.get(name, 0.6)
        settings = ("train.accumulation=4",) if name == "standard" else ()
        outlook = Outlook(
            name,
            with_settings(config, settings),
            settings,
            int(memory * 2**30),
            memory < 0.9 * free,
            1,
            SPEED.get(name, 0.2),
            name not in ("standard", "large"),
        )
        outlooks.append(outlook)
    return Probe("cpu", "CPU, 8 threads", "float32", 8, int(free * 2**30), tuple(outlooks))
