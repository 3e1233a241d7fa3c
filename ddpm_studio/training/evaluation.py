"""Evaluation at the model on its way: how well it does on unseen pictures, and what it paints."""

import math
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from ddpm_studio.errors import ExportError
from ddpm_studio.events import HeldOutMeasured, Note, PreviewSaved, Progress
from ddpm_studio.project import Project, step_of
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.held_out import HeldOut
from ddpm_studio.training.metrics import Journal
from ddpm_studio.training.preview import Wall, averaged_model
from ddpm_studio.training.rhythm import FEW, FEW_STEPS, Small, is_whole, next_small, share_of_whole
from ddpm_studio.training.stopwatch import Stopwatch
from ddpm_studio.training.trainer import Trainer

MOMENT = 1.0  # seconds, that the first pictures of a run may take, about

Previews = Iterator[Progress | PreviewSaved | Note]


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
        self._wall: Wall | None = None  # what was painted last
        self._painted_at = self._small_spent = self._small_each = 0.0
        self._has_place = True  # False once a preview could not be made

    @property
    def whole_ahead(self) -> float:
        """What a whole preview after this step, and the question before it, may take; 0: none."""
        if is_whole(self._trainer.step, self._project.config.train.preview_every):
            return self._held_out_seconds + self._whole_seconds
        return 0.0

    @property
    def small_ahead(self) -> float:
        """What a small preview before the end of the next step may take; 0: there is none."""
        small, watch = self._small, self._watch
        is_due = small is not None and small.at <= watch.seconds + watch.step_seconds
        return small.count * self._each if small is not None and is_due else 0.0

    @property
    def _whole_seconds(self) -> float:
        train = self._project.config.train
        batches = train.preview_steps * train.preview_count / train.batch_size
        guess = batches * self._watch.step_seconds  # too much: nothing goes backward
        return self._preview_seconds or guess

    @property
    def _each(self) -> float:
        """What a picture of a small preview takes."""
        return max(self._small_each, self._watch.step_seconds / FEW[0])

    @property
    def _small(self) -> Small | None:
        """When a few pictures are painted again."""
        watch, every = self._watch, self._project.config.train.preview_every
        if not self._has_place:
            return None
        return next_small(
            last=self._painted_at,
            before=watch.earlier_seconds,
            spent=self._small_spent,
            each=self._each,
            reserved=share_of_whole(self._whole_seconds, every, watch.step_seconds),
        )

    @property
    def next_seconds(self) -> float:
        """Seconds until the next pictures; as far as that can be known."""
        small, train, step = self._small, self._project.config.train, self._trainer.step
        whole = (train.preview_every - step % train.preview_every) * self._watch.step_seconds
        return whole if small is None else max(0.0, min(whole, small.at - self._watch.seconds))

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

    def at_preview(self) -> Previews:
        """Paint all pictures of the wall; without the memory or the disk for it, a Note."""
        before, train = self._watch.seconds, self._project.config.train
        yield from self._preview([range(train.preview_count)], train.preview_steps)
        self._preview_seconds = self._watch.seconds - before

    def at_beginning(self) -> Previews:
        """What a model paints that has learned nothing. It is not yet time of training."""
        wall, began = self._wall_now(), time.perf_counter()
        painted = yield from self._preview(self._for_a_moment(wall), FEW_STEPS, counts=False)
        self._took(time.perf_counter() - began, painted)

    def between(self) -> Previews:
        """Paint a few pictures if it is time for that."""
        small, before = self._small, self._watch.seconds
        if small is None or before < small.at:
            return
        wall = self._wall_now()
        groups = self._for_a_moment(wall) if wall.is_blank else [wall.next_few(small.count)]
        painted = yield from self._preview(groups, FEW_STEPS)
        self._took(self._watch.seconds - before, painted)

    def _took(self, seconds: float, painted: int) -> None:
        """So many pictures of a small preview were painted in so many seconds."""
        self._small_spent += seconds
        self._small_each = seconds / painted if painted else self._small_each

    def _wall_now(self) -> Wall:
        if self._wall is None:
            self._wall = Wall(self._project.config, self._newest_preview())
        return self._wall

    def went_back(self) -> None:
        """What was painted since is no part of the training any more."""
        self._wall = None

    def _preview(
        self, groups: Iterable[Sequence[int]], steps: int, *, counts: bool = True
    ) -> Generator[Progress | PreviewSaved | Note, None, int]:
        """Paint one group of seeds after the other, then write; returns how many were painted.

        counts: whether it is time of training.
        """
        if not self._trainer.team.leads:
            return 0
        step, most = self._trainer.step, self._project.config.train.preview_steps
        painted: list[int] = []
        events = self._painting(groups, min(steps, most), painted)
        while True:
            event: Progress | PreviewSaved | Note | None
            try:
                with self._watch.working() if counts else nullcontext():
                    event = next(events, None)
            except (ExportError, OSError, MemoryError, RuntimeError) as error:
                event, self._has_place = _missing_preview(step, error), False
            if event is None:
                self._painted_at = self._watch.seconds
                return len(painted)
            yield event

    def _painting(
        self, groups: Iterable[Sequence[int]], steps: int, painted: list[int]
    ) -> Iterator[Progress | PreviewSaved]:
        trainer, step = self._trainer, self._trainer.step
        wall = self._wall_now()
        for seeds in groups:
            yield from wall.paint(trainer, seeds, steps)
            painted.extend(seeds)
        yield wall.save(step, self._project.preview_path(step), painted)

    def _for_a_moment(self, wall: Wall) -> Iterator[Sequence[int]]:
        """All pictures, or as many of them as do not keep training waiting."""
        until = time.perf_counter() + MOMENT
        for _ in range(0, wall.count, FEW[0]):
            yield wall.next_few(FEW[0])
            if time.perf_counter() > until:
                return

    def _newest_preview(self) -> Path | None:
        """That of the present training, which may have gone back."""
        found = self._project.samples.glob("step_*.png")
        steps = [step for step in map(step_of, found) if 0 <= step <= self._trainer.step]
        return self._project.preview_path(max(steps)) if steps else None


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
