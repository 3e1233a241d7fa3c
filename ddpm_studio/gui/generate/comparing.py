"""Which two runs are compared: A is pinned while the controls paint B, with the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.config import WEIGHTS
from ddpm_studio.gui.compare.run_label import Word
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.generate.stage import Stage
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
VARIANCES = {
    "auto": "usual noise",
    "posterior": "small noise",
    "beta": "large noise",
    "learned": "noise as learned",
}


class Comparing(QObject):
    """Gives the stage what was painted: alone, or beside the run that is pinned."""

    changed = Signal()  # it begins or ends, or A and B are others
    pinned_another = Signal(object)  # the Trajectory that is A now
    went_back = Signal(object)  # to A, of which this is the SampleRequest

    def __init__(self, denoising: Denoising, stage: Stage, parent: QObject) -> None:
        super().__init__(parent)
        self._denoising, self._stage = denoising, stage
        denoising.begun.connect(self._on_begun)
        denoising.grew.connect(self._on_grew)
        stage.head.compare.clicked.connect(self.toggle)
        stage.bar.swap.clicked.connect(self.swap)

    @property
    def is_on(self) -> bool:
        return self._stage.compare.is_on

    @property
    def pinned(self) -> Trajectory | None:
        """The run A, whose seeds all others are painted from; None if nothing is compared."""
        return self._stage.compare.a

    def toggle(self) -> None:
        if self.is_on:
            self.leave()
        else:
            self.begin()

    def begin(self) -> None:
        """Pin what is on the stage; the next change of a setting paints B beside it."""
        if self._stage.trajectory is not None and not self.is_on:
            self._denoising.parts = 2  # B shares the memory with it
            self._show(self._stage.trajectory, None)
            self.pinned_another.emit(self.pinned)

    def swap(self) -> None:
        """A and B change places; from then on the controls' next run is held against this A."""
        a, b = self._stage.compare.a, self._stage.compare.b
        if a is not None and b is not None:
            self._show(b, a)

    def leave(self) -> None:
        """Go on with B alone; with A where B is not finished, so that nothing finished is lost."""
        if not self.is_on:
            return
        self._denoising.parts = 1
        a, b = self._stage.compare.a, self._stage.compare.b
        if a is not None and b is not None and not b.is_complete:
            self._stage.end_comparison(a)
            asked = self._denoising.go_back_to(a)
            if asked is not None:
                self.went_back.emit(asked)
        else:
            self._stage.end_comparison()
        self.changed.emit()

    def forget(self) -> None:
        """Another project: nothing is pinned any more, nor seen."""
        self._show_alone(None)

    def _show(self, a: Trajectory, b: Trajectory | None) -> None:
        self._stage.set_comparison(a, b, _words(a, b))
        self.changed.emit()

    def _show_alone(self, trajectory: Trajectory | None, follow_to: float = 1.0) -> None:
        self._denoising.parts = 1
        self._stage.set_trajectory(trajectory, follow_to)
        self.changed.emit()

    def _on_begun(self, trajectory: Trajectory, follow_to: float) -> None:
        a = self.pinned
        if a is not None and _match(a, trajectory):
            self._show(a, trajectory)
        else:
            self._show_alone(trajectory, follow_to)

    def _on_grew(self) -> None:
        if self.pinned is not None:
            self._stage.head.show_runs(*_words(self.pinned, self._stage.compare.b))
        self._stage.grow()


def _words(a: Trajectory, b: Trajectory | None) -> tuple[Sequence[Word], Sequence[Word]]:
    return _words_of(a, b), _words_of(b, a) if b is not None else ()


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


def _words_of(run: Trajectory, other: Trajectory | None) -> tuple[Word, ...]:
    """Its settings, and how far it is, while it is not finished."""
    assert run.recipe is not None
    words = run_words(run.recipe, other.recipe if other is not None else None)
    if run.is_complete or not len(run):
        return words
    done = run.moments[len(run) - 1].index
    return (*words, (f"{done} of {run.moments[-1].index} painted", True))
