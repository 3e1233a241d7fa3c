"""How many bytes a film will take, from a small part of it."""

import math
import tempfile
from dataclasses import replace
from fractions import Fraction
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from ddpm_studio.export.film.frames import Film, film_order
from ddpm_studio.export.film.kind import StillFilm, VideoFilm
from ddpm_studio.export.film.kinds import BY_ENDING
from ddpm_studio.export.film.kinds.apng import APNG
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.pages import growing_page, strip_size, strip_stages
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.film.stills import film_delays
from ddpm_studio.export.film.video import Video, video_frame
from ddpm_studio.export.images import picture_grid

MOST_FRAMES, LEAST_FRAMES = 9, 4  # of single pictures that are compressed
PAGE_PIXELS = 1 << 20  # of a page that is compressed as a whole
HELD_TICKS = 6  # in a row that are compressed: the first of them still get better
SPARSE = 0.03  # bytes a pixel
VIDEO_FRAMES = 64  # of a longer film, every second one or fewer
ROWS, COLUMNS = 2, 3  # of the parts that stand for a large frame
VIDEO_PARTS = 3
SMALLEST = 48  # pixels, enlarged: the side of such a part


def estimate_bytes(film: Film, options: FilmOptions, suffix: str, stages: int | None = None) -> int:
    """About how large a file will be; for pictures in a folder the suffix is "".

    stages: of a page instead of a film. It takes a fraction of a second: some frames, or parts
    of them, are compressed, and the rest is reckoned from them.
    """
    kind = BY_ENDING[suffix.lower()] if suffix else None
    if options.canvas_size is not None:  # plain ground takes hardly a byte
        options = FilmPictures(film, options).without_canvas
    if stages is not None:
        assert isinstance(kind, StillFilm), "pages are still"
        return _page(kind, film, options, stages)
    if kind is None:
        return _stills(APNG, film, options, film_order(film, options))
    if isinstance(kind, VideoFilm):
        return _video(kind, film, options)
    assert isinstance(kind, StillFilm)
    shots = film_delays(kind, FilmPictures(film, options))
    return _stills(kind, film, options, [index for index, _ in shots])


def _video(kind: VideoFilm, film: Film, options: FilmOptions) -> int:
    """The whole way of a film, held frames but a few times, and of its area a part."""
    order = film_order(film, options)
    moved = [index for _, run in groupby(order) for index in islice(run, HELD_TICKS)]
    every = -(-len(moved) // VIDEO_FRAMES)
    shown = moved[::every]
    pixels = kind.estimated_pixels // len(shown)
    once, density = _video_parts(kind, film, options, shown, pixels)
    if density < SPARSE:  # then it is quick, and small parts say little
        once, _ = _video_parts(kind, film, options, shown, 4 * pixels)
    held = kind.held_tick * (len(order) - len(shown))
    return round(kind.head + max(1, options.loops) * (once * every + held))


def _page(kind: StillFilm, film: Film, options: FilmOptions, stages: int) -> int:
    """The page itself, unless it is large: then its stages."""
    width, height = strip_size(film, stages, options)
    if width * height > PAGE_PIXELS:
        return _stills(kind, film, options, strip_stages(film, stages))
    page = list(growing_page(film, stages, options))[-1]
    return _stills(kind, Film(1, lambda _: page), FilmOptions(), [0])


def _stills(kind: StillFilm, film: Film, options: FilmOptions, order: list[int]) -> int:
    """Some frames, from the first to the last; those between them are as large as between."""
    pixels = kind.estimated_pixels
    whole = math.prod(FilmPictures(film, options).size)
    count = min(film.count, max(LEAST_FRAMES, min(MOST_FRAMES, pixels // whole)))
    ((part, options, share),) = _parts_of(film, options, pixels // count, ROWS * COLUMNS, True)
    encode, _ = kind.encoder(FilmPictures(part, options))
    places = np.unique(np.linspace(0, film.count - 1, count).round().astype(int))
    sizes = [len(encode(int(place))) / share for place in places]
    return round(np.interp(order, places, sizes).sum() + len(order) * kind.overhead)


def _video_parts(
    kind: VideoFilm, film: Film, options: FilmOptions, shown: list[int], pixels: int
) -> tuple[float, float]:
    """Bytes of some frames, reckoned from parts with about so many pixels; and bytes a pixel."""
    ticks = kind.held_tick * len(shown)
    share, changing = 0.0, 0.0
    for part, small, part_share in _parts_of(film, options, pixels, VIDEO_PARTS, False):
        changing += max(0, _video_size(kind, part, small, shown) - kind.head - ticks)
        share += part_share
    width, height = FilmPictures(film, options).size
    changing /= share
    return changing + ticks, changing / (width * height * len(shown))


def _video_size(kind: VideoFilm, film: Film, options: FilmOptions, order: list[int]) -> int:
    """Bytes of a video of some frames, each seen once."""
    pictures = FilmPictures(film, options)
    rate = Fraction(options.fps).limit_denominator(1000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"part{kind.endings[0]}"
        with Video(kind, path, rate, kind.size(pictures), None) as video:
            for index in order:
                video.add(video_frame(pictures, index))
        return path.stat().st_size


def _parts_of(
    film: Film, options: FilmOptions, pixels: int, count: int, beside: bool
) -> list[tuple[Film, FilmOptions, float]]:
    """Films of square parts of every frame, so many with about so many pixels in all.

    beside: as one film; else one each, for the edge between two is hard to compress. With each
    its options, and its share of the whole. All of the frame where parts would be most of it.
    """
    height, width, _ = film.shape
    large, _ = FilmPictures(film, options).picture_size
    side = round(max(SMALLEST, math.sqrt(pixels / count)) * width / large)
    if side < 1 or side > min(height, width) or 2 * count * side**2 > height * width:
        return [(film, options, 1.0)]
    corners = [_corner(place, height - side, width - side) for place in range(count)]
    together = [corners] if beside else [[corner] for corner in corners]
    return [_cut(film, options, some, side) for some in together]


def _cut(
    film: Film, options: FilmOptions, corners: list[tuple[int, int]], side: int
) -> tuple[Film, FilmOptions, float]:
    """A film of square parts beside each other, and their share of the whole."""
    height, width, _ = film.shape
    columns = min(COLUMNS, len(corners))

    def compose(index: int) -> np.ndarray:
        frame = film.compose(index)
        return picture_grid(
            np.stack([frame[y : y + side, x : x + side] for y, x in corners]), columns
        )

    smooth = None
    if options.width is not None:
        smooth = max(1, round(columns * side * options.width / width))
    small = replace(options, width=smooth, caption=False)
    return Film(film.count, compose), small, len(corners) * side**2 / (height * width)


def _corner(place: int, height: int, width: int) -> tuple[int, int]:
    """The place of a part, spread evenly (the R2 sequence of M. Roberts): (y, x)."""
    y, x = (0.5 + place * 0.7548776662) % 1, (0.5 + place * 0.5698402910) % 1
    return round(y * height), round(x * width)
