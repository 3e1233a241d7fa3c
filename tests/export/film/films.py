"""What the tests of films share: made-up frames, and readers that did not write the files."""

from pathlib import Path

import av
import numpy as np
from PIL import Image

from ddpm_studio.export.film.frames import Film
from ddpm_studio.export.film.kinds import KINDS
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.export.film.write import write_film

# every kind that is written: one that is new is tried by all tests of films at once
STILLS = [ending for kind in KINDS if not kind.is_video for ending in kind.endings]
LOSSLESS = [ending for kind in KINDS if kind.is_lossless for ending in kind.endings]
VIDEOS = [ending for kind in KINDS if kind.is_video for ending in kind.endings]
ALL = [*STILLS, *VIDEOS]


def as_film(frames, captions=(), noise=()):
    return Film(len(frames), lambda index: frames[index], tuple(captions), tuple(noise))


def write(path: Path, frames, fps=12.0, hold=1.5, scale=1, *, recipe=None, **options):
    """All events of writing the frames as a film."""
    film = frames if isinstance(frames, Film) else as_film(frames)
    settings = FilmOptions(fps=fps, hold=hold, scale=scale, **options)
    return list(write_film(path, film, settings, recipe))


def read_with_pillow(path, mode="RGB"):
    """Frames, and how long each is shown, in milliseconds."""
    frames, durations = [], []
    with Image.open(path) as image:
        for index in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(index)
            frames.append(np.asarray(image.convert(mode)))
            durations.append(image.info["duration"])
    return frames, durations


def read_with_ffmpeg(path, kind="rgb24"):
    """Frames, and when each begins, in seconds."""
    with av.open(path) as container:
        decoded = list(container.decode(video=0))
    return [frame.to_ndarray(format=kind) for frame in decoded], [f.time for f in decoded]


def rgb(frames, scale=1):
    large = [frame.repeat(scale, 0).repeat(scale, 1) for frame in frames]
    return [np.broadcast_to(frame, (*frame.shape[:2], 3)) for frame in large]


def distance(one, other):
    return np.abs(one.astype(int) - other.astype(int)).mean()
