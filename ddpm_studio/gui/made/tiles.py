"""Pixels for the wall of made pictures, and for the one that is looked at, in the background."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.made import work
from ddpm_studio.gui.made.files import MadeFiles
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.wall.model import Tiles
from ddpm_studio.project import Project

TILES, LARGE, RECIPE = "made.tiles", "made.large", "made.recipe"  # names of jobs
BESIDE = "made.beside"  # the other one of two that are compared
MODEL = "made.model"
FILL_RUN = 64  # files that are read ahead in one go; what is seen now waits no longer than that
SAVE_EVERY = 2000  # files, after which the cache is noted


class MadeTiles(QObject):
    """First what is in view, then all others, so that next time the wall fills at once."""

    tiles_loaded = Signal(int, object, object)  # which chunk, uint8 (n, H, W, C), rows (n,)
    tiles_done = Signal()  # all that were asked for, so more can be
    learned = Signal()  # some are broken, or move
    titled = Signal()  # some say now what they are called
    large_seen = Signal(object)  # work.Large, or None if it cannot be shown
    told = Signal(object)  # work.Told: its recipe, or why there is none

    def __init__(self, session: Session, files: MadeFiles, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._files = session, files
        self._pools = work.new_pools()
        self.destroyed.connect(self._pools.close)
        self._project: Project | None = None
        self._requests: list[tuple[int, Sequence[MadeFile]]] = []
        self._ahead: deque[MadeFile] = deque()  # to be read when nothing is asked for
        self._reading: list[tuple[int, Sequence[MadeFile]]] = []
        self._unsaved = 0
        files.looked.connect(self._on_looked)
        session.jobs.ended.connect(self._on_ended)

    def open(self, project: Project | None) -> None:
        """Another project: nothing of the old one is read any more."""
        for name in (TILES, LARGE, BESIDE, RECIPE, MODEL):
            self._session.jobs.discard(name)
        self._project, self._requests, self._reading = project, [], []
        self._ahead.clear()
        self._unsaved = 0

    def release(self) -> None:
        """The window is closed: no process stays behind."""
        self._pools.close()

    def load(self, files: Sequence[MadeFile], chunks: Sequence[int], chunk_size: int) -> None:
        """Read some runs of the wall; files: all of it, in its order. An older wish is void."""
        self._requests = [(at, files[at * chunk_size : (at + 1) * chunk_size]) for at in chunks]
        self._go_on()

    def look_large(self, file: MadeFile) -> None:
        """Read a whole file: `large_seen`; an older wish is void."""
        pools = self._pools
        job = self._ask(LARGE, lambda project: work.look_large(project.gallery, file, pools))
        if job is not None:
            job.tells_failure = True
            job.succeeded.connect(self.large_seen)
            job.failed.connect(lambda _: self.large_seen.emit(None))

    def look_beside(self, file: MadeFile) -> None:
        """The same of the other one of two, also by `large_seen`; it costs nothing if it fails."""
        pools = self._pools
        job = self._ask(BESIDE, lambda project: work.look_large(project.gallery, file, pools))
        if job is not None:
            job.tells_failure = True
            job.succeeded.connect(self.large_seen)

    def read_recipe(self, file: MadeFile | None) -> None:
        """What a file says of itself: `told`; None: nothing is asked any more."""
        if file is None:
            self._session.jobs.discard(RECIPE)
            self._session.jobs.discard(MODEL)
        elif job := self._ask(RECIPE, lambda project: work.read_recipe(project, file)):
            self._session.jobs.discard(MODEL)
            job.succeeded.connect(self._on_told)

    def _on_told(self, told: work.Told) -> None:
        """Say it at once; whether its model is gone, which takes longer, may follow."""
        self.told.emit(told)
        if told.recipe is None:
            return
        if job := self._ask(MODEL, lambda project: work.look_for_model(project, told)):
            job.tells_failure = True  # then nothing is said of it
            job.succeeded.connect(self._on_looked_for_model)

    def _on_looked_for_model(self, told: work.Told) -> None:
        if told.sentence:
            self.told.emit(told)

    def _ask(self, name: str, make: Callable[[Project], Iterator[Any]]) -> Job | None:
        """Start a job about the project, in place of an older one; None without one."""
        self._session.jobs.discard(name)
        if self._project is None or self._session.is_closing:
            return None
        project = self._project
        return self._session.jobs.start(name, lambda: make(project), quiet=True)

    # private

    def _on_looked(self) -> None:
        thumbnails = self._files.thumbnails
        if thumbnails is not None:
            self._ahead = deque(self._files.unread)
            self._go_on()

    def _go_on(self) -> None:
        thumbnails, pools = self._files.thumbnails, self._pools
        if thumbnails is None or self._session.is_closing:
            return
        if self._session.jobs.get(TILES) is not None:
            return
        runs, self._requests = self._requests, []
        saves = False
        if not runs:
            ahead = [self._ahead.popleft() for _ in range(min(FILL_RUN, len(self._ahead)))]
            if not ahead and not self._unsaved:
                return
            runs = [(-1, ahead)]
            saves = not self._ahead or self._unsaved > SAVE_EVERY
        self._reading = [(at, thumbnails.unread(files)) for at, files in runs]
        self._unsaved = 0 if saves else self._unsaved + sum(len(new) for _, new in self._reading)
        job = self._session.jobs.start(
            TILES, lambda: work.read_tiles(thumbnails, pools, runs, saves), quiet=True
        )
        job.events.connect(self._on_tiles)
        job.succeeded.connect(self._on_read)
        job.failed.connect(self._on_failed)

    def _on_tiles(self, events: list[Tiles | None]) -> None:
        for event in events:
            if event is not None:
                self.tiles_loaded.emit(*event)

    def _on_read(self) -> None:
        thumbnails = self._files.thumbnails
        read = [file for _, files in self._reading for file in files]
        self._reading = []
        if thumbnails is not None:
            records = [thumbnails.record(file) for file in read]
            if any(record and (record.is_broken or record.moves) for record in records):
                self.learned.emit()
            if any(record and record.title for record in records):
                self.titled.emit()
        self.tiles_done.emit()

    def _on_failed(self) -> None:
        """No process can be started: nothing is asked for again until something changes."""
        self._requests, self._reading = [], []
        self._ahead.clear()

    def _on_ended(self, job: Job) -> None:
        if job.objectName() == TILES:  # whose name is free now
            self._go_on()
