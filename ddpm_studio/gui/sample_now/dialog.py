"""Sample now, and its button: what the model paints at this moment, with both kinds of weights."""

import random
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import WEIGHTS
from ddpm_studio.events import BothPainted, CheckpointSaved, CheckpointSkipped
from ddpm_studio.gui.common.button import Button, MainButton
from ddpm_studio.gui.common.checkpoint_choice import CheckpointChoice
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.dialog_job import DialogJob
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.jobs import KEEP, Job
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import STRETCH, Placed, keep_room, row, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.project_watch import Checkpoints
from ddpm_studio.gui.sample_now import work
from ddpm_studio.gui.sample_now.views import WAITING, BothViews
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
NOTHING_LEFT = "There is no model to look at: training ended before anything was saved."
TIP = "What the model paints at this moment, with its averaged and with its plain weights"
NO_MODEL_TIP = "There is no model yet; train for a moment first"
KEEP_TIP = (
    "Into Made, together with the model that painted them, so that they can be painted again. A "
    "click on a picture shows it large on both sides; then the one that was clicked is kept."
)
GENERATE_TIP = "More pictures from the model that is on view, on the page Generate"
WHICH = ("ema", "model")  # of the two sides
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
        self._look: Any = None  # what the finished pictures were painted with
        self._going_to: int | None = None  # the step to generate from, once it is listed
        self._seeds: tuple[int, ...] = ()
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
        words = (
            "All pictures",
            "sample_now.all",
            "Show all of them again (a click on the large one)",
        )
        self._all = keep_room(Button(theme, *words, icon="grid"))
        self._views = BothViews(theme)
        self._progress = ProgressLine(
            "sample_now.progress", "How far the pictures are", keeps_place=True
        )

    def _make_foot(self) -> None:
        theme = self._session.theme
        self._words = label(name="sample_now.message", wrap=True)  # keeps its place
        self._generate = Button(
            theme, "Generate", "sample_now.generate", GENERATE_TIP, icon="generate"
        )
        self._keep = Button(theme, "Keep", "sample_now.keep", KEEP_TIP, icon="keep")
        self._close = Button(theme, "Close", "sample_now.close", "Close (Esc)")
        self._again = MainButton(
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
            Placed(self._all, align=Qt.AlignmentFlag.AlignBottom),
            spacing=16,
        )
        self.fill(
            *(fields, wide(self._views), self._progress),
            foot=(wide(self._words), self._keep, self._generate, self._close, self._again),
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
        self._keep.clicked.connect(self._on_keep)
        self._views.enlarged.connect(self._refresh)
        self._all.clicked.connect(self._views.show_all)
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
        count = self._count.currentData()
        self._look, self._seeds = None, tuple(range(self._first_seed, self._first_seed + count))
        request = work.PaintRequest(project, self._seeds, self._source.path, self._lent)
        job = self._session.start_borrowing(JOB, lambda: work.paint_both(request), "Sampling")
        job.events.connect(self._on_events)
        job.succeeded.connect(self._on_painted)
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

    def _on_painted(self, look: object) -> None:
        self._look = look
        self._refresh()

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
        """With what is on view, which is written first if it is not yet on the disk."""
        project, look = self._session.project, self._look
        if project is None or look is None:
            return
        job = self._session.jobs.start(
            KEEP, lambda: work.keep_model(project, look), title="Saving the model"
        )
        self._follow_keeping(job)
        step = look.step
        job.succeeded.connect(lambda _: self._go_to(step))

    def _go_to(self, step: int) -> None:
        self._going_to = step
        self._go_if_listed()

    def _go_if_listed(self) -> None:
        """Whoever is asked for the checkpoint must have heard that it is there."""
        step = self._going_to
        if step is not None and step in self._session.checkpoints.steps:
            self._going_to = None
            self.accept()
            self.checkpoint_chosen.emit(step)

    def _on_keep(self) -> None:
        project, look, shown = self._session.project, self._look, self._shown
        if project is None or look is None or shown is None:
            return
        side, picture = self._views.large or (0, -1)
        wanted = slice(None) if picture < 0 else slice(picture, picture + 1)
        pictures = (shown.averaged, shown.plain)[side][wanted]
        seeds = self._seeds[wanted]
        job = self._session.jobs.start(
            KEEP,
            lambda: work.keep(project, look, WHICH[side], seeds, pictures),
            title="Keeping pictures",
        )
        self._follow_keeping(job)
        of = f"step {look.step:,}, {WEIGHTS[WHICH[side]]} weights"
        job.succeeded.connect(
            lambda paths: self._say(f"Kept {several(len(paths), 'picture')} of {of}; see Made.")
        )

    def _follow_keeping(self, job: Job) -> None:
        self._refresh()

        def on_events(events: list[object]) -> None:
            for event in events:
                if isinstance(event, CheckpointSaved):
                    self._session.checkpoint_saved.emit(event.step, event.path)

        job.events.connect(on_events)
        job.succeeded.connect(self._refresh)
        job.failed.connect(self._refresh)

    # what can be done

    def _on_sources_changed(self) -> None:
        self._go_if_listed()
        is_empty = self._sources.is_empty
        self._views.set_empty_text(NOTHING_LEFT if is_empty else WAITING)
        self._refresh()

    def _refresh(self) -> None:
        """Put the buttons right."""
        is_running, has_source = self._painting.is_running, not self._sources.is_empty
        self._progress.setVisible(is_running)
        self._progress.set_fraction(self._painting.fraction)
        face = ("Sample again", "redo", AGAIN_TIP)
        if is_running:
            face = ("Stop", "stop", "Stop here; what is painted so far stays")
        self._again.show_face(*face, is_main=not is_running)
        self._again.setEnabled(not self._painting.is_stopping and (has_source or is_running))
        self._throw.setEnabled(has_source)
        self._count.setEnabled(has_source)
        can_keep = self._look is not None and self._session.jobs.get(KEEP) is None
        step = "" if self._look is None else f" with step {self._look.step:,}"
        self._generate.setText(f"Generate{step}")
        self._generate.setEnabled(can_keep)
        large = self._views.large
        self._all.setVisible(large is not None)
        self._keep.setText(f"Keep the {WEIGHTS[WHICH[large[0]]]} one" if large else "Keep")
        self._keep.setEnabled(can_keep)

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
