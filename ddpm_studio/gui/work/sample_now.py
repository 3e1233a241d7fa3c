"""Background work of "Sample now": a look at the model, both kinds of its weights side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.errors import TrainingError
from ddpm_studio.events import BothPainted, SampleStep
from ddpm_studio.gui.work.train import LentModel
from ddpm_studio.project import Project


@dataclass(frozen=True)
class Look:
    """What is to be painted. checkpoint: None for the training that runs, whose model is lent."""

    project: Project
    seeds: tuple[int, ...]
    checkpoint: Path | None
    lent: LentModel | None = None


def paint_both(look: Look) -> Iterator[BothPainted | SampleStep]:
    """Paint as previews are made. If training has ended, what it saved last is looked at."""
    for event in _painting(look):
        yield event
        yield SampleStep(event.done, event.total, 1, 0, 1)  # for the status line


def _painting(look: Look) -> Iterator[BothPainted]:
    from ddpm_studio.device import select_device
    from ddpm_studio.training import find_checkpoint
    from ddpm_studio.training.live import paint_checkpoint

    steps = look.project.config.train.preview_steps
    path, live = look.checkpoint, look.lent.live if look.lent is not None else None
    if path is None and live is not None:
        try:
            return live.paint(look.seeds, steps)
        except TrainingError:  # it has ended since it was asked for
            pass
    return paint_checkpoint(
        path or find_checkpoint(look.project), look.seeds, steps, select_device()
    )
