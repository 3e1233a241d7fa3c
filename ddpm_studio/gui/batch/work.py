"""Background work of a batch: its model is loaded once, then each picture is written at once."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.project import Project

if TYPE_CHECKING:
    from ddpm_studio.gallery.batch import Batch
    from ddpm_studio.gui.frames.request import SampleRequest
    from ddpm_studio.training.loaded import Loaded


def begin(request: SampleRequest) -> Generator[Any, None, Batch]:
    """Begin as wished; the `Batch` comes as an event once its folder is there."""
    from ddpm_studio.gallery.batch import begin_batch

    checkpoint = request.checkpoint
    if checkpoint is None:
        from ddpm_studio.training.checkpoints import choose_checkpoint

        checkpoint = yield from choose_checkpoint(request.project)
    loaded = _load(checkpoint, request.which)
    batch = begin_batch(request.project, loaded, request.sample, request.count)
    yield batch
    return (yield from _paint(batch, loaded))


def finish(project: Project, batch: Batch) -> Generator[Any, None, Batch]:
    """Go on with a batch that was stopped. Raises CheckpointError if its model is gone."""
    from ddpm_studio.gallery.batch import find_model

    yield batch
    return (yield from _paint(batch, _load(find_model(project, batch), batch.which)))


def _load(checkpoint: Path, which: str) -> Loaded:
    from ddpm_studio.device import select_device
    from ddpm_studio.training.loaded import load

    return load(checkpoint, which, select_device())


def _paint(batch: Batch, loaded: Loaded) -> Generator[Any, None, Batch]:
    from ddpm_studio.gallery.batch import paint_batch

    return (yield from paint_batch(batch, loaded))
