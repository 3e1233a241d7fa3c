"""Plan: what suits this machine and the time there is, and what to expect of it."""

from __future__ import annotations

import time
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from ddpm_studio.events import Progress, Work, is_progress
from ddpm_studio.gui.common.amount import DAYS, HOURS, TIMES, AmountPicker, Unit
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.errors import describe_failure
from ddpm_studio.gui.common.jobs import TRAIN, Job
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import STRETCH, column, holder, row, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.plan import work
from ddpm_studio.gui.plan.table import PlanTable
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project
from ddpm_studio.words import time_left

if TYPE_CHECKING:  # it brings torch along
    from ddpm_studio.training.planning.probe import Probe

PLAN = "plan"  # the name of the job
WIDTH, WORDS_HEIGHT, SLOT_HEIGHT = 820, 108, 36
TICK_MS = 100
UNITS = {**TIMES, DAYS: Unit("days", 1, (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28), 86400.0)}
MOST_TIME = 9999
FIRST_WORDS = "What fits into the memory, and how fast it learns, is tried out now."
STOPPED = "The look at this machine was stopped before it found anything; look again for a plan."

Known = MutableMapping[object, "Probe"]


class PlanDialog(Dialog):
    """Looks at the machine, then answers every change at once. Emits `wanted` with a Plan."""

    wanted = Signal(object)

    def __init__(self, session: Session, project: Project, known: Known, parent: QWidget) -> None:
        """known: what was found for the items of each `work.offered`; it is read and added to."""
        super().__init__("plan", "Plan the training", parent)
        self._session, self._project, self._known = session, project, known
        self._configs = work.offered(project, is_trained=bool(session.checkpoints))
        self._job: Job | None = None
        self._look: work.MachineLook | None = None
        self._advice: work.Advice | None = None
        self._chosen = ""  # by hand; "": what is recommended
        self._heard: Progress | None = None
        self._heard_at = 0.0
        self._make_fields()
        self._make_buttons()
        self._lay_out()
        self._timer = QTimer(self, interval=TICK_MS)
        self._connect()
        self._look_at_machine(again=False)
        self._time.number.setFocus()
        self._time.number.selectAll()

    def done(self, result: int) -> None:
        """However it ends, nothing goes on behind it."""
        self._timer.stop()
        if self._job is not None:
            self._session.jobs.discard(PLAN)
            self._job = None
        super().done(result)

    # building

    def _make_fields(self) -> None:
        session = self._session
        keys = "plan/time", "plan/unit"
        self._time = AmountPicker("plan.time", UNITS, HOURS, MOST_TIME, session.settings, keys)
        self._looking = label("", "caption", "plan.looking", elided=True)
        self._left = label("", "caption", "plan.left")
        self._progress = ProgressLine("plan.progress", "How far the look at this machine is")
        self._machine = label("", "caption", "plan.machine", elided=True)
        self._machine.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._table = PlanTable(session.theme)
        self._legend = label("", "caption", "plan.legend", wrap=True)
        self._headline = label("", "figure", "plan.headline")
        self._expectation = label("", "", "plan.expectation", wrap=True)
        self._notes = label("", "caption", "plan.notes", wrap=True)

    def _make_buttons(self) -> None:
        theme = self._session.theme
        tip = "Try again what fits and how fast it is, for example when other programs are closed"
        self._again = Button(theme, "Look again", "plan.again", tip, icon="loop")
        self._cancel = Button(theme, "Cancel", "plan.cancel", "Change nothing (Esc)")
        tip = "Set what it says; training does not start yet (Enter)"
        self._use = Button(theme, "Use this plan", "plan.use", tip, icon="check", kind="primary")
        self.set_buttons(self._cancel, self._use)

    def _lay_out(self) -> None:
        words = holder(
            column(
                *(self._headline, self._expectation, self._notes, STRETCH),
                spacing=4,
                margins=(16, 12, 16, 12),
            ),
            "card",
        )
        words.setMinimumHeight(WORDS_HEIGHT)
        self._lay_out_time()
        self.fill(
            row(self._time, wide(self._make_slot()), spacing=24),
            self._table,
            self._legend,
            wide(words),
            foot=(self._cancel, self._use),
            heading="What suits this machine and your time?",
        )
        self.setFixedWidth(WIDTH)

    def _lay_out_time(self) -> None:
        """ "I have 2 hours"."""
        number, unit = self._time.number, self._time.unit
        tip = "How long this machine may train. Training can be stopped at any time."
        explain(number, "I have", tip)
        explain(unit, "I have, in what", "Minutes, hours or days.")
        number.setFixedWidth(88)
        unit.setSizeAdjustPolicy(unit.SizeAdjustPolicy.AdjustToContents)
        unit.setMinimumWidth(112)
        words = QLabel("I have")
        words.setBuddy(number)
        row(words, number, unit, STRETCH, of=self._time)

    def _make_slot(self) -> QWidget:
        """One place for the progress and then for what was found, so that nothing moves."""
        words = row(wide(self._looking), self._left, spacing=12)
        self._slot = QStackedWidget()
        self._slot.setFixedHeight(SLOT_HEIGHT)
        self._slot.addWidget(holder(column(words, self._progress, margins=(0, 4, 0, 4))))
        self._slot.addWidget(holder(row(wide(self._machine), self._again, spacing=12)))
        return self._slot

    def _connect(self) -> None:
        session = self._session
        self._time.changed.connect(self._advise)
        self._table.chosen.connect(self._on_chosen)
        self._again.clicked.connect(lambda: self._look_at_machine(again=True))
        self._use.clicked.connect(self._on_use)
        self._timer.timeout.connect(self._show_progress)
        session.project_changed.connect(self.reject)
        session.jobs.started.connect(self._on_job_started)

    # the look at the machine

    def _look_at_machine(self, *, again: bool) -> None:
        project = self._project
        known = None if again else self._known.get(tuple(self._configs.items()))
        self._look, self._advice, self._heard = None, None, None
        self._heard_at = time.monotonic()
        job = self._job = self._session.start_borrowing(
            PLAN, lambda: work.look_at_machine(project, known), "Looking at this machine"
        )
        job.tells_failure = True
        job.events.connect(self._on_events)
        job.succeeded.connect(self._on_found)
        job.failed.connect(self._on_failed)
        job.stopped.connect(self._on_stopped)
        self._table.set_offers(work.waiting_offers(self._configs))
        self._say("", "" if known else FIRST_WORDS, (), "muted")
        self._legend.setText("")
        self._use.setEnabled(False)
        self._slot.setCurrentIndex(0)
        self._timer.start()
        self._show_progress()

    def _on_events(self, events: list[Any]) -> None:
        heard = [event for event in events if is_progress(event, Work.PROBING)]
        if heard:
            self._heard, self._heard_at = heard[-1], time.monotonic()
            self._show_progress()

    def _show_progress(self) -> None:
        """Between two events lie a second or two, in which the bar goes on all the same."""
        heard = self._heard
        if heard is None:
            self._looking.setText("Looking at this machine…")
            self._left.setText("")
            self._progress.set_fraction(0.0)
            return
        done = min(heard.total, heard.done + time.monotonic() - self._heard_at)
        remaining = heard.total - done
        self._looking.setText(f"Looking at this machine: {heard.now}…")
        self._left.setText(time_left(remaining) if remaining else "almost done")
        self._progress.set_fraction(done / max(heard.total, 0.001))

    def _on_found(self, look: work.MachineLook) -> None:
        self._end_looking()
        self._look = look
        self._known[tuple(look.configs.items())] = look.probe
        self._advise()

    def _on_failed(self, error: Exception) -> None:
        self._end_looking()
        self._say("", describe_failure(error).sentence, (), "danger")

    def _on_stopped(self) -> None:
        self._end_looking()
        self._say("", STOPPED, (), "muted")

    def _end_looking(self) -> None:
        self._job = None
        self._timer.stop()
        self._machine.setText("")
        self._slot.setCurrentIndex(1)

    def _on_job_started(self, job: Job) -> None:
        if job.objectName() == TRAIN:  # its settings are fixed now, and the machine is taken
            self.reject()

    # the plan

    def _advise(self) -> None:
        """What is recommended, and the plan of what is chosen, for the time that is set."""
        if self._look is None:
            return
        advice = self._advice = work.advise(self._look, self._time.seconds or 0.0, self._chosen)
        plan = advice.plan
        self._machine.setText(advice.machine)
        self._table.set_offers(advice.offers, advice.recommended, plan.name if plan else "")
        self._legend.setText(advice.legend)
        self._use.setEnabled(plan is not None)
        if plan is None:
            self._say("", advice.problem, (), "danger")
        else:
            self._say(advice.headline, plan.expectation, advice.notes, "")

    def _say(self, headline: str, sentence: str, notes: tuple[str, ...], kind: str) -> None:
        self._headline.setText(headline)
        self._headline.setVisible(bool(headline))
        self._expectation.setText(sentence)
        set_kind(self._expectation, kind)
        self._notes.setText(" ".join(notes))
        self._notes.setVisible(bool(notes))

    def _on_chosen(self, name: str) -> None:
        advice = self._advice
        self._chosen = "" if advice is not None and name == advice.recommended else name
        self._advise()

    def _on_use(self) -> None:
        if self._advice is not None and self._advice.plan is not None:
            self.wanted.emit(self._advice.plan)
            self.accept()
