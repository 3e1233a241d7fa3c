"""Decoders in processes of their own: a crash, a hang or runaway memory costs only that file."""

import os
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Self, TypeVar

from ddpm_studio.data.isolation.process import (
    DYING_SECONDS,
    START_SECONDS,
    TOO_LONG,
    Answer,
    Event,
    Task,
    WorkerProcess,
)
from ddpm_studio.data.isolation.worker import READY, worker_command
from ddpm_studio.errors import StudioError

HANDLER = "ddpm_studio.data.decode.look:look_at_request"

LARGEST_BATCH = 64  # requests
BATCH_SECONDS = 0.05  # of work that a worker is given at once
AHEAD = 1024  # requests asked before the first of them is delivered
AHEAD_BYTES = 32 << 20  # of answers that wait for one before them
TRIES = 2  # a crash may be the late revenge of the request before
START_TRIES = 3

Key = TypeVar("Key")


class DecoderPool:
    """Worker processes that answer requests; none of them can take the program down.

    handler: "module:function" of a function as `worker.serve` wants it. workers: how many, by
    default one for each processor, eight at most. seconds: of computing for one request; by the
    clock it has `worker.PATIENCE` times as long. memory: bytes for one worker, 0 for no limit.
    command: starts a worker, when followed by what `worker.main` takes; by default
    `worker_command()`.

    Made for one thread at a time, whichever; `close` ends all processes.
    """

    def __init__(
        self,
        handler: str = HANDLER,
        workers: int | None = None,
        seconds: float = 20.0,
        memory: int = 1_200_000_000,
        command: Sequence[str] | None = None,
    ) -> None:
        self._command = [
            *(worker_command() if command is None else command),
            *(handler, "--memory", str(memory), "--seconds", str(seconds)),
        ]
        self._count = workers or min(8, os.cpu_count() or 1)
        self._seconds = seconds
        self._workers: list[WorkerProcess] = []
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._failed_starts = 0
        self._pace = BATCH_SECONDS  # seconds for one request, of late
        self._source: Iterator[tuple[Any, dict[str, Any]]] | None = None
        self._forget_tasks()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def prewarm(self) -> None:
        """Start all workers now, without waiting for them. Raises StudioError if they cannot."""
        while len(self._workers) < self._count:
            self._start()

    def close(self) -> None:
        """End all workers at once."""
        self._stop(self._workers)

    def run(
        self, requests: Iterable[tuple[Key, dict[str, Any]]]
    ) -> Generator[tuple[Key, Answer], None, None]:
        """Answers in the order of the requests, which are taken a bounded number ahead.

        One run at a time; closing it ends the workers that are busy. Raises StudioError if no
        worker can be started.
        """
        for answered in self.run_with_pulse(requests, None):
            if answered is not None:
                yield answered

    def ask(self, request: dict[str, Any], pulse: float) -> Generator[None, None, Answer]:
        """One answer; yields now and then before it, so that one can stop."""
        for answered in self.run_with_pulse([(None, request)], pulse):
            if answered is not None:
                return answered[1]
            yield
        raise AssertionError("every request is answered")

    def run_with_pulse(
        self, requests: Iterable[tuple[Key, dict[str, Any]]], seconds: float | None
    ) -> Generator[tuple[Key, Answer] | None, None, None]:
        """As `run`, but yields None when no answer has come for a while, so that one can stop."""
        self._source = iter(requests)
        try:
            while self._ask_ahead():
                while (answer := self._order[0].answer) is None:
                    self._step(seconds)
                    if seconds is not None and self._order[0].answer is None:
                        yield None
                self._held -= len(answer.data)
                yield self._order.popleft().key, answer
                if not self._events.empty():
                    self._step(0.0)
        finally:
            self._stop([worker for worker in self._workers if worker.tasks])
            self._forget_tasks()

    # --- giving out work ---

    def _forget_tasks(self) -> None:
        self._source = None
        self._order: deque[Task] = deque()  # asked and not delivered
        self._again: deque[Task] = deque()  # come back from workers that died
        self._held = 0  # bytes of answers that wait for one before them
        self._is_full = False

    def _ask_ahead(self) -> bool:
        """Whether there is a request to wait for, once all workers have been given some."""
        has_room = len(self._order) <= AHEAD // 2 and self._held <= AHEAD_BYTES // 2
        if not self._order or (self._is_full and has_room):
            self._deal()
        return bool(self._order)

    def _deal(self) -> None:
        """Keep every worker busy, and half a batch in its hands while it gets the next."""
        size = max(1, min(LARGEST_BATCH, int(BATCH_SECONDS / self._pace)))
        self._is_full = False
        while True:
            fit = [worker for worker in self._workers if not worker.is_late]
            laziest = min(fit, key=lambda worker: len(worker.tasks), default=None)
            may_start = len(self._workers) < self._count
            if laziest is None or (laziest.tasks and may_start):
                if not may_start or not (batch := self._next_batch(size)):
                    return
                laziest = self._start()
            elif len(laziest.tasks) > max(1, size // 2) or not (batch := self._next_batch(size)):
                return
            laziest.ask(batch)

    def _next_batch(self, size: int) -> list[Task]:
        if self._again:
            return [self._again.popleft() for _ in range(min(size, len(self._again)))]
        batch: list[Task] = []
        while self._source is not None and len(batch) < size:
            if len(self._order) >= AHEAD or self._held >= AHEAD_BYTES:
                self._is_full = True
                break
            item = next(self._source, None)
            if item is None:
                self._source = None
            else:
                batch.append(Task(*item))
                self._order.append(batch[-1])
        return batch

    # --- taking answers ---

    def _step(self, timeout: float | None) -> None:
        """Take in everything that has happened; None: wait until something does."""
        now = time.monotonic()
        if timeout is None:
            limits = [worker.deadline(self._seconds) for worker in self._workers]
            timeout = max(0.0, min([*limits, now + START_SECONDS]) - now)
        with suppress(Empty):
            self._take(self._events.get(timeout=timeout) if timeout else self._events.get_nowait())
            while True:
                self._take(self._events.get_nowait())
        now = time.monotonic()  # only now: whoever has answered in time is not late
        for worker in [w for w in self._workers if now > w.deadline(self._seconds)]:
            if worker.is_late:  # and does not even die
                self._bury(worker, 0.0)
            elif not worker.may_go_on(self._seconds):
                worker.end_for_lateness()
        self._deal()

    def _take(self, event: Event) -> None:
        worker, when, answers = event
        if worker not in self._workers:  # stopped meanwhile
            return
        if answers is None or len(answers) > len(worker.tasks) + (not worker.is_ready):
            self._bury(worker)
            return
        for how, answer in answers:
            if how == READY:
                worker.is_ready = True
                worker.begin(when)
                self._failed_starts = 0
                continue
            worker.tasks.popleft().answer = answer
            self._held += len(answer.data)
            # a moving average over some ten requests
            self._pace += ((when - worker.since) / len(answers) - self._pace) / 10
        if not worker.is_late:
            worker.begin(when)

    def _bury(self, worker: WorkerProcess, seconds: float = DYING_SECONDS) -> None:
        """Say what became of the request that a worker died of; others take over the rest."""
        self._workers.remove(worker)
        code, printed = worker.stop(seconds)
        tasks = worker.tasks
        if not worker.is_ready:
            self._failed_starts += 1
            if self._failed_starts >= START_TRIES:
                raise _cannot_start(_last_line(printed) or f"it ended with code {code}")
        elif tasks and (failure := worker.failure(code, printed)):
            first = tasks[0]
            first.tries += 1
            if failure == TOO_LONG or first.tries >= TRIES:
                text = printed.decode("utf-8", "replace").strip()
                first.answer = Answer({"stderr": text} if text else {}, failure=failure)
        self._again.extendleft(task for task in reversed(tasks) if task.answer is None)

    # --- starting and stopping ---

    def _start(self) -> WorkerProcess:
        try:
            worker = WorkerProcess(self._command, self._events)
        except (OSError, ValueError) as error:
            raise _cannot_start(str(error)) from error
        self._workers.append(worker)
        return worker

    def _stop(self, workers: list[WorkerProcess]) -> None:
        self._workers = [worker for worker in self._workers if worker not in workers]
        for worker in workers:  # all, before waiting for any
            worker.kill()
        for worker in workers:
            worker.stop(DYING_SECONDS)


def _cannot_start(reason: str) -> StudioError:
    return StudioError(
        f"The helper that opens pictures cannot be started ({reason.strip().rstrip('.')}); "
        "start the program again, and install it again if that does not help."
    )


def _last_line(printed: bytes) -> str:
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else ""
