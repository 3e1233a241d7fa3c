"""Background work that writes files: chosen pictures, and denoisings as films."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ddpm_studio.events import ExportProgress, FileWritten
from ddpm_studio.export.places import free_path, make_folder

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.sampling.recipe import Recipe


@dataclass(frozen=True)
class FilmPlan:
    """A film to be written. frames: uint8 (N, H, W, C) each. chosen: which of the N are in it.

    fps: frames per second; hold: seconds on the finished picture; scale: whole-number
    enlargement; loop_back: after the last frame back to the first one; background: "#rrggbb",
    behind transparent pictures where the film cannot be transparent.
    """

    frames: Sequence[np.ndarray]
    chosen: tuple[int, ...]
    fps: float = 12.0
    hold: float = 1.5
    scale: int = 1
    loop_back: bool = False
    background: str = "#ffffff"

    @property
    def order(self) -> list[int]:
        """The frame at each tick of the film, the held one as often as it is seen."""
        last = len(self.frames) - 1
        forth = [*range(last), *[last] * (1 + round(self.hold * self.fps))]
        return forth + ([*range(last - 1, 0, -1)] if self.loop_back else [])

    @property
    def seconds(self) -> float:
        return len(self.order) / self.fps

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels, enlarged."""
        height, width = self.compose(0).shape[:2]
        return width * self.scale, height * self.scale

    def compose(self, index: int) -> np.ndarray:
        """One frame of the film, not enlarged: uint8 (H, W, C)."""
        from ddpm_studio.export.grid import picture_grid

        return picture_grid(self.frames[index][list(self.chosen)])


def write_film(path: Path, plan: FilmPlan) -> Generator[ExportProgress | FileWritten, None, Path]:
    """Write a film; if it is stopped before its end, nothing is left. Returns its path."""
    from ddpm_studio.export.animation import AnimationOptions, write_animation

    make_folder(path.parent)
    composed = [plan.compose(index) for index in range(len(plan.frames))]
    if plan.loop_back:  # the finished picture is held in the middle
        frames, hold = [composed[index] for index in plan.order], 0.0
    else:
        frames, hold = composed, plan.hold
    options = AnimationOptions(plan.fps, hold, plan.scale, plan.background)
    yield from write_animation(path, frames, options)
    yield FileWritten(path)
    return path


def save_pictures(
    pictures: Sequence[np.ndarray], seeds: Sequence[int], recipe: Recipe, folder: Path
) -> Generator[FileWritten, None, list[Path]]:
    """Write each picture, uint8 (H, W, C), as a PNG with its recipe; nothing is replaced."""
    from ddpm_studio.export.images import write_png
    from ddpm_studio.gui.work.sample import recipe_of

    make_folder(folder)
    paths = []
    for picture, seed in zip(pictures, seeds, strict=True):
        name = f"{recipe.project}_step{recipe.step:08d}_seed{seed:06d}.png"
        path = free_path(folder / name)
        write_png(path, picture, recipe_of(recipe, seed).to_text())
        paths.append(path)
        yield FileWritten(path)
    return paths
