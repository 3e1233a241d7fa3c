"""Background work of the Generate page: denoisings, and one's own picture noised."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.events import CheckpointSkipped, SampleStep
from ddpm_studio.gui.frames.recompute import DenoisingAgain, ForwardAgain
from ddpm_studio.gui.frames.request import BUDGET, OwnPicture, SampleRequest
from ddpm_studio.gui.frames.store import FramePlan, plan_frames
from ddpm_studio.project import Project, step_of
from ddpm_studio.samplers import SAMPLERS

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.choices import Crop
    from ddpm_studio.data import PictureSet
    from ddpm_studio.recipe import Recipe
    from ddpm_studio.sampling.steps import State
    from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame
    from ddpm_studio.training.loaded import Loaded, LoadedModels

SHOWN, FLOAT_BYTES = 3, 4  # x_t, pred_x_0 and pred_eps as bytes; a state is in float32
SHOWN_FORWARD = 4  # and what comes of it
LIVE_SECONDS = 0.1  # so often a frame that is not kept is shown while it is made


@dataclass(frozen=True)
class RunStarted:
    """A denoising begins. moments: of the frames that will come. recipe: of the first picture.

    plan: which of them are kept. again: computes the others once more.
    """

    moments: tuple[Moment, ...]
    seeds: tuple[int, ...]
    checkpoint: Path
    recipe: Recipe
    plan: FramePlan
    again: DenoisingAgain | ForwardAgain
    budget: int = BUDGET


@dataclass(frozen=True)
class LevelsFinished:
    """What comes of levels of noise by now: uint8 (len(indices), H, W, C).

    is_last: they are finished, not only expected.
    """

    indices: tuple[int, ...]
    pictures: Any
    is_last: bool


def new_models() -> LoadedModels:
    """For a job to make: torch comes with it."""
    from ddpm_studio.training.loaded import LoadedModels

    return LoadedModels()


def generate(
    models: LoadedModels, request: SampleRequest
) -> Iterator[CheckpointSkipped | RunStarted | SampleStep | TrajectoryFrame]:
    """Denoise as asked: what it will be, then every step, and as many frames as fit in memory."""
    from ddpm_studio.sampling.trajectory import trajectory, trajectory_moments

    checkpoint = yield from choose(models, request)
    loaded, sample = models.take(checkpoint, request.which), request.sample
    seeds = tuple(range(sample.seed, sample.seed + request.count))
    start = _state_of(request, loaded, seeds)
    first = start.index if start is not None else 0
    moments = tuple(trajectory_moments(loaded.process, sample)[first:])
    size = request.count * picture_bytes(loaded.config)
    anchor = FLOAT_BYTES * size * (2 if SAMPLERS[sample.sampler].remembers else 1)
    plan = plan_frames(len(moments), SHOWN * size, anchor, request.budget, start is not None)
    again = DenoisingAgain(models, checkpoint, loaded.sha256, request.which, sample, seeds)
    recipe = recipe_for(request, loaded)
    yield RunStarted(moments, seeds, checkpoint, recipe, plan, again, request.budget)
    shown_at, steps = 0.0, len(moments) - 1
    frames = trajectory(
        loaded,
        sample,
        seeds,
        start=start,
        anchors=frozenset(first + position for position in plan.anchors),
    )
    for position, frame in enumerate(frames):
        is_due = time.monotonic() - shown_at > LIVE_SECONDS
        if position in plan.kept or is_due:  # first, so that it is seen at once
            shown_at = time.monotonic()
            yield frame
        yield SampleStep(position, steps, request.count, 0, request.count)


def forward(
    models: LoadedModels, request: SampleRequest
) -> Iterator[CheckpointSkipped | RunStarted | SampleStep | TrajectoryFrame | LevelsFinished]:
    """The forward process of its own picture: every level first, then what comes of each."""
    from ddpm_studio.sampling.forward import finish_levels, levels
    from ddpm_studio.sampling.trajectory import trajectory_moments

    assert request.start is not None
    checkpoint = yield from choose(models, request)
    loaded, sample = models.take(checkpoint, request.which), request.sample
    check_shape(request.start.picture, loaded)
    moments = tuple(trajectory_moments(loaded.process, sample))
    size = SHOWN_FORWARD * picture_bytes(loaded.config)
    plan = plan_frames(len(moments), size, 0, request.budget)
    pixels, made_by = request.start.picture.pixels, (checkpoint, loaded.sha256, request.which)
    again = ForwardAgain(models, *made_by, sample, pixels, sample.seed)
    recipe = recipe_for(request, loaded)
    yield RunStarted(moments, (sample.seed,), checkpoint, recipe, plan, again, request.budget)
    noising = again.noising()
    yield from levels(noising, sorted(plan.kept))
    for event in finish_levels(noising, sorted(plan.kept - {len(moments) - 1})):
        if event.pictures is not None:
            is_last = event.done == event.total
            yield LevelsFinished(event.indices, event.pictures, is_last)
        yield SampleStep(event.done, event.total, 1, 0, 1)


def _state_of(request: SampleRequest, loaded: Loaded, seeds: tuple[int, ...]) -> State | None:
    """Where it begins, if not with noise."""
    from ddpm_studio.sampling.forward import from_record, noised

    if request.start is None or request.start.index is None:
        return None
    check_shape(request.start.picture, loaded)
    x_0 = from_record(request.start.picture.pixels)
    return noised(loaded.process, request.sample, x_0, seeds, request.start.index)


def check_shape(picture: OwnPicture, loaded: Loaded) -> None:
    """Raises StudioError if a picture is not prepared as the model needs it."""
    channels, height, width = loaded.config.pictures.shape
    if picture.pixels.shape != (height, width, channels):
        raise StudioError(
            f"{picture.name} is prepared in another size or colour than this model learned; "
            "choose the picture again, or another model."
        )


def choose(
    models: LoadedModels, request: SampleRequest
) -> Generator[CheckpointSkipped, None, Path]:
    """The checkpoint that is asked for, or the newest that is whole. Raises CheckpointError."""
    from ddpm_studio.training.checkpoints import choose_checkpoint

    checkpoint = request.checkpoint
    if checkpoint is not None:
        if checkpoint.exists() or models.has(checkpoint, request.which):
            return checkpoint
        return request.project.model_path(step_of(checkpoint))  # it was thinned out meanwhile
    newest = request.project.checkpoint_paths()[-1:]
    if newest and models.has(newest[0], request.which):  # it was found whole before
        return newest[0]
    return (yield from choose_checkpoint(request.project))


def recipe_for(request: SampleRequest, loaded: Loaded) -> Recipe:
    """The recipe of the first picture."""
    start = None
    if request.start is not None:
        picture = request.start.picture
        # of the forward process nothing is painted: it ends in the picture itself
        last = request.sample.num_inference_steps
        index = last if request.start.index is None else request.start.index
        start = {"picture": picture.name, "sha256": picture.sha256, "index": index}
        start |= {"crop": picture.crop} | ({"turn": picture.turn} if picture.turn else {})
    return loaded.recipe(request.project.name, request.sample, start=start)


def picture_bytes(config: StudioConfig) -> int:
    """Of one picture, as bytes."""
    channels, height, width = config.pictures.shape
    return channels * height * width


def own_pictures(project: Project) -> Generator[object, None, PictureSet]:
    """The pictures that the model learns from, as they are prepared. Raises PicturesError."""
    from ddpm_studio.choices import read_choices
    from ddpm_studio.data import prepare_pictures

    return (
        yield from prepare_pictures(
            project.pictures,
            project.config.pictures,
            project.cache,
            read_choices(project.path),
            tell_left_out=False,
        )
    )


def take_picture(
    project: Project, name: str, crop: Crop, pixels: np.ndarray
) -> Generator[None, None, OwnPicture]:
    """One of them, with what a recipe knows it by. pixels: uint8 (H, W, C)."""
    from ddpm_studio.choices import read_choices
    from ddpm_studio.data.verdict import crops_for

    path = project.pictures / name
    yield None
    digest = ""  # the frame of a video is no file
    if path.is_file():
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    crops = crops_for(read_choices(project.path).of(name), project.config.pictures)
    place = crops.index(crop) if crop in crops else 0
    return OwnPicture(name, digest, pixels.copy(), place, crop.turn)


def take_file(project: Project, path: Path) -> Generator[None, None, OwnPicture]:
    """Any file, prepared as the pictures that the model learns from; kept in the project.

    Raises StudioError with one sentence if it is no picture, or cannot be kept.
    """
    from ddpm_studio.choices import read_choices
    from ddpm_studio.gallery.origin import own_pixels
    from ddpm_studio.gallery.own_files import keep_file

    name, sha256 = yield from keep_file(project, path)
    is_of_folder = path.resolve().is_relative_to(project.pictures.resolve())
    turn = read_choices(project.path).of(name).turn if is_of_folder else 0
    yield
    start = {"picture": name, "sha256": sha256, "turn": turn}
    return OwnPicture(name, sha256, own_pixels(project, project.config, start), turn=turn)
