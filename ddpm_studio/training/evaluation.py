"""Evaluation at the model on its way: how well it does on unseen pictures, and what it paints."""

import math
from collections.abc import Iterator

from ddpm_studio.errors import ExportError
from ddpm_studio.events import HeldOutMeasured, Note, PreviewSaved, Progress
from ddpm_studio.project import Project
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.held_out import HeldOut
from ddpm_studio.training.metrics import Journal
from ddpm_studio.training.preview import averaged_model, preview
from ddpm_studio.training.stopwatch import Stopwatch
from ddpm_studio.training.trainer import Trainer


class Evaluation:
    """Both take the averaged weights and leave training's state alone; the leader alone looks."""

    def __init__(
        self,
        project: Project,
        trainer: Trainer,
        held_out: HeldOut,
        journal: Journal,
        watch: Stopwatch,
    ) -> None:
        self._project = project
        self._trainer = trainer
        self._held_out = held_out
        self._journal = journal
        self._watch = watch
        self._asked_step = 0  # when the held-out loss was measured last
        self._held_out_seconds = self._preview_seconds = 0.0  # that the last ones took

    @property
    def expected_seconds(self) -> float:
        """What a preview, and the question before it, may take; before the first one, a guess."""
        train = self._project.config.train
        batches = train.preview_steps * train.preview_count / train.batch_size
        guess = batches * self._watch.step_seconds  # too much: nothing goes backward
        return self._held_out_seconds + (self._preview_seconds or guess)

    def at_held_out(self) -> Iterator[HeldOutMeasured | Note]:
        """Ask the same pictures with the same noise and timesteps, once at each step."""
        step = self._trainer.step
        if not (len(self._held_out) and self._trainer.team.leads) or step == self._asked_step:
            return
        self._asked_step = step
        before = self._watch.seconds
        try:
            with self._watch.working():
                found = self._held_out.measure(averaged_model(self._trainer))
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            yield Note(f"There was too little memory to ask the unseen pictures at step {step}.")
            return
        self._held_out_seconds = self._watch.seconds - before
        if math.isfinite(found.loss):
            event = HeldOutMeasured(step, found.loss, found.bands)
            yield from self._journal.measured(event)
            yield event

    def at_preview(self) -> Iterator[Progress | PreviewSaved | Note]:
        """Paint the preview; without the memory or the disk for it, a Note."""
        if not self._trainer.team.leads:
            return
        step, before = self._trainer.step, self._watch.seconds
        steps = preview(self._trainer, self._project.preview_path(step))
        while True:
            event: Progress | PreviewSaved | Note | None
            try:
                with self._watch.working():
                    event = next(steps, None)
            except (ExportError, OSError, MemoryError, RuntimeError) as error:
                event = _missing_preview(step, error)
            if event is None:
                self._preview_seconds = self._watch.seconds - before
                return
            yield event


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
