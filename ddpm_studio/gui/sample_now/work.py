"""Background work of "Sample now": a look at the model, both kinds of its weights side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ddpm_studio.events import BothPainted, CheckpointSkipped
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.project import Project


@dataclass(frozen=True)
class PaintRequest:
    """What is to be painted. checkpoint: None for the training that runs, whose model is lent."""

    project: Project
    seeds: tuple[int, ...]
    checkpoint: Path | None
    lent: LentModel | None = None


def paint_both(request: PaintRequest) -> Iterator[BothPainted | CheckpointSkipped]:
    """Paint as previews are made. If training has ended, what it saved last is looked at."""
    from ddpm_studio.device import select_device
    from ddpm_studio.training.checkpoints import choose_checkpoint
    from ddpm_studio.training.live import paint_checkpoint

    steps = request.project.config.train.preview_steps
    path, live = request.checkpoint, request.lent.live if request.lent is not None else None
    if path is None and live is not None and live.step is not None:
        yield from live.paint(request.seeds, steps)
        return
    if path is None:
        path = yield from choose_checkpoint(request.project)
    yield from paint_checkpoint(path, request.seeds, steps, select_device())
