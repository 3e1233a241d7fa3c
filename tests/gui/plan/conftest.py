"""The plan dialog of the Train page in a window, with a machine made up."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QLabel,
    QPushButton,
    QSpinBox,
    QWidget,
)

from ddpm_studio.config.text import with_settings
from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.common import names
from ddpm_studio.gui.plan import work
from ddpm_studio.gui.plan.dialog import PlanDialog
from ddpm_studio.project import Project, step_of
from ddpm_studio.training.planning.probe import Outlook, Probe
from tests.gui.train import conftest as train_page

fake, open_train = train_page.fake, train_page.open_train  # the plan is opened from that page


LEFT = Qt.MouseButton.LeftButton
GB = 2**30
SPEED = {"sketch": 0.1, "small": 0.5, "standard": 5.0, "large": 50.0}  # seconds of a step


class Machine:
    """What `work.look_at_machine` meets: `small` needs tricks, `large` has no memory.

    Attributes: asked (what was known at each look), needs (settings by name), free (GB),
    found (makes what a look returns; may raise), may_go_on (until then it looks).
    """

    def __init__(self) -> None:
        self.asked: list[Probe | None] = []
        self.needs = {"small": ("train.accumulation=2", "train.gradient_checkpointing=true")}
        self.free = 8.0
        self.found: Callable[[Project], work.MachineLook] = self.look
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def look(self, project: Project) -> work.MachineLook:
        paths, outlooks = project.checkpoint_paths(), []
        configs = work.offered(project, is_trained=bool(paths))
        for name, config in configs.items():
            settings, memory = self.needs.get(name, ()), 20.0 if name == "large" else 1.0
            changed = with_settings(config, settings)
            speed, fits = SPEED.get(name, 0.1), memory < self.free
            outlook = Outlook(name, changed, settings, int(memory * GB), fits, 1, speed, True)
            outlooks.append(outlook)
        free = int(self.free * GB)
        probe = Probe("cpu", "CPU, 2 threads", "float32", 2, free, tuple(outlooks))
        return work.MachineLook(probe, configs, 12, step_of(paths[-1]) if paths else None)

    def look_at_machine(self, project: Project, known: Probe | None = None) -> Iterator[object]:
        self.asked.append(known)
        yield Progress(Work.PROBING, 5.0, 20.0, "the memory that sketch takes")
        while not self.may_go_on.wait(0.005):
            yield None
        return self.found(project)


@pytest.fixture
def machine(monkeypatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(work, "look_at_machine", machine.look_at_machine)
    return machine


class PlanDriver:
    """The dialog, as a person sees it."""

    def __init__(self, train) -> None:
        self.train, self.find, self.qtbot = train, train.find, train.qtbot
        train.wait(lambda: train.button("train.plan").isEnabled())
        train.click("train.plan")
        self.dialog = self.find(train.window, QDialog, "plan")
        assert isinstance(self.dialog, PlanDialog)
        self.qtbot.waitUntil(self.dialog.isVisible)

    def text(self, name: str) -> str:
        return self.find(self.dialog, QLabel, name).text()

    def button(self, name: str) -> QPushButton:
        return self.find(self.dialog, QPushButton, name)

    def row(self, name: str) -> QAbstractButton:
        return self.find(self.dialog, QAbstractButton, names.item("plan.choice", name))

    def rows(self) -> list[str]:
        prefix = names.item("plan.choice", "")
        found = self.dialog.findChildren(QAbstractButton)
        return [
            one.objectName().removeprefix(prefix) for one in found if prefix in one.objectName()
        ]

    def click(self, widget: QWidget) -> None:
        self.qtbot.mouseClick(widget, LEFT)

    def write_time(self, number: int, unit: str) -> None:
        combo = self.find(self.dialog, QComboBox, "plan.time_unit")
        combo.setCurrentIndex(combo.findData(unit))
        field = self.find(self.dialog, QSpinBox, "plan.time")
        field.selectAll()
        self.qtbot.keyClicks(field, str(number))

    def length(self) -> tuple[str, int]:
        """What the page says: unit and number."""
        window = self.train.window
        unit = self.find(window, QComboBox, "train.length_unit").currentData()
        return unit, self.find(window, QSpinBox, "train.length").value()

    def banner(self) -> str:
        return self.train.text("window.banner.text")

    def wait_for_plan(self) -> None:
        self.train.wait(lambda: self.button("plan.use").isEnabled())

    def use(self) -> None:
        self.click(self.button("plan.use"))
        self.wait_closed()

    def wait_closed(self) -> None:
        self.train.wait(lambda: not self.train.window.findChildren(QDialog, "plan"))


@pytest.fixture
def open_plan(open_train) -> Callable[[Project], PlanDriver]:
    return lambda project: PlanDriver(open_train(project))


@pytest.fixture
def plan_again() -> Callable[[PlanDriver], PlanDriver]:
    """The dialog is opened once more."""
    return lambda plan: PlanDriver(plan.train)
