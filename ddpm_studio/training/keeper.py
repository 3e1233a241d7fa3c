"""Keeps what was learned: checkpoints are written beside training, and gone back to."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import CheckpointSaved, CheckpointSkipped
from ddpm_studio.project import Project, check_locked
from ddpm_studio.training.checkpoints import (
    CheckpointInfo,
    Snapshot,
    prune,
    read_info,
    restore,
    take_snapshot,
    write_checkpoint,
)
from ddpm_studio.training.trainer import Trainer


class Keeper:
    """The checkpoints of one training, which waits only while its state is copied.

    One checkpoint is written at a time; who wants the next one waits for it. A context manager
    that is left when the last one is on disk.

    Attributes: saved_step (the state of this step is on disk, or on its way there), furthest
    (the highest step that got there).
    """

    def __init__(self, project: Project, trainer: Trainer) -> None:
        self._project = project
        self._trainer = trainer
        self._writer = ThreadPoolExecutor(1, "checkpoint")
        self._pending: Future[Path] | None = None
        self._on_disk = 0
        self.saved_step = 0
        self.furthest = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._writer.shutdown()

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
        write_checkpoint(path, snapshot)
        prune(self._project, snapshot.step)
        return path

    @property
    def is_writing(self) -> bool:
        """Whether `finish` has something to wait for, or to say."""
        return self._pending is not None

    @property
    def has_news(self) -> bool:
        """Whether `finish` has something to say without waiting."""
        return self._pending is not None and self._pending.done()

    def finish(self) -> Iterator[CheckpointSaved]:
        """Wait until all is on disk. Raises CheckpointError if the disk did not take it."""
        if self._pending is None:
            return
        pending, self._pending = self._pending, None
        step, self.saved_step = self.saved_step, self._on_disk
        path = pending.result()
        self.saved_step = self._on_disk = step
        self.furthest = max(self.furthest, step)
        yield CheckpointSaved(step, path)

    def go_back(self, passing: int) -> Generator[CheckpointSkipped, None, CheckpointInfo | None]:
        """Load the newest whole checkpoint, `passing` over some; without any, start anew.

        Returns what the checkpoint says of itself.
        """
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
                return info
        self._trainer.reset()
        self.saved_step = self._on_disk = 0
        return None
