"""train(project): the whole of training as a generator of events."""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from ddpm_studio.choices import read_choices
from ddpm_studio.data import prepare_pictures
from ddpm_studio.device import describe_device, select_device
from ddpm_studio.errors import CheckpointError, ExportError, StudioError, TrainingError
from ddpm_studio.events import (
    CheckpointSaved,
    CheckpointSkipped,
    HeldOutMeasured,
    Note,
    PicturesFound,
    PicturesProgress,
    PicturesReady,
    PicturesSeen,
    PreviewProgress,
    PreviewSaved,
    RolledBack,
    StepSkipped,
    TrainStarted,
    TrainStep,
)
from ddpm_studio.project import Project, check_locked
from ddpm_studio.storage import remove_unfinished
from ddpm_studio.training.checkpoints import prune, read_info, restore, save_checkpoint
from ddpm_studio.training.held_out import MOST, HeldOut, split_held_out
from ddpm_studio.training.memory import freed_memory_kept
from ddpm_studio.training.metrics import MetricsLog
from ddpm_studio.training.pace import Pace
from ddpm_studio.training.preview import averaged_model, is_preview_step, preview
from ddpm_studio.training.settling import with_alpha, with_channels
from ddpm_studio.training.trainer import StepResult, Trainer
from ddpm_studio.training.trouble import is_out_of_memory, told_in_sentences

BAD_STEPS_IN_A_ROW = 5
ROLLBACKS_IN_A_ROW = 8  # without a checkpoint further on in between
PATIENT_ROLLBACKS = 2  # after so many, each goes one checkpoint further back
SMALLEST_RATE_SCALE = 2**-8

TrainEvent = (
    PicturesFound
    | PicturesSeen
    | PicturesProgress
    | PicturesReady
    | CheckpointSkipped
    | HeldOutMeasured
    | TrainStarted
    | TrainStep
    | StepSkipped
    | RolledBack
    | PreviewProgress
    | PreviewSaved
    | CheckpointSaved
    | Note
)
Events = Generator[TrainEvent, None, None]


@dataclass(frozen=True)
class TrainResult:
    """Where training ended. seconds: of this run, without pauses."""

    step: int
    seconds: float


def train(
    project: Project,
    *,
    device: str | torch.device = "auto",
    steps: int | None = None,
    seconds: float | None = None,
) -> Generator[TrainEvent, None, TrainResult]:
    """Train from the newest checkpoint on, for so many more steps or seconds, or until closed.

    Closing the generator saves a checkpoint; so does every other way of ending. Time in which
    nobody asks for the next event does not count. What can be done later (a preview, a log
    line, a checkpoint on the way) and fails is a Note, and training goes on.
    Raises StudioError with one sentence: no pictures, a locked project, too little memory, a
    full disk at the end.
    """
    chosen = select_device(str(device))
    with (
        project.lock(),
        told_in_sentences(project.config.train, chosen),
        freed_memory_kept(chosen),
    ):
        for folder in (project.checkpoints, project.samples):
            remove_unfinished(folder)
        pictures = yield from prepare_pictures(
            project.pictures, project.config.pictures, project.cache, read_choices(project.path)
        )
        project = with_channels(project, pictures.channels)
        learned, kept_out = split_held_out(
            [one.facts.digest for one in pictures.taken], project.config.train.held_out_share
        )
        trainer = Trainer(
            with_alpha(project.config, pictures.records, pictures.rows),
            torch.from_numpy(pictures.records),
            chosen,
            weights=torch.from_numpy(pictures.weights[learned]),
            rows=torch.from_numpy(pictures.rows[learned]),
        )
        held_out = HeldOut(trainer, pictures.records[pictures.rows[kept_out[:MOST]]])
        run = _Run(project, trainer, held_out, steps, seconds)
        yield from run.whole()
        return TrainResult(trainer.step, run.pace.seconds)


class _Run:
    """The bookkeeping of one call of `train`."""

    def __init__(
        self,
        project: Project,
        trainer: Trainer,
        held_out: HeldOut,
        steps: int | None,
        seconds: float | None,
    ) -> None:
        self.project = project
        self.held_out = held_out
        self.asked_step = 0  # when the held-out loss was measured last
        self.train = project.config.train
        self.trainer = trainer
        self.log = MetricsLog(project.metrics_path)
        self.pace = Pace(seconds)
        self.max_steps = steps
        self.saved_step = 0  # what the trainer holds is in its checkpoint
        self.furthest = 0  # the highest step of a checkpoint so far
        self.saved_at = 0.0  # in seconds of this run; failed attempts count, too
        self.is_whole = True  # False while the trainer is between two states
        self.is_logging = True
        self.bad_steps = 0
        self.rollbacks = 0
        self.losses: list[float] = []  # since the last line of the log

    def whole(self) -> Events:
        """All of training, and the saving that belongs to every way of ending."""
        yield from self._go_back()
        yield self._started()
        yield from self._log_resumed()
        try:
            yield from self._until_over()
        except StudioError:  # raised where all is saved, or by a failure to save
            raise
        except GeneratorExit:
            self._save_what_is_good()
            raise
        except BaseException as error:
            try:
                self._save_what_is_good()
            except Exception as failure:  # must not hide the first one
                error.add_note(str(failure))
            raise

    def _until_over(self) -> Events:
        while True:
            while not self.pace.is_over(self.trainer.step):
                yield from self._one_step()
            yield from self._save()
            if self.pace.is_over(self.trainer.step):  # else saving had to go back
                return

    def _one_step(self) -> Events:
        yield from self._step()
        if self.bad_steps >= BAD_STEPS_IN_A_ROW:
            yield from self._roll_back("The loss was not a finite number")
            return
        if is_preview_step(self.trainer.step, self.train.preview_every):
            yield from self._ask_held_out()
            yield from self._preview()
        if self._is_checkpoint_due():
            yield from self._save_on_the_way()

    def _started(self) -> TrainStarted:
        trainer, pace = self.trainer, self.pace
        pace.last_step = None if self.max_steps is None else trainer.step + self.max_steps
        return TrainStarted(
            trainer.step,
            pace.last_step,
            pace.max_seconds,
            describe_device(trainer.device),
            str(trainer.precision).removeprefix("torch."),
            sum(parameter.numel() for parameter in trainer.parameters),
            trainer.count,
        )

    def _step(self) -> Events:
        trainer = self.trainer
        step, noise = trainer.step, trainer.generator.get_state()
        try:
            with self.pace.stepping():
                result = trainer.train_step()
        except BaseException:
            trainer.generator.set_state(noise)  # as if this step had never begun ...
            self.is_whole = trainer.step == step  # ... unless weights may have changed
            raise
        if result.applied:
            self.bad_steps = 0
            yield from self._report(result)
        else:
            yield self._skipped(result)

    def _report(self, result: StepResult) -> Events:
        event = TrainStep(
            self.trainer.step,
            result.loss,
            result.grad_norm,
            result.learning_rate,
            self.train.batch_size / self.pace.step_seconds,
            self.pace.seconds,
            self.pace.remaining(self.trainer.step),
        )
        self.losses.append(result.loss)
        if event.step % self.train.log_every == 0:
            yield from self._log_step(event)
        yield event

    def _skipped(self, result: StepResult) -> StepSkipped:
        step, scaler = self.trainer.step, self.trainer.scaler
        if math.isfinite(result.loss) and scaler.is_enabled() and scaler.get_scale() >= 1:
            return StepSkipped(
                step, f"Step {step} was skipped: float16 was too small for it, so its scale halves."
            )
        self.bad_steps += 1
        what = "gradient" if math.isfinite(result.loss) else "loss"
        return StepSkipped(step, f"Step {step} was skipped: its {what} was not a finite number.")

    def _log_step(self, event: TrainStep) -> Events:
        values = asdict(event) | {"loss": sum(self.losses) / len(self.losses)}
        del values["remaining"]
        self.losses.clear()
        yield from self._append(values | {"seconds": self.pace.all_seconds})

    def _log_resumed(self) -> Events:
        self.losses.clear()
        yield from self._append({"resumed_at": self.trainer.step})

    def _append(self, values: dict[str, Any]) -> Events:
        """A line that cannot be written is not worth a training, but a Note, once in a row."""
        try:
            self.log.append(values)
        except OSError as error:
            if self.is_logging:
                yield Note(f"{self.project.metrics_path} cannot be written: {error.strerror}.")
            self.is_logging = False
        else:
            self.is_logging = True

    def _ask_held_out(self) -> Events:
        """The same pictures, noise and timesteps every time, of the averaged weights."""
        step = self.trainer.step
        if not len(self.held_out) or step == self.asked_step:
            return
        with self.pace.working():
            found = self.held_out.measure(averaged_model(self.trainer))
        self.asked_step = step
        if math.isfinite(found.loss):
            yield from self._append({"held_out": {"step": step, **asdict(found)}})
            yield HeldOutMeasured(step, found.loss, found.bands)

    def _preview(self) -> Events:
        path = self.project.samples / f"step_{self.trainer.step:08d}.png"
        steps = preview(self.trainer, path)
        while True:
            event: TrainEvent | None
            try:
                with self.pace.working():
                    event = next(steps, None)
            except (ExportError, OSError, MemoryError, RuntimeError) as error:
                event = _missing_preview(self.trainer.step, error)
            if event is None:
                return
            yield event

    def _save_on_the_way(self) -> Events:
        """A checkpoint, later if the disk does not take it now."""
        self.saved_at = self.pace.seconds
        try:
            yield from self._save()
        except CheckpointError as error:
            yield Note(f"{error} Training goes on, and tries to save again later.")

    def _save(self) -> Events:
        """Write a checkpoint if there is something new, or go back if it is not sound."""
        step = self.trainer.step
        if step == self.saved_step:
            return
        if not self.trainer.is_finite():
            yield from self._roll_back("Not all weights were finite numbers")
            return
        path = self._write()
        yield CheckpointSaved(step, path)
        yield from self._ask_held_out()

    def _save_what_is_good(self) -> None:
        """What was learned is kept, whatever ended training; if it is sound."""
        if self.is_whole and self.trainer.step != self.saved_step and self.trainer.is_finite():
            self._write()

    def _write(self) -> Path:
        step = self.trainer.step
        path = self.project.checkpoint_path(step)
        with self.pace.working():
            save_checkpoint(path, self.trainer, self.pace.all_seconds)
            prune(self.project, step)
        self.saved_step, self.saved_at = step, self.pace.seconds
        if step > self.furthest:
            self.furthest, self.rollbacks = step, 0
        return path

    def _go_back(self, passing: int = 0) -> Events:
        """Load the newest whole checkpoint, `passing` over some; without any, start anew."""
        paths = self.project.checkpoint_paths()
        for index in reversed(range(len(paths) - passing)):
            path = paths[index]
            try:
                check_locked(read_info(path).config, self.project.config)
                info = restore(path, self.trainer)
            except CheckpointError as error:
                then = "Going on from the one before it" if index else "Starting from the beginning"
                yield CheckpointSkipped(path, f"{error} {then}.")
            else:
                self.pace.all_seconds, self.saved_step = info.seconds, info.step
                self.furthest = max(self.furthest, info.step)
                return
        self.trainer.reset()
        self.pace.all_seconds, self.saved_step = 0.0, 0

    def _roll_back(self, reason: str) -> Events:
        """Return to the last good state with half the rate and other noise."""
        trainer, step = self.trainer, self.trainer.step
        scale = max(trainer.rate_scale / 2, SMALLEST_RATE_SCALE)
        self.rollbacks += 1
        self.bad_steps = 0
        self.is_whole = False
        yield from self._go_back(max(0, self.rollbacks - PATIENT_ROLLBACKS))
        if self.rollbacks > ROLLBACKS_IN_A_ROW:
            raise TrainingError(
                f"{reason}, even after going back {ROLLBACKS_IN_A_ROW} times with an ever lower "
                "learning rate; try train.precision=fp32, or a lower train.learning_rate."
            )
        trainer.rate_scale = min(scale, trainer.rate_scale)
        # the same noise would lead to the same place again
        trainer.generator.manual_seed((self.train.seed + step + self.rollbacks) % 2**63)
        self.is_whole = True
        self.saved_at = self.pace.seconds
        yield from self._log_resumed()
        rate = self.train.learning_rate * trainer.rate_scale
        yield RolledBack(
            step,
            trainer.step,
            rate,
            f"{reason}, so training went back from step {step} to {trainer.step} and goes on with "
            f"a learning rate of {rate:g}.",
        )

    def _is_checkpoint_due(self) -> bool:
        if self.bad_steps:  # a state that leads nowhere is not one to go back to
            return False
        is_round = self.trainer.step % self.train.checkpoint_every == 0
        return is_round or self.pace.seconds - self.saved_at >= self.train.checkpoint_seconds


def _missing_preview(step: int, error: Exception) -> Note:
    """Pictures on the way are not worth a training."""
    if is_out_of_memory(error):
        return Note(
            f"The preview of step {step} was left out, because there is not enough memory for it; "
            "lower train.preview_count."
        )
    if isinstance(error, ExportError | OSError):
        return Note(f"The preview of step {step} was left out. {error}")
    raise error
