"""What a training writes into its log while it runs; a log is not worth a training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ddpm_studio.events import HeldOutMeasured, Note, TrainStep
from ddpm_studio.training.metrics import MetricsLog


class Journal:
    """Lines of metrics.jsonl. One that cannot be written is a Note, once in a row."""

    def __init__(self, path: Path, log_every: int, is_kept: bool = True) -> None:
        """is_kept: False writes nothing, where another process does."""
        self._is_kept = is_kept
        self._path = path
        self._log = MetricsLog(path)
        self._log_every = log_every
        self._losses: list[float] = []  # since the last line
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

    def went_to(self, step: int) -> Iterator[Note]:
        """Training goes on from `step`, so whatever was logged after it is void."""
        self._losses.clear()
        yield from self._append({"resumed_at": step})

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
