"""Generate: new pictures from noise, to scrub, keep and export."""

import dataclasses
import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.batch.dialog import PaintMany
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.checkpoint_choice import NOW
from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.jobs import TRAIN, Job, JobState
from ddpm_studio.gui.common.layout import column, holder, keep_room, row, wide
from ddpm_studio.gui.common.picture_menu import is_bare
from ddpm_studio.gui.export.dialog import ExportDialog
from ddpm_studio.gui.export.sources import FilmedDenoising
from ddpm_studio.gui.frames.request import PageSettings, SampleRequest
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.actions import StageActions
from ddpm_studio.gui.generate.comparing import Comparing
from ddpm_studio.gui.generate.controls import SampleControls
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.generate.last_painted import LastPainted
from ddpm_studio.gui.generate.own_picture import OWN, OwnPictures
from ddpm_studio.gui.generate.save_buttons import SaveButtons
from ddpm_studio.gui.generate.saving import Saving
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.recipes.use import RecipeUse
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.sheet.dialog import Sheets
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe

PAUSE_MS = 350  # so long nothing must change until the pictures are made again
NO_PROJECT = (
    "No project open",
    "Drop a folder of your pictures anywhere on this window, or open a project; once its model "
    "has learned a little, it paints new pictures here.",
)
NO_MODEL = (
    "Train first",
    "Even two minutes of training give something to play with. Then new pictures grow here out "
    "of noise, step by step.",
)
NO_MODEL_YET = (
    "A first look comes soon",
    "The model has begun to learn. As soon as it is saved for the first time, which takes a minute "
    "or so, the first pictures are painted here by themselves.",
)
NO_FILM_TIP = "This painting was stopped on the way: a film of it would end in noise"
EXPORT_TIP = "The way from noise to picture as a film: GIF, WebP, MP4, film strip and more"


class GeneratePage(Page):
    """The stage where pictures grow, and the sampler's controls beside it."""

    name = "generate"
    title = "Generate"
    icon = "generate"
    tip = "New pictures from noise"
    keys = "Ctrl+3"
    action_text = "Generate pictures"
    shortcuts = (
        ("Esc", "Back to all pictures, cancel, or leave compare"),
        ("F11", "On a picture: see it on the whole screen; Esc leaves"),
        ("1 to 4, X, [ and ]", "In compare: the view, the other one, the line of the wipe"),
        ("Arrow keys, Enter", "Go to a picture, see it large"),
        ("Space or C, Ctrl+A", "Choose a picture, or all"),
        ("Left, Right, Home, End", "Move on the timeline, when it has the focus"),
        ("Space", "Play or pause, on the timeline and on a large picture"),
    )

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._denoising = Denoising(session, self)
        self._is_learning = False  # the model learns, or has learned since it was opened
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        common = session.theme, session.settings
        self._controls = SampleControls(*common, session.checkpoints, random.Random())
        self._sheets = Sheets(session, self._settings, self._set_settings, self)
        self._many = PaintMany(session, self._request, self)
        self._stage = Stage(*common)
        self._own = OwnPictures(session, self._stage)
        self._comparing = Comparing(self._denoising, self._stage, self)
        self._saving = Saving(session, self._stage, self)
        self._recipes = RecipeUse(session, self._controls, self)
        self._last = LastPainted(session, self._denoising, self._shows_nothing)
        self._make_buttons()
        self._actions = StageActions(session, self._stage, self._saving, self._export)
        self._lay_out()
        self._connect()
        self._refresh()

    # what a page is asked for

    def main_action(self) -> None:
        if not self.is_empty:
            self._on_generate()

    def show_project(self, _project: Project | None) -> None:
        self._pause.stop()
        self._denoising.forget()
        self._comparing.forget()
        self._own.forget()
        self._is_learning = self.session.jobs.get(TRAIN) is not None
        self._saving.forget()
        self._read_checkpoints()
        self._last.look()

    def show_config(self, _project: Project) -> None:
        self._read_checkpoints()

    def main_things(self) -> Sequence[QWidget]:
        return (*self._stage.pictures, self._controls.run)

    def save_settings(self) -> None:
        self._pause.stop()  # the window closes: nothing new is begun

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_first_look()
        self._last.look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._stage.is_single:
            self._stage.back()
        elif event.key() == Qt.Key.Key_Escape and self._denoising.is_running:
            self._on_cancel()
        elif event.key() == Qt.Key.Key_Escape and self._comparing.is_on:
            self._comparing.leave()
        elif event.key() == Qt.Key.Key_V and is_bare(event):
            self._comparing.toggle()
        elif event.key() == Qt.Key.Key_K and is_bare(event):
            self._stage.keep()
        elif event.key() == Qt.Key.Key_F11:
            self._actions.show_full_screen()
        else:
            super().keyPressEvent(event)

    # building

    def _make_buttons(self) -> None:
        theme = self.theme
        self._save = SaveButtons(theme, self._saving)
        animation = "Export film…", "generate.export"
        self._export = Button(theme, *animation, EXPORT_TIP, icon="film")
        training = "Go to training", "generate.go_train"
        tip = "The page that teaches the model (Ctrl+2)"
        self._go_train = Button(theme, *training, tip, icon="train", kind="primary")
        start = "Start screen", "generate.go_start"
        tip = "Recent projects and new ones (Ctrl+0)"
        self._go_start = Button(theme, *start, tip, icon="home", kind="primary")

    def _lay_out(self) -> None:
        self._head_buttons: tuple[QWidget, ...] = (self._sheets.button, self._save, self._export)
        for button in self._head_buttons:
            self.header_row.addWidget(button)
            keep_room(button)  # the title does not jump
        self._controls.add_more(self._recipes.button)
        self._stage.head.add_left(self._own, lambda: self._own.source == OWN)
        beside = column(wide(self._controls), self._many.button)
        self.set_content(holder(row(wide(self._stage), beside, spacing=16)))
        leave = self._go_start, self._go_train
        self._nothing = EmptyState(
            self.theme, "generate", *NO_PROJECT, *leave, name="generate.empty"
        )
        self.set_empty(self._nothing)
        self._read_checkpoints()

    def _connect(self) -> None:
        session, controls = self.session, self._controls
        session.checkpoints.changed.connect(self._on_checkpoints)
        session.checkpoints.best_changed.connect(controls.show_checkpoints)
        session.jobs.started.connect(self._on_job)
        session.jobs.ended.connect(self._on_job)
        session.left_work_ended.connect(self._read_checkpoints)
        controls.run.clicked.connect(self._on_generate)
        self._stage.caption.again.clicked.connect(self._on_repaint)
        controls.painting.cancel.clicked.connect(self._on_cancel)
        controls.changed.connect(self._on_changed)
        controls.changed.connect(self._sheets.keep_up)
        controls.seed.number.valueChanged.connect(self._sheets.keep_up)
        self._pause.timeout.connect(lambda: self._on_pause_over())
        self._own.wanted.connect(self._on_pause_over)
        self._denoising.changed.connect(self._refresh)
        self._denoising.ended.connect(self._on_ended)
        self._stage.changed.connect(self._refresh)
        self._comparing.changed.connect(self._refresh)
        self._comparing.pinned_another.connect(self._on_pinned)
        self._comparing.went_back.connect(self._on_went_back)
        session.checkpoint_wanted.connect(controls.choose_checkpoint)
        self._recipes.start_wanted.connect(self._own.begin_with)
        self._recipes.show_wanted.connect(self._stage.scrubber.choose_show)
        self._recipes.paint_wanted.connect(self._on_recipe)
        self._last.found.connect(self._on_last)
        session.warmed_up.connect(self._last.look)
        self._export.clicked.connect(self._on_export)
        self._go_train.clicked.connect(lambda: session.want_page(names.NAV_TRAIN))
        self._go_start.clicked.connect(lambda: session.want_page(names.NAV_START))
        self._add_acts()

    def _add_acts(self) -> None:
        self.add_act("Undo", self._saving.undo, "Ctrl+Z", edits=True)
        self.add_act("Copy what is pointed at or chosen", self._actions.copy, "Ctrl+C", edits=True)
        self.add_button("Save", self._save.here, "Ctrl+S")
        self.add_button("Save into another folder…", self._save.elsewhere)
        self.add_button("Save without the recipe", self._save.plain)
        self.add_act("Keep what is seen", self._stage.keep, shown="K")
        self.add_button("Export film…", self._export)
        self.add_button("Compare with other settings", self._stage.head.compare, shown="V")
        self.add_button("Sheet…", self._sheets.button)
        self.add_button("Paint many…", self._many.button)
        is_running = partial(getattr, self._denoising, "is_running")
        self.add_act("Cancel painting", self._on_cancel, shown="Esc", can=is_running)

    # generating

    def _take_first_look(self) -> None:
        """Who comes here to see what the model learns need not press Generate for a first look."""
        if self._denoising.request is not None or not self._is_learning or self.session.is_closing:
            return
        if self.isVisible() and self.session.checkpoints:
            self._on_generate()

    def _shows_nothing(self) -> bool:
        """Whether it is empty, but could paint, and is seen."""
        is_open = self.isVisible() and bool(self.session.checkpoints)
        return is_open and self._denoising.request is None and not self._is_learning

    def _on_checkpoints(self) -> None:
        self._read_checkpoints()
        self._take_first_look()

    def _on_job(self, job: Job) -> None:
        if job.objectName() == TRAIN and self.session.project is not None and not job.is_muted:
            self._is_learning = True
            self._read_checkpoints()
            if job.state is JobState.ENDED:  # stopping saves, too
                self._take_first_look()

    def _on_generate(self) -> None:
        self._controls.forget_count()
        seeds = self._controls.seed
        seed = seeds.take_shown() if self._comparing.is_on else seeds.take()
        self._start(seed, self._controls.checkpoint, follow_to=1.0)

    def _on_changed(self) -> None:
        """The same noise would become other pictures: make them, if there are any."""
        if self._stage.trajectory is not None or self._denoising.is_running:
            self._pause.start()

    def _on_pause_over(self, follow_to: float | None = None) -> None:
        denoising, checkpoint = self._denoising, self._controls.checkpoint
        run, asked = denoising.trajectory, (denoising.request, denoising.shown)
        was_newest = all(one is not None and one.checkpoint is None for one in asked)
        if checkpoint is None and was_newest and run is not None:
            checkpoint = run.checkpoint  # else training would change the pictures, too
        seed = self._controls.seed.take_shown()
        looked_at = self._stage.scrubber.part_wanted
        self._start(seed, checkpoint, looked_at if follow_to is None else follow_to)

    def _start(self, seed: int, checkpoint: Path | None, follow_to: float) -> None:
        controls, asked = self._controls, self._request()
        self._pause.stop()
        if asked is None:
            return
        count, pinned = controls.count, self._comparing.pinned
        if pinned is not None and seed == controls.seed.shown_as(pinned.seeds[0]):
            # what is held against it must come from the same noise; other noise is seen alone
            seed, count = pinned.seeds[0], len(pinned.seeds)
        sample = controls.sample_config(seed)
        # what was asked for, not what it came to: "the newest" goes on to ask for the newest
        asked = self._own.applied(dataclasses.replace(asked, sample=sample, count=count))
        request = dataclasses.replace(asked, checkpoint=checkpoint)
        self._denoising.start(request, asked, follow_to)

    def _request(self) -> SampleRequest | None:
        """What the controls ask for, with the seed that is shown."""
        controls, project = self._controls, self.session.project
        if project is None:
            return None
        sample = controls.sample_config(controls.seed.number.value())
        return SampleRequest(project, sample, controls.count, controls.checkpoint, controls.which)

    def _settings(self) -> PageSettings:
        controls = self._controls
        path, newest = controls.checkpoint, [0, *self.session.checkpoints.steps][-1]
        sample = controls.sample_config(controls.seed.number.value())
        return PageSettings(sample, newest if path is None else step_of(path), controls.which)

    def _set_settings(self, settings: PageSettings) -> None:
        controls = self._controls
        if (
            controls.checkpoint is not None
            or [settings.checkpoint] != self.session.checkpoints.steps[-1:]
        ):
            controls.choose_checkpoint(settings.checkpoint)
        controls.set_which(settings.which)
        controls.set_sample(settings.sample)

    def _on_recipe(self, seed: int, checkpoint: Path | None, follow_to: float) -> None:
        self._comparing.leave()  # else it would be painted with the noise of what is compared
        self._start(seed, checkpoint, follow_to)

    def _on_last(self, recipe: Recipe, is_newest: bool) -> None:
        self._recipes.paint_again(recipe, is_newest, self._shows_nothing)

    def _on_pinned(self, a: Trajectory) -> None:
        """The seed that is shown is that of both, even if another one was thrown meanwhile."""
        seed = self._controls.seed
        seed.number.setValue(seed.shown_as(a.seeds[0]))
        seed.take_shown()

    def _on_went_back(self, asked: SampleRequest) -> None:
        """The page is set as what is seen again was painted; nothing is painted by that."""
        controls, checkpoint = self._controls, asked.checkpoint
        controls.choose_checkpoint(NOW if checkpoint is None else step_of(checkpoint))
        controls.set_which(asked.which)
        controls.set_sample(asked.sample)
        controls.seed.take_shown()
        self._pause.stop()

    def _on_repaint(self) -> None:
        """What is seen, as the newest model paints it from the same noise."""
        seed = self._controls.seed.take_shown()
        self._start(seed, None, follow_to=self._stage.scrubber.part_wanted)

    def _on_cancel(self) -> None:
        self._pause.stop()
        self._denoising.cancel()

    def _on_ended(self) -> None:
        if self._denoising.request is not self._denoising.shown:  # nothing came of it
            self._own.show_start(self._denoising.shown)
        if self._controls.run.hasFocus() and self._stage.trajectory is not None:
            self._stage.scrubber.timeline.setFocus()  # the arrow keys scrub at once

    # export

    def _on_export(self) -> None:
        stage, trajectory, project = self._stage, self._stage.trajectory, self.session.project
        recipe = trajectory.recipe if trajectory is not None else None
        if trajectory is None or recipe is None or project is None:
            return
        stage.scrubber.pause()
        filmed = FilmedDenoising(
            trajectory,
            stage.chosen,
            stage.current if stage.is_single else None,
            stage.scrubber.show_what,
            project.config.pictures.background,
            recipe,
        )
        name = f"{project.name}_step{recipe.step:08d}_seed{trajectory.seeds[0]:06d}"
        folder, window = project.gallery, self.window()
        ExportDialog(self.session, filmed, folder=folder, name=name, parent=window).open()

    # what can be done

    def _read_checkpoints(self) -> None:
        project = self.session.project
        if project is not None:
            self._controls.set_timesteps(project.config.diffusion.num_timesteps)
        self._controls.show_checkpoints()
        is_training = self.session.jobs.get(TRAIN) is not None
        not_yet = NO_MODEL_YET if is_training else NO_MODEL
        self._nothing.set_words(*(NO_PROJECT if project is None else not_yet))
        self._go_start.setVisible(project is None)
        self._go_train.setVisible(project is not None)
        if self.session.checkpoints or self._stage.trajectory is not None:
            self.show_content()
        else:
            self.show_empty()
        self._refresh()

    def _refresh(self) -> None:
        """Put words and states of the buttons right."""
        trajectory, denoising = self._stage.trajectory, self._denoising
        self._controls.keeps_steps = self._comparing.is_on
        is_running, is_stopping = denoising.is_running, denoising.is_stopping
        self._controls.painting.show_state(denoising.standing, is_stopping=is_stopping)
        self._stage.show_painting(is_running)
        newest = self.session.checkpoints.newest if self._controls.checkpoint is None else None
        recipe = trajectory.recipe if trajectory is not None else None
        self._stage.caption.show_state(recipe, newest.step if newest and not is_running else None)
        self._save.show_state(self._stage)
        can_film = trajectory is not None and trajectory.is_complete and len(trajectory) > 1
        self._export.setEnabled(can_film and not is_running)
        is_stopped = trajectory is not None and not trajectory.is_complete and not is_running
        self._export.setToolTip(NO_FILM_TIP if is_stopped else EXPORT_TIP)
        for button in self._head_buttons:
            button.setVisible(not self.is_empty)
