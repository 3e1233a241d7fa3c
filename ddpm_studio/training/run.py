"""train(project): the whole of training as a generator of events."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import asdict, dataclass

import torch

from ddpm_studio.data import prepare_pictures
from ddpm_studio.device import describe_device, select_device
from ddpm_studio.errors import CheckpointError, TrainingError
from ddpm_studio.events import (
    CheckpointSaved,
    CheckpointSkipped,
    PicturesProgress,
    PicturesReady,
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
from ddpm_studio.training.metrics import MetricsLog
from ddpm_studio.training.preview import is_preview_step, preview
from ddpm_studio.training.trainer import Trainer

BAD_STEPS_IN_A_ROW = 5
SMALLEST_RATE_SCALE = 2**-8
SPEED_MEMORY = 0.95  # how much of the average step time is kept at each step

TrainEvent = (
    PicturesProgress
    | PicturesReady
    | CheckpointSkipped
    | TrainStarted
    | TrainStep
    | StepSkipped
    | RolledBack
    | PreviewProgress
    | PreviewSaved
    | CheckpointSaved
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
    nobody asks for the next event does not count.
    Raises StudioError with one sentence: no pictures, a locked project, a full disk.
    """
    chosen = select_device(str(device))
    with project.lock():
        remove_unfinished(project.checkpoints)
        pictures = yield from prepare_pictures(
            project.pictures, project.config.pictures, project.cache
        )
        trainer = Trainer(project.config, torch.from_numpy(pictures.pixels), chosen)
        run = _Run(project, trainer, steps, seconds)
        yield from run.go_back_to_newest()
        yield from run.whole()
        return TrainResult(trainer.step, run.seconds)


class _Run:
    """The bookkeeping of one call of `train`."""

    def __init__(
        self, project: Project, trainer: Trainer, steps: int | None, seconds: float | None
    ) -> None:
        self.project = project
        self.trainer = trainer
        self.max_steps = steps
        self.max_seconds = seconds
        self.seconds = 0.0  # of this run
        self.earlier_seconds = 0.0  # of the runs before it
        self.saved_step = 0
        self.saved_at = 0.0  # in seconds of this run
        self.step_seconds = 0.0
        self.bad_steps = 0
        self.losses: list[float] = []

    def whole(self) -> Events:
        trainer, config = self.trainer, self.project.config
        first = trainer.step
        self.last = None if self.max_steps is None else first + self.max_steps
        self.log = MetricsLog(self.project.metrics_path, first)
        yield TrainStarted(
            first,
            self.last,
            self.max_seconds,
            describe_device(trainer.device),
            str(trainer.precision).removeprefix("torch."),
            sum(parameter.numel() for parameter in trainer.parameters),
            len(trainer.pictures),
        )
        try:
            while not self._is_over():
                yield from self._step()
                if is_preview_step(trainer.step, config.train.preview_every):
                    yield from self._preview()
                if self._is_checkpoint_due():
                    yield from self._save()
            yield from self._save()
        finally:  # closed, or something went wrong: what was learned is kept
            for _ in self._save():
                pass

    def go_back_to_newest(self) -> Events:
        """Load the newest whole checkpoint; without any, start from the beginning."""
        for path in reversed(self.project.checkpoint_paths()):
            try:
                check_locked(read_info(path).config, self.project.config)
                info = restore(path, self.trainer)
            except CheckpointError as error:
                yield CheckpointSkipped(path, f"{error} Going on from the one before it.")
            else:
                self.earlier_seconds = info.seconds - self.seconds
                self.saved_step = info.step
                return
        self.trainer.reset()
        self.saved_step = 0

    def _step(self) -> Events:
        started = time.monotonic()
        result = self.trainer.train_step()
        taken = time.monotonic() - started
        self.seconds += taken
        self.step_seconds = (
            SPEED_MEMORY * self.step_seconds + (1 - SPEED_MEMORY) * taken
            if self.step_seconds
            else taken
        )
        step = self.trainer.step
        if not result.applied:
            self.bad_steps += 1
            yield StepSkipped(step, f"Step {step} was skipped: its loss was not a finite number.")
            if self.bad_steps >= BAD_STEPS_IN_A_ROW:
                yield from self._roll_back()
            return
        self.bad_steps = 0
        event = TrainStep(
            step,
            result.loss,
            result.grad_norm,
            result.learning_rate,
            self.project.config.train.batch_size / self.step_seconds,
            self.seconds,
            self._remaining(),
        )
        self.losses.append(result.loss)
        if step % self.project.config.train.log_every == 0:
            self._log(event)
        yield event

    def _log(self, event: TrainStep) -> None:
        values = asdict(event) | {"loss": sum(self.losses) / len(self.losses)}
        del values["remaining"]
        self.log.append(values | {"seconds": self.earlier_seconds + self.seconds})
        self.losses.clear()

    def _preview(self) -> Events:
        steps = preview(self.trainer, self.project.samples / f"step_{self.trainer.step:08d}.png")
        while True:
            started = time.monotonic()
            event = next(steps, None)
            self.seconds += time.monotonic() - started
            if event is None:
                return
            yield event

    def _save(self) -> Events:
        """Write a checkpoint if there is something new and it is sound."""
        step = self.trainer.step
        if step == self.saved_step:
            return
        if not self.trainer.is_finite():
            yield from self._roll_back()
            return
        started = time.monotonic()
        path = self.project.checkpoint_path(step)
        save_checkpoint(path, self.trainer, self.earlier_seconds + self.seconds)
        prune(self.project)
        self.seconds += time.monotonic() - started
        self.saved_step, self.saved_at = step, self.seconds
        yield CheckpointSaved(step, path)

    def _roll_back(self) -> Events:
        """Return to the last good state with half the rate and other noise."""
        trainer = self.trainer
        step, scale = trainer.step, trainer.rate_scale / 2
        if scale < SMALLEST_RATE_SCALE:
            raise TrainingError(
                "The loss is not a finite number, even with a much lower learning rate; check "
                "the pictures, or make a new project with a lower train.learning_rate."
            )
        yield from self.go_back_to_newest()
        trainer.rate_scale = min(scale, trainer.rate_scale)
        # the same noise would lead to the same place again
        trainer.generator.manual_seed(self.project.config.train.seed + round(1 / scale))
        self.bad_steps = 0
        self.log.append({"resumed_at": trainer.step})
        rate = self.project.config.train.learning_rate * trainer.rate_scale
        yield RolledBack(
            step,
            trainer.step,
            rate,
            f"The loss was not a finite number, so training went back from step {step} to "
            f"{trainer.step} and goes on with a learning rate of {rate:g}.",
        )

    def _is_over(self) -> bool:
        if self.last is not None and self.trainer.step >= self.last:
            return True
        return self.max_seconds is not None and self.seconds >= self.max_seconds

    def _is_checkpoint_due(self) -> bool:
        train = self.project.config.train
        return (
            self.trainer.step % train.checkpoint_every == 0
            or self.seconds - self.saved_at >= train.checkpoint_seconds
        )

    def _remaining(self) -> float | None:
        if self.last is not None:
            return max(0, self.last - self.trainer.step) * self.step_seconds
        if self.max_seconds is not None:
            return max(0.0, self.max_seconds - self.seconds)
        return None
