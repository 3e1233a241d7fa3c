"""Sample now, and its button: what the model paints at this moment, with both kinds of weights."""

import random

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import WEIGHTS
from ddpm_studio.events import BothPainted, CheckpointSkipped
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.checkpoint_choice import CheckpointChoice
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.dialog_job import DialogJob
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import STRETCH, Placed, column, row, wide
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.project_watch import Checkpoints
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.sample_now import work
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project
from ddpm_studio.words import several

JOB = "sample_now"  # its name
COUNTS = (4, 9, 16)
COUNT_WIDTH = 96
MOST_THROWN = 999_999
LARGEST = (1320, 880)  # width and height, if the window leaves room around it
AROUND = (160, 80)
ABOUT = (
    "Both sides grow from the same noise. The average of the last part of training is calmer and "
    "usually better; early in a run both are alike."
)
TITLES = {
    "sample_now.averaged": f"{WEIGHTS['ema'].capitalize()} weights (EMA)",
    "sample_now.plain": f"{WEIGHTS['model'].capitalize()} weights",
}
WAITING = "The pictures grow here out of noise."
NOTHING_LEFT = "There is no model to look at: training ended before anything was saved."
TIP = "What the model paints at this moment, with its averaged and with its plain weights"
NO_MODEL_TIP = "There is no model yet; train for a moment first"
AGAIN_TIP = "Paint again, with what the model knows by now"


class SampleSources(QObject):
    """What there is at the moment; who shows it hears when that changes.

    Attributes: present (the step of the training that runs, -1 if none does), checkpoints.
    """

    changed = Signal()

    def __init__(self, checkpoints: Checkpoints, parent: QObject) -> None:
        super().__init__(parent)
        self.present, self.checkpoints = -1, checkpoints
        checkpoints.changed.connect(self.changed)
        checkpoints.best_changed.connect(self.changed)

    @property
    def is_empty(self) -> bool:
        """Whether there is no model yet."""
        return self.present < 0 and not self.checkpoints

    def set_present(self, step: int) -> None:
        if step != self.present:
            self.present = step
            self.changed.emit()


class SourceChoice(CheckpointChoice):
    """The choice stays while there is what was chosen; else it is the newest there is."""

    chosen = Signal()  # by a person

    def __init__(self, sources: SampleSources) -> None:
        super().__init__("sample_now.from", sources.checkpoints, "Saved at step {:,}", letters=24)
        self._sources = sources
        sources.changed.connect(self._on_changed)
        self._on_changed()
        self.currentIndexChanged.connect(self.chosen)

    def _on_changed(self) -> None:
        present = self._sources.present
        self.show_all(f"Now, step {present:,}" if present >= 0 else None)
        self.setEnabled(self.count() > 0)


class BothViews(QWidget):
    """Pictures of averaged and of plain weights side by side, as they grow from the same noise."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._views = [PictureView(theme, name, title, WAITING) for name, title in TITLES.items()]
        sides = []
        for view, title in zip(self._views, TITLES.values(), strict=True):
            words = label(title, "label")
            words.setBuddy(view)
            sides.append(wide(column(words, wide(view), spacing=4)))
        row(*sides, spacing=16, of=self)

    def show_both(self, event: BothPainted) -> None:
        """The pictures as they are now."""
        for view, pictures in zip(self._views, (event.averaged, event.plain), strict=True):
            count, height, width, _ = pictures.shape
            view.set_image(image_of(pictures), QSize(width, height))
            view.setAccessibleDescription(f"{several(count, 'picture')} of step {event.step:,}")

    def set_empty_text(self, text: str) -> None:
        """What is said where there are no pictures."""
        for view in self._views:
            view.set_empty_text(text)


class SampleNowDialog(Dialog):
    """Paints at once, and again whenever something else is chosen. Closing it cancels.

    Training halts while it paints, and goes on afterwards unless a person has paused it.
    """

    checkpoint_chosen = Signal(int)  # a person wants to generate from the checkpoint of this step

    def __init__(
        self,
        session: Session,
        sources: SampleSources,
        lent: LentModel | None,
        dice: random.Random,
        parent: QWidget | None = None,
    ) -> None:
        """lent: the model of the training that runs."""
        super().__init__("sample_now", "Sample now", parent)
        self._session, self._sources, self._lent, self._dice = session, sources, lent, dice
        self._first_seed = 0  # as on the wall of previews, so that both can be compared
        self._painting = DialogJob(session.jobs, self)
        self._shown: BothPainted | None = None
        self._make_fields()
        self._make_foot()
        self._lay_out()
        self._connect()
        self._on_sources_changed()
        self._start()

    def done(self, result: int) -> None:
        """However it is closed, what it paints is cancelled."""
        self._painting.discard()
        super().done(result)

    # building

    def _make_fields(self) -> None:
        theme = self._session.theme
        self._source = SourceChoice(self._sources)
        counts = {count: str(count) for count in COUNTS}
        self._count = choice("sample_now.count", counts, COUNTS[-1])
        self._count.setFixedWidth(COUNT_WIDTH)
        self._session.settings.remember(self._count, "sample_now/count")
        words = "Other seeds", "sample_now.dice", "Other pictures, by chance"
        self._throw = Button(theme, *words, icon="dice")
        self._views = BothViews(theme)
        self._progress = ProgressLine(
            "sample_now.progress", "How far the pictures are", keeps_place=True
        )

    def _make_foot(self) -> None:
        theme = self._session.theme
        self._words = label(name="sample_now.message", wrap=True)  # keeps its place
        tip = "More pictures from this saved model, on the page Generate"
        self._generate = Button(theme, "Generate", "sample_now.generate", tip, icon="generate")
        self._close = Button(theme, "Close", "sample_now.close", "Close (Esc)")
        self._again = Button(
            theme, "Sample again", "sample_now.again", AGAIN_TIP, icon="redo", kind="primary"
        )
        self.set_buttons(self._close, self._again)

    def _lay_out(self) -> None:
        from_tip = "The model as it is now, or as it was saved on the way."
        count_tip = "How many are painted on each side."
        fields = row(
            ControlRow("From", self._source, from_tip, "checkpoint"),
            ControlRow("Pictures", self._count, count_tip, "count"),
            Placed(self._throw, align=Qt.AlignmentFlag.AlignBottom),
            STRETCH,
            spacing=16,
        )
        self.fill(
            *(fields, wide(self._views), self._progress),
            foot=(wide(self._words), self._generate, self._close, self._again),
            heading="Sample now",
            about=ABOUT,
            spacing=12,
        )
        window = self.parentWidget()
        width, height = (window.width(), window.height()) if window is not None else LARGEST
        self.resize(min(LARGEST[0], width - AROUND[0]), min(LARGEST[1], height - AROUND[1]))
        self._again.setFocus()

    def _connect(self) -> None:
        self._source.chosen.connect(self._start)
        self._count.currentIndexChanged.connect(self._start)
        self._throw.clicked.connect(self._on_throw)
        self._again.clicked.connect(self._on_again)
        self._generate.clicked.connect(self._on_generate)
        self._sources.changed.connect(self._on_sources_changed)
        self._painting.said.connect(self._say)
        self._painting.changed.connect(self._refresh)
        self._session.project_changed.connect(self.reject)

    # painting

    def _start(self) -> None:
        """Paint what is chosen; what is being painted for another choice is left."""
        project = self._session.project
        has_source = self._source.currentData() is not None
        if project is None or not has_source or self._session.is_closing:
            return
        seeds = range(self._first_seed, self._first_seed + self._count.currentData())
        request = work.PaintRequest(project, tuple(seeds), self._source.path, self._lent)
        job = self._session.start_borrowing(JOB, lambda: work.paint_both(request), "Sampling")
        job.events.connect(self._on_events)
        stopped = "Stopped; these pictures are not finished."
        self._painting.follow(job, self._step_words, stopped)

    def _on_events(self, events: list[object]) -> None:
        painted = [event for event in events if isinstance(event, BothPainted)]
        if painted:  # of several that came at once, the last one is seen
            self._shown = painted[-1]
            self._views.show_both(self._shown)
        for event in events:
            if isinstance(event, CheckpointSkipped):
                self._session.notice(event.message)

    def _step_words(self, _result: object) -> str:
        if self._shown is None:
            return ""
        return f"Step {self._shown.step:,}.{self._painting.goes_on}"

    # what is clicked

    def _on_throw(self) -> None:
        self._first_seed = self._dice.randint(1, MOST_THROWN)
        self._start()

    def _on_again(self) -> None:
        if self._painting.is_running:
            self._painting.stop()
        else:
            self._start()

    def _on_generate(self) -> None:
        step = self._saved_step
        self.accept()
        if step is not None:
            self.checkpoint_chosen.emit(step)

    # what can be done

    @property
    def _saved_step(self) -> int | None:
        """That of the chosen checkpoint; where training is now, that of the newest one."""
        if self._source.path is not None:
            return int(self._source.currentData())
        newest = self._sources.checkpoints.newest
        return None if newest is None else newest.step

    def _on_sources_changed(self) -> None:
        is_empty = self._sources.is_empty
        self._views.set_empty_text(NOTHING_LEFT if is_empty else WAITING)
        self._refresh()

    def _refresh(self) -> None:
        """Put the buttons right."""
        is_running, has_source = self._painting.is_running, not self._sources.is_empty
        self._progress.setVisible(is_running)
        self._progress.set_fraction(self._painting.fraction)
        if is_running:
            self._again.set_face("Stop", "stop", "Stop here; what is painted so far stays")
        else:
            self._again.set_face("Sample again", "redo", AGAIN_TIP)
        self._again.setEnabled(not self._painting.is_stopping and (has_source or is_running))
        self._throw.setEnabled(has_source)
        self._count.setEnabled(has_source)
        step = self._saved_step
        self._generate.setEnabled(step is not None)
        self._generate.setText("Generate" if step is None else f"Generate with step {step:,}")

    def _say(self, words: str, kind: str = "muted") -> None:
        set_kind(self._words, kind)
        self._words.setText(words)


class SampleNow(QObject):
    """The page tells it what there is; `button` can be clicked whenever there is a model."""

    checkpoint_chosen = Signal(int)  # a person wants to generate from the checkpoint of this step

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page
        self._lent: LentModel | None = None
        self.sources = SampleSources(session.checkpoints, self)
        self.button = Button(
            session.theme, "Sample now", "train.sample_now", NO_MODEL_TIP, icon="visible"
        )
        self.button.clicked.connect(self._on_clicked)
        self.sources.changed.connect(self._on_changed)
        self.show_project(None)
        self._on_changed()

    def lend(self, lent: LentModel | None) -> None:
        """The model of the training that runs."""
        self._lent = lent

    def show_project(self, project: Project | None) -> None:
        """Another project, or none."""
        self._lent = None
        self.button.setVisible(project is not None)
        self.sources.set_present(-1)
        self.sources.changed.emit()

    def _on_changed(self) -> None:
        has_model = not self.sources.is_empty
        self.button.setEnabled(has_model)
        self.button.setToolTip(TIP if has_model else NO_MODEL_TIP)

    def _on_clicked(self) -> None:
        if self._session.project is None or self.sources.is_empty:
            return
        dialog = SampleNowDialog(
            self._session, self.sources, self._lent, random.Random(), self._page.window()
        )
        dialog.checkpoint_chosen.connect(self.checkpoint_chosen)
        dialog.open()
