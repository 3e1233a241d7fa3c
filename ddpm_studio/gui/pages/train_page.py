"""Train: the model learns, with its loss and its pictures in view."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio import events as ev
from ddpm_studio.config import KindConfig, StudioConfig
from ddpm_studio.gui.common import efforts, names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.jobs import TRAIN, Job, JobState
from ddpm_studio.gui.common.layout import holder, row, wide
from ddpm_studio.gui.export.training_film import TrainingExport
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.plan.button import Planning
from ddpm_studio.gui.sample_now.dialog import SampleNow
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.train import work
from ddpm_studio.gui.train.controls import BUSY, Phase, TrainControls
from ddpm_studio.gui.train.pace import learning_words
from ddpm_studio.gui.train.run_view import RunView
from ddpm_studio.project import Project
from ddpm_studio.words import elapsed_in_words

HISTORY, FILM, WEIGHTS = "train_history", "train_film", "train_weights"  # names of jobs
FAILED = "Training has failed; the message above says why."
REFRESH_MS = 500  # of the numbers; digits that change faster cannot be read


class TrainPage(Page):
    """Start, pause, continue and stop; the plot; the growing wall."""

    name = "train"
    title = "Train"
    icon = "train"
    tip = "Let the model learn"
    keys = "Ctrl+2"
    action_text = "Start, pause or continue training"
    shortcuts = (
        ("Left, Right", "Along the plot, or through earlier pictures, where the focus is"),
        ("Plus, Minus", "Zoom the plot"),
        ("Up, Down, Enter", "From mark to mark on the plot, and see what it is"),
    )

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._is_trained = False
        self._phase, self._sentence = Phase.READY, ""
        self._reading: ev.Progress | None = None
        self._lent: dict[Job, LentModel] = {}  # the models of those that run
        self._shown = JobState.WAITING, False  # the state of the run, and whether it is paused
        self._weights: dict[KindConfig, int] = {}
        self._controls = TrainControls(self.theme, session.settings, session.jobs)
        self._view = RunView(self.theme, session.settings)
        self._planning = Planning(session, self._controls.length)
        self._controls.add_below_length(self._planning)
        self._sampling = SampleNow(session, self)
        self._filming = TrainingExport(session, self)
        self._lay_out()
        self._timer = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._connect()
        self.show_empty()

    # what the window asks

    def main_action(self) -> None:
        if not self.is_empty:
            self._controls.main_click()

    def show_project(self, project: Project | None) -> None:
        self._timer.stop()
        self._reading = None
        self._view.clear(QSize(1, 1) if project is None else _tile(project.config))
        self._sampling.show_project(project)
        self._controls.show_progress(None)
        self._controls.now.hide()
        if project is None:
            self.show_empty()
            return
        self._find_checkpoints()
        self.show_config(project)
        self._show_ready()
        self.show_content()
        self._prepare_plot()
        self._join_run()
        self._load_history(project)

    def show_config(self, project: Project) -> None:
        config = project.config
        self._view.wall.set_tile(_tile(config))
        choices = efforts.choices_of(config)
        known = {
            effort: self._weights[choice.model]
            for effort, choice in choices.items()
            if choice.model in self._weights
        }
        self._controls.show_config(config, efforts.default_of(config), known, self._is_locked)
        models = {choice.model: choice for choice in choices.values()}
        unknown = [choice for model, choice in models.items() if model not in self._weights]
        is_free = self.session.device_name and not self.session.is_closing
        if unknown and is_free and self.session.jobs.get(WEIGHTS) is None:
            job = self.session.jobs.start(WEIGHTS, lambda: work.count_weights(unknown), quiet=True)
            job.events.connect(self._on_weights)

    def main_things(self) -> Sequence[QWidget]:
        """While it learns, the large button would pause it."""
        plot = self._view.plot
        drawing = plot if plot.canvas is None else plot.canvas
        return (drawing,) if self._phase in BUSY else (self._controls.start, drawing)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._prepare_plot()

    # building

    def _lay_out(self) -> None:
        self.set_content(holder(row(self._controls, wide(self._view), spacing=24)))
        self.header_row.addWidget(self._sampling.button)
        tip = "Make a project from a folder, or open one (Ctrl+0)"
        go = Button(self.theme, "To the start screen", "train.go_start", tip, icon="home")
        go.clicked.connect(lambda: self.session.want_page(names.NAV_START))
        empty = EmptyState(
            self.theme,
            "train",
            "Nothing to learn from yet",
            "Training needs a project with pictures. Drop a folder anywhere on this window, or "
            "open a project from the start screen.",
            go,
            name="train.empty",
        )
        self.set_empty(empty)

    def _connect(self) -> None:
        controls, session = self._controls, self.session
        controls.start.clicked.connect(self._on_start)
        controls.stop.clicked.connect(self._on_stop)
        controls.now.clicked.connect(self._on_now)
        controls.generate.clicked.connect(lambda: session.want_page(names.NAV_GENERATE))
        controls.change_wanted.connect(self._change)
        self._view.wall.frames_wanted.connect(self._on_frames_wanted)
        self._view.wall.export_wanted.connect(self._filming.open)
        self._view.log.pictures_wanted.connect(lambda: session.want_page(names.NAV_PICTURES))
        self._view.plot.checkpoint_chosen.connect(self._on_checkpoint_chosen)
        self._view.plot.best_changed.connect(session.checkpoints.set_best)
        self._sampling.checkpoint_chosen.connect(self._on_checkpoint_chosen)
        self._timer.timeout.connect(self._refresh)
        session.jobs.started.connect(self._on_job_started)
        session.jobs.ended.connect(self._on_job_ended)
        session.device.changed.connect(self._on_device_changed)
        session.other_trainer.changed.connect(self._on_other_trainer)
        session.checkpoints.changed.connect(self._on_checkpoints)
        session.left_work_ended.connect(self._on_left_work_ended)
        session.warmed_up.connect(self._on_warmed_up)
        session.training_wanted.connect(self._on_start)
        self.add_button("Stop training", controls.stop)
        self.add_button("Sample now", self._sampling.button)
        self.add_button("Plan…", self._planning.button)
        self.add_act("Follow the newest step", self._view.plot.follow, shown="F")

    def _prepare_plot(self) -> None:
        """The plot is made when it is first seen: pyqtgraph is imported then, about 0.2 s."""
        if self.session.device_name and self.isVisible() and not self.is_empty:
            self._view.plot.prepare()

    # the run

    @property
    def _is_locked(self) -> bool:
        """Whether the model has its shape; a run that has not saved yet counts, too."""
        session = self.session
        return self._is_trained or session.is_trained_here or session.other_trainer.is_training

    @property
    def _present_step(self) -> int:
        """Where training is; -1 if none runs."""
        job, view = self.session.jobs.get(TRAIN), self._view
        if job is None or job.state in (JobState.STOPPING, JobState.ENDED) or view.started is None:
            return -1
        return view.newest.step if view.newest is not None else view.started.step

    def _on_start(self) -> None:
        """The large button."""
        job, project = self.session.jobs.get(TRAIN), self.session.project
        if job is not None:
            job.set_paused(not job.is_paused)
        elif project is not None:
            length, lent = self._controls.length, LentModel()
            steps, seconds = length.steps, length.seconds
            job = self.session.start_training(
                lambda: work.train_project(project, steps=steps, seconds=seconds, lent=lent)
            )
            self._lent[job] = lent
            self._sampling.lend(lent)

    def _on_stop(self) -> None:
        if (job := self.session.jobs.get(TRAIN)) is not None:
            job.stop()

    def _on_now(self) -> None:
        """Before the training of another project."""
        if (job := self.session.jobs.get(TRAIN)) is not None:
            self.session.device.put_first(job)

    def _on_checkpoint_chosen(self, step: int) -> None:
        self.session.checkpoint_wanted.emit(step)
        self.session.want_page(names.NAV_GENERATE)

    def _on_other_trainer(self, sentence: str) -> None:
        if sentence and self.session.project is not None:
            self._show(Phase.ELSEWHERE, sentence)
            self.show_config(self.session.project)

    def _on_job_started(self, job: Job) -> None:
        if job.objectName() != TRAIN or self.session.project is None:
            return
        self._reading = None
        self._view.begin_run()
        self._view.pace.begin(self._planning.expected_speed(self.session.project.config))
        job.events.connect(self._on_events)
        job.changed.connect(self._on_changed)
        job.succeeded.connect(self._on_succeeded)
        job.stopped.connect(lambda: self._end(Phase.STOPPED, "Stopped. What was learned is saved."))
        job.failed.connect(lambda _: self._end(Phase.FAILED, FAILED))
        self._show(Phase.STARTING, "Getting ready…")
        self.show_config(self.session.project)  # what shapes the model is locked now

    def _join_run(self) -> None:
        """It went on while another project was open."""
        job = self.session.jobs.get(TRAIN)
        if job is None:
            return
        read = job.latest.get(ev.Progress)
        self._reading = read if ev.is_progress(read, ev.Work.READING) else None
        self._view.join_run(job.latest, job.steps)
        self._sampling.lend(self._lent.get(job))
        self._show_state()

    def _on_job_ended(self, job: Job) -> None:
        self._lent.pop(job, None)
        project, name = self.session.project, job.objectName()
        if project is None or job.is_muted:
            return
        if name == TRAIN or (name == WEIGHTS and job.failure is None):
            self.show_config(project)

    def _on_changed(self) -> None:
        """Another state is shown at once; all else a few times a second, for it is not free."""
        job = self.session.jobs.get(TRAIN)
        if job is not None and (job.state, job.is_paused) != self._shown:
            self._show_state()

    def _on_device_changed(self) -> None:
        """Who is waited for may be another one."""
        job = self.session.jobs.get(TRAIN)
        if job is not None and self._phase is Phase.LENT and job.state is not JobState.ENDED:
            self._show_state()

    def _refresh(self) -> None:
        self._view.show_numbers()
        self._show_state()

    def _show_state(self) -> None:
        job, started = self.session.jobs.get(TRAIN), self._view.started
        if job is None or job.state is JobState.ENDED:
            return
        self._shown = job.state, job.is_paused
        waits_for = self.session.device.waits_for(job)
        self._controls.now.setVisible(waits_for is not None)
        match job.state:
            case JobState.STOPPING:
                self._show(Phase.STOPPING, "Saving…")
            case JobState.PAUSED if job.is_paused:
                self._show(Phase.PAUSED, "Paused. The model stays in memory and can generate.")
            case JobState.PAUSED | JobState.WAITING:
                waits = "Waits a moment while pictures are generated."
                if waits_for is not None:
                    words = self.session.device.waiting_words(job)
                    waits = f"{words[:1].upper()}{words[1:]}."
                self._show(Phase.LENT, waits)
            case JobState.RUNNING if started is None:
                self._show(Phase.STARTING, self._starting_sentence())
            case JobState.RUNNING if started is not None:
                self._show(Phase.RUNNING, learning_words(started))
        reading = self._reading
        if started is not None:
            self._controls.show_progress(job.progress.fraction)
        elif reading is not None:
            self._controls.show_progress(reading.done / max(1, reading.total))

    def _on_events(self, events: list[Any]) -> None:
        self._view.take(events)
        for event in events:
            match event:
                case ev.CheckpointSaved():
                    self._is_trained = True
                    self._controls.show_saved(event.step)
                case ev.Progress(ev.Work.READING):
                    self._reading = event
        if not self._timer.isActive():
            self._timer.start()

    def _on_succeeded(self, _result: object) -> None:
        newest = self._view.newest
        seconds = newest.seconds if newest is not None else 0.0
        self._end(Phase.DONE, f"Trained for {elapsed_in_words(seconds)}. The model can paint now.")

    def _end(self, phase: Phase, sentence: str) -> None:
        self._timer.stop()
        self._controls.now.hide()
        self._view.end_run()
        self._controls.show_progress(None)
        self._show(phase, sentence)

    def _show_ready(self) -> None:
        goes_on = "Goes on where it was left."
        words = goes_on if self._is_trained else "Ready to learn from your pictures."
        self._show(Phase.READY, words)

    def _show(self, phase: Phase, sentence: str) -> None:
        self._phase, self._sentence = phase, sentence
        self._controls.show_phase(phase, sentence, is_trained=self._is_trained)
        self._sampling.sources.set_present(self._present_step)

    def _starting_sentence(self) -> str:
        if self._reading is None:
            return "Getting ready…"
        return f"Reading pictures: {self._reading.done:,} of {self._reading.total:,}"

    # what earlier runs left

    def _load_history(self, project: Project) -> None:
        start = self.session.jobs.start
        job = start(HISTORY, lambda: work.load_history(project), replace=True, quiet=True)
        job.succeeded.connect(self._view.add_history)

    def _on_left_work_ended(self, name: str) -> None:
        """A training that was left had ended, though not its thread, when this was opened again."""
        if name == TRAIN:
            self.show_project(self.session.project)

    def _find_checkpoints(self) -> None:
        checkpoints = self.session.checkpoints
        saved = max(checkpoints.steps, default=-1)
        self._is_trained = saved >= 0
        self._controls.show_saved(saved)
        self._view.show_saved(saved)
        self._view.plot.set_checkpoints({file.step: file.nbytes for file in checkpoints.files})

    def _on_checkpoints(self) -> None:
        """Others than before; older ones may have gone when a new one came."""
        was_trained, project = self._is_trained, self.session.project
        self._find_checkpoints()
        if self._is_trained != was_trained and project is not None:
            self.show_config(project)
            if self._phase is Phase.READY:
                self._show_ready()
            else:
                self._show(self._phase, self._sentence)

    def _on_frames_wanted(self, steps: list[int]) -> None:
        project = self.session.project
        if project is not None:
            job = self.session.jobs.start(
                FILM, lambda: work.load_previews(project, steps), replace=True, quiet=True
            )
            job.events.connect(self._on_frames)

    def _on_frames(self, frames: Iterable[work.PreviewFrame]) -> None:
        for frame in frames:
            self._view.wall.add_frame(frame.step, frame.image)

    # what is set

    def _change(self, make: Callable[[StudioConfig], StudioConfig]) -> None:
        """Save other settings; if that cannot be, the banner says why and all stays as it is."""
        if not self.session.change(make) and self.session.project is not None:
            self.show_config(self.session.project)

    def _on_weights(self, counts: list[tuple[KindConfig, int]]) -> None:
        self._weights.update(counts)
        if self.session.project is not None:
            self.show_config(self.session.project)

    def _on_warmed_up(self, _device: str) -> None:
        self._prepare_plot()
        if self.session.project is not None:
            self.show_config(self.session.project)


def _tile(config: StudioConfig) -> QSize:
    return QSize(*config.pictures.shape[:0:-1])  # of (C, H, W)
