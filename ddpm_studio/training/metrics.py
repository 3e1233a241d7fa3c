"""The log of a project's training: metrics.jsonl, one JSON object a line, append only."""

import json
import math
import os
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard, TypeVar

from ddpm_studio.events import BitsMeasured, CheckpointSkipped, HeldOutMeasured, Note, TrainStep

# the kinds of what happened on the way; see Happened
HAPPENINGS = ("skipped", "rolled_back", "batch_halved", "checkpoint_skipped", "resumed")
TAIL = 1 << 16  # bytes at the end of a log, in which the last step is found
LASTING = "rolled_back"  # its place is after the step that training went back to

FORETOLD = ("remaining", "held_out_every", "bits_every")  # of a step, and no fact about it
MOST_DIGITS = 18

T = TypeVar("T")


class MetricsLog:
    """Appends lines; each is handed to the system whole, so a kill costs at most the last."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, values: dict[str, Any]) -> None:
        """Log a step, whose number is "step", or that all after the step "resumed_at" is void.

        Or what was measured, "held_out" or "bits", or what "happened"; `read_log` knows them all.
        Raises OSError if the disk does not take it.
        """
        line = json.dumps(values).encode() + b"\n"
        with self._path.open("ab+") as file:
            if _is_inside_line(file):  # a kill or a full disk left it there
                line = b"\n" + line
            file.write(line)


def _is_inside_line(file: Any) -> bool:
    if file.seek(0, os.SEEK_END) == 0:
        return False
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) != b"\n")


class Journal:
    """What a training writes while it runs; a log is not worth a training.

    A line that cannot be written is a Note, once in a row.
    """

    def __init__(self, path: Path, log_every: int, is_kept: bool = True) -> None:
        """is_kept: False writes nothing, where another process does."""
        self._is_kept = is_kept
        self._path = path
        self._log = MetricsLog(path)
        self._log_every = log_every
        self._losses: list[float] = []  # since the last line
        self._newest: dict[str, Any] = {}  # what a line of the newest step says beside its loss
        self._passed_over: list[CheckpointSkipped] = []  # since training went back last
        self._is_writing = True

    def stepped(self, event: TrainStep, all_seconds: float) -> Iterator[Note]:
        """Every `log_every` steps a line, with the mean of the losses since the one before.

        all_seconds: of all the training so far, not only of this run.
        """
        self._losses.append(event.loss)
        self._newest = asdict(event) | {"seconds": all_seconds}
        for name in FORETOLD:
            del self._newest[name]
        if event.step % self._log_every == 0:
            yield from self._write_step()

    def saving(self) -> Iterator[Note]:
        """A checkpoint of the newest step is begun: the log comes as far as that."""
        if self._losses:
            yield from self._write_step()

    def _write_step(self) -> Iterator[Note]:
        mean = sum(self._losses) / len(self._losses)
        self._losses.clear()
        yield from self._append(self._newest | {"loss": mean})

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

    def measured_bits(self, event: BitsMeasured) -> Iterator[Note]:
        yield from self._append({"bits": asdict(event)})

    def happened(self, step: int, kind: str, message: str) -> Iterator[Note]:
        """Something worth a mark in the plot; kind: a word of HAPPENINGS."""
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


class Measured(NamedTuple):
    """The loss on held-out pictures; bands: from little noise to much, () if none were logged."""

    step: int
    loss: float
    bands: tuple[float, ...] = ()


class MeasuredBits(NamedTuple):
    """Bits for each number of held-out pictures, and their standard error; see `BitsMeasured`.

    parts: of the timesteps from each of `starts` on; both () if none were logged.
    """

    step: int
    bits: float
    error: float
    prior: float = 0.0
    decoder: float = 0.0
    starts: tuple[int, ...] = ()
    parts: tuple[float, ...] = ()


class Happened(NamedTuple):
    """Something that is worth a mark in the plot; kind: one of HAPPENINGS; message: a sentence."""

    step: int
    kind: str
    message: str


@dataclass(frozen=True)
class Log:
    """What still counts of a log, each list in order of its steps.

    happened: what was void is not in it, but "rolled_back" is, at the step that it happened at.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    held_out: list[Measured] = field(default_factory=list)
    bits: list[MeasuredBits] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)


def read_log(path: Path) -> Log:
    """All of it, in one pass. Lines that a kill left broken are passed over."""
    log = Log()
    if not path.exists():
        return log
    lasting: list[Happened] = []
    for entry in _entries(path.read_text("utf-8", errors="replace").split("\n")):
        resumed_at, step = entry.get("resumed_at"), entry.get("step")
        if isinstance(resumed_at, int):
            _drop_after(resumed_at, log.steps, lambda line: int(line["step"]))
            _drop_after(resumed_at, log.held_out, _step_of)
            _drop_after(resumed_at, log.bits, _step_of)
            _drop_after(resumed_at, log.happened, _step_of)
        elif isinstance(step, int):
            # in case the disk did not take "resumed_at"
            _drop_after(step - 1, log.steps, lambda line: int(line["step"]))
            log.steps.append(entry)
        elif (measured := _measured(entry.get("held_out"))) is not None:
            _drop_after(measured.step - 1, log.held_out, _step_of)
            log.held_out.append(measured)
        elif (bits := _measured_bits(entry.get("bits"))) is not None:
            _drop_after(bits.step - 1, log.bits, _step_of)
            log.bits.append(bits)
        elif (happened := _happened(entry.get("happened"))) is not None:
            (lasting if happened.kind == LASTING else log.happened).append(happened)
    log.happened.extend(lasting)
    log.happened.sort(key=_step_of)
    return log


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


def read_held_out(path: Path) -> list[Measured]:
    """Every measurement on held-out pictures that still counts, in order."""
    return read_log(path).held_out


def best_checkpoint(held_out: Iterable[Measured], steps: Container[int]) -> int | None:
    """Of the checkpoints of some steps, the one whose held-out loss is lowest; None if unknown.

    Only what was measured at that very step counts. Of equals, the first.
    """
    measured = [one for one in held_out if one.step in steps]
    return min(measured, key=lambda one: one.loss).step if measured else None


def _measured(values: object) -> Measured | None:
    if not isinstance(values, dict):
        return None
    step, loss, bands = values.get("step"), values.get("loss"), values.get("bands")
    if not isinstance(step, int) or not _is_finite(loss):
        return None
    if not isinstance(bands, list) or not all(_is_finite(band) for band in bands):
        bands = []
    return Measured(step, float(loss), tuple(float(band) for band in bands))


def _measured_bits(values: object) -> MeasuredBits | None:
    if not isinstance(values, dict) or not isinstance(values.get("step"), int):
        return None
    numbers = [values.get(name) for name in ("bits", "error", "prior", "decoder")]
    if not all(_is_finite(number) for number in numbers):
        return None
    starts, parts = values.get("starts"), values.get("parts")
    if not (_are_finite(starts) and _are_finite(parts) and len(starts) == len(parts)):
        starts, parts = [], []
    bits, error, prior, decoder = map(float, numbers)  # type: ignore[arg-type]
    kept = (tuple(map(int, starts)), tuple(map(float, parts)))
    return MeasuredBits(values["step"], bits, error, prior, decoder, *kept)


def _happened(values: object) -> Happened | None:
    if not isinstance(values, dict):
        return None
    step, kind, message = (values.get(key) for key in Happened._fields)
    if isinstance(step, int) and isinstance(message, str) and kind in HAPPENINGS:
        return Happened(step, kind, message)
    return None


def _are_finite(values: object) -> TypeGuard[list[float]]:
    return isinstance(values, list) and all(_is_finite(value) for value in values)


def _is_finite(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and math.isfinite(value)


def _step_of(entry: Measured | MeasuredBits | Happened) -> int:
    return entry.step


def _drop_after(step: int, entries: list[T], step_of: Callable[[T], int]) -> None:
    while entries and step_of(entries[-1]) > step:
        entries.pop()


def _whole(digits: str) -> int:
    """Raises ValueError for a number that no log has; others could not become one with a point."""
    if len(digits) > MOST_DIGITS:
        raise ValueError("a number without end")
    return int(digits)


def _entries(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line, parse_int=_whole)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            yield entry
