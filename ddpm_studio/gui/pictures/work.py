"""Background work of the Pictures page, and what its choices mean for the settings."""

from __future__ import annotations

import dataclasses
import os
from base64 import b64decode
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from ddpm_studio.choices import Choices, Crop
from ddpm_studio.config import PicturesConfig, StudioConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common.efforts import preset_for
from ddpm_studio.gui.common.idle_pools import IdlePools
from ddpm_studio.gui.pictures.entries import WallEntry, entries_of
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.data import PictureSet
    from ddpm_studio.data.isolation.pool import DecoderPool
    from ddpm_studio.data.picture_facts import PictureFacts
    from ddpm_studio.data.summary import FolderSummary

C = TypeVar("C")

SIZES = (16, 32, 48, 64, 96, 128, 192, 256)  # each has a preset whose model can take it
ORIGINAL_PIXELS = 480  # the longer side of an original, as it is shown beside the wall
CROP_PIXELS = 1024  # the same in the crop editor
PULSE = 0.1  # seconds
MOST_FOLDERS = 400  # systems watch only so many for a program
FEWEST_PIXELS, MOST_PIXELS = 4, 2048  # of a side, as PicturesConfig allows


@dataclass(frozen=True)
class Original:
    """A file as it was before it was cropped.

    pixels: uint8 (H, W, 3), reduced; (H, W, 4) premultiplied if some of it is transparent.
    """

    pixels: np.ndarray
    width: int  # of the file, upright, in pixels
    height: int


# jobs


@dataclass(frozen=True)
class Folder:
    """A folder that was read: its pictures, what the wall shows of them, and what they are like."""

    pictures: PictureSet
    entries: tuple[WallEntry, ...]
    summary: FolderSummary
    folders: tuple[Path, ...] = ()  # that hold them
    is_first: bool = False  # whether the project had read none before

    @property
    def source(self) -> tuple[str, int]:
        """The same for two sets if a row of the one is that row of the other."""
        return str(getattr(self.pictures.store, "filename", "")), self.pictures.channels


def new_pools() -> IdlePools:
    """Processes that decode pictures of the usual size."""

    def new_pool() -> DecoderPool:
        from ddpm_studio.data import prepare

        return prepare.new_pool(PicturesConfig())

    return IdlePools(new_pool)


def _decoders(pools: IdlePools, config: PicturesConfig) -> AbstractContextManager[DecoderPool]:
    """Of the usual kind, unless pictures may be larger here."""
    from ddpm_studio.data.prepare import new_pool

    is_usual = config.max_megapixels == PicturesConfig().max_megapixels
    return pools.borrowed(None if is_usual else lambda: new_pool(config))


def prewarm(pools: IdlePools) -> Iterator[None]:
    """Start the processes before they are needed."""
    with pools.borrowed() as pool:
        pool.prewarm()
    yield None


def prepare(project: Project, choices: Choices, pools: IdlePools) -> Generator[Any, None, Folder]:
    """Read the folder of a project, with the events of `prepare_pictures`."""
    from ddpm_studio.data import prepare_pictures
    from ddpm_studio.data.summary import summarise

    config, is_first = project.config.pictures, not project.cache.exists()

    def look(*, may_be_empty: bool) -> Generator[Any, None, PictureSet]:
        with _decoders(pools, config) as pool:
            return (
                yield from prepare_pictures(
                    project.pictures,
                    config,
                    project.cache,
                    choices,
                    pool,
                    may_be_empty=may_be_empty,
                    tell_left_out=False,
                )
            )

    pictures = yield from look(may_be_empty=True)
    entries = entries_of(pictures, choices, config)
    if not any(entry.can_be_taken for entry in entries):
        yield from look(may_be_empty=False)  # reads nothing again, and says what is wrong
    facts = [taken.facts for taken in pictures.taken]
    summary = summarise(facts, len(pictures.left_out))
    return Folder(pictures, entries, summary, subfolders(project.pictures), is_first)


def subfolders(folder: Path) -> tuple[Path, ...]:
    """A folder and those below it, the highest first, as many as can be watched."""
    found, place = [folder], 0
    while place < len(found) and len(found) < MOST_FOLDERS:
        with suppress(OSError), os.scandir(found[place]) as entries:
            inner = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
            found.extend(Path(entry.path) for entry in inner if not entry.name.startswith("."))
        place += 1
    return tuple(found[:MOST_FOLDERS])


def look_at_original(
    path: Path, facts: PictureFacts, config: PicturesConfig, pools: IdlePools, most: int
) -> Generator[None, None, Original | None]:
    """The whole of a file, with the reader's own eyes; None if it can no longer be read.

    most: pixels of its longer side; a larger one is reduced.

    The reader fits pictures to the shape of `config`, so it is given the file's own shape here.
    It works in a process of its own: no decoder takes the window down.
    """
    from ddpm_studio.data.decode.look import request_for

    scale = min(1.0, most / max(facts.width, facts.height))
    width, height = _side(facts.width * scale), _side(facts.height * scale)
    channels = 4 if facts.has_alpha else 3  # what lies under it is the network's affair
    whole = dataclasses.replace(config, size=width, height=height, channels=channels, crop="centre")
    with _decoders(pools, config) as pool:
        answer = yield from pool.ask(request_for(path, whole), PULSE)
    if answer.failure or "facts" not in answer.values:
        return None
    pixels = np_picture(answer.data, height, width, channels)
    return Original(pixels, facts.width, facts.height)


def np_picture(data: bytes, height: int, width: int, channels: int) -> np.ndarray:
    """uint8 (H, W, C) of the bytes of one picture, for reading only."""
    import numpy as np

    return np.frombuffer(data, np.uint8).reshape(height, width, channels)


def blurred(facts: PictureFacts) -> QImage | None:
    """The whole of a picture out of focus, as far as it is known without its file."""
    if not facts.mini:
        return None
    mini = QImage(b64decode(facts.mini), 8, 8, 24, QImage.Format.Format_RGB888).copy()
    size = QSize(facts.width, facts.height)
    size.scale(ORIGINAL_PIXELS, ORIGINAL_PIXELS, Qt.AspectRatioMode.KeepAspectRatio)
    return mini.scaled(size, mode=Qt.TransformationMode.SmoothTransformation)


def crop_part(
    facts: PictureFacts, crop: Crop, width: int, height: int
) -> tuple[float, float, float, float]:
    """Which part of a picture a crop takes for a target of that size, as the reader reckons."""
    from PIL import Image

    from ddpm_studio.data.decode.fit import Upright, part_of

    nothing = Image.new("L", (1, 1))
    picture = Upright(nothing, (0, 0, 1, 1), facts.width, facts.height, facts.focus)
    return part_of(picture, crop, width, height)


def _side(pixels: float) -> int:
    return min(max(round(pixels), FEWEST_PIXELS), MOST_PIXELS)


# settings


def with_pictures(project: Project, folder: Path) -> Project:
    """The project with another pictures folder, saved. Raises ProjectError if that cannot be."""
    return project.with_pictures(folder)


@lru_cache(maxsize=64)  # asked for every size again whenever something of the settings changes
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
    base = preset_for(size)
    usual = config.model.like(base.model)
    model = _follow(config.model, usual, "model")
    try:
        model.check_derived()
    except ConfigError:
        model = usual
    square = dataclasses.replace(
        config,
        pictures=dataclasses.replace(config.pictures, size=base.pictures.size, height=0),
        model=model,
        train=_follow(config.train, base.train, "train"),
    )
    height = _height_for(config.pictures, size, usual.stride)
    # attention moves to the sizes that occur in pictures of this size
    return with_settings(square, [f"pictures.size={size}", f"pictures.height={height}"])


@lru_cache(maxsize=64)
def with_shape(config: StudioConfig, width: int, height: int) -> StudioConfig:
    """As `with_size`, for any shape; sides that the model cannot take are a ConfigError."""
    size, other = width, 0 if width == height else height
    sized = with_size(config, size)
    return with_settings(sized, [f"pictures.size={size}", f"pictures.height={other}"])


def shapes_for(
    config: StudioConfig, proposed: Callable[[int, int], tuple[int, int]] | None = None
) -> list[tuple[int, int]]:
    """The (width, height) that can be chosen with `with_shape`, and the present one.

    proposed: of (longer side, stride) the shape that the folder's pictures mostly have.
    """
    shapes = {_width_and_height(config.pictures)}
    for size in SIZES:
        with suppress(ConfigError):  # a shape so flat that nothing is left of it
            sized = with_size(config, size)
            stride = sized.model.stride
            candidates = {(size, size), _width_and_height(sized.pictures)}
            if proposed is not None:
                candidates.add(proposed(size, stride))
            shapes |= {shape for shape in candidates if _is_possible(config, *shape)}
    return sorted(shapes, key=lambda shape: (max(shape), shape))


def _is_possible(config: StudioConfig, width: int, height: int) -> bool:
    try:
        with_shape(config, width, height)
    except ConfigError:
        return False
    return True


def with_pictures_setting(config: StudioConfig, **values: object) -> StudioConfig:
    """The settings with other values in their pictures section: `background="#000000"`."""
    pictures = dataclasses.replace(config.pictures, **values)  # type: ignore[arg-type]
    return dataclasses.replace(config, pictures=pictures)


def _follow(mine: C, preset: C, section: str) -> C:
    """`mine` with the values of the preset wherever presets differ from each other."""
    sections = [getattr(other, section) for other in PRESETS.values()]
    differing = {
        field.name: getattr(preset, field.name)
        for field in dataclasses.fields(sections[0])
        if hasattr(mine, field.name) and len({getattr(one, field.name) for one in sections}) > 1
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
