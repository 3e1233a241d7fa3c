"""Evaluation at the model on its way: what it paints; `measures` asks about unseen pictures."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Note, PreviewSaved, Progress
from ddpm_studio.project import Project, step_of
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.held_out import HeldOut
from ddpm_studio.training.measures import FORWARD, Measures
from ddpm_studio.training.metrics import Journal
from ddpm_studio.training.preview import Wall
from ddpm_studio.training.rhythm import (
    FEW,
    FEW_STEPS,
    STEPS_AT_0,
    Spent,
    is_whole,
    next_small,
    share_of_whole,
)
from ddpm_studio.training.stopwatch import Stopwatch
from ddpm_studio.training.trainer import Trainer

MOMENT = 1.0  # seconds, that the first pictures of a run may take, about

Previews = Iterator[Progress | PreviewSaved | Note]


class Evaluation:
    """Takes the averaged weights and leaves training's state alone; the leader alone looks.

    Attribute: measures (how well it does on unseen pictures).
    """

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
        self._watch = watch
        self.measures = Measures(trainer, held_out, journal, watch)
        self._wall: Wall | None = None  # what was painted last
        self._painted_at = self._beginning = 0.0
        self._whole, self._small = Spent(), Spent()
        self._has_place = True  # False once a preview could not be made

    @property
    def whole_ahead(self) -> float:
        """What a whole preview after this step, and the question before it, may take; 0: none."""
        if is_whole(self._trainer.step, self._project.config.train.preview_every):
            return self.measures.loss_seconds + self._whole_seconds
        return 0.0

    @property
    def small_ahead(self) -> float:
        """What a small preview and bits may take before the next step ends; 0: none is due."""
        due, watch = self._due, self._watch
        is_due = due is not None and due <= watch.seconds + watch.step_seconds
        return self.measures.bits_ahead + (self._small_seconds if is_due else 0.0)

    @property
    def _whole_seconds(self) -> float:
        """What a whole preview takes: as those before, else as much as is to be expected."""
        train = self._project.config.train
        batches = train.preview_steps * train.preview_count / train.batch_size
        return self._whole.mean or batches * self._watch.step_seconds * FORWARD

    @property
    def _small_seconds(self) -> float:
        """What a small preview takes."""
        return self._small.mean or self._watch.step_seconds

    @property
    def _due(self) -> float | None:
        """When a few pictures are painted again, in seconds of this run."""
        watch, every = self._watch, self._project.config.train.preview_every
        if not self._has_place:
            return None
        return next_small(
            last=self._painted_at,
            before=watch.earlier_seconds,
            beginning=self._beginning,
            spent=self._small.seconds,
            each=self._small_seconds,
            reserved=share_of_whole(self._whole_seconds, every, watch.step_seconds),
        )

    @property
    def next_seconds(self) -> float:
        """Seconds until the next pictures; as far as that can be known."""
        due, train, step = self._due, self._project.config.train, self._trainer.step
        whole = (train.preview_every - step % train.preview_every) * self._watch.step_seconds
        return whole if due is None else max(0.0, min(whole, due - self._watch.seconds))

    def at_preview(self) -> Previews:
        """Paint all pictures of the wall; without the memory or the disk for it, a Note."""
        before, train = self._watch.seconds, self._project.config.train
        yield from self._preview([range(train.preview_count)], train.preview_steps)
        self._whole.add(self._watch.seconds - before)

    def at_beginning(self) -> Previews:
        """What a model paints that has learned nothing. It is not yet time of training."""
        wall, began = self._wall_now(), time.perf_counter()
        yield from self._preview(self._for_a_moment(wall), STEPS_AT_0, counts=False)
        self._beginning = time.perf_counter() - began  # the first is slower than those to come

    def between(self) -> Previews:
        """Paint a few pictures if it is time for that."""
        due, before = self._due, self._watch.seconds
        if due is None or before < due:
            return
        wall = self._wall_now()
        groups = self._for_a_moment(wall) if wall.is_blank else [wall.next_few(FEW)]
        yield from self._preview(groups, FEW_STEPS)
        self._small.add(self._watch.seconds - before)

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
        for _ in range(0, wall.count, FEW):
            yield wall.next_few(FEW)
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
