"""Small files that a click changes, written in the background, each as it was wanted last."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import SMALL_WRITES, Job

logger = logging.getLogger(__name__)

Request = tuple[object, Callable[[], None]]  # a value, and what brings it to disk


class SmallWrites(QObject):
    """What was wanted is on disk before the window closes, and before any job that began later.

    A disk may take long to say that it has a file; the window does not wait for it.
    """

    saved = Signal(object, object)  # Path, the value that it has on disk now
    failed = Signal(object, object)  # Path, Exception: it is as it was when it was saved last

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._waiting: dict[Path, Request] = {}  # of which nothing was heard yet
        # from here on of both threads
        self._gate = threading.Condition()
        self._wanted: dict[Path, Request] = {}
        self._written: list[tuple[Path, Request, Exception | None]] = []
        self._refused: dict[Path, Exception] = {}
        self._is_writing = False
        jobs.before_each = self._wait
        jobs.ended.connect(self._on_ended)

    def write(self, path: Path, value: object, write: Callable[[], None]) -> None:
        """Soon `write` is called, which brings the value to disk; what was wanted before is void.

        It may raise whatever says that the disk did not take it: `failed`.
        """
        request = self._waiting[path] = value, write
        with self._gate:
            self._wanted[path] = request
        self._start()

    def waiting(self, path: Path) -> object | None:
        """The value that was wanted of a file, as long as it is not known how that went."""
        return self._waiting[path][0] if path in self._waiting else None

    def begin_anew(self, path: Path) -> None:
        """What the disk refused before now does not count for `check` any more."""
        with self._gate:
            self._refused.pop(path, None)

    def check(self, path: Path) -> None:
        """On the thread of a job: raise what the disk said, if it refused the last value."""
        with self._gate:
            if path in self._refused:
                raise self._refused[path]

    def _start(self) -> None:
        if self._wanted and self._jobs.get(SMALL_WRITES) is None:
            self._jobs.start(SMALL_WRITES, lambda: _Once(self._write_all), quiet=True, waits=False)

    def _write_all(self) -> None:  # worker thread
        while True:
            with self._gate:
                if not self._wanted:
                    self._is_writing = False
                    self._gate.notify_all()
                    return
                self._is_writing = True
                path = next(iter(self._wanted))
                request = self._wanted.pop(path)
            error: Exception | None = None
            try:
                request[1]()
            except Exception as caught:
                logger.warning("%s was not written: %s", path, caught)
                error = caught
            with self._gate:
                self._written.append((path, request, error))
                self._refused.pop(path, None)
                if error is not None:
                    self._refused[path] = error

    def _wait(self) -> None:  # worker threads of others
        with self._gate:
            self._gate.wait_for(lambda: not self._wanted and not self._is_writing)

    def _on_ended(self, job: Job) -> None:
        if job.objectName() != SMALL_WRITES:
            return
        self._start()  # what came while its thread was ending
        with self._gate:
            written, self._written = self._written, []
        for path, request, error in written:
            if error is None:
                self.saved.emit(path, request[0])
            if self._waiting.get(path) is not request:
                continue  # more is wanted by now, and that will be heard
            del self._waiting[path]
            if error is not None:
                self.failed.emit(path, error)


class _Once:
    """The steps of a job that acts even if it is stopped before its thread has begun.

    A generator would not: closed before its first step, it does nothing at all.
    """

    def __init__(self, act: Callable[[], None]) -> None:
        self._act = act

    def __iter__(self) -> _Once:
        return self

    def __next__(self) -> None:
        self._act()
        raise StopIteration

    def close(self) -> None:
        self._act()
