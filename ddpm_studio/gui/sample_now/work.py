"""Background work of "Sample now": a look at the model, both kinds of its weights side by side."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.events import BothPainted, CheckpointSaved, CheckpointSkipped, FileWritten
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.project import Project

if TYPE_CHECKING:  # these bring torch along
    import numpy as np

    from ddpm_studio.training.keep import Look


@dataclass(frozen=True)
class PaintRequest:
    """What is to be painted. checkpoint: None for the training that runs, whose model is lent."""

    project: Project
    seeds: tuple[int, ...]
    checkpoint: Path | None
    lent: LentModel | None = None


def paint_both(request: PaintRequest) -> Generator[BothPainted | CheckpointSkipped, None, Look]:
    """Paint as previews are made. If training has ended, what it saved last is looked at.

    Returns what it was painted with.
    """
    from ddpm_studio.device import select_device
    from ddpm_studio.training.checkpoints import choose_checkpoint
    from ddpm_studio.training.live import paint_checkpoint

    steps = request.project.config.train.preview_steps
    path, live = request.checkpoint, request.lent.live if request.lent is not None else None
    if path is None and live is not None and live.step is not None:
        return (yield from live.paint(request.seeds, steps))
    if path is None:
        path = yield from choose_checkpoint(request.project)
    return (yield from paint_checkpoint(path, request.seeds, steps, select_device()))


def keep(
    project: Project, look: Look, which: str, seeds: Sequence[int], pictures: Sequence[np.ndarray]
) -> Generator[CheckpointSaved | FileWritten, None, list[Path]]:
    """Write pictures with their recipes into the gallery, and the model that painted them."""
    from ddpm_studio.training.keep import keep_pictures

    return (yield from keep_pictures(project, look, which, seeds, pictures))


def keep_model(project: Project, look: Look) -> Generator[CheckpointSaved, None, Any]:
    """Write the model that is on view, so that more can be painted with it."""
    from ddpm_studio.training.keep import keep_model

    return (yield from keep_model(project, look))
