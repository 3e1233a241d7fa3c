"""Over the wall: the batch that is painted now, and those that were stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.jobs import Job, JobState
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, row, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import several

if TYPE_CHECKING:
    from ddpm_studio.gallery.batch import Batch

REFRESH_MS = 500
MOST_SHOWN = 3  # batches that were stopped; the others come when one of these is finished
PAUSE_TIP = "Paint no more for a while; the model stays in memory"
TURNS_TIP = (
    "While a model is trained: both take turns of 20 seconds, or training waits until the "
    "pictures are painted."
)


class MadeBatches(QWidget):
    """One line for each."""

    def __init__(self, theme: Theme, batching: Batching, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._batches: tuple[Batch, ...] = ()
        self._rows: list[StoppedBatch] = []
        self._running = RunningBatch(theme, batching)
        self._batching = batching
        self._layout = column(self._running, of=self)
        batching.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def is_needed(self) -> bool:
        """Whether there is a batch, running or stopped."""
        return bool(self._rows) or self._batching.job is not None

    def set_batches(self, batches: Sequence[Batch]) -> None:
        """Those that were stopped."""
        self._batches = tuple(batches)
        self._show_stopped()

    def _show_stopped(self) -> None:
        running = self._batching.batch
        shown = [one for one in self._batches if running is None or one.folder != running.folder]
        is_busy = self._batching.job is not None
        if [one.batch for one in self._rows] != shown[:MOST_SHOWN]:
            for one in self._rows:
                one.hide()
                self._layout.removeWidget(one)
                one.deleteLater()
            self._rows = [
                StoppedBatch(self._theme, self._batching, batch) for batch in shown[:MOST_SHOWN]
            ]
            for one in self._rows:
                self._layout.addWidget(one)
        for one in self._rows:
            one.setVisible(not is_busy)
        self.setVisible(is_busy or bool(self._rows))

    def _on_changed(self) -> None:
        self._running.setVisible(self._batching.job is not None)
        self._show_stopped()


class RunningBatch(QFrame):
    """How far it is, and how to pause, stop, or put it before training."""

    def __init__(self, theme: Theme, batching: Batching) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self._batching = batching
        self._words = label(name="made.batch", elided=True)
        self._bar = ProgressLine("", "How far the batch is")
        self._bar.setFixedHeight(4)
        turns = {False: "Takes turns", True: "Training waits"}
        self._turns = ComboBox("made.batch.turns", turns)
        explain(self._turns, "Beside training", TURNS_TIP)
        self._pause = Button(theme, "Pause", "made.batch.pause", PAUSE_TIP, icon="pause")
        tip = "What is finished stays, and the rest can be painted later"
        self._stop = Button(theme, "Stop", "made.batch.stop", tip, icon="stop")
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self._show_progress)
        left = column(self._words, self._bar, spacing=6)
        parts = wide(left), self._turns, self._pause, self._stop
        row(*parts, spacing=12, margins=(16, 8, 12, 8), of=self)
        self._shown: tuple[object, ...] = ()
        batching.changed.connect(self._on_changed)
        self._turns.activated.connect(self._on_turns)
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(self._on_stop)

    def _on_changed(self) -> None:
        batching, job = self._batching, self._batching.job
        if job is None:
            return  # none of it is seen
        state = job, job.state, job.is_paused, batching.waiting_words, batching.has_company
        if state != self._shown:
            self._shown = state
            self._show_state(job)
        elif not self._soon.isActive():
            self._soon.start()

    def _show_state(self, job: Job) -> None:
        if job.is_paused:
            self._pause.set_face("Continue", "play", "Paint on")
        else:
            self._pause.set_face("Pause", "pause", PAUSE_TIP)
        for button in (self._pause, self._stop):
            button.setEnabled(job.state is not JobState.STOPPING)
        self._turns.setVisible(self._batching.has_company)
        self._turns.setCurrentIndex(int(self._batching.is_first))
        self._show_progress()

    def _show_progress(self) -> None:
        batching, job = self._batching, self._batching.job
        if job is None:
            return
        self._bar.set_fraction(job.progress.fraction)
        usual = f"Painting {several(batching.count, 'picture')}"
        parts = [job.progress.text or usual]
        if job.state is JobState.STOPPING:
            parts.append("stopping…")
        elif job.is_paused:
            parts.append("paused")
        else:
            parts = [job.progress.words(usual)]
            if batching.waiting_words:
                parts.append(batching.waiting_words)
                self._soon.start()  # nothing else tells that time goes by
        words = "  ·  ".join(parts)
        self._words.setText(words)
        self.setAccessibleName(words)

    def _on_pause(self) -> None:
        if (job := self._batching.job) is not None:
            job.set_paused(not job.is_paused)

    def _on_stop(self) -> None:
        if (job := self._batching.job) is not None:
            job.stop()

    def _on_turns(self) -> None:
        self._batching.set_first(bool(self._turns.currentData()))


class StoppedBatch(QFrame):
    """One that was stopped, with the way to its end."""

    def __init__(self, theme: Theme, batching: Batching, batch: Batch) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.batch = batch
        words = QLabel(
            f"A batch of {several(batch.count, 'picture')} was stopped: {batch.left:,} are left"
            if batch.left
            else "All pictures of a batch are there"
        )
        finish = Button(
            theme,
            "Finish the batch",
            names.item("made.finish", batch.folder.name),
            f"Paints {batch.left:,} of {batch.count:,}, with the same model (step {batch.step:,}) "
            "and the same settings",
            icon="play",
        )
        tip = "Do not finish it; the pictures that are there stay"
        forget = IconButton(
            theme, "close", names.item("made.forget", batch.folder.name), "Do not finish it", tip
        )
        row(wide(words), finish, forget, spacing=12, margins=(16, 8, 12, 8), of=self)
        finish.clicked.connect(lambda: batching.finish(batch))
        forget.clicked.connect(lambda: batching.forget(batch))
