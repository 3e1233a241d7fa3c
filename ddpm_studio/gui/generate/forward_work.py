"""Background work of the Generate page: one's own picture on its way into the noise."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ddpm_studio.events import CheckpointSkipped, SampleStep
from ddpm_studio.gui.frames.plan import plan_frames
from ddpm_studio.gui.frames.recompute import ForwardAgain
from ddpm_studio.gui.frames.request import OwnPicture, SampleRequest
from ddpm_studio.gui.generate.work import (
    RunStarted,
    check_shape,
    choose,
    picture_bytes,
    recipe_for,
)
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.choices import Crop
    from ddpm_studio.data import PictureSet
    from ddpm_studio.sampling.trajectory import TrajectoryFrame
    from ddpm_studio.training.loaded import LoadedModels

SHOWN = 4  # x_t, pred_x_0, pred_eps, and what comes of it


@dataclass(frozen=True)
class LevelsFinished:
    """What comes of levels of noise by now: uint8 (len(indices), H, W, C).

    is_last: they are finished, not only expected.
    """

    indices: tuple[int, ...]
    pictures: Any
    is_last: bool


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
    moments = tuple(trajectory_moments(loaded.config.diffusion, sample))
    size = SHOWN * picture_bytes(loaded.config)
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

    path = project.pictures / name
    yield None
    digest = ""  # the frame of a video is no file
    if path.is_file():
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    crops = read_choices(project.path).of(name).crops
    return OwnPicture(name, digest, pixels.copy(), crops.index(crop) if crop in crops else 0)
