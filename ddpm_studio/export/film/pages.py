"""Films that lie still: their stages on one page, and a folder with a picture for every tick."""

import math
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress, Work
from ddpm_studio.export.film.captions import caption_strip
from ddpm_studio.export.film.frames import Film, film_order
from ddpm_studio.export.film.options import AS_PICTURE, FilmOptions
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.images import PAGE_ENDINGS, check_longest, save_picture, to_image
from ddpm_studio.export.places import cannot_write, check_file, written
from ddpm_studio.storage import (
    ABANDONED_AFTER,
    TEMPORARY_PREFIX,
    remove_unfinished,
    write_atomically,
)
from ddpm_studio.words import several

BROADEST = 5.0  # a page of one row is at most about twice as many times as broad as it is high
GAP = 48  # parts of a stage's width


def check_strip_path(path: Path) -> None:
    """Raise ExportError unless a page can be written there."""
    if path.suffix.lower() not in PAGE_ENDINGS:
        raise ExportError(f"{path.name} has no ending for a page; choose .png or .webp.")
    check_file(path)


def check_sequence_path(folder: Path) -> None:
    """Raise ExportError unless a new folder can be made there."""
    if os.path.lexists(folder):
        raise ExportError(f"{folder} is there already; choose a name that is still free.")
    check_file(folder)


def strip_stages(film: Film, stages: int) -> list[int]:
    """The frames of a page: evenly in noise, else in time, from the first to the last.

    Raises ExportError if there are not so many.
    """
    if not 1 <= stages <= film.count:
        most = several(film.count, "stage")
        frames = several(film.count, "frame")
        raise ExportError(f"The film has {frames}, so choose 1 to {most}.")
    if stages == 1:
        return [film.count - 1]
    noise = np.array(film.noise or np.linspace(1, 0, film.count))
    chosen: list[int] = []
    for place, wanted in enumerate(np.linspace(noise[0], noise[-1], stages)):
        nearest = int(np.abs(noise - wanted).argmin())
        first, last = (chosen[-1] + 1 if chosen else 0), film.count - stages + place
        chosen.append(min(max(nearest, first), last))
    return [*chosen[:-1], film.count - 1]


def strip_size(film: Film, stages: int, options: FilmOptions) -> tuple[int, int]:
    """(width, height) of the page in pixels. Raises ExportError if that is too much."""
    return _Page(film, stages, options).size


def stage_width(film: Film, stages: int, options: FilmOptions, page_width: int) -> int:
    """How broad each stage is, in pixels, so that the page is as broad as asked, or just less.

    Raises ExportError if there are not so many stages.
    """

    def is_room(width: int) -> bool:
        of_width = replace(options, scale=1, width=width)
        return _Page(film, stages, of_width, is_checked=False).size[0] <= page_width

    least, most = 1, max(1, page_width)
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if is_room(middle) else (least, middle - 1)
    return least


def growing_page(film: Film, stages: int, options: FilmOptions) -> Iterator[np.ndarray]:
    """The page after each of its stages, always the same array: uint8 (H, W, C)."""
    page = _Page(film, stages, options)
    drawn = _ground(page.size, film.shape[2], options.background)
    for place in range(stages):
        picture = page.pictures.frame(place)
        height, width, _ = picture.shape
        top = place // page.columns * (height + page.gap)
        left = place % page.columns * (width + page.gap)
        drawn[top : top + height, left : left + width] = picture
        yield drawn


class _Page:
    """Where the stages of a film lie. Raises ExportError if that is too much."""

    def __init__(
        self, film: Film, stages: int, options: FilmOptions, is_checked: bool = True
    ) -> None:
        chosen = strip_stages(film, stages)
        captions = tuple(film.captions[index] for index in chosen) if film.captions else ()
        alone = Film(stages, lambda place: film.compose(chosen[place]), captions)
        self.pictures = FilmPictures(alone, replace(options, canvas=AS_PICTURE))
        width, height = self.pictures.size
        rows = max(1, round(math.sqrt(stages * width / height / BROADEST)))
        self.columns = math.ceil(stages / min(rows, stages))
        rows, self.gap = math.ceil(stages / self.columns), max(2, width // GAP)
        self.size = (
            self.columns * (width + self.gap) - self.gap,
            rows * (height + self.gap) - self.gap,
        )
        if is_checked:
            check_longest("page", self.size, "fewer stages or a smaller enlargement")


def write_strip(
    path: Path, film: Film, stages: int, options: FilmOptions, recipe: str | None = None
) -> Iterator[Progress]:
    """Write some stages of a film beside each other as one PNG or lossless WebP.

    Each is enlarged, and has its caption, as in a film. Raises ExportError with one sentence.
    """
    check_strip_path(path)
    remove_unfinished(path.parent, ABANDONED_AFTER)
    page = np.empty(0)
    for done, grown in enumerate(growing_page(film, stages, options), 1):
        page = grown
        yield Progress(Work.WRITING, done, stages)
    with written(path) as temporary:
        save_picture(temporary, to_image(page), recipe)


def write_sequence(
    folder: Path, film: Film, options: FilmOptions, recipe: str | None = None
) -> Iterator[Progress]:
    """Write frame_00000.png and so on, one for each tick, into a folder that is new.

    The folder appears when all are written; if the generator is closed before, nothing is left.
    Raises ExportError with one sentence.
    """
    check_sequence_path(folder)
    remove_unfinished(folder.parent, ABANDONED_AFTER)
    pictures = FilmPictures(film, options)
    temporary = folder.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
    try:
        temporary.mkdir()
        yield from _write_pictures(temporary, pictures, recipe)
        temporary.rename(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_pictures(folder: Path, pictures: FilmPictures, recipe: str | None) -> Iterator[Progress]:
    order = film_order(pictures.film, pictures.options)
    first: dict[int, Path] = {}
    for tick, index in enumerate(order):
        path = folder / f"frame_{tick:05d}.png"
        if index in first:
            write_atomically(path, first[index].read_bytes())
        else:
            save_picture(path, to_image(pictures.frame(index)), recipe)
            first[index] = path
        yield Progress(Work.WRITING, tick + 1, len(order))


def _ground(size: tuple[int, int], channels: int, background: str) -> np.ndarray:
    """An empty page: uint8 (H, W, C), transparent if the pictures are."""
    page = np.zeros((size[1], size[0], channels), np.uint8)
    if channels != 4:
        page[:] = caption_strip(np.zeros((1, 1), np.uint8), background, channels)
    return page
