"""train(project): the whole of training as a generator of events."""

import math
from collections.abc import Generator
from contextlib import nullcontext
from dataclasses import dataclass

import torch

from ddpm_studio.choices import read_choices
from ddpm_studio.data import prepare_pictures
from ddpm_studio.device import describe_device, freed_memory_kept, memory_taken, precision_name
from ddpm_studio.errors import CheckpointError, StudioError, TrainingError
from ddpm_studio.events import (
    BatchHalved,
    Note,
    RolledBack,
    StepSkipped,
    TrainEvent,
    TrainStarted,
    TrainStep,
)
from ddpm_studio.export.places import check_folder
from ddpm_studio.project import Project
from ddpm_studio.storage import remove_unfinished
from ddpm_studio.training.enough_memory import go_in_parts, parts_that_fit
from ddpm_studio.training.evaluation import Evaluation
from ddpm_studio.training.failures import is_out_of_memory, told_in_sentences
from ddpm_studio.training.held_out import MOST, HeldOut, split_held_out
from ddpm_studio.training.live import Live
from ddpm_studio.training.metrics import Journal
from ddpm_studio.training.processes import Team, joined_team, own_device
from ddpm_studio.training.resolved_settings import with_alpha, with_channels, with_sigma_max
from ddpm_studio.training.rhythm import is_measured, is_whole
from ddpm_studio.training.saver import Saver
from ddpm_studio.training.stopwatch import Stopwatch
from ddpm_studio.training.trainer import StepResult, Trainer

BAD_STEPS_IN_A_ROW = 5
ROLLBACKS_IN_A_ROW = 8  # without a checkpoint further on in between
PATIENT_ROLLBACKS = 2  # after so many, each goes one checkpoint further back
SMALLEST_RATE_SCALE = 2**-8
SETTLED = 10.0  # seconds: by then nobody is writing settings or what is remembered any more

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
    live: Live | None = None,
) -> Generator[TrainEvent, None, TrainResult]:
    """Train from the newest checkpoint on, for so many more steps or seconds, or until closed.

    Closing the generator saves a checkpoint; so does every other way of ending. Time in which
    nobody asks for the next event does not count. What can be done later (a preview, a log
    line, a checkpoint on the way) and fails is a Note, and training goes on. When memory runs
    out, the batch goes through the network in smaller parts from then on.
    In processes that torchrun started, each makes steps with `batch_size` pictures of its own;
    the first of them leads and alone writes.
    live: where others can look at the model between two events.
    Raises StudioError with one sentence: no pictures, a locked project, too little memory, a
    full disk at the end, a device that is gone.
    """
    chosen = own_device(str(device))
    with (
        joined_team(chosen) as team,
        project.lock() if team.leads else nullcontext(),
        told_in_sentences(project, chosen),
        freed_memory_kept(chosen),
    ):
        return (yield from _train(project, chosen, team, steps, seconds, live or Live()))


def _train(
    project: Project,
    device: torch.device,
    team: Team,
    steps: int | None,
    seconds: float | None,
    live: Live,
) -> Generator[TrainEvent, None, TrainResult]:
    """Apart from `train`, so that what is wrapped for a team is gone before the team parts.

    Else PyTorch's threads are waited for while one of them waits for this one.
    """
    project, trainer, held_out = yield from _made_ready(project, device, team)
    with Saver(project, trainer) as saver:
        run = _Run(project, trainer, held_out, saver, steps, seconds)
        with live.following(trainer, run.watch):
            yield from run.whole()
    return TrainResult(trainer.step, run.watch.seconds)


def _made_ready(
    project: Project, device: torch.device, team: Team
) -> Generator[TrainEvent, None, tuple[Project, Trainer, HeldOut]]:
    """Tidy up, read the pictures, keep some of them out, and build what learns from the others."""
    parts = parts_that_fit(project.config, device)
    if team.leads:
        for shared in (project.path, project.cache):
            remove_unfinished(shared, SETTLED)
        for folder in (project.checkpoints, project.samples):
            remove_unfinished(folder)
        check_folder(project.checkpoints, 0)
        project.check_pictures()
        if project.moved_words:
            yield Note(project.moved_words)
    with team.leader_first():  # the others find all pictures prepared
        pictures = yield from prepare_pictures(
            project.pictures, project.config.pictures, project.cache, read_choices(project.path)
        )
        project = with_channels(project, pictures.channels, is_saved=team.leads)
    digests = [one.facts.digest for one in pictures.taken]
    learned, kept_out = split_held_out(digests, project.config.train.held_out_share)
    project = with_sigma_max(project, pictures.records, pictures.rows, is_saved=team.leads)
    trainer = Trainer(
        with_alpha(project.config, pictures.records, pictures.rows),
        torch.from_numpy(pictures.records),
        device,
        weights=torch.from_numpy(pictures.weights[learned]),
        rows=torch.from_numpy(pictures.rows[learned]),
        team=team,
    )
    yield from go_in_parts(trainer, parts)
    held_out = HeldOut(trainer, pictures.records[pictures.rows[kept_out[:MOST]]], of=len(kept_out))
    return project, trainer, held_out


class _Run:
    """The bookkeeping of one call of `train`."""

    def __init__(
        self,
        project: Project,
        trainer: Trainer,
        held_out: HeldOut,
        saver: Saver,
        steps: int | None,
        seconds: float | None,
    ) -> None:
        self.project = project
        self.train = project.config.train
        self.trainer = trainer
        self.team = trainer.team
        self.saver = saver
        self.journal = Journal(project.metrics_path, self.train.log_every, self.team.leads)
        self.watch = Stopwatch(seconds)
        self.evaluation = Evaluation(project, trainer, held_out, self.journal, self.watch)
        self.kept_aside = held_out.of
        self.max_steps = steps
        self.is_whole = True  # False while the trainer is between two states
        self.memory = 0
        self.bad_steps = 0
        self.rollbacks = 0

    def whole(self) -> Events:
        """All of training, and the saving that belongs to every way of ending."""
        yield from self._go_back()
        yield self._started()
        yield from self.journal.resumed(self.trainer.step)
        if self.trainer.step == 0 and not self._is_over():
            yield from self.evaluation.at_beginning()
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
            while not self._is_over():
                yield from self._one_step()
            yield from self._save()
            if self._is_over():  # else saving had to go back
                return

    def _is_over(self) -> bool:
        return self.team.leader_says(self.watch.is_over(self.trainer.step), self.trainer.device)

    def _one_step(self) -> Events:
        yield from self._step()
        if self.bad_steps >= BAD_STEPS_IN_A_ROW:
            yield from self._roll_back("The loss was not a finite number")
            return
        if self.saver.has_news:
            yield from self._take_in()
        if self._is_checkpoint_due():
            yield from self._save_on_the_way()
        step, every = self.trainer.step, self.train.preview_every
        if is_measured(step, every):
            yield from self.evaluation.measures.at_loss()
        if is_whole(step, every):
            yield from self.evaluation.at_preview()
        else:
            yield from self.evaluation.between()
        yield from self.evaluation.measures.between()

    def _started(self) -> TrainStarted:
        trainer, watch = self.trainer, self.watch
        watch.last_step = None if self.max_steps is None else trainer.step + self.max_steps
        return TrainStarted(
            trainer.step,
            watch.last_step,
            watch.max_seconds,
            describe_device(trainer.device),
            precision_name(trainer.precision),
            sum(parameter.numel() for parameter in trainer.parameters),
            trainer.count,
            self.kept_aside,
            watch.earlier_seconds,
        )

    def _step(self) -> Events:
        trainer = self.trainer
        step, noise = trainer.step, trainer.generator.get_state()
        try:
            with self.watch.stepping():
                result = trainer.train_step()
        except BaseException as error:
            trainer.generator.set_state(noise)  # as if this step had never begun ...
            self.is_whole = trainer.step == step  # ... unless weights may have changed
            if not (self.is_whole and is_out_of_memory(error) and trainer.can_halve):
                raise
            trainer.forget_gradients()
        else:
            yield from self._report(result) if result.applied else self._skipped(result)
            return
        yield from self._halve()  # outside, where nothing of the failed step is held any more

    def _halve(self) -> Events:
        """Go on with smaller parts of the same batch, so that nothing is lost."""
        step, parts = self.trainer.step, self.trainer.halve()
        message = (
            f"Memory ran out after step {step}, so the batch of {self.train.batch_size} now goes "
            f"through the network in {parts} parts; the result is the same, and nothing is lost."
        )
        yield from self.journal.happened(step, "batch_halved", message)
        yield BatchHalved(step, parts, message)

    def _report(self, result: StepResult) -> Events:
        self.bad_steps = 0
        step = self.trainer.step
        if not self.memory or step % self.train.log_every == 0:
            self.memory = memory_taken(self.trainer.device)
        event = TrainStep(
            step,
            result.loss,
            result.grad_norm,
            result.learning_rate,
            self.train.batch_size * self.team.size / self.watch.step_seconds,
            self.watch.seconds,
            self.watch.remaining(step),
            self.memory,
            self.evaluation.next_seconds,
            self.evaluation.measures.loss_every,
            self.evaluation.measures.bits_every,
        )
        yield from self.journal.stepped(event, self.watch.all_seconds)
        yield event

    def _skipped(self, result: StepResult) -> Events:
        step, scaler = self.trainer.step, self.trainer.scaler
        if math.isfinite(result.loss) and scaler.is_enabled() and scaler.get_scale() >= 1:
            yield StepSkipped(
                step, f"Step {step} was skipped: float16 was too small for it, so its scale halves."
            )
            return
        self.bad_steps += 1
        what = "gradient" if math.isfinite(result.loss) else "loss"
        message = f"Step {step} was skipped: its {what} was not a finite number."
        yield from self.journal.happened(step, "skipped", message)
        yield StepSkipped(step, message)

    def _save_on_the_way(self) -> Events:
        """A checkpoint beside training, later if the disk does not take it now."""
        self.saver.began_at = self.watch.seconds
        yield from self._begin_next()

    def _take_in(self) -> Events:
        """What the writer of checkpoints has done. A failure is not worth a training."""
        try:
            yield from self._saved()
        except CheckpointError as error:
            yield Note(f"{error} Training goes on, and tries to save again later.")

    def _saved(self) -> Events:
        if not self.saver.is_writing:
            return
        before = self.saver.furthest
        with self.watch.working():
            events = list(self.saver.finish())
        if self.saver.furthest > before:
            self.rollbacks = 0
        yield from events

    def _save(self) -> Events:
        """Write a checkpoint if there is something new, or go back if it is not sound."""
        yield from self._begin_next()
        yield from self._saved()

    def _begin_next(self) -> Events:
        yield from self._take_in()
        if self.trainer.step == self.saver.saved_step:
            return
        if not self._is_sound():
            yield from self._roll_back("Not all weights were finite numbers")
            return
        yield from self.journal.saving()
        self._begin_to_save()
        is_last = self.watch.is_over(self.trainer.step)
        yield from self.evaluation.measures.at_loss(is_last=is_last)

    def _save_what_is_good(self) -> None:
        """What was learned is kept, whatever ended training; if it is sound."""
        failure = None
        try:
            list(self.saver.finish())
        except CheckpointError as error:
            failure = error
        is_new = self.is_whole and self.trainer.step != self.saver.saved_step
        if is_new and self.trainer.is_finite():
            list(self.journal.saving())
            self._begin_to_save()
            list(self.saver.finish())
        elif failure:
            raise failure

    def _is_sound(self) -> bool:
        return self.team.leader_says(self.trainer.is_finite(), self.trainer.device)

    def _begin_to_save(self) -> None:
        with self.watch.working():
            self.saver.begin(self.watch.all_seconds)

    def _go_back(self, passing: int = 0) -> Events:
        """Load the newest whole checkpoint, `passing` over some; without any, start anew."""
        yield from self._take_in()
        self.team.wait()  # until the leader has written it
        for skipped in self.saver.go_back(passing):
            self.journal.passed_over(skipped)
            yield skipped
        self.evaluation.went_back()
        self.watch.all_seconds = self.saver.seconds

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
        self.saver.began_at = self.watch.seconds
        rate = self.train.learning_rate * trainer.rate_scale
        message = (
            f"{reason}, so training went back from step {step} to {trainer.step} and goes on with "
            f"a learning rate of {rate:g}."
        )
        yield from self.journal.went_to(trainer.step)
        yield from self.journal.happened(step, "rolled_back", message)
        yield RolledBack(step, trainer.step, rate, message)

    def _is_checkpoint_due(self) -> bool:
        if self.bad_steps:  # a state that leads nowhere is not one to go back to
            return False
        step, watch = self.trainer.step, self.watch
        is_round = step % self.train.checkpoint_every == 0
        next_step = watch.step_seconds + self.evaluation.small_ahead
        is_late = self.saver.is_late(watch.seconds, next_step, self.evaluation.whole_ahead)
        return self.team.leader_says(is_round or is_late, self.trainer.device)
