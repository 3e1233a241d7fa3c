"""Keeps what was learned: checkpoints are written beside training, and gone back to."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Self

from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import CheckpointSaved, CheckpointSkipped, Note
from ddpm_studio.project import Project, check_locked
from ddpm_studio.training.checkpoints import (
    Snapshot,
    prune,
    read_info,
    restore,
    take_snapshot,
    write_checkpoint,
)
from ddpm_studio.training.pinned import Pins
from ddpm_studio.training.trainer import Trainer

MARGIN = 0.1  # of the time at risk: steps and writes may take longer than the last ones did
LONGEST_WRITE = 0.5  # of it, too: beyond that, one is written after another, and that is all
FIRST_WRITE = 0.4  # what is reckoned with before one was written


class Saver:
    """The checkpoints of one training, which waits only while its state is copied.

    One checkpoint is written at a time; who wants the next one waits for it. A context manager
    that is left when the last one is on disk.

    Attributes: saved_step (the state of this step is on disk, or on its way there), furthest
    (the highest step that got there), seconds (of training, that led to the state gone back to),
    began_at (in seconds of the run, when the last one was begun; failed attempts count, too),
    write_seconds (that the last one took).
    """

    def __init__(self, project: Project, trainer: Trainer) -> None:
        self._project = project
        self._trainer = trainer
        self._writer = ThreadPoolExecutor(1, "checkpoint")
        self._pending: Future[Path] | None = None
        self._pins = Pins(project)
        self._on_disk = 0
        self.saved_step = 0
        self.furthest = 0
        self.seconds = 0.0
        self.began_at = 0.0
        self.write_seconds = FIRST_WRITE * project.config.train.checkpoint_seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.shutdown()

    def is_late(self, now: float, step: float, look: float) -> bool:
        """Whether one must begin, so that more than `checkpoint_seconds` are never at risk.

        That is the time since the state that is on disk: until the next one is there, too, all
        since this one was begun would be lost. now: in seconds of this run; step, look: how long
        the next step and the preview before it, if there is one, will take.
        """
        self.began_at = min(self.began_at, now)  # a time that was counted wrongly is taken back
        most = self._project.config.train.checkpoint_seconds
        is_slow = self.write_seconds > LONGEST_WRITE * most
        if self.is_writing and not self.has_news and (is_slow or not look):
            return False  # nobody waits for a disk, unless nothing can be saved for long
        writing = min(self.write_seconds, LONGEST_WRITE * most)
        return now - self.began_at + step + look + writing >= (1 - MARGIN) * most

    def begin(self, seconds: float) -> None:
        """Copy the state and have it written; `finish` must have been called for the one before.

        seconds: of training so far.
        """
        if not self._trainer.team.leads:  # who writes the same
            self.saved_step = self._on_disk = self._trainer.step
            return
        snapshot = take_snapshot(self._trainer, seconds)
        self._pending = self._writer.submit(self._write, snapshot)
        self.saved_step = snapshot.step

    def _write(self, snapshot: Snapshot) -> Path:
        path = self._project.checkpoint_path(snapshot.step)
        started = time.perf_counter()
        write_checkpoint(path, snapshot)
        self.write_seconds = time.perf_counter() - started
        with suppress(OSError):  # what is on disk is there, even if older ones cannot go now
            prune(self._project, snapshot.step, self._pins.pinned)
        return path

    @property
    def is_writing(self) -> bool:
        """Whether `finish` has something to wait for, or to say."""
        return self._pending is not None

    @property
    def has_news(self) -> bool:
        """Whether `finish` has something to say without waiting."""
        return self._pending is not None and self._pending.done()

    def finish(self) -> Iterator[CheckpointSaved | Note]:
        """Wait until all is on disk. Raises CheckpointError if the disk did not take it."""
        if self._pending is None:
            return
        pending, self._pending = self._pending, None
        step, self.saved_step = self.saved_step, self._on_disk
        path = pending.result()
        self.saved_step = self._on_disk = step
        self.furthest = max(self.furthest, step)
        yield CheckpointSaved(step, path)
        yield from map(Note, self._pins.news())

    def go_back(self, passing: int) -> Iterator[CheckpointSkipped]:
        """Load the newest whole checkpoint, `passing` over some; without any, start anew."""
        paths = self._project.checkpoint_paths()
        for index in reversed(range(len(paths) - passing)):
            path = paths[index]
            try:
                check_locked(read_info(path).config, self._project.config)
                info = restore(path, self._trainer)
            except CheckpointError as error:
                then = "Going on from the one before it" if index else "Starting from the beginning"
                yield CheckpointSkipped(path, f"{error} {then}.")
            else:
                self.saved_step = self._on_disk = info.step
                self.furthest = max(self.furthest, info.step)
                self.seconds = info.seconds
                return
        self._trainer.reset()
        self.saved_step = self._on_disk = 0
        self.seconds = 0.0
