"""What a training writes into its log while it runs; a log is not worth a training."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ddpm_studio.events import CheckpointSkipped, HeldOutMeasured, Note, TrainStep
from ddpm_studio.training.metrics import MetricsLog

TAIL = 1 << 16  # bytes at the end of a log, in which the last step is found


class Journal:
    """Lines of metrics.jsonl. One that cannot be written is a Note, once in a row."""

    def __init__(self, path: Path, log_every: int, is_kept: bool = True) -> None:
        """is_kept: False writes nothing, where another process does."""
        self._is_kept = is_kept
        self._path = path
        self._log = MetricsLog(path)
        self._log_every = log_every
        self._losses: list[float] = []  # since the last line
        self._passed_over: list[CheckpointSkipped] = []  # since training went back last
        self._is_writing = True

    def stepped(self, event: TrainStep, all_seconds: float) -> Iterator[Note]:
        """Every `log_every` steps a line, with the mean of the losses since the one before.

        all_seconds: of all the training so far, not only of this run.
        """
        self._losses.append(event.loss)
        if event.step % self._log_every:
            return
        values = asdict(event) | {"loss": sum(self._losses) / len(self._losses)}
        del values["remaining"]
        self._losses.clear()
        yield from self._append(values | {"seconds": all_seconds})

    def resumed(self, step: int) -> Iterator[Note]:
        """A new run goes on from `step`; a Note if the last one had come further."""
        last = last_step(self._path) if self._is_kept else 0
        yield from self.went_to(step)
        lost = f" What was learned from there to step {last} had not been saved and is lost."
        message = f"Training goes on from step {step}.{lost * (last > step)}"
        if step or last > step:
            yield from self.happened(step, "resumed", message)
        if last > step:
            yield Note(message)

    def went_to(self, step: int) -> Iterator[Note]:
        """Training goes on from `step`, so whatever was logged after it is void."""
        self._losses.clear()
        yield from self._append({"resumed_at": step})
        for skipped in self._passed_over:
            yield from self.happened(step, "checkpoint_skipped", skipped.message)
        self._passed_over.clear()

    def passed_over(self, skipped: CheckpointSkipped) -> None:
        """It is logged when it is known where training goes on."""
        self._passed_over.append(skipped)

    def measured(self, event: HeldOutMeasured) -> Iterator[Note]:
        yield from self._append({"held_out": asdict(event)})

    def happened(self, step: int, kind: str, message: str) -> Iterator[Note]:
        """Something worth a mark in the plot; kind: a word of `metrics.HAPPENINGS`."""
        yield from self._append({"happened": {"step": step, "kind": kind, "message": message}})

    def _append(self, values: dict[str, Any]) -> Iterator[Note]:
        if not self._is_kept:
            return
        try:
            self._log.append(values)
        except OSError as error:
            if self._is_writing:
                yield Note(f"{self._path} cannot be written: {error.strerror}.")
            self._is_writing = False
        else:
            self._is_writing = True


def last_step(path: Path) -> int:
    """The step that a log has come to, 0 if it does not say; only its end is read."""
    last = 0
    with suppress(OSError), path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
        for line in file:
            with suppress(ValueError):  # broken by a kill, or by where the reading began
                entry = json.loads(line)
                step = entry.get("step", entry.get("resumed_at")) if type(entry) is dict else None
                last = step if type(step) is int else last
    return last
