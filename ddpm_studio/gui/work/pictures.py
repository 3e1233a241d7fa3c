"""Background work of the Pictures page, and what its choices mean for the settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ddpm_studio.choices import read_choices
from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config_text import with_settings
from ddpm_studio.errors import ConfigError, ProjectError
from ddpm_studio.presets import PRESETS
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.data import PictureSet
    from ddpm_studio.data.facts import PictureFacts

C = TypeVar("C")

SIZES = (16, 32, 48, 64, 96, 128, 192, 256)  # each has a preset whose model can take it
ORIGINAL_PIXELS = 480  # the longer side of an original, as it is shown beside the wall
PULSE = 0.1  # seconds
FEWEST_PIXELS, MOST_PIXELS = 4, 2048  # of a side, as PicturesConfig allows


@dataclass(frozen=True)
class Original:
    """A file as it was before it was cropped; pixels: uint8 (H, W, C), reduced."""

    pixels: np.ndarray
    width: int  # of the file, upright, in pixels
    height: int


# jobs


def prepare(project: Project) -> Generator[Any, None, PictureSet]:
    """Read the folder of a project; the events and the result of `prepare_pictures`."""
    from ddpm_studio.data import prepare_pictures

    config, choices = project.config.pictures, read_choices(project.path)
    return (yield from prepare_pictures(project.pictures, config, project.cache, choices))


def load_chunks(
    records: np.ndarray, rows: np.ndarray, chunks: Sequence[int], chunk_size: int
) -> Iterator[tuple[int, np.ndarray]]:
    """Read parts of a mapped file into memory: (chunk, uint8 (chunk_size, H, W, C)).

    Chunk k holds the pictures from k * chunk_size on; the last one may hold fewer.
    """
    import numpy as np

    for chunk in chunks:
        part = np.array(records[rows[chunk * chunk_size : (chunk + 1) * chunk_size]], np.uint8)
        part.setflags(write=False)
        yield chunk, part


def look_at_original(
    path: Path, facts: PictureFacts, config: PicturesConfig
) -> Generator[None, None, Original | None]:
    """The whole of a file, with the reader's own eyes; None if it can no longer be read.

    The reader fits pictures to the shape of `config`, so it is given the file's own shape here.
    It works in a process of its own: no decoder takes the window down.
    """
    from ddpm_studio.data.prepare import new_pool
    from ddpm_studio.data.requests import request_for

    scale = min(1.0, ORIGINAL_PIXELS / max(facts.width, facts.height))
    width, height = _side(facts.width * scale), _side(facts.height * scale)
    whole = dataclasses.replace(config, size=width, height=height, channels=3, crop="centre")
    with new_pool(config, 1) as pool:
        for answered in pool.run_with_pulse([(0, request_for(path, whole))], PULSE):
            if answered is None:
                yield None
                continue
            _, answer = answered
            if answer.failure or "facts" not in answer.values:
                return None
            pixels = np_picture(answer.data, height, width)
            return Original(pixels, facts.width, facts.height)
    return None


def np_picture(data: bytes, height: int, width: int) -> np.ndarray:
    """uint8 (H, W, 3) of the bytes of one picture, for reading only."""
    import numpy as np

    return np.frombuffer(data, np.uint8).reshape(height, width, 3)


def _side(pixels: float) -> int:
    return min(max(round(pixels), FEWEST_PIXELS), MOST_PIXELS)


# settings


def with_pictures(project: Project, folder: Path) -> Project:
    """The project with another pictures folder, saved. Raises ProjectError if that cannot be."""
    folder = folder.expanduser().resolve()
    if folder == project.path:
        raise ProjectError(f"{folder} cannot be both the project and its pictures folder.")
    if not folder.is_dir():
        raise ProjectError(f"The pictures folder {folder} does not exist.")
    changed = dataclasses.replace(project, pictures=folder)
    changed.save()
    return changed


def with_size(config: StudioConfig, size: int) -> StudioConfig:
    """The settings for pictures of another width, with a model and a training that suit it.

    A model for 32 pixels is too small for 128 and one for 256 too slow for 32, so the model
    follows: the settings of the model and of training in which the presets differ from each
    other are taken from the preset of that size, or of the next smaller one. All the others
    (seed, how often to save, EMA, everything about noise and sampling, colours, background,
    flips) stay as they are. Pictures that are not square keep their shape, as nearly as the
    model allows. Only for projects that have not been trained.
    """
    if size == config.pictures.size:
        return config
    base = _preset_for(size)
    model = _follow(config.model, base.model, "model")
    try:
        model.check_attention()
    except ConfigError:
        model = base.model
    square = dataclasses.replace(
        config,
        pictures=dataclasses.replace(config.pictures, size=base.pictures.size, height=0),
        model=model,
        train=_follow(config.train, base.train, "train"),
    )
    height = _height_for(config.pictures, size, base.model.stride)
    # attention moves to the sizes that occur in pictures of this size
    return with_settings(square, [f"pictures.size={size}", f"pictures.height={height}"])


def shapes_for(config: StudioConfig) -> list[tuple[int, int]]:
    """The (width, height) that can be chosen with `with_size`, and the present one."""
    shapes = {_width_and_height(config.pictures)}
    for size in SIZES:
        if size != config.pictures.size:
            with suppress(ConfigError):  # a shape so flat that nothing is left of it
                shapes.add(_width_and_height(with_size(config, size).pictures))
    return sorted(shapes)


def with_pictures_setting(config: StudioConfig, **values: object) -> StudioConfig:
    """The settings with other values in their pictures section: `background="#000000"`."""
    pictures = dataclasses.replace(config.pictures, **values)  # type: ignore[arg-type]
    return dataclasses.replace(config, pictures=pictures)


def _preset_for(size: int) -> StudioConfig:
    smaller = [preset for preset in PRESETS.values() if preset.pictures.size <= size]
    by_size = sorted(smaller or PRESETS.values(), key=lambda preset: preset.pictures.size)
    return by_size[-1] if smaller else by_size[0]


def _follow(mine: C, preset: C, section: str) -> C:
    """`mine` with the values of the preset wherever presets differ from each other."""
    differing = {
        field.name: getattr(preset, field.name)
        for field in dataclasses.fields(mine)  # type: ignore[arg-type]
        if len({getattr(getattr(other, section), field.name) for other in PRESETS.values()}) > 1
    }
    try:
        return dataclasses.replace(mine, **differing)  # type: ignore[type-var]
    except ConfigError:  # a setting of mine, such as norm_groups, does not fit the others
        return preset


def _width_and_height(config: PicturesConfig) -> tuple[int, int]:
    _, height, width = config.shape
    return width, height


def _height_for(before: PicturesConfig, size: int, stride: int) -> int:
    if not before.height:
        return 0
    rows = round(size * before.height / before.size / stride)
    return max(1, rows) * stride
