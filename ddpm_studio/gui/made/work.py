"""Background work of the Made page: looking through the gallery, its tiles, moving and copying."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from ddpm_studio.errors import StudioError
from ddpm_studio.gallery.batch import Batch, read_batches
from ddpm_studio.gallery.made import Found, MadeFile, look_through, made_file
from ddpm_studio.gallery.stars import read_stars
from ddpm_studio.gui.common.idle_pools import IdlePools
from ddpm_studio.gui.common.images import drawable, image_on
from ddpm_studio.gui.wall.model import Tiles
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.data.isolation.pool import DecoderPool
    from ddpm_studio.gallery.thumbnails import Thumbnails
    from ddpm_studio.recipe import Recipe

FILM_SIDE = 1024  # pixels of a film's frames
LARGEST = 2048  # pixels of a picture that is seen large
PULSE = 0.1  # seconds
GONE = "Its model of step {:,} is gone: painted again with the newest, it will be a relative of it."
MOST_FOLDERS = 200  # that are watched


@dataclass(frozen=True)
class Listing:
    """What a look through the gallery has found. trouble: sentences about what is spoilt."""

    found: Found
    stars: frozenset[str]
    batches: tuple[Batch, ...] = ()  # that can be finished
    trouble: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()  # below the gallery, in which some of them lie
    unread: tuple[MadeFile, ...] = ()  # of which there is no thumbnail yet
    is_as_known: bool = False  # the files are those that were known before


@dataclass(frozen=True)
class Large:
    """One picture as it is: uint8 (H, W, 4) premultiplied. width, height: of the file."""

    name: str
    pixels: np.ndarray
    width: int
    height: int
    moves: bool


@dataclass(frozen=True)
class Told:
    """What a file says of itself: its recipe, or a sentence why there is none.

    Beside a recipe the sentence says that its model is gone.
    """

    name: str
    recipe: Recipe | None
    sentence: str = ""


@dataclass(frozen=True)
class FilmFrame:
    """One frame, drawable, and how many milliseconds it is seen."""

    image: QImage
    delay: float

    @property
    def nbytes(self) -> int:
        return self.image.sizeInBytes()


@dataclass(frozen=True)
class FilmPiece:
    """Some frames of a film, the first of them and on; they may be smaller than width x height.

    count: how many there are in it, as far as is known. is_end: no more follow.
    """

    file: MadeFile
    first: int
    frames: tuple[FilmFrame, ...]
    count: int
    is_end: bool
    width: int
    height: int


def new_pools() -> IdlePools:
    """Processes that open what was made."""

    def new_pool() -> DecoderPool:
        from ddpm_studio.gallery import thumbnails

        return thumbnails.new_pool()

    return IdlePools(new_pool)


def new_film_pools() -> IdlePools:
    """A process that has a film open."""

    def new_pool() -> DecoderPool:
        from ddpm_studio.gallery import playing

        return playing.new_pool()

    return IdlePools(new_pool)


def look(
    project: Project, thumbnails: Thumbnails, known: Mapping[str, MadeFile]
) -> Generator[None, None, Listing]:
    """All that lies in the gallery now. known: by their names, the files that were there."""
    yield
    found = look_through(project.gallery)
    yield
    thumbnails.numbers(found.files)  # it takes a while to read the cache
    yield
    stars, trouble = read_stars(project.gallery)
    batches, spoilt = read_batches(found.batches)
    yield
    files = found.files
    folders = {file.name.rpartition("/")[0] for file in files} - {""}
    return Listing(
        found,
        stars,
        batches,
        trouble=tuple(filter(None, (trouble, *spoilt))),
        folders=tuple(sorted(folders)),
        unread=tuple(thumbnails.unread(files)),
        is_as_known=known == {file.name: file for file in files},
    )


def measure(gallery: Path, paths: Sequence[Path]) -> Generator[None, None, list[MadeFile]]:
    """What is to be known of files that were just written, those that belong on the wall."""
    yield
    return [file for path in paths if (file := made_file(gallery, path)) is not None]


def new_thumbnails(project: Project) -> Thumbnails:
    from ddpm_studio.gallery.thumbnails import Thumbnails, detail_of, thumbnail_shape

    shape = thumbnail_shape(project.config.pictures.shape)
    return Thumbnails(project.gallery, project.cache, shape, detail_of(shape))


def read_tiles(
    thumbnails: Thumbnails,
    pools: IdlePools,
    runs: Sequence[tuple[int, Sequence[MadeFile]]],
    saves: bool = False,
) -> Iterator[Tiles | None]:
    """Read runs of the wall, each with its number; those of -1 only into the cache.

    saves: write down afterwards what is in the cache now.
    """
    import numpy as np

    with pools.borrowed() as pool:
        for chunk, files in runs:
            rows = np.asarray(thumbnails.numbers(files), np.int64)
            pixels = yield from thumbnails.read(files, pool)
            if chunk >= 0:
                yield Tiles(chunk, pixels, rows)
    if saves:
        thumbnails.save()


def look_large(gallery: Path, file: MadeFile, pools: IdlePools) -> Generator[None, None, Large]:
    """One picture, or the one that a film ends with. Raises StudioError if it cannot be shown."""
    import numpy as np

    from ddpm_studio.gallery.thumbnails import WHOLE, request_for

    request = request_for(gallery / file.name, LARGEST, LARGEST, 4, WHOLE)
    with pools.borrowed() as pool:
        answer = yield from pool.ask(request, PULSE)
    about = answer.values
    if answer.failure or "shape" not in about:
        raise StudioError(f"{file.name} cannot be shown any more.")
    pixels = np.frombuffer(answer.data, np.uint8).reshape(about["shape"])
    return Large(file.name, pixels, about["width"], about["height"], about["moves"])


def read_film(
    gallery: Path, file: MadeFile, first: int, side: int, pools: IdlePools
) -> Generator[None, None, FilmPiece]:
    """The next frames of a film, as many as come quickly. Raises StudioError if it cannot be read.

    side: the longer one at the most.
    """
    import numpy as np

    request = {"path": str(gallery / file.name), "first": first, "side": side}
    with pools.borrowed() as pool:
        answer = yield from pool.ask(request, PULSE)
    about = answer.values
    if answer.failure or "shape" not in about:
        raise StudioError(f"{file.name} cannot be played.")
    frames = np.frombuffer(answer.data, np.uint8).reshape(about["shape"])
    return FilmPiece(
        file,
        first,
        tuple(map(film_frame, frames, about["delays"])),
        *(about["count"], about["is_end"], about["width"], about["height"]),
    )


def film_frame(pixels: np.ndarray, delay: float) -> FilmFrame:
    """uint8 (H, W, 4), premultiplied; what is nowhere transparent is drawn without a ground."""
    image = image_on(pixels, premultiplied=True)
    is_opaque = bool((pixels[..., 3] == 255).all())
    return FilmFrame(
        image.convertToFormat(QImage.Format.Format_RGB32) if is_opaque else drawable(image), delay
    )


def read_recipe(project: Project, file: MadeFile) -> Generator[None, None, Told]:
    """What a file says of how it was made."""
    from ddpm_studio.export.recipe.files import read_recipe as read

    yield
    try:
        return Told(file.name, read(project.gallery / file.name))
    except StudioError as error:
        return Told(file.name, None, str(error))


def rename(gallery: Path, file: MadeFile, name: str) -> Generator[None, None, MadeFile]:
    """Call one otherwise; what it is then. Raises StudioError."""
    from ddpm_studio.gallery import rename

    yield
    return rename.rename(gallery, file, name)


def look_for_model(project: Project, told: Told) -> Generator[None, None, Told]:
    """The same once more, with a sentence if the model of the recipe is not there any more.

    Apart from reading it, since files may have to be read through for that.
    """
    from ddpm_studio.gallery.origin import find_checkpoint_of

    yield
    recipe = told.recipe
    if recipe is None or find_checkpoint_of(project, recipe) is not None:
        return told
    return dataclasses.replace(told, sentence=GONE.format(recipe.step))
