"""The button "Plan…" of the Train page: when it can be used, and what a plan sets."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.gui.common.job_names import TRAIN
from ddpm_studio.gui.plan import work
from ddpm_studio.gui.plan.dialog import PLAN, PlanDialog
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.train.controls import TrainControls

if TYPE_CHECKING:  # these bring torch along
    from ddpm_studio.training.planning.plan import Plan
    from ddpm_studio.training.planning.probe import Probe

TRAINING = "Training has the machine now; stop it first, then plan."
ELSEWHERE = "Another process trains this project; plan when that has ended."
UNDO = "The arrow under “How long” takes it back."
BUSY = "Pictures are being made at the moment; plan when they are done."


class Planning(QObject):
    """Keeps what was found of this machine for as long as the window is open."""

    def __init__(self, session: Session, controls: TrainControls, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._controls, self._page = session, controls, page
        self._known: dict[object, Probe] = {}
        # what a plan has replaced: the settings, and how long to train
        self._before: tuple[StudioConfig, tuple[str, int]] | None = None
        self._is_setting = False
        controls.plan_wanted.connect(self._on_plan_wanted)
        controls.unplan_wanted.connect(self._on_unplan_wanted)
        controls.length.changed.connect(self._forget)
        session.config_changed.connect(self._forget)
        session.project_changed.connect(self._forget)
        session.jobs.started.connect(self._on_jobs_changed)
        session.jobs.ended.connect(self._on_jobs_changed)
        session.other_trainer.changed.connect(self._on_jobs_changed)
        self._on_jobs_changed()

    def _reason(self) -> str:
        """Why nothing can be planned now; "" if it can."""
        if self._session.jobs.get(TRAIN) is not None:
            return TRAINING
        if self._session.other_trainer.is_training:
            return ELSEWHERE
        others = [job for job in self._session.device.borrowers if job.objectName() != PLAN]
        return BUSY if others else ""

    def _on_jobs_changed(self, _what: object = None) -> None:
        if self._session.jobs.get(TRAIN) is not None:
            self._forget()
        self._show_reason()

    def _show_reason(self) -> None:
        self._controls.show_planning(self._reason())

    def _on_plan_wanted(self) -> None:
        project = self._session.project
        if project is None or self._reason() or self._session.is_closing:
            return
        dialog = PlanDialog(self._session, project, self._known, self._page.window())
        dialog.wanted.connect(self._on_wanted)
        dialog.open()

    def _on_wanted(self, plan: Plan) -> None:
        session, length = self._session, self._controls.length
        project = session.project
        if project is None:
            return
        before = project.config, length.state
        is_trained = bool(session.checkpoints)
        self._is_setting = True
        done = session.change(
            lambda config: work.planned(dataclasses.replace(project, config=config), plan)
        )
        if done:
            length.set_steps(plan.steps)
        self._is_setting = False
        if done and session.project is not None:
            self._before = before
            self._controls.show_planned(f"As planned: {plan.steps:,} steps")
            said = work.summary(plan, session.project.config, is_trained)
            session.notice(f"{said} {UNDO}")

    def _on_unplan_wanted(self) -> None:
        if self._before is None:
            return
        config, length = self._before
        self._forget()
        if self._session.change_config(config):
            self._controls.length.set_state(length)
            self._session.notice("The settings are again as they were before the plan.")

    def _forget(self, _what: object = None) -> None:
        """Something else was set since, over which going back would write."""
        if not self._is_setting:
            self._before = None
            self._controls.show_planned("")
