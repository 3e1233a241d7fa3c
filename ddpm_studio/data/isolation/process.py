"""One worker process, as the program sees it: what it was asked, and what it answers."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

import psutil

from ddpm_studio.data.isolation.worker import (
    DONE,
    LENGTH,
    NO_MEMORY,
    NO_MEMORY_EXIT,
    PATIENCE,
    PRINTED,
    start_worker,
    unpack,
    widen,
    write_all,
)

CRASHED = "crashed"
TOO_LONG = "took too long"
TOO_MUCH_MEMORY = "needs more memory than allowed"
START_SECONDS = 120.0  # virus scanners take their time with a new program
DYING_SECONDS = 5.0  # a process that waits for a dead network drive cannot be ended
PIPE = 1 << 20  # bytes
LOOK_SECONDS = 0.1  # at least, between two looks at how much a worker has computed
PAUSE = 0.003  # seconds between two looks into a pipe with room for what comes meanwhile
OUT_OF_MEMORY = re.compile(rb"bad_alloc|out of memory|memory allocation|allocate memory", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the handler returned, or why it could not: `failure` is "" if all is well.

    values["stderr"] is there if something was printed meanwhile: its first 2 kB.
    """

    values: dict[str, Any]
    data: bytes = b""
    failure: str = ""


@dataclass(slots=True, eq=False)
class Task:
    """A request on its way."""

    key: Any
    request: dict[str, Any]
    tries: int = 0  # that ended with the worker
    answer: Answer | None = None


Answers = list[tuple[int, Answer]]


class WorkerProcess:
    """One process, with a thread that writes to it and one that reads from it.

    Threads, since a pipe cannot be waited for with a time limit on Windows.
    """

    def __init__(self, command: list[str], events: SimpleQueue[Event]) -> None:
        self.tasks: deque[Task] = deque()  # given and not answered; it works at the first
        self.since = time.monotonic()  # the start of this first one
        self._look_at = 0.0  # when to look again how much it has computed for it
        self._computed = 0.0  # seconds, before this first one
        self.is_ready = False
        self.is_late = False
        self._late_with: Task | None = None
        self._events = events
        self._outbox: SimpleQueue[bytes | None] = SimpleQueue()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - what it prints; closed by stop()
        try:
            self._process = start_worker(command, self._log)
        except BaseException:
            self._log.close()
            raise
        names = {self._read: "answers of a decoder", self._write: "requests to a decoder"}
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True) for work, name in names.items()
        ]
        for thread in self._threads:
            thread.start()

    def ask(self, tasks: list[Task]) -> None:
        """Give it more to do."""
        requests = [task.request for task in tasks]
        self._outbox.put(json.dumps(requests, separators=(",", ":")).encode())
        if not self.tasks and self.is_ready:
            self.begin(time.monotonic())
        self.tasks.extend(tasks)

    def begin(self, when: float) -> None:
        """It has turned to the first of its tasks."""
        self.since, self._look_at = when, 0.0
        self._computed = self._seconds_computed()

    def may_go_on(self, seconds: float) -> bool:
        """Whether one that is past its deadline was only waiting, for a busy machine or a disk.

        A file is slow if it takes `seconds` of computing; by the clock it has `PATIENCE` times
        as long, in which a hang without computing ends, too.
        """
        now = time.monotonic()
        if self.is_late or not self.is_ready or now > self.since + PATIENCE * seconds:
            return False
        left = seconds - (self._seconds_computed() - self._computed)
        self._look_at = min(now + max(left, LOOK_SECONDS), self.since + PATIENCE * seconds)
        return left > 0

    def _seconds_computed(self) -> float:
        """By all of its threads, since it was started."""
        try:
            times = psutil.Process(self._process.pid).cpu_times()
        except (psutil.Error, OSError):  # just gone, which comes as an event
            return self._computed
        return float(times.user + times.system)

    def deadline(self, seconds: float) -> float:
        """When to see whether it is too slow, by `time.monotonic()`."""
        if self.is_late:
            return self.since + DYING_SECONDS
        if not self.is_ready:
            return self.since + START_SECONDS
        return max(self.since + seconds, self._look_at) if self.tasks else float("inf")

    def end_for_lateness(self) -> None:
        """Kill it; that it has ended comes as an event, behind answers still on their way."""
        self.is_late = True
        self.since = time.monotonic()
        self._late_with = self.tasks[0] if self.tasks else None
        self.kill()

    def failure(self, code: int | None, printed: bytes) -> str:
        """Why the first of its tasks has no answer; "" if this task is not to blame."""
        if self.is_late:
            return TOO_LONG if self.tasks[0] is self._late_with else ""
        is_killed = code == -9 and os.name == "posix"  # by the system, which is short of memory
        if is_killed or code == NO_MEMORY_EXIT or OUT_OF_MEMORY.search(printed):
            return TOO_MUCH_MEMORY
        return CRASHED

    def kill(self) -> None:
        """End it without waiting."""
        with suppress(OSError):  # just gone
            self._process.kill()

    def stop(self, seconds: float) -> tuple[int | None, bytes]:
        """Its exit code (None: it does not die) and the end of what it printed."""
        self._outbox.put(None)
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            try:
                code = self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                return None, b""  # its threads still use the pipes
        for thread in self._threads:
            thread.join()
        size = self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, size - PRINTED))
        printed = self._log.read(PRINTED)
        for stream in (self._process.stdin, self._process.stdout, self._log):
            if stream is not None:
                stream.close()
        return code, printed

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with suppress(OSError):  # it has died: the other thread hears of that
            while (batch := self._outbox.get()) is not None:
                write_all(pipe, LENGTH.pack(len(batch)) + batch)

    def _read(self) -> None:
        pipe: Any = self._process.stdout
        has_room = widen(pipe.fileno(), PIPE)
        view = memoryview(bytearray(PIPE))
        held = bytearray()
        try:
            while count := pipe.readinto(view):
                held += view[:count]
                answers = [(one[0], _answer(*one)) for one in unpack(held)]
                if answers:
                    self._events.put((self, time.monotonic(), answers))
                if has_room and count < PIPE // 4:
                    time.sleep(PAUSE)  # waking for each small answer costs more than reading it
        except (OSError, ValueError, RecursionError):  # what it says makes no sense any more
            self.kill()
        self._events.put((self, time.monotonic(), None))


def _answer(how: int, values: dict[str, Any], data: bytes) -> Answer:
    error = values.pop("error", "") if how != DONE else ""
    return Answer(values, data, TOO_MUCH_MEMORY if how == NO_MEMORY else error)


Event = tuple[WorkerProcess, float, Answers | None]  # who, when, what; None: it has ended
