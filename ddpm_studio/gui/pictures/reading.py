"""The background work of the Pictures page: reading the folder, the wall's tiles, an original."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ddpm_studio.choices import Choices
from ddpm_studio.config import PicturesConfig
from ddpm_studio.events import PicturesFound, PicturesSeen
from ddpm_studio.gui.common.errors import describe_failure
from ddpm_studio.gui.common.jobs import PICTURES, Job
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.wall.model import Tiles, load_tiles
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

# names of jobs, beside PICTURES
WALL, ORIGINAL = "pictures.wall", "pictures.original"
CROP, LARGE, PREWARM = "pictures.crop", "pictures.large", "pictures.prewarm"


@dataclass(frozen=True)
class FolderRequest:
    """What a prepared set depends on: two projects with equal ones have equal pictures."""

    folder: Path
    config: PicturesConfig  # but for what does not shape pixels
    choices: Choices

    @classmethod
    def by(cls, project: Project, choices: Choices) -> FolderRequest:
        config = replace(project.config.pictures, flip_horizontal=False)
        return cls(project.pictures, config, choices)


class PictureJobs(QObject):
    """Holds the folder that was read; what is asked of it comes back as a signal."""

    progressed = Signal(object)  # Progress
    found = Signal(object)  # PicturesFound: reading has begun
    seen = Signal(object)  # PicturesSeen: some more can be shown
    prepared = Signal(object)  # work.Folder
    failed = Signal(str)  # why the folder cannot be used
    stopped = Signal()  # by the user
    tiles_loaded = Signal(int, object, object)  # which chunk, uint8 (n, H, W, C), rows (n,)
    tiles_done = Signal()  # all that were asked for, so more can be
    original_seen = Signal(object)  # work.Original or None
    crop_seen = Signal(object, object)  # WallEntry, work.Original or None: to choose its crop
    large_seen = Signal(object, object)  # the same, to be seen large

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._pools = work.new_pools()
        self.destroyed.connect(self._pools.close)  # a window that was not closed first
        self.folder: work.Folder | None = None
        self.prepared_for: FolderRequest | None = None  # `folder`
        self.preparing_for: FolderRequest | None = None  # what is being read
        self._source: tuple[np.ndarray | Path, tuple[int, int, int]] | None = None  # of tiles
        self._is_loading = False

    # reading

    def prewarm(self) -> None:
        """A folder may come soon: start what decodes it."""
        if self._session.jobs.get(PREWARM) is None and not self._session.is_closing:
            self._session.jobs.start(PREWARM, lambda: work.prewarm(self._pools), quiet=True)

    def prepare(self, project: Project, choices: Choices, *, is_silent: bool = False) -> None:
        """Read the folder; what was being read for other settings is not heard of again.

        is_silent: it only confirms what was chosen for single pictures, so nobody waits for it.
        """
        running = self._session.jobs.get(PICTURES)
        shown = self.prepared_for
        wanted = FolderRequest.by(project, choices)
        is_silent &= shown is not None and _only_pictures_differ(shown, wanted)
        is_silent &= running is None or running.is_quiet
        self.stop_preparing()
        self.preparing_for = wanted
        job = self._session.jobs.start(
            PICTURES,
            lambda: work.prepare(project, choices, self._pools),
            title="Preparing pictures",
            quiet=is_silent,
        )
        job.events.connect(self._on_events)
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
        self._drop_folder()

    def release(self) -> None:
        """The window is closed: no process stays behind."""
        self._pools.close()

    # what the wall shows

    def load_tiles(self, rows: np.ndarray, chunks: list[int], chunk_size: int) -> None:
        """Load parts of the wall, unless some are being loaded: then after `tiles_done`.

        rows: where each tile lies, in the order of the wall.
        """
        if self._source is None or self._is_loading or self._session.is_closing:
            return
        self._is_loading = True
        store, shape = self._source
        rows = rows.copy()  # they change while pictures are still being read
        job = self._session.jobs.start(
            WALL,
            lambda: load_tiles(store, shape, rows, chunks, chunk_size),
            quiet=True,
            replace=True,
        )
        job.events.connect(self._on_tiles)
        job.succeeded.connect(self._on_loaded)
        job.failed.connect(self._on_loaded)

    def look_at_original(self, project: Project, entry: WallEntry) -> None:
        """Read the file of a picture once more, whole; an earlier wish is forgotten."""
        self.forget_original()
        if entry.facts is not None and not entry.video:
            job = self._look(ORIGINAL, project, entry, work.ORIGINAL_PIXELS)
            job.succeeded.connect(self.original_seen)

    def look_for_crop(self, project: Project, entry: WallEntry) -> None:
        """Read the file of a picture for the crop editor: `crop_seen`."""
        job = self._look(CROP, project, entry, work.CROP_PIXELS)
        job.succeeded.connect(lambda original: self.crop_seen.emit(entry, original))

    def look_large(self, project: Project, entry: WallEntry) -> None:
        """Read all pixels of the file of a picture, or as many as are read at most."""
        job = self._look(LARGE, project, entry, work.MOST_PIXELS)
        job.succeeded.connect(lambda original: self.large_seen.emit(entry, original))

    def _look(self, name: str, project: Project, entry: WallEntry, most: int) -> Job:
        config, facts, pools = project.config.pictures, entry.facts, self._pools
        assert facts is not None
        path, turn = project.pictures / entry.name, entry.turn
        return self._session.jobs.start(
            name,
            lambda: work.look_at_original(path, facts, turn, config, pools, most),
            quiet=True,
            replace=True,
        )

    def forget_original(self) -> None:
        self._session.jobs.discard(ORIGINAL)

    # what happens

    def _drop_folder(self) -> None:
        for name in (ORIGINAL, CROP, LARGE):
            self._session.jobs.discard(name)
        self._drop_source()
        self.folder = self.prepared_for = None

    def _drop_source(self) -> None:
        self._session.jobs.discard(WALL)
        self._source = None
        self._is_loading = False

    def _on_changed(self) -> None:
        job = self._session.jobs.get(PICTURES)
        if job is not None and not job.is_quiet:
            self.progressed.emit(job.progress)

    def _on_events(self, events: list[object]) -> None:
        for event in events:
            if isinstance(event, PicturesFound):
                self.found.emit(event)
            elif isinstance(event, PicturesSeen):
                if self.folder is None:
                    channels, height, width = event.shape
                    self._source = event.path, (height, width, channels)
                self.seen.emit(event)

    def _on_prepared(self, folder: work.Folder) -> None:
        self._drop_source()
        self.folder, self.prepared_for = folder, self.preparing_for
        records = folder.pictures.records
        self._source = records, records.shape[1:]
        self.preparing_for = None
        self.prepared.emit(folder)

    def _on_failed(self, error: Exception) -> None:
        self.preparing_for = None
        self._drop_folder()
        self.failed.emit(describe_failure(error).sentence)

    def _on_stopped(self) -> None:
        self.preparing_for = None
        self._drop_folder()
        self.stopped.emit()

    def _on_tiles(self, events: list[Tiles]) -> None:
        for tiles in events:
            self.tiles_loaded.emit(*tiles)

    def _on_loaded(self) -> None:
        self._is_loading = False
        self.tiles_done.emit()


def _only_pictures_differ(shown: FolderRequest, wanted: FolderRequest) -> bool:
    """And not the settings, nor the frames of videos: to read others takes a while."""
    before, after = shown.choices, wanted.choices
    names = {*before.by_name, *after.by_name}
    has_frames = all(before.of(name).seconds == after.of(name).seconds for name in names)
    return has_frames and replace(shown, choices=after) == wanted
