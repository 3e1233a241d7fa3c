"""A film as one file, as a page of stages, or as a folder of pictures.

Each is written by a generator of progress, and appears whole or not at all.
"""

from collections.abc import Iterator
from pathlib import Path

import av

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress
from ddpm_studio.export.film.frames import Film, film_order, film_seconds
from ddpm_studio.export.film.kind import StillFilm, VideoFilm
from ddpm_studio.export.film.kinds import BY_ENDING, ENDINGS, kind_of
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import (
    check_sequence_path,
    check_strip_path,
    strip_size,
    write_sequence,
    write_strip,
)
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.film.stills import film_delays, write_stills
from ddpm_studio.export.film.video import write_video
from ddpm_studio.export.places import check_file, check_folder, check_free, written
from ddpm_studio.storage import ABANDONED_AFTER, remove_unfinished


def film_size(
    film: Film, options: FilmOptions, suffix: str = "", stages: int = 0
) -> tuple[int, int]:
    """(width, height) in pixels of what is written, with the captions; those of videos are even.

    stages: of a page, 0 for a film. Raises ExportError if that is more than there can be.
    """
    if stages:
        return strip_size(film, stages, options)
    pictures = FilmPictures(film, options)
    kind = kind_of(suffix)
    return pictures.size if kind is None else kind.size(pictures)


def check_path(path: Path, stages: int = 0) -> None:
    """Raise ExportError unless `write` could write there, where nothing is yet; it is tried."""
    if stages:
        check_strip_path(path)
        check_free(path)
    elif path.suffix or path.name.startswith("."):
        check_film_path(path)
        check_free(path)
    else:
        check_sequence_path(path)
        check_folder(path.parent)


def write(
    path: Path, film: Film, options: FilmOptions, recipe: str | None = None, stages: int = 0
) -> Iterator[Progress]:
    """A page of so many stages; else a film, or a folder where the name has no ending."""
    if stages:
        yield from write_strip(path, film, stages, options, recipe)
    elif path.suffix:
        yield from write_film(path, film, options, recipe)
    else:
        yield from write_sequence(path, film, options, recipe)


def film_length(film: Film, options: FilmOptions, suffix: str = "") -> tuple[int, float]:
    """(frames at the film's speed, seconds) of what is written; a GIF may not be as fast as asked.

    A video holds the film as often as it plays.
    """
    kind, frames = kind_of(suffix), len(film_order(film, options))
    if isinstance(kind, StillFilm):
        delays = sum(delay for _, delay in film_delays(kind, FilmPictures(film, options)))
        return frames, delays / kind.container.per_second
    if isinstance(kind, VideoFilm):
        times = max(1, options.loops)
        return times * frames, times * frames / options.fps
    return frames, film_seconds(film, options)


def check_film_path(path: Path) -> None:
    """Raise ExportError unless the file's ending is one that can be written, in a folder."""
    if kind_of(path.suffix) is None:
        raise ExportError(
            f"{path.name} has no ending that can be written; choose one of {', '.join(ENDINGS)}."
        )
    check_file(path)


def write_film(
    path: Path, film: Film, options: FilmOptions, recipe: str | None = None
) -> Iterator[Progress]:
    """Write a film as the kind of file that the ending says.

    Every frame is in it, equal ones too, and what is held or comes again is not compressed twice
    where the kind of file can say so. Of four channels the last is straight alpha: WebP and APNG
    keep it, in a GIF a pixel is there or not, in videos the frames lie on the background colour.
    recipe: JSON text that goes into the file; without it nothing about this program does.
    The file appears when it is complete; if the generator is closed before, nothing is left.
    What a killed process left in that folder an hour ago or more is cleared away.
    Raises ExportError with one sentence.
    """
    check_film_path(path)
    remove_unfinished(path.parent, ABANDONED_AFTER)
    pictures = FilmPictures(film, options)
    kind = BY_ENDING[path.suffix.lower()]
    with written(path, av.FFmpegError) as temporary:
        if isinstance(kind, VideoFilm):
            yield from write_video(kind, temporary, pictures, recipe)
        elif isinstance(kind, StillFilm):
            yield from write_stills(kind, temporary, pictures, recipe)
