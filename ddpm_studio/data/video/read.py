"""Videos as a source of pictures: a frame every few seconds, upright, without near copies."""

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from PIL import Image

from ddpm_studio.choices import Crop
from ddpm_studio.data.decode.fit import fit
from ddpm_studio.data.decode.look import config_from, facts_of
from ddpm_studio.data.video.film import Film, VideoError, opened_video
from ddpm_studio.data.video.pixels import distance, small_copy, upright

__all__ = ["Frame", "VideoEnd", "VideoError", "frames_at_request", "read_frames"]

BLINK = 1e-3  # seconds: some formats round times to so much
# Frames are alike if their small copies differ by less, as the root of the mean square in levels
# of 255. Measured after compression: still scenes with the grain of a film differ by up to 1, with
# light that flickers by 1.5 % mostly by 3; photos moved by a 50th of their width differ by 5 and
# more, and with an object on a 50th of the area that moves by 9.
ALIKE = 4.0
NO_FRAME = "damaged: no picture in it can be read"


@dataclass(frozen=True)
class Frame:
    """pixels: uint8 (H, W, 3), RGB; seconds: after the video's first frame, as asked for."""

    seconds: float
    pixels: np.ndarray


@dataclass(frozen=True)
class VideoEnd:
    """How reading ended. dropped: near copies; note: what else is missing, "" for nothing."""

    taken: int
    dropped: int
    note: str


def read_frames(
    path: Path, every_seconds: float, most: int = 5000
) -> Generator[Frame, None, VideoEnd]:
    """The frames that are shown at 0, every_seconds, 2 every_seconds ...; at most `most`.

    A frame that looks like the one taken before is dropped. Where the video is damaged, frames
    are missing up to its next whole part; that is in the note at the end.
    Raises VideoError with the reason if no frame of it can be read; ValueError unless
    every_seconds > 0.
    """
    if not 0 < every_seconds < math.inf:
        raise ValueError(f"every_seconds is {every_seconds}, but must be more than 0")
    taken, dropped, previous = 0, 0, None
    with opened_video(path) as film:
        for second, times, frame in _at_seconds(film, every_seconds):
            small = small_copy(frame)
            if previous is not None and distance(small, previous) < ALIKE:
                dropped += times
                continue
            if taken == most:
                return VideoEnd(taken, dropped, f"only its first {most} pictures were taken")
            yield Frame(second, upright(frame, film.pixel_aspect))
            previous = small
            taken, dropped = taken + 1, dropped + times - 1
        if not taken:
            raise VideoError(NO_FRAME)
        return VideoEnd(taken, dropped, film.note())


def frames_at_request(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """`read_frames` for the isolated process: facts and second of every frame, and their pixels."""
    config = config_from(request["config"])
    frames: list[dict[str, Any]] = []
    pixels: list[bytes] = []
    try:
        for frame in read_frames(Path(request["path"]), request["every"], request["most"]):
            upright, facts = facts_of(Image.fromarray(frame.pixels), "video", config)
            frames.append({"second": frame.seconds, "facts": facts.to_list()})
            pixels.append(fit(upright, Crop(config.crop), config).tobytes())
    except VideoError as error:
        return {"reason": str(error)}, b""
    return {"frames": frames}, b"".join(pixels)


def _at_seconds(film: Film, every: float) -> Iterator[tuple[float, int, VideoFrame]]:
    """The first second at which a frame is asked for, at how many it is, and the frame."""
    index = 0  # of the next time asked for
    for start, end, frame in _spans(film):
        first = max(index, math.ceil((start - BLINK) / every))
        index = max(first, math.ceil((end - BLINK) / every))
        film.wanted = index * every + BLINK
        if index > first:
            yield first * every, index - first, frame


def _spans(film: Film) -> Iterator[tuple[float, float, VideoFrame]]:
    """(start, end, frame): from when until when each frame is shown, in seconds."""
    last: tuple[float, VideoFrame] | None = None
    for start, frame in film.frames():
        if last is not None:
            end = min(start, last[0] + film.frame_seconds) if film.is_gap else start
            yield last[0], end, last[1]
        last = start, frame
    if last is not None:
        yield last[0], last[0] + film.frame_seconds, last[1]
