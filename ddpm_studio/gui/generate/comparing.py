"""Which two runs are compared: A is pinned while the controls paint B, with the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.config import WEIGHTS
from ddpm_studio.gui.compare.run_label import Word
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.gui.generate.work import RunStarted
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.words import several

if TYPE_CHECKING:
    from ddpm_studio.recipe import Recipe

SPACINGS = {
    "auto": "usual spacing",
    "leading": "leading steps",
    "trailing": "trailing steps",
    "linspace": "even steps",
    "quadratic": "quadratic steps",
    "log_snr": "steps by noise level",
}
VARIANCES = {"posterior": "small noise", "beta": "large noise"}


@dataclass(frozen=True)
class Run:
    """A denoising on the stage, and what it came from."""

    trajectory: Trajectory
    started: RunStarted


class Comparing(QObject):
    """Gives the stage what was painted: alone, or beside the run that is pinned."""

    changed = Signal()  # it begins or ends, or A and B are others

    def __init__(self, denoising: Denoising, stage: Stage, parent: QObject) -> None:
        super().__init__(parent)
        self._denoising, self._stage = denoising, stage
        self._alone: Run | None = None  # what is seen while nothing is compared
        self._a: Run | None = None
        self._b: Run | None = None
        denoising.begun.connect(self._on_begun)
        denoising.grew.connect(self._on_grew)
        stage.compare_wanted.connect(self.toggle)
        stage.swap_wanted.connect(self.swap)

    @property
    def is_on(self) -> bool:
        return self._a is not None

    @property
    def pinned(self) -> Run | None:
        """The run A, whose seeds all others are painted from; None if nothing is compared."""
        return self._a

    @property
    def front(self) -> Run | None:
        """What is saved and filmed: the only run, or B once it is there, else A."""
        return self._b or self._a or self._alone

    def run_of(self, trajectory: Trajectory) -> Run | None:
        """What a trajectory of the stage came from."""
        runs = (run for run in (self._a, self._b, self._alone) if run is not None)
        return next((run for run in runs if run.trajectory is trajectory), None)

    def toggle(self) -> None:
        if self.is_on:
            self.leave()
        else:
            self.begin()

    def begin(self) -> None:
        """Pin what is on the stage; the next change of a setting paints B beside it."""
        if self._alone is not None and not self.is_on:
            self._a, self._alone = self._alone, None
            self._denoising.parts = 2  # B shares the memory with it
            self._show()

    def swap(self) -> None:
        """A and B change places; from then on the controls' next run is held against this A."""
        if self._a is not None and self._b is not None:
            self._a, self._b = self._b, self._a
            self._show()

    def leave(self) -> None:
        """Go on with the run in front alone."""
        if self.is_on:
            self._alone = self.front
            self._a = self._b = None
            self._denoising.parts = 1
            self._stage.end_comparison()
            self.changed.emit()

    def forget(self) -> None:
        """Another project, or other seeds: nothing is pinned any more."""
        self._a = self._b = self._alone = None
        self._denoising.parts = 1
        self.changed.emit()

    def _show(self) -> None:
        if self._a is None:
            return
        b = self._b.trajectory if self._b is not None else None
        self._stage.set_comparison(self._a.trajectory, b, self._words())
        self.changed.emit()

    def _words(self) -> tuple[Sequence[Word], Sequence[Word]]:
        a, b = self._a, self._b
        assert a is not None
        return _words_of(a, b), _words_of(b, a) if b is not None else ()

    def _on_begun(self, trajectory: Trajectory, follow_to: float) -> None:
        started = self._denoising.started
        assert started is not None
        run = Run(trajectory, started)
        if self._a is not None and _match(self._a.trajectory, trajectory):
            self._b = run
            self._show()
        else:
            self._a = self._b = None
            self._denoising.parts = 1
            self._alone = run
            self._stage.set_trajectory(trajectory, follow_to)
            self.changed.emit()

    def _on_grew(self) -> None:
        if self.is_on:
            self._stage.head.show_runs(*self._words())
        self._stage.grow()


def _match(a: Trajectory, b: Trajectory) -> bool:
    """Whether two runs can be held against each other: they began with the same noise."""
    return a.seeds == b.seeds and a.is_forward == b.is_forward


def run_words(recipe: Recipe, other: Recipe | None = None) -> tuple[Word, ...]:
    """The settings of a run, each with whether that of the other run is different.

    What is seldom changed is only said where it differs.
    """
    mine = _settings(recipe)
    theirs = _settings(other) if other is not None else mine
    words = []
    for name, (text, is_always_said) in mine.items():
        differs = text != theirs.get(name, ("", False))[0]
        if is_always_said or differs:
            words.append((text, differs))
    return tuple(words)


def _settings(recipe: Recipe) -> dict[str, tuple[str, bool]]:
    """Words by setting, and whether they are always said."""
    sample, sampler = recipe.sample, SAMPLERS[recipe.sample.sampler]
    words = {
        "sampler": (sampler.title, True),
        "steps": (several(sample.num_inference_steps, "step"), True),
    }
    if "eta" in sampler.takes:
        words["eta"] = (f"eta {sample.eta:g}", True)
    words["checkpoint"] = (f"step {recipe.step:,}", True)
    words["weights"] = (WEIGHTS[recipe.which], True)
    words["spacing"] = (SPACINGS.get(sample.spacing, sample.spacing), False)
    if "variance" in sampler.takes:
        words["variance"] = (VARIANCES.get(sample.variance, sample.variance), False)
    words["clip"] = ("colours kept in range" if sample.clip else "colours as they come", False)
    return words


def _words_of(run: Run, other: Run | None) -> tuple[Word, ...]:
    """Its settings, and how far it is, while it is not finished."""
    words = run_words(run.started.recipe, other.started.recipe if other is not None else None)
    trajectory = run.trajectory
    if trajectory.is_complete or not len(trajectory):
        return words
    done = trajectory.moments[len(trajectory) - 1].index
    return (*words, (f"{done} of {trajectory.moments[-1].index} painted", True))
