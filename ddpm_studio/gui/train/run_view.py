"""What is seen of a run: its numbers, the loss plot, the growing wall, and what happened."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from ddpm_studio import events as ev
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.markers import (
    BATCH_HALVED,
    PASSED_OVER,
    RESUMED,
    ROLLED_BACK,
    SKIPPED,
    Marker,
)
from ddpm_studio.gui.plot.plot import LossPlot
from ddpm_studio.gui.train.event_log import EventLog
from ddpm_studio.gui.train.figures import Figures
from ddpm_studio.gui.train.growing_wall import GrowingWall
from ddpm_studio.words import duration_in_words, elapsed_in_words, size_in_words

if TYPE_CHECKING:  # brings numpy along
    from ddpm_studio.gui.train.work import History

TRAIN_STEP = "train.step"
TRAIN_TIME = "train.time"
TRAIN_SPEED = "train.speed"
TRAIN_REMAINING = "train.remaining"
TRAIN_MEMORY = "train.memory"
TRAIN_DEVICE = "train.device"

FIGURES = (
    (TRAIN_TIME, "Time trained", "Of all runs together, without pauses"),
    (TRAIN_STEP, "Steps", "How often the model was improved; each looks at one batch"),
    (TRAIN_SPEED, "Pictures a second", "How many pictures the model learns from in a second"),
    (TRAIN_REMAINING, "Time left", "Until the end of this run"),
    (TRAIN_MEMORY, "Memory", "What the program holds; on a GPU, what it holds there"),
    (TRAIN_DEVICE, "Device", "What computes"),
)


class RunView(QWidget):
    """Takes the events of training as they come, and what earlier runs left."""

    frames_wanted = Signal(list)  # steps of earlier previews
    checkpoint_chosen = Signal(int)  # a person wants pictures from the checkpoint of this step
    best_changed = Signal(int, float)  # step and held-out loss of the best checkpoint; -1: none

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.started: ev.TrainStarted | None = None  # of the present run
        self.newest: ev.TrainStep | None = None
        self._earlier_seconds = 0.0
        self._figures = Figures(FIGURES)
        self._passed_over: list[str] = []  # of checkpoints, until it is known where to go on from
        self.plot = LossPlot(theme, settings)
        self.log = EventLog("train.log", "What happened on the way")
        self.wall = GrowingWall(theme)
        self.wall.frames_wanted.connect(self.frames_wanted)
        self.plot.preview_chosen.connect(self.wall.show_step)
        self.plot.checkpoint_chosen.connect(self.checkpoint_chosen)
        self.plot.best_changed.connect(self.best_changed)
        self._lay_out(settings)

    def clear(self, tile: QSize) -> None:
        """Another project, whose pictures have the size of a tile."""
        self.begin_run()
        self.plot.clear()
        self.log.clear()
        self._figures.clear()
        self.wall.start_film(tile)

    def begin_run(self) -> None:
        """Another run of the same project."""
        self.started = self.newest = None
        self._earlier_seconds = 0.0
        self._passed_over.clear()

    def end_run(self) -> None:
        self.show_numbers()
        self.plot.redraw()
        self.wall.set_progress(0, 0)
        self._figures.set(TRAIN_REMAINING, "")

    def add_history(self, history: History) -> None:
        """What was logged before; if a run has begun meanwhile, its own steps follow."""
        series, previews, live = history.series, history.previews, self.plot.series
        if self.started is not None:
            series.truncate(self.started.step)
            previews = [step for step in previews if step <= self.started.step]
            self._earlier_seconds = float(series.seconds[-1]) if len(series) else 0.0
            seconds = live.seconds + self._earlier_seconds
            series.extend(live.steps, live.losses, seconds, live.others())
            series.add_held_out(live.held_out)
        self.plot.set_series(series)
        self.plot.add_previews(previews)
        self.plot.add_events(Marker(*event) for event in history.happened)
        self.wall.add_steps(previews)
        if self.started is None and len(series):
            self._figures.set(TRAIN_TIME, elapsed_in_words(float(series.seconds[-1])))
            self._figures.set(TRAIN_STEP, f"{int(series.steps[-1]):,}")

    def take(self, events: list[Any]) -> None:
        """A batch of events, in order."""
        steps: list[ev.TrainStep] = []
        previews: list[ev.PreviewSaved] = []
        progress: ev.Progress | None = None
        for event in events:
            if isinstance(event, ev.TrainStep):
                steps.append(event)
            elif ev.is_progress(event, ev.Work.PREVIEW):
                progress = event
            elif isinstance(event, ev.PreviewSaved):
                previews.append(event)
                progress = None
            else:
                self._take_in(steps, previews)
                self._take_other(event)
        self._take_in(steps, previews)
        if progress is not None:
            self.wall.set_progress(int(progress.done), int(progress.total))

    def show_memory(self, nbytes: int) -> None:
        self._figures.set(TRAIN_MEMORY, size_in_words(nbytes))

    def show_numbers(self) -> None:
        """Write what the newest step says; not for each one, for nobody could read that."""
        figures, newest = self._figures, self.newest
        if newest is not None:
            figures.set(TRAIN_TIME, elapsed_in_words(newest.seconds + self._earlier_seconds))
            figures.set(TRAIN_STEP, f"{newest.step:,}")
            figures.set(TRAIN_SPEED, f"{newest.pictures_per_second:,.0f}")
            left = newest.remaining
            words = "no end set" if left is None else duration_in_words(left)
            figures.set(TRAIN_REMAINING, words)
        if self.started is not None:
            figures.set(TRAIN_DEVICE, self.started.device)

    def _take_in(self, steps: list[ev.TrainStep], previews: list[ev.PreviewSaved]) -> None:
        """What came since the last event of another kind; both lists are empty then."""
        if steps:
            self.newest = steps[-1]
            self.plot.extend(
                [step.step for step in steps],
                [step.loss for step in steps],
                [step.seconds + self._earlier_seconds for step in steps],
                {
                    "rate": [step.learning_rate for step in steps],
                    "gradient": [step.grad_norm for step in steps],
                    "speed": [step.pictures_per_second for step in steps],
                    "memory": [step.memory or math.nan for step in steps],
                },
            )
        if previews:
            self.wall.set_progress(0, 0)
            self.plot.add_previews(preview.step for preview in previews)
            # if many come at once, the earlier ones are seen only when somebody asks for them
            *earlier, newest = previews
            image = image_of(newest.pictures)
            self.wall.add_preview(newest.step, image, [preview.step for preview in earlier])
        steps.clear()
        previews.clear()

    def _take_other(self, event: object) -> None:
        match event:
            case ev.TrainStarted():
                self.started = event
                self._go_back(event.step)
                if event.step:
                    self._mark(event.step, RESUMED, f"Training went on from step {event.step:,}.")
                series = self.plot.series
                self._earlier_seconds = float(series.seconds[-1]) if len(series) else 0.0
            case ev.HeldOutMeasured():
                from ddpm_studio.training.metrics import Measured

                self.plot.add_held_out(Measured(event.step, event.loss, event.bands))
            case ev.RolledBack():
                self._go_back(event.to_step)
                self._mark(event.step, ROLLED_BACK, event.message)
                self.log.add(event.message)
            case ev.StepSkipped():
                self._mark(event.step, SKIPPED, event.message)
                self.log.add(event.message)
            case ev.BatchHalved():
                self._mark(event.step, BATCH_HALVED, event.message)
                self.log.add(event.message)
            case ev.CheckpointSkipped():
                self._passed_over.append(event.message)
                self.log.add(event.message)
            case ev.Note():
                step = self.newest.step if self.newest is not None else 0
                self.log.add(f"Step {step:,}: {event.message}" if step else event.message)

    def _go_back(self, step: int) -> None:
        """Training goes on from a step; what came after it is void."""
        self.plot.truncate(step)
        self.wall.drop_after(step)
        for message in self._passed_over:
            self._mark(step, PASSED_OVER, message)
        self._passed_over.clear()

    def _mark(self, step: int, kind: str, message: str) -> None:
        self.plot.add_events([Marker(step, kind, message)])

    def _lay_out(self, settings: Settings) -> None:
        left, right = QWidget(), QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addWidget(self.plot, 1)
        column.addWidget(self.log)
        beside = QVBoxLayout(right)
        beside.setContentsMargins(8, 0, 0, 0)
        beside.addWidget(self.wall)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2)
        for index, side in enumerate((left, right)):
            splitter.addWidget(side)
            splitter.setStretchFactor(index, 1)
        splitter.setSizes([1000, 1000])
        settings.remember_splitter(splitter, "train/splitter")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self._figures)
        layout.addWidget(splitter, 1)
