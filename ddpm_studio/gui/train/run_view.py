"""What is seen of a run: its numbers, the loss plot, the growing wall, and what happened."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QSplitter,
    QWidget,
)

from ddpm_studio import events as ev
from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.label import label, plain_tip, use_tabular_figures
from ddpm_studio.gui.common.layout import column, holder, keep_room, wide
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
from ddpm_studio.gui.train.growing_wall import GrowingWall
from ddpm_studio.gui.train.pace import MachineLoad, Pace
from ddpm_studio.gui.train.work import MemoryUsed
from ddpm_studio.words import duration_in_words, elapsed_in_words, size_in_words

if TYPE_CHECKING:  # brings numpy along
    from ddpm_studio.gui.train.work import History

TRAIN_STEP = "train.step"
TRAIN_TIME = "train.time"
TRAIN_SPEED = "train.speed"
TRAIN_REMAINING = "train.remaining"
TRAIN_MEMORY = "train.memory"
TRAIN_DEVICE = "train.device"

FIGURES = {  # what each is called, what it is, and its share of the width; the last is words
    TRAIN_TIME: ("Time trained", "Of all runs together, without pauses", 3),
    TRAIN_STEP: ("Steps", "How often the model was improved; each looks at one batch", 3),
    TRAIN_SPEED: ("Pictures a second", "How many pictures the model learns from in a second", 3),
    TRAIN_REMAINING: ("Time left", "Until the end of this run", 3),
    TRAIN_MEMORY: ("Memory", "What the program holds; on a GPU, what it holds there", 3),
    TRAIN_DEVICE: ("Device", "What computes", 4),
}
NOTHING = "–"
COLUMNS = ((700, 6), (400, 3), (0, 2))  # from so many points of width on, so many in a row
LOG_LINES, LOG_LINE_HEIGHT = 2, 22
MOST_LOGGED = 500  # older ones go
MENDED: dict[type, str] = {  # how what was mended on the way is marked
    ev.RolledBack: ROLLED_BACK,
    ev.StepSkipped: SKIPPED,
    ev.BatchHalved: BATCH_HALVED,
}


class Figures(QWidget):
    """Numbers with their names under them, in a calm row, or in two where there is little room."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, QLabel] = {}
        self._figures: list[QWidget] = []
        self._columns = 0
        for name, (words, tip, _) in FIGURES.items():
            value = label(NOTHING, "figure", name, elided=True)
            value.setAccessibleName(words)
            use_tabular_figures(value)
            figure = holder(column(value, label(words, "caption"), spacing=0))
            figure.setToolTip(tooltip(tip))
            figure.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._figures.append(figure)
            self._values[name] = value
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(16)
        self._grid.setVerticalSpacing(4)
        self._arrange(len(FIGURES))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(next(fits for least, fits in COLUMNS if self.width() >= least))

    def _arrange(self, columns: int) -> None:
        """In rows of so many; two rows hold what matters most, and the rest is dropped."""
        if columns == self._columns:
            return
        self._columns = columns
        rows = 1 if columns == len(FIGURES) else 2
        for place in range(len(FIGURES)):
            self._grid.setColumnStretch(place, 0)
        for place, figure in enumerate(self._figures):
            figure.setVisible(place < rows * columns)
            self._grid.addWidget(figure, *divmod(place, columns))
        for (_, _, share), place in zip(FIGURES.values(), range(columns), strict=False):
            self._grid.setColumnStretch(place, share if rows == 1 else 1)

    def set(self, name: str, text: str) -> None:
        """Another value; '' for none."""
        value = self._values[name]
        if value.text() != (text or NOTHING):
            value.setText(text or NOTHING)

    def clear(self) -> None:
        for name in self._values:
            self.set(name, "")


class EventLog(QListWidget):
    """A few lines of what happened on the way and was mended, the newest at the end.

    Empty while nothing happened, but its room is there. A click on some of them leads on.
    """

    pictures_wanted = Signal()  # the page of pictures says more

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("train.log")
        self.setAccessibleName("What happened on the way")
        self.setProperty("kind", "log")
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(LOG_LINE_HEIGHT * LOG_LINES + 4)
        keep_room(self)
        self.itemClicked.connect(self._on_chosen)
        self.itemActivated.connect(self._on_chosen)
        self.hide()

    def _on_chosen(self, item: QListWidgetItem) -> None:
        if item.data(Qt.ItemDataRole.UserRole):
            self.pictures_wanted.emit()

    def sentences(self) -> list[str]:
        return [self.item(row).text() for row in range(self.count())]

    def add(self, sentence: str, *, is_link: bool = False) -> None:
        """is_link: a click, or Enter, leads to the page of pictures."""
        bar = self.verticalScrollBar()
        is_at_end = bar.value() == bar.maximum()
        item = QListWidgetItem(sentence)
        item.setToolTip("Press to see them" if is_link else plain_tip(sentence))
        if is_link:
            item.setData(Qt.ItemDataRole.UserRole, is_link)
            font = item.font()
            font.setUnderline(True)
            item.setFont(font)
        self.addItem(item)
        while self.count() > MOST_LOGGED:
            self.takeItem(0)
        self.show()
        if is_at_end:
            self.scrollToBottom()

    def clear(self) -> None:
        super().clear()
        self.hide()


class RunView(QWidget):
    """Takes the events of training as they come, and what earlier runs left."""

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.started: ev.TrainStarted | None = None  # of the present run
        self.newest: ev.TrainStep | None = None
        self.pace = Pace()
        self._saved = -1
        self._void_after: int | None = None  # the step that training went back to
        self._figures = Figures()
        self._passed_over: list[str] = []  # of checkpoints, until it is known where to go on from
        self.plot = LossPlot(theme, settings)
        self.log = EventLog()
        self.wall = GrowingWall(theme)
        self.plot.preview_chosen.connect(self.wall.show_step)
        self._lay_out(settings)

    def clear(self, tile: QSize) -> None:
        """Another project, whose pictures have the size of a tile."""
        self.begin_run()
        self.plot.clear()
        self.log.clear()
        self._figures.clear()
        self.wall.start_film(tile)
        self.pace.before = 0.0

    def begin_run(self) -> None:
        """Another run of the same project."""
        self.started = self.newest = self._void_after = None
        self._passed_over.clear()

    def join_run(self, latest: Mapping[type, Any], steps: Iterable[ev.TrainStep]) -> None:
        """One that runs already, by its newest events and steps; what was before is in its
        history, which may not know the newest steps yet.
        """
        self.started, self.newest = latest.get(ev.TrainStarted), latest.get(ev.TrainStep)
        memory, preview = latest.get(MemoryUsed), latest.get(ev.PreviewSaved)
        self.take([*steps, *(event for event in (memory, preview) if event is not None)])
        self.show_numbers()

    def end_run(self) -> None:
        self.show_numbers()
        self.plot.redraw()
        self.wall.set_progress(0, 0)
        self.wall.show_next(None)
        self._figures.set(TRAIN_REMAINING, "")

    def add_history(self, history: History) -> None:
        """What was logged before; if a run has begun meanwhile, its own steps follow."""
        import numpy as np

        series, previews, live = history.series, history.previews, self.plot.series
        if self.started is not None:
            if self._void_after is not None:
                series.truncate(self._void_after)
                previews = [step for step in previews if step <= self._void_after]
            measured = {one.step: one for one in (*series.held_out, *live.held_out)}
            series.extend(live.steps, live.losses, live.seconds, live.others())
            series.add_held_out(measured[step] for step in sorted(measured))
        speeds = series.others()["speed"]
        self.pace.before = float(np.nanmedian(speeds)) if np.isfinite(speeds).any() else 0.0
        self.plot.set_series(series)
        self.plot.add_previews(filter(None, previews))  # the first of all is before the curve
        self.plot.add_events(Marker(*event) for event in history.happened)
        self.wall.add_steps(previews)
        if self.started is None and len(series):
            self._figures.set(TRAIN_TIME, elapsed_in_words(float(series.seconds[-1])))
            self._show_step()

    def show_saved(self, step: int) -> None:
        """The step of the newest checkpoint, where training goes on; -1 if there is none."""
        self._saved = step
        if self.started is None:
            self._show_step()

    def _show_step(self) -> None:
        """Where training is while none runs: what was logged after the checkpoint is lost."""
        step = self._saved if self._saved >= 0 else self.plot.last_step
        self._figures.set(TRAIN_STEP, f"{step:,}" if step >= 0 else "")

    @property
    def _earlier_seconds(self) -> float:
        """Of the runs before the present one."""
        return 0.0 if self.started is None else self.started.earlier_seconds

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

    def show_numbers(self) -> None:
        """Write what the newest step says; not for each one, for nobody could read that."""
        figures, newest = self._figures, self.newest
        if newest is not None:
            figures.set(TRAIN_TIME, elapsed_in_words(newest.seconds + self._earlier_seconds))
            figures.set(TRAIN_STEP, f"{newest.step:,}")
            figures.set(TRAIN_SPEED, f"{newest.pictures_per_second:,.0f}")
            left = newest.remaining
            figures.set(TRAIN_REMAINING, _left_in_words(left))
            self.wall.show_next(newest.next_pictures)
            if slow := self.pace.sentence(newest.pictures_per_second):
                self.log.add(f"Step {newest.step:,}: {slow}")
        elif self.started is not None and self.started.total_steps is None:
            figures.set(TRAIN_REMAINING, _left_in_words(self.started.total_seconds))
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
            self.plot.add_previews(preview.step for preview in previews if preview.step)
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
            case ev.HeldOutMeasured():
                from ddpm_studio.training.metrics import Measured

                self.plot.add_held_out(Measured(event.step, event.loss, event.bands))
            case ev.RolledBack() | ev.StepSkipped() | ev.BatchHalved():
                if isinstance(event, ev.RolledBack):
                    self._go_back(event.to_step)
                self._mark(event.step, MENDED[type(event)], event.message)
                self.log.add(event.message)
            case ev.CheckpointSkipped():
                self._passed_over.append(event.message)
                self.log.add(event.message)
            case MachineLoad():
                self.pace.load = event
            case MemoryUsed():
                self._figures.set(TRAIN_MEMORY, size_in_words(event.nbytes))
            case ev.Note(left_out=count) if count:
                which = "files were" if count > 1 else "file was"
                self.log.add(f"{count:,} {which} left out; Pictures shows why.", is_link=True)
            case ev.Note():
                step = self.newest.step if self.newest is not None else 0
                self.log.add(f"Step {step:,}: {event.message}" if step else event.message)

    def _go_back(self, step: int) -> None:
        """Training goes on from a step; what came after it is void."""
        void = self._void_after
        self._void_after = step if void is None else min(void, step)
        self.plot.truncate(step)
        self.wall.drop_after(step)
        for message in self._passed_over:
            self._mark(step, PASSED_OVER, message)
        self._passed_over.clear()

    def _mark(self, step: int, kind: str, message: str) -> None:
        self.plot.add_events([Marker(step, kind, message)])

    def _lay_out(self, settings: Settings) -> None:
        horizontal = Qt.Orientation.Horizontal
        splitter = QSplitter(horizontal, childrenCollapsible=False, handleWidth=2)
        left = column(wide(self.plot), self.log, margins=(0, 0, 8, 0))
        right = column(self.wall, margins=(8, 0, 0, 0))
        for index, side in enumerate((left, right)):
            splitter.addWidget(holder(side))
            splitter.setStretchFactor(index, 1)
        splitter.setSizes([1000, 1000])
        settings.remember_splitter(splitter, "train/splitter")
        column(self._figures, wide(splitter), spacing=16, of=self)


def _left_in_words(seconds: float | None) -> str:
    return "no end set" if seconds is None else duration_in_words(seconds)
