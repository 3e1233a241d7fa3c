"""The film of the training: the previews of a project, read in the background, are its frames."""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress, Work
from ddpm_studio.gui.export.dialog import ExportDialog
from ddpm_studio.gui.export.sources import WITH_ALPHA, Filmed, Part
from ddpm_studio.gui.export.work import MakeRecipe
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project, step_of

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.export.film.frames import Film

JOB = "training_film"  # its name
ROOM_BYTES = 256 << 20
LEAST = 2  # frames of a film


class PreviewFrames:
    """The same pictures at each step. Those for which there is no room are read when asked for."""

    def __init__(
        self, steps: Sequence[int], paths: Sequence[Path], held: dict[int, np.ndarray], count: int
    ) -> None:
        """held: uint8 (N, H, W, C) by position, the first among them; count: N in common."""
        self.steps, self.count = tuple(steps), count
        self._paths, self._held = tuple(paths), held
        self._positions = sorted(held)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def picture_shape(self) -> tuple[int, int, int]:
        """(H, W, C)."""
        height, width, channels = self._held[0].shape[1:]
        return height, width, channels

    def pictures(self, position: int) -> np.ndarray:
        """uint8 (N, H, W, C). Raises ExportError if its file has gone meanwhile."""
        from ddpm_studio.export.images import read_grid

        held = self._held.get(position)
        if held is None:
            held = read_grid(self._paths[position], self.picture_shape[:2])
        if held is None or held.shape[0] < self.count or held.shape[1:] != self.picture_shape:
            raise ExportError(f"{self._paths[position]} cannot be read any more.")
        return held[: self.count]

    def pictures_at_hand(self, position: int) -> np.ndarray:
        """The same without a look at the disk: of the nearest earlier step that is in memory."""
        nearest = self._positions[bisect_right(self._positions, position) - 1]
        return self._held[nearest][: self.count]


def read_previews(
    project: Project, steps: Sequence[int], room: int = ROOM_BYTES
) -> Generator[Progress, None, PreviewFrames]:
    """Read the previews of some steps; those that cannot be read are passed over.

    room: bytes that may be held; of a longer film every k-th frame is. Raises ExportError with
    one sentence if there are not two that go together.
    """
    from ddpm_studio.export.images import read_grid

    channels = project.config.pictures.channels  # 0: not settled yet
    _, height, width = project.config.pictures.shape
    paths = [project.preview_path(step) for step in steps]
    found: dict[Path, np.ndarray | None] = {}
    count, every, nbytes = project.config.train.preview_count, 1, 0
    for done, path in enumerate(paths, 1):
        grid = read_grid(path, (height, width))
        if grid is not None and grid.shape[-1] == (channels or grid.shape[-1]):
            channels = grid.shape[-1]
            count = min(count, len(grid))
            found[path] = grid if len(found) % every == 0 else None
            nbytes += grid.nbytes if found[path] is not None else 0
            if nbytes > room:
                every *= 2
                nbytes = _thin_out(found, every)
        yield Progress(Work.READING, done, len(paths))
    if len(found) < LEAST:
        raise ExportError(
            "There are not two previews that can be read; train a little longer for a film."
        )
    held = {position: grid for position, grid in enumerate(found.values()) if grid is not None}
    return PreviewFrames([step_of(path) for path in found], list(found), held, count)


def training_film(
    frames: PreviewFrames, chosen: Sequence[int], columns: int | None = None, at_hand: bool = False
) -> Film:
    """Some of the pictures as a grid, at every step. at_hand: without a look at the disk."""
    from ddpm_studio.export.film import sources

    look = frames.pictures_at_hand if at_hand else frames.pictures
    return sources.training_film(frames.steps, look, chosen, columns=columns)


def training_recipe(
    project: Project, step: int, seeds: Sequence[int], film: dict[str, Any]
) -> str | None:
    """How the last frame was made: with the checkpoint of its step, or the next one that is there.

    None if there is no checkpoint. Raises OSError if it cannot be read.
    """
    from ddpm_studio.device import select_device, select_precision
    from ddpm_studio.recipe import fingerprint
    from ddpm_studio.training.loaded import recipe_of
    from ddpm_studio.training.preview import preview_sample

    paths = project.checkpoint_paths()
    if not paths:
        return None
    path = next((one for one in paths if step_of(one) >= step), paths[-1])
    config, device = project.config, select_device()
    sample = preview_sample(config, config.train.preview_steps)
    return recipe_of(
        project.name,
        path,
        fingerprint(path),
        "ema",
        device,
        select_precision(config.train.precision, device),
        dataclasses.replace(sample, seed=seeds[0]),
        seeds=tuple(seeds) if len(seeds) > 1 else (),
        film=film,
    ).to_text()


class FilmedTraining(Filmed):
    """The model learning: the same seeds at each step that has a preview."""

    title = "Export the film of the training"
    way_back = "And back again"

    def __init__(self, project: Project, frames: PreviewFrames, has_recipe: bool) -> None:
        """has_recipe: a checkpoint was saved, from which the last frame can be painted again."""
        super().__init__(frames.count, background=project.config.pictures.background)
        self._project, self._frames = project, frames
        self.has_recipe, self.has_alpha = has_recipe, frames.picture_shape[-1] == WITH_ALPHA

    def film(self, part: Part) -> Film:
        return training_film(self._frames, part.pictures, part.columns)

    def seen(self, part: Part) -> Film:
        return training_film(self._frames, part.pictures, part.columns, at_hand=True)

    def recipe_maker(self, part: Part) -> MakeRecipe | None:
        project, last = self._project, self._frames.steps[-1]

        def make(options: dict[str, Any]) -> str | None:
            film = {"of": "training", "show": X_T, **options}
            return training_recipe(project, last, part.pictures, film)

        return make if self.has_recipe else None


class TrainingExport(QObject):
    """Training goes on meanwhile; the film ends with the newest preview of the moment."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page

    def open(self, steps: Sequence[int]) -> None:
        """steps: of the previews, rising. A failure is said in the banner."""
        project = self._session.project
        if project is None:
            return
        job = self._session.jobs.start(
            JOB, lambda: read_previews(project, steps), title="Reading previews", replace=True
        )
        job.succeeded.connect(self._on_read)

    def _on_read(self, frames: PreviewFrames) -> None:
        project = self._session.project
        if project is None or self._session.is_closing:
            return
        ExportDialog(
            self._session,
            FilmedTraining(project, frames, has_recipe=bool(self._session.checkpoints)),
            folder=project.gallery,
            name=f"{project.name}_training",
            parent=self._page.window(),
        ).open()


def _thin_out(found: dict[Path, np.ndarray | None], every: int) -> int:
    """Let go of all but every k-th; the bytes that are left."""
    for position, path in enumerate(found):
        if position % every:
            found[path] = None
    return sum(grid.nbytes for grid in found.values() if grid is not None)
