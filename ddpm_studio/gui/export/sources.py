"""What can be filmed, such as a denoising; which pictures of it, and shown how."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddpm_studio.gui.frames.store import FINISHED, PRED_EPS, PRED_X_0, X_T
from ddpm_studio.gui.frames.trajectory import Trajectory

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.export.film.frames import Film
    from ddpm_studio.gui.export.work import MakeRecipe
    from ddpm_studio.recipe import Recipe

GRID, CHOSEN, ONE = "grid", "chosen", "one"  # of what
BOTH = "both"
WITH_ALPHA = 4  # channels
SHOW_TITLES = {
    X_T: "The noisy picture (x_t)",
    PRED_X_0: "What the model believes (pred_x_0)",
    BOTH: "Both of these, side by side",
    PRED_EPS: "The predicted noise (eps)",
}
FINISHED_WORDS = "What comes of it in the end"


@dataclass(frozen=True)
class Part:
    """What of a source is filmed. pictures: which of them, in order. show: a key of `shows`.

    is_page: it becomes stages beside each other, so that several pictures stand in rows.
    """

    of: str
    pictures: tuple[int, ...]
    show: str
    is_page: bool = False

    @property
    def columns(self) -> int | None:
        """Of the grid of pictures; None: as square as it can be."""
        return 1 if self.is_page else None


class Filmed(ABC):
    """A row of moments, at each of which the same pictures are seen.

    Attributes: has_alpha (whether the pictures can be transparent), has_recipe (whether it is known
    how they were made), needs_device (whether some frames are not kept, and are computed again).
    """

    title = "Export film"
    way_back = "And back to noise"
    has_alpha = has_recipe = needs_device = False

    def __init__(
        self,
        count: int,
        chosen: Sequence[int] = (),
        current: int | None = None,
        show: str = "",
        background: str = "#ffffff",
    ) -> None:
        """count: of pictures. chosen: marked by the artist; current: the one seen large.

        background: behind transparent pictures in films that cannot be transparent.
        """
        self.count, self.chosen, self.current = count, tuple(chosen), current
        self.show, self.background = show, background
        self.shows: Mapping[str, str] = {}  # by key, in words; empty: there is nothing to choose

    @abstractmethod
    def film(self, part: Part) -> Film:
        """A part as a film: nothing is computed before its frames are asked for."""

    @abstractmethod
    def seen(self, part: Part) -> Film:
        """The same for a preview: its frames are at hand at once, if not always the exact ones."""

    @abstractmethod
    def recipe_maker(self, part: Part) -> MakeRecipe | None:
        """What makes the recipe of a part; None if it is not known how it was made."""

    @property
    def one(self) -> int:
        """The picture that is meant by "one picture" unless another is chosen."""
        return self.chosen[0] if len(self.chosen) == 1 else self.current or 0

    @property
    def proposed(self) -> str:
        """Which set the artist most likely wants."""
        if len(self.chosen) > 1:
            return CHOSEN
        if self.chosen or self.current is not None or self.count == 1:
            return ONE
        return GRID

    def part(self, of: str, one: int, show: str, is_page: bool = False) -> Part:
        """of: GRID, CHOSEN or ONE, which is picture `one`, counted from 0."""
        sets = {GRID: tuple(range(self.count)), CHOSEN: self.chosen, ONE: (one,)}
        return Part(of, sets[of], show, is_page)


class FilmedDenoising(Filmed):
    """From noise to picture."""

    def __init__(
        self,
        trajectory: Trajectory,
        chosen: Sequence[int] = (),
        current: int | None = None,
        show: str = X_T,
        background: str = "#ffffff",
        recipe: Recipe | None = None,
    ) -> None:
        """recipe: of the first picture."""
        super().__init__(len(trajectory.seeds), chosen, current, show, background)
        self._trajectory, self._recipe = trajectory, recipe
        self.has_recipe = recipe is not None
        self.has_alpha = bool(trajectory.pictures(0).shape[-1] == WITH_ALPHA)
        kept = len(trajectory.store.kept)
        self.needs_device = trajectory.again is not None and kept < len(trajectory)
        has_ends = trajectory.is_forward and not self.needs_device
        self.shows = {**SHOW_TITLES, FINISHED: FINISHED_WORDS} if has_ends else SHOW_TITLES

    def film(self, part: Part) -> Film:
        from ddpm_studio.gui.export.work import one_at_a_time

        return one_at_a_time(self._film_of(self._trajectory.frames, part))

    def seen(self, part: Part) -> Film:
        return self._film_of(self._trajectory.frames_at_hand, part)

    def _film_of(self, frames: Callable[[str], Sequence[np.ndarray]], part: Part) -> Film:
        from ddpm_studio.export.film.sources import denoising_film

        chosen, moments = part.pictures, self._trajectory.moments
        sides = [frames(show) for show in ((X_T, PRED_X_0) if part.show == BOTH else (part.show,))]
        return denoising_film(sides, chosen, moments=moments, columns=part.columns)

    def recipe_maker(self, part: Part) -> MakeRecipe | None:
        made = self._recipe
        if made is None:
            return None
        seeds = tuple(self._trajectory.seeds[index] for index in part.pictures)
        reached = self._trajectory.moments[len(self._trajectory) - 1].index
        frame = None if self._trajectory.is_complete else reached
        of = BOTH if part.show == BOTH else ONE if part.of == ONE else GRID

        def make(options: dict[str, Any]) -> str:
            return dataclasses.replace(
                made,
                seed=seeds[0],
                seeds=seeds if len(seeds) > 1 else (),
                frame=frame,
                show=part.show if part.show in (X_T, PRED_X_0, PRED_EPS) else X_T,
                film={"of": of, "show": part.show, **options},
            ).to_text()

        return make
