"""The background work of the Pictures page: reading the folder, the wall's pixels, an original."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.choices import Choices, read_choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.errors import describe_failure
from ddpm_studio.gui.session import PICTURES, Session
from ddpm_studio.gui.work import pictures as work
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.data import PictureSet

WALL, ORIGINAL = "pictures.wall", "pictures.original"  # names of jobs, beside PICTURES


@dataclass(frozen=True)
class Wanted:
    """What a prepared set depends on: two projects with equal ones have equal pictures."""

    folder: Path
    config: PicturesConfig  # but for what does not shape pixels
    choices: Choices

    @classmethod
    def by(cls, project: Project) -> Wanted:
        config = replace(project.config.pictures, flip_horizontal=False)
        return cls(project.pictures, config, read_choices(project.path))


class PictureJobs(QObject):
    """Holds the set that is prepared; what is asked of it comes back as a signal."""

    progressed = Signal(object)  # Progress
    prepared = Signal(object)  # PictureSet
    failed = Signal(str)  # why the folder cannot be used
    stopped = Signal()  # by the user
    chunk_loaded = Signal(int, object)  # which run of pictures, uint8 (n, H, W, C)
    chunks_done = Signal()  # all that were asked for, so more can be
    original_seen = Signal(object)  # work.Original or None

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.pictures: PictureSet | None = None
        self.prepared_for: Wanted | None = None  # `pictures`
        self.preparing_for: Wanted | None = None  # what is being read
        self._is_loading = False

    def prepare(self, project: Project) -> None:
        """Read the folder; what was being read for other settings is not heard of again."""
        self.stop_preparing()
        self.preparing_for = Wanted.by(project)
        job = self._session.jobs.start(
            PICTURES, lambda: work.prepare(project), title="Preparing pictures"
        )
        job.changed.connect(self._on_changed)
        job.succeeded.connect(self._on_prepared)
        job.failed.connect(self._on_failed)
        job.stopped.connect(self._on_stopped)

    def cancel(self) -> None:
        """Stop reading, as from the status line; `stopped` says when."""
        job = self._session.jobs.get(PICTURES)
        if job is not None:
            job.stop()

    def stop_preparing(self) -> None:
        """Stop reading, and hear no more of it."""
        self.preparing_for = None
        self._session.jobs.discard(PICTURES)

    def forget(self) -> None:
        """Stop all, and drop the pictures."""
        self.stop_preparing()
        self._drop_pictures()

    def load_chunks(self, chunks: list[int], chunk_size: int) -> None:
        """Load runs of the pictures, unless some are being loaded: then after `chunks_done`."""
        if self.pictures is None or self._is_loading:
            return
        self._is_loading = True
        pixels, rows = self.pictures.records, self.pictures.rows
        job = self._session.jobs.start(
            WALL,
            lambda: work.load_chunks(pixels, rows, chunks, chunk_size),
            quiet=True,
            replace=True,
        )
        job.events.connect(self._on_chunks)
        job.succeeded.connect(self._on_loaded)

    def look_at_original(self, project: Project, row: int) -> None:
        """Read the file of a picture once more, whole; an earlier wish is forgotten."""
        self.forget_original()
        if self.pictures is None:
            return
        taken, config = self.pictures.taken[row], project.config.pictures
        path, facts = project.pictures / taken.name, taken.facts
        job = self._session.jobs.start(
            ORIGINAL, lambda: work.look_at_original(path, facts, config), quiet=True
        )
        job.succeeded.connect(self.original_seen)

    def forget_original(self) -> None:
        self._session.jobs.discard(ORIGINAL)

    def _drop_pictures(self) -> None:
        for name in (WALL, ORIGINAL):
            self._session.jobs.discard(name)
        self.pictures = self.prepared_for = None
        self._is_loading = False

    def _on_changed(self) -> None:
        job = self._session.jobs.get(PICTURES)
        if job is not None:
            self.progressed.emit(job.progress)

    def _on_prepared(self, pictures: PictureSet) -> None:
        self._drop_pictures()
        self.pictures, self.prepared_for = pictures, self.preparing_for
        self.preparing_for = None
        self.prepared.emit(pictures)

    def _on_failed(self, error: Exception) -> None:
        self.preparing_for = None
        self._drop_pictures()
        self.failed.emit(describe_failure(error).sentence)

    def _on_stopped(self) -> None:
        self.preparing_for = None
        self._drop_pictures()
        self.stopped.emit()

    def _on_chunks(self, events: list[tuple[int, np.ndarray]]) -> None:
        for number, pixels in events:
            self.chunk_loaded.emit(number, pixels)

    def _on_loaded(self) -> None:
        self._is_loading = False
        self.chunks_done.emit()
