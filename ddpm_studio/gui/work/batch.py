"""Background work of a batch: its model is loaded once, then each picture is written at once."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.errors import CheckpointError
from ddpm_studio.project import Project, step_of

if TYPE_CHECKING:
    from ddpm_studio.gallery.batch import Batch
    from ddpm_studio.gui.work.sample import Wish


def begin(wish: Wish) -> Generator[Any, None, Batch]:
    """Begin as wished; the `Batch` comes as an event once its folder is there."""
    from ddpm_studio.gallery.batch import begin_batch

    checkpoint = wish.checkpoint
    if checkpoint is None:
        from ddpm_studio.training.checkpoints import choose_checkpoint

        checkpoint = yield from choose_checkpoint(wish.project)
    sha256, loaded = _load(checkpoint, wish.which)
    batch = begin_batch(
        wish.project,
        checkpoint,
        sha256,
        step_of(checkpoint),
        wish.which,
        wish.sample,
        wish.count,
    )
    yield batch
    return (yield from _paint(batch, *loaded))


def finish(project: Project, batch: Batch) -> Generator[Any, None, Batch]:
    """Go on with a batch that was stopped. Raises CheckpointError if its model is gone."""
    from ddpm_studio.gallery.batch import find_model

    yield batch
    _, loaded = _load(find_model(project, batch), batch.which)
    return (yield from _paint(batch, *loaded))


def _load(checkpoint: Path, which: str) -> tuple[str, tuple[Any, Any, Any]]:
    """The fingerprint of a checkpoint; its model, the model's settings, and the device."""
    from ddpm_studio.device import select_device
    from ddpm_studio.recipe import fingerprint
    from ddpm_studio.training import load_model

    device = select_device()
    try:
        sha256 = fingerprint(checkpoint)
    except OSError as error:
        raise CheckpointError(f"There is no checkpoint {checkpoint}.") from error
    return sha256, (*load_model(checkpoint, which, device), device)


def _paint(batch: Batch, model: Any, config: Any, device: Any) -> Generator[Any, None, Batch]:
    from ddpm_studio.gallery.batch import paint_batch

    return (yield from paint_batch(batch, model, config, device))
