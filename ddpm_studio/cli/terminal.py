"""How events look on a terminal, in a log, and as JSON."""

import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import TextIO

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from ddpm_studio import events as ev
from ddpm_studio.words import on_one_line, several, time_left

BARS = {
    ev.Work.READING: "Reading pictures",
    ev.Work.DRAWING: "Drawing pictures",
    ev.Work.PROBING: "Looking at this machine",
    ev.Work.WRITING: "Writing the film",
    ev.Work.BITS: "Measuring bits",
}
LOG_SECONDS = 10.0  # between two lines of progress where there is no terminal


class JsonLines:
    """One JSON object per event and line; pictures are left out."""

    def event(self, event: object) -> None:
        if isinstance(event, ev.PicturesFound | ev.PicturesSeen):
            return  # for the window, which shows pictures while they are read
        values = _progress(event) if isinstance(event, ev.Progress) else _facts(event)
        print(json.dumps(values), flush=True)

    def close(self) -> None:
        """Nothing is left open."""


def _progress(event: ev.Progress) -> dict[str, object]:
    """Each kind of work is an event of its own here."""
    values: dict[str, object] = {"event": event.what, "done": event.done, "total": event.total}
    if event.now:
        values["what"] = event.now
    if event.step is not None:
        values["step"] = event.step
    return values


def _facts(event: object) -> dict[str, object]:
    assert dataclasses.is_dataclass(event)
    values: dict[str, object] = {"event": type(event).__name__}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if not isinstance(value, np.ndarray):
            values[field.name] = str(value) if isinstance(value, Path) else value
    return values


class Silence:
    """For processes beside the one that speaks."""

    def event(self, event: object) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Terminal:
    """A progress bar with the time left, and a line for what is worth one.

    Without a terminal the bar becomes a line every ten seconds.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        """file: where to show it all; stdout if nothing else is said."""
        self._console = Console(
            file=file or sys.stdout, highlight=False, markup=False, emoji=False, soft_wrap=True
        )
        self._progress = Progress(
            TextColumn("{task.description:<20}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[state]}", markup=False),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None
        self._name = ""
        self._started = 0.0
        self._logged = 0.0
        self._training: ev.TrainStarted | None = None
        self._progress.start()

    def event(self, event: object) -> None:
        match event:
            case ev.Progress(what, done, total, step=None) if what in BARS:  # none of training
                self._bar(BARS[what], done, total)
            case ev.SampleStep():
                self._bar("Making pictures", event.painted, event.total)
            case ev.PicturesReady(taken, left_out):
                left = several(left_out, "file")
                self._line(f"{several(taken, 'picture')} taken, {left} left out")
            case ev.FileChecked():
                self._line(_verdict(event))
            case ev.FolderChecked(taken, left_out, channels, width, height):
                colours = {1: "grey", 3: "colour", 4: "colour and transparency"}[channels]
                are = "is" if left_out == 1 else "are"
                self._line(
                    f"A model of {width} x {height} pixels in {colours} would learn from "
                    f"{several(taken, 'picture')}; {several(left_out, 'file')} {are} left out"
                )
            case ev.TrainStarted():
                self._training = event
                millions = f"{event.parameters / 1e6:.1f} million weights"
                weights = several(event.parameters, "weight")
                self._line(
                    f"Training from step {event.step} on {event.device} in {event.precision}, "
                    f"{millions if event.parameters >= 1e5 else weights}"
                )
            case ev.TrainStep():
                self._train_step(event)
            case (
                ev.StepSkipped()
                | ev.BatchHalved()
                | ev.RolledBack()
                | ev.CheckpointSkipped()
                | ev.Note()
            ):
                self._line(event.message)

    def close(self) -> None:
        self._progress.stop()

    def _train_step(self, event: ev.TrainStep) -> None:
        assert self._training is not None
        if self._training.total_seconds is not None:
            done, total = event.seconds, self._training.total_seconds
        elif self._training.total_steps is not None:
            first = self._training.step
            done, total = event.step - first, self._training.total_steps - first
        else:
            done, total = 0.0, 1.0
        speed = f"{event.pictures_per_second:.0f} pictures/s"
        state = f"step {event.step}  loss {event.loss:.4f}  {speed}"
        self._bar("Training", done, total, state, event.remaining)

    def _bar(
        self, name: str, done: float, total: float, state: str = "", left: float | None = None
    ) -> None:
        now = time.monotonic()
        if name != self._name:
            if self._task is not None:
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(name, total=total, state="")
            self._name, self._started, self._logged = name, now, now
        if left is None and done > 0:
            left = (now - self._started) * (total - done) / done
        if not state:
            state = f"{done:.0f}/{total:.0f}"
        if left is not None and done < total:
            state += f"  {time_left(left)}"
        assert self._task is not None
        self._progress.update(self._task, completed=done, total=total, state=state)
        is_log_due = now - self._logged >= LOG_SECONDS or done >= total
        if self._progress.disable and is_log_due:
            self._logged = now
            self._line(f"{name}: {state}")

    def _line(self, text: str) -> None:
        self._console.print(on_one_line(text))


def _verdict(file: ev.FileChecked) -> str:
    """ "taken     a.jpg (turned upright)" or "left out  b.txt: a text, not a picture"."""
    notes = f" ({'; '.join(file.notes)})" if file.notes else ""
    if file.is_taken:
        return f"taken     {file.name}{notes}"
    return f"left out  {file.name}: {file.reason}{notes}"
