"""A film before it is a file: its frames, and which of them is seen at each tick."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.images import on_background

LOOKED_AT = 1 << 14  # pixels of a frame that are looked at to see how much it changes


@dataclass(frozen=True)
class Film:
    """compose: frame i of `count` as uint8 (H, W, C), not enlarged, C of 1, 3 or 4 (alpha).

    Frames are asked for when they are needed, so that a long film is never in memory as a whole.
    captions: one a frame, or none. noise: how much of it is in each frame, from about 1 to 0, or
    nothing if that is not known.
    """

    count: int
    compose: Callable[[int], np.ndarray]
    captions: tuple[str, ...] = ()
    noise: tuple[float, ...] = ()

    @cached_property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of each frame, not enlarged."""
        height, width, channels = self.compose(0).shape
        return height, width, channels

    @cached_property
    def changes(self) -> np.ndarray:
        """How much was seen to change up to each frame: float64 (count,), growing from 0."""
        height, width, _ = self.shape
        every = max(1, int((height * width / LOOKED_AT) ** 0.5))
        steps, before = [0.0], self._looked_at(0, every)
        for index in range(1, self.count):
            now = self._looked_at(index, every)
            steps.append(float(np.abs(now - before).mean()))
            before = now
        return np.cumsum(steps)

    def _looked_at(self, index: int, every: int) -> np.ndarray:
        return on_background(self.compose(index)[::every, ::every], "#808080").astype(np.int16)


def film_order(film: Film, options: FilmOptions) -> list[int]:
    """The frame of each tick, the held one as often as it is seen, with the way back."""
    forth, back = _ways(film, options)
    return [*forth, *[forth[-1]] * round(options.hold * options.fps), *back]


def film_seconds(film: Film, options: FilmOptions) -> float:
    """How long it plays, once."""
    forth, back = _ways(film, options)
    return (len(forth) + len(back)) / options.fps + options.hold


def film_shots(film: Film, options: FilmOptions, per_second: int) -> list[tuple[int, int]]:
    """(frame, how long it is shown in 1 / per_second of a second), where files can say that.

    Rounded so that the frames are in time as a whole, however long the film is.
    """
    forth, back = _ways(film, options)
    ticks = [*forth, *back]
    held = len(forth) - 1
    shots: list[tuple[int, int]] = []
    for frame, run in groupby(range(len(ticks)), key=ticks.__getitem__):
        places = list(run)
        starts = [round(place * per_second / options.fps) for place in (places[0], places[-1] + 1)]
        hold = round(options.hold * per_second) if held in places else 0
        shots.append((frame, starts[1] - starts[0] + hold))
    return shots


def _ways(film: Film, options: FilmOptions) -> tuple[list[int], list[int]]:
    """The frames of the ticks from the first frame to the last, and of those back again."""
    forth = list(range(film.count))
    if options.easing == "change" and film.count > 2 and film.changes[-1] > 0:
        wanted = np.linspace(0, film.changes[-1], film.count)
        after = np.clip(np.searchsorted(film.changes, wanted), 1, film.count - 1)
        is_nearer = wanted - film.changes[after - 1] < film.changes[after] - wanted
        forth = [0, *(after - is_nearer)[1:-1].tolist(), film.count - 1]
    return forth, forth[-2:0:-1] if options.ping_pong else []
