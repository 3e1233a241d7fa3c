"""What was painted last in a project: noted in its cache, and painted again when it is opened."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.generate.denoising import Denoising
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project
from ddpm_studio.storage import JsonCache

if TYPE_CHECKING:
    from ddpm_studio.recipe import Recipe

KIND, FORMAT_VERSION, FILE_NAME = "last painted", 1, "painted.json"
READ = "generate.last"  # the job
PATIENCE = 60.0  # seconds: what takes longer is not painted again before somebody asks for it


class LastPainted(QObject):
    """Notes each run that is complete. What it finds again, the page paints, if it is `found`."""

    found = Signal(object, bool)  # Recipe, and whether the newest model was asked for then

    def __init__(self, session: Session, denoising: Denoising, is_wanted: Callable[[], bool]):
        """is_wanted: whether it would be seen now, where nothing else is."""
        super().__init__(denoising)
        self._session, self._denoising, self._is_wanted = session, denoising, is_wanted
        self._looked_in: Project | None = None
        self._began_at = 0.0
        denoising.begun.connect(self._on_begun)
        denoising.ended.connect(self._on_ended)

    def look(self) -> None:
        """Once a project, as soon as it would be seen."""
        project, session = self._session.project, self._session
        is_known = project is None or self._looked_in is project
        if is_known or not session.device_name or session.is_closing or not self._is_wanted():
            return
        assert project is not None
        self._looked_in = project
        job = session.jobs.start(READ, partial(_read, project), quiet=True, replace=True)
        job.succeeded.connect(self._on_read)

    def _on_read(self, last: tuple[Recipe, bool] | None) -> None:
        if last is not None and self._is_wanted() and not self._session.is_closing:
            self.found.emit(*last)

    def _on_begun(self) -> None:
        self._began_at = time.monotonic()

    def _on_ended(self) -> None:
        denoising, run = self._denoising, self._denoising.trajectory
        shown = denoising.shown
        if run is None or shown is None or shown is not denoising.request or not run.is_complete:
            return
        if run.recipe is None:
            return
        seconds = time.monotonic() - self._began_at
        recipe = dataclasses.replace(run.recipe, seeds=tuple(run.seeds))
        values = {
            "recipe": recipe.to_text(),
            "newest": shown.checkpoint is None,
            "seconds": round(seconds, 1),
        }
        path = shown.project.cache / FILE_NAME
        self._session.small_writes.write(path, values, partial(_write, shown.project, values))


def _file(project: Project) -> JsonCache:
    return JsonCache(project.cache / FILE_NAME, KIND, FORMAT_VERSION)


def _write(project: Project, values: dict[str, Any]) -> None:
    """Of a project that is gone, or on a full disk, it is not worth a word."""
    with suppress(OSError):
        if project.path.is_dir():
            project.cache.mkdir(exist_ok=True)
            _file(project).write(values)


def _read(project: Project) -> Generator[None, None, tuple[Recipe, bool] | None]:
    """What is noted there, unless it would take long; None for whatever cannot be used."""
    from ddpm_studio.recipe import Recipe

    yield
    values = _file(project).read(dict)
    if values is None:
        return None
    with suppress(StudioError, KeyError, TypeError, ValueError):
        if float(values["seconds"]) <= PATIENCE:
            return Recipe.from_text(values["recipe"]), bool(values["newest"])
    return None
