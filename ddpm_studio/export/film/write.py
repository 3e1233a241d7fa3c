"""Films: what is in them, how they play, and the files that they become.

A film as one file (`write_film`), as a page of stages (`write_strip`), as a folder of pictures
(`write_sequence`); each is a generator of progress, and appears whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av

from ddpm_studio.errors import ExportError
from ddpm_studio.events import Progress
from ddpm_studio.export.film.estimate import estimate_bytes
from ddpm_studio.export.film.frames import Film, film_order, film_seconds
from ddpm_studio.export.film.kind import StillFilm, VideoFilm
from ddpm_studio.export.film.kinds import BY_ENDING, ENDINGS, kind_of
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import strip_size, write_sequence, write_strip
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.film.stills import film_delays, write_stills
from ddpm_studio.export.film.video import write_video
from ddpm_studio.export.images import reason_of
from ddpm_studio.export.places import check_file
from ddpm_studio.storage import ABANDONED_AFTER, remove_unfinished, replacing

__all__ = [
    "Film",
    "FilmOptions",
    "check_film_path",
    "estimate_bytes",
    "film_length",
    "film_order",
    "film_seconds",
    "film_size",
    "strip_size",
    "write_film",
    "write_sequence",
    "write_strip",
]


def film_size(film: Film, options: FilmOptions, suffix: str = "") -> tuple[int, int]:
    """(width, height) in pixels of what is written, with the captions; those of videos are even.

    Raises ExportError if that is more than a film can have.
    """
    pictures = FilmPictures(film, options)
    kind = kind_of(suffix)
    return pictures.size if kind is None else kind.size(pictures)


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
    try:
        with replacing(path) as temporary:
            if isinstance(kind, VideoFilm):
                yield from write_video(kind, temporary, pictures, recipe)
            elif isinstance(kind, StillFilm):
                yield from write_stills(kind, temporary, pictures, recipe)
    except (OSError, ValueError, av.FFmpegError) as error:
        raise ExportError(f"{path} cannot be written: {reason_of(error)}.") from error
