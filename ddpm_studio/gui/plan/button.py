"""The button "Plan…" of the Train page: when it can be used, and what a plan sets."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common.amount import STEPS, AmountPicker
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import keep_room, row, wide
from ddpm_studio.gui.plan import work
from ddpm_studio.gui.plan.dialog import PLAN, PlanDialog
from ddpm_studio.gui.session import Session
from ddpm_studio.words import several

if TYPE_CHECKING:  # these bring torch along
    from ddpm_studio.training.planning.plan import Plan
    from ddpm_studio.training.planning.probe import Probe

TIP = "What suits this machine and the time you have"
TRAINING = "Training has the machine now; stop it first, then plan."
ELSEWHERE = "Another process trains this project; plan when that has ended."
UNDO = "The arrow under “How long” takes it back."
BUSY = "Pictures are being made at the moment; plan when they are done."


class Planning(QWidget):
    """The button, and beside it what a plan has set, for as long as that can be taken back.

    Keeps what was found of this machine for as long as the window is open.
    """

    def __init__(self, session: Session, length: AmountPicker) -> None:
        """length: how long to train, which a plan sets, too."""
        super().__init__()
        self._session, self._length = session, length
        self._known: dict[object, Probe] = {}
        # what a plan has replaced: the settings, and how long to train
        self._before: tuple[StudioConfig, tuple[str, int]] | None = None
        self._is_setting = False
        self._build()
        length.changed.connect(self._forget)
        session.config_changed.connect(self._forget)
        session.project_changed.connect(self._forget)
        session.jobs.started.connect(self._on_jobs_changed)
        session.jobs.ended.connect(self._on_jobs_changed)
        session.other_trainer.changed.connect(self._on_jobs_changed)
        self._on_jobs_changed()

    def _build(self) -> None:
        theme = self._session.theme
        self.button = Button(theme, "Plan…", "train.plan", TIP)
        self.button.clicked.connect(self._on_clicked)
        self._planned = label("", "caption", "train.planned", elided=True)
        undo = IconButton(
            theme, "undo", "train.plan_undo", "All as it was before the plan", size=16
        )
        undo.clicked.connect(self._on_undo)
        self._planned_row = keep_room(QWidget())  # nothing moves when it comes and goes
        row(wide(self._planned), undo, spacing=4, of=self._planned_row)
        self._planned_row.hide()
        row(self.button, wide(self._planned_row), of=self)

    def expected_speed(self, config: StudioConfig) -> float:
        """Pictures a second, as a look at this machine has found; 0 if nobody has looked."""
        outlooks = [one for probe in self._known.values() for one in probe.outlooks]
        for one in outlooks:
            known = one.config
            if (known.model, known.pictures.shape) == (config.model, config.pictures.shape):
                return known.train.batch_size / one.step_seconds
        return 0.0

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
        reason = self._reason()
        self.button.setEnabled(not reason)
        self.button.setToolTip(tooltip(reason or TIP))

    def _on_clicked(self) -> None:
        project = self._session.project
        if project is None or self._reason() or self._session.is_closing:
            return
        dialog = PlanDialog(self._session, project, self._known, self.window())
        dialog.wanted.connect(self._on_wanted)
        dialog.open()

    def _on_wanted(self, plan: Plan) -> None:
        session, length = self._session, self._length
        project = session.project
        if project is None:
            return
        before = project.config, length.state
        is_trained = bool(session.checkpoints)
        self._is_setting = True

        def planned(config: StudioConfig) -> StudioConfig:
            configs = work.offered(dataclasses.replace(project, config=config), is_trained)
            return with_settings(configs[plan.name], plan.settings)

        done = session.change(planned)
        if done:
            length.set_state((STEPS, plan.steps))
        self._is_setting = False
        if done and session.project is not None:
            self._before = before
            self._show_planned(f"As planned: {several(plan.steps, 'step')}")
            said = work.summary(plan, session.project.config, is_trained)
            session.notice(f"{said} {UNDO}")

    def _on_undo(self) -> None:
        if self._before is None:
            return
        config, length = self._before
        self._forget()
        if self._session.change_config(config):
            self._length.set_state(length)
            self._session.notice("The settings are again as they were before the plan.")

    def _forget(self, _what: object = None) -> None:
        """Something else was set since, over which going back would write."""
        if not self._is_setting:
            self._before = None
            self._show_planned("")

    def _show_planned(self, words: str) -> None:
        self._planned.setText(words)
        self._planned_row.setVisible(bool(words))
