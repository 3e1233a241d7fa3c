"""A batch: up to ten thousand pictures, each written as soon as it is finished.

The record of a batch is a small file beside its pictures, until all of them are there. So a batch
that was stopped, whatever stopped it, can be finished, and then equals one that ran straight
through: the same files with the same bytes.
"""

from __future__ import annotations

import dataclasses
import errno
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.config import SampleConfig
from ddpm_studio.errors import CheckpointError, ExportError, StudioError, reason_of, refused_as
from ddpm_studio.events import FileWritten, Progress, SampleFinished, SampleStep, Work
from ddpm_studio.gallery.made import BATCH_FILE
from ddpm_studio.project import Project
from ddpm_studio.recipe import Recipe
from ddpm_studio.storage import read_json, remove_unfinished, write_json
from ddpm_studio.words import several

if TYPE_CHECKING:
    from ddpm_studio.training.loaded import Loaded

KIND = "batch"
FORMAT_VERSION = 1
MOST = 10_000  # pictures
KEPT_EVERY = 64  # pictures; what is newer than the record is found by looking
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@dataclass(frozen=True)
class Batch:
    """What is painted into `folder`. sample.seed: of the first picture; the next has the next.

    done: so many of the first pictures need not be painted any more.
    """

    folder: Path
    project: str
    checkpoint: str  # file name
    checkpoint_sha256: str
    step: int
    which: str  # "ema" or "model"
    sample: SampleConfig
    count: int
    done: int = 0

    @property
    def left(self) -> int:
        return self.count - self.done

    def path(self, index: int) -> Path:
        """Of picture `index`, from 0; named as all saved pictures are."""
        seed = self.sample.seed + index
        return self.folder / f"{self.project}_step{self.step:08d}_seed{seed:06d}.png"


def begin_batch(project: Project, loaded: Loaded, sample: SampleConfig, count: int) -> Batch:
    """Make a folder of its own in the gallery, and the record. Raises StudioError if it cannot."""
    # what "auto" means may change with the program
    sample = dataclasses.replace(sample, spacing=sample.used_spacing)
    name = f"batch_step{loaded.step:08d}_seed{sample.seed:06d}"
    folder, number = project.gallery / name, 1
    with refused_as(ExportError, f"The folder {folder} cannot be made"):
        while True:
            try:
                folder.mkdir(parents=True)
                break
            except FileExistsError:
                number += 1
                folder = project.gallery / f"{name}_{number}"
    batch = Batch(
        folder,
        project.name,
        loaded.checkpoint.name,
        loaded.sha256,
        loaded.step,
        loaded.which,
        sample,
        min(count, MOST),
    )
    write_record(batch)
    return batch


def write_record(batch: Batch) -> None:
    """Write the record. Raises StudioError if that cannot be."""
    values = asdict(batch)
    del values["folder"]
    try:
        write_json(batch.folder / BATCH_FILE, KIND, FORMAT_VERSION, values)
    except OSError as error:
        raise _said(error, batch) from error


def read_batch(folder: Path) -> Batch:
    """Raises StudioError with one sentence if there is no record that can be used."""
    path = folder / BATCH_FILE
    values = read_json(path, KIND, FORMAT_VERSION)
    kinds = {field.name: field.type for field in dataclasses.fields(Batch)}
    del kinds["folder"]
    sample = values.get("sample")
    is_whole = values.keys() == kinds.keys() and isinstance(sample, dict)
    for name, kind in kinds.items() if is_whole else ():
        is_whole &= name == "sample" or type(values[name]).__name__ == kind
    if not is_whole or not 0 <= values["done"] <= values["count"] <= MOST:
        raise StudioError(f"{path} is damaged: it does not say which pictures are to be painted.")
    if any(sign in values["project"] for sign in ("/", "\\", "\0")):  # it becomes a file name
        raise StudioError(f"{path} is damaged: {values['project']!r} is no name of a project.")
    try:
        return Batch(folder, **values | {"sample": SampleConfig(**_known(sample))})
    except (StudioError, TypeError) as error:
        raise StudioError(f"{path} is damaged: {error}") from error


def read_batches(folders: Sequence[Path]) -> tuple[tuple[Batch, ...], tuple[str, ...]]:
    """Those that can be finished, and a sentence for each record that cannot be used."""
    batches: list[Batch] = []
    trouble: list[str] = []
    for folder in folders:
        try:
            batches.append(with_what_is_there(read_batch(folder)))
        except StudioError as error:
            trouble.append(str(error))
    return tuple(batches), tuple(trouble)


def with_what_is_there(batch: Batch) -> Batch:
    """The batch, less what was painted after its record was written last."""
    done = batch.done
    while done < batch.count and batch.path(done).exists():
        done += 1
    return dataclasses.replace(batch, done=done)


def forget_batch(batch: Batch) -> None:
    """It will not be finished; its pictures stay. Raises StudioError if that cannot be."""
    with refused_as(StudioError, "The record of the batch cannot be removed"):
        (batch.folder / BATCH_FILE).unlink(missing_ok=True)
        with suppress(OSError):
            batch.folder.rmdir()  # if there are none


def find_model(project: Project, batch: Batch) -> Path:
    """The checkpoint that a batch was begun with, by its contents.

    Raises CheckpointError with one sentence if it was deleted since.
    """
    from ddpm_studio.gallery.origin import find_checkpoint_of

    path = find_checkpoint_of(project, batch)
    if path is None:
        raise CheckpointError(
            f"The batch cannot be finished: its model (step {batch.step:,}) was deleted when "
            f"training went on. What it made stays: {several(batch.done, 'picture')}."
        )
    return path


def paint_batch(batch: Batch, loaded: Loaded) -> Generator[Progress | FileWritten, None, Batch]:
    """Paint what is missing, and write each picture at once; the batch as it is then.

    loaded: the batch's checkpoint. When it is closed early, or fails, what is written stays and
    the record says how far it came. Raises StudioError with one sentence if the disk does not
    take a picture.
    """
    from ddpm_studio.export.images import write_png
    from ddpm_studio.sampling.generate import generate

    remove_unfinished(batch.folder)
    batch = with_what_is_there(batch)
    before = kept = batch.done
    recipe = recipe_of(batch, loaded)
    seeds = range(batch.sample.seed + before, batch.sample.seed + batch.count)
    yield Progress(Work.BATCH, before, batch.count, before=before)
    painting: Iterator[Any] = generate(loaded, batch.sample, seeds)
    try:
        for event in painting:
            if isinstance(event, SampleStep):
                painted = before + event.painted
                yield Progress(Work.BATCH, painted, batch.count, before=before)
            elif isinstance(event, SampleFinished):
                path = batch.path(batch.done)
                if not path.exists():  # a killed program may have painted it before
                    made = dataclasses.replace(recipe, seed=event.seed)
                    write_png(path, event.picture, made.to_text())
                batch = dataclasses.replace(batch, done=batch.done + 1)
                if batch.done - kept >= KEPT_EVERY:
                    write_record(batch)
                    kept = batch.done
                yield FileWritten(path)
    except (ExportError, OSError) as error:
        raise _said(error.__cause__ or error, batch) from error
    finally:
        painting.close()  # type: ignore[attr-defined]
        with suppress(StudioError, OSError):
            if batch.left:
                write_record(batch)
    forget_batch(batch)
    return batch


def recipe_of(batch: Batch, loaded: Loaded) -> Recipe:
    """The recipe of its first picture, with the checkpoint as it was named when it began."""
    recipe = loaded.recipe(batch.project, batch.sample)
    return dataclasses.replace(recipe, checkpoint=batch.checkpoint, step=batch.step)


def picture_bytes(shape: tuple[int, int, int]) -> int:
    """About how large a PNG file becomes, with its recipe. shape: (C, H, W)."""
    channels, height, width = shape
    return round(channels * height * width * 0.8) + 1000


def _known(sample: Any) -> dict[str, Any]:
    """Raises StudioError for settings that this program does not know."""
    if not isinstance(sample, dict):
        raise StudioError("there are no settings.")
    known = {field.name for field in dataclasses.fields(SampleConfig)}
    if unknown := sample.keys() - known:
        raise StudioError(f"unknown settings: {', '.join(sorted(unknown))}.")
    return sample


def _said(error: BaseException, batch: Batch) -> StudioError:
    stay = f"The {batch.done:,} of {several(batch.count, 'picture')} that are finished stay"
    if getattr(error, "errno", None) in FULL:
        return ExportError(f"The disk is full. {stay}; make room, then finish the batch.")
    return ExportError(f"{batch.folder} cannot be written: {reason_of(error)}. {stay}.")
