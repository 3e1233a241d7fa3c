"""A recipe on the Generate page: the controls are set by it, and its pictures are painted."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from ddpm_studio.config import SampleConfig
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.recipe_words import ALL, SEED, WITHOUT_SEED
from ddpm_studio.gui.common.seed_field import SeedField
from ddpm_studio.gui.frames.request import MOST_PICTURES
from ddpm_studio.gui.recipes import work
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project, step_of
from ddpm_studio.recipe import Recipe
from ddpm_studio.words import several

NEWEST = -1  # instead of the step of a checkpoint
FIND = "recipe.find"  # the name of a job
NO_PROJECT = "Open a project with a trained model first; then its recipe can be used."


class Controls(Protocol):
    """What a recipe sets on the page Generate."""

    @property
    def seed(self) -> SeedField: ...
    @property
    def checkpoint(self) -> Path | None: ...
    def sample_config(self, seed: int) -> SampleConfig: ...
    def set_sample(self, sample: SampleConfig) -> None: ...
    def set_which(self, which: str) -> None: ...
    def set_count(self, count: int) -> None: ...
    def choose_checkpoint(self, step: int) -> bool: ...


class RecipeUse(QObject):
    """Hears what the session wants of a recipe; says when the page should paint.

    The right model is found in the background, by its content.
    """

    start_wanted = Signal(object, float)  # see `OwnPictures.begin_with`
    show_wanted = Signal(str)  # one of recipe.SHOWS
    # seed, the checkpoint as a Path or None for the newest, how far to follow it
    paint_wanted = Signal(object, object, float)

    def __init__(self, session: Session, controls: Controls, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._controls = session, controls
        tip = "Paint again what a saved picture or film shows; or drop its file anywhere here"
        words = "Open a picture’s recipe…", "generate.recipe", tip
        self.button = Button(session.theme, *words, icon="redo")
        self.button.clicked.connect(session.recipe_file_wanted)
        session.recipe_wanted.connect(self.use)

    def use(self, recipe: Recipe, use: str) -> None:
        """use: "all", "without_seed" or "seed"."""
        project = self._session.project
        if project is None or not self._session.checkpoints:
            self._session.notice(NO_PROJECT)
            return
        self._session.want_page(names.NAV_GENERATE)
        job = self._session.jobs.start(
            FIND, lambda: work.make_ready(project, recipe), quiet=True, replace=True
        )
        job.succeeded.connect(lambda ready: self._on_ready(project, recipe, use, ready))

    def paint_again(self, recipe: Recipe, is_newest: bool, is_wanted: Callable[[], bool]) -> None:
        """What was painted here last, unless its model is gone: nobody asked, so nothing is said.

        is_newest: the newest model was asked for. is_wanted: whether it is still to be painted.
        """
        project = self._session.project
        if project is None:
            return
        make_ready = partial(work.make_ready, project, recipe)
        job = self._session.jobs.start(FIND, make_ready, quiet=True, replace=True)
        job.tells_failure = True

        def on_ready(ready: work.Ready) -> None:
            if ready.home.checkpoint is None or not is_wanted():
                return
            self._set_settings(recipe, ready.home)
            if is_newest:
                self._controls.choose_checkpoint(NEWEST)
            begun = recipe.start["index"] if recipe.start is not None else 0
            self.start_wanted.emit(ready.own, begun / recipe.sample.num_inference_steps)
            self._set_seeds(recipe)
            self.paint_wanted.emit(seeds_to_paint(recipe.all_seeds)[0], ready.home.checkpoint, 1.0)

        job.succeeded.connect(on_ready)

    def _on_ready(self, project: Project, recipe: Recipe, use: str, ready: work.Ready) -> None:
        if self._session.project is not project or self._session.is_closing:
            return
        controls, notices = self._controls, list[str]()
        steps = recipe.sample.num_inference_steps
        begun = recipe.start["index"] if recipe.start is not None else 0
        if use != SEED:
            notices += self._set_settings(recipe, ready.home)
            self.start_wanted.emit(ready.own, begun / steps)
        seed, follow_to = seeds_to_paint(recipe.all_seeds)[0], 1.0
        # what is kept may not be among the choices yet, or beside another one of its step
        checkpoint = ready.home.checkpoint if use != SEED else None
        if use == WITHOUT_SEED:
            seed = controls.seed.take()
            if len(recipe.all_seeds) > 1:
                controls.set_count(min(MOST_PICTURES, len(recipe.all_seeds)))
        else:
            notices += self._set_seeds(recipe)
        if use == ALL and recipe.frame is not None:
            follow_to = max(0.0, (recipe.frame - begun) / max(1, steps - begun))
            self.show_wanted.emit(recipe.show)
        if use == WITHOUT_SEED:
            notices.append("These are painted with its settings, but with another seed.")
        if notices:
            self._session.notice(" ".join(notices))
        self.paint_wanted.emit(seed, checkpoint or controls.checkpoint, follow_to)

    def _set_settings(self, recipe: Recipe, home: work.Home) -> list[str]:
        """All but the seeds. Returns what a person should know about it."""
        controls, sample = self._controls, recipe.sample
        shown = controls.seed.take_shown()  # the seeds are another matter
        controls.set_sample(dataclasses.replace(sample, seed=shown))
        controls.set_which(recipe.which)
        notices = []
        if home.checkpoint is None:
            controls.choose_checkpoint(NEWEST)
            notices.append(
                f"The model of step {recipe.step:,} is not in this project; the newest, of step "
                f"{home.newest:,}, is used instead."
            )
        else:
            controls.choose_checkpoint(step_of(Path(home.checkpoint)))
        if controls.sample_config(0).num_inference_steps != sample.num_inference_steps:
            notices.append(f"This model takes no {several(sample.num_inference_steps, 'step')}.")
        return notices

    def _set_seeds(self, recipe: Recipe) -> list[str]:
        """Seed and count. Returns what a person should know about it."""
        controls, wanted = self._controls, set(recipe.all_seeds)
        first, count = seeds_to_paint(recipe.all_seeds)
        most = controls.seed.number.maximum()
        controls.seed.number.setValue(min(first, most))
        controls.seed.take_shown()
        controls.set_count(count)
        notices = []
        if first > most:
            notices.append(f"The seed {first} is too large for the field, and is used this once.")
        painted = len(wanted & set(range(first, first + count)))
        if painted < len(wanted):
            notices.append(
                f"{painted} of its {len(wanted):,} pictures can be painted at once here; the "
                "command “remake” makes them all."
            )
        elif painted < count:
            notices.append(f"Its {painted} pictures are among these {count}.")
        return notices


def seeds_to_paint(seeds: Sequence[int]) -> tuple[int, int]:
    """The first of neighbouring seeds, and how many: with all of `seeds` in them if that can be."""
    first, last = min(seeds), max(seeds)
    if last - first < MOST_PICTURES:
        return first, last - first + 1
    wanted, first = set(seeds), seeds[0]
    count = next(count for count in range(1, len(seeds) + 1) if first + count not in wanted)
    return first, min(MOST_PICTURES, count)
