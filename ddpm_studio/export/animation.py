"""A denoising as a film: GIF, animated WebP, APNG or MP4."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace

from ddpm_studio.config import check, check_types
from ddpm_studio.errors import ExportError
from ddpm_studio.events import ExportProgress
from ddpm_studio.export import containers
from ddpm_studio.export.grid import enlarge
from ddpm_studio.export.images import on_background, reason_of, to_image
from ddpm_studio.storage import replacing

LONGEST_SIDE = 16383  # pixels, of WebP
MP4_QUALITY = 14  # x264's CRF: visually lossless on flat colours
BT_709 = 1  # its number for the matrix, the primaries and the curve (ITU-T H.273)


@dataclass(frozen=True)
class AnimationOptions:
    """fps: frames per second; hold: seconds on the last frame; scale: whole-number enlargement.

    background: what an MP4, which has no alpha, shows behind transparent frames.
    """

    fps: float = 12.0
    hold: float = 1.5
    scale: int = 1
    background: str = "#ffffff"

    def __post_init__(self) -> None:
        check_types("animation", self)
        check(0.2 <= self.fps <= 60, "fps", self.fps, "0.2 to 60")
        check(0 <= self.hold <= 60, "hold", self.hold, "0 to 60 seconds")
        check(1 <= self.scale <= 64, "scale", self.scale, "1 to 64")
        is_colour = re.fullmatch("#[0-9a-fA-F]{6}", self.background) is not None
        check(is_colour, "background", self.background, "a colour such as #ffffff")

    def delays(self, count: int, per_second: int) -> list[int]:
        """How long each of `count` frames is shown, in 1 / per_second of a second.

        Rounded so that the frames are in time as a whole, however long the film is.
        """
        starts = [round(index * per_second / self.fps) for index in range(count + 1)]
        delays = [end - start for start, end in pairwise(starts)]
        delays[-1] += round(self.hold * per_second)
        return delays


def check_format_of(path: Path) -> None:
    """Raise ExportError unless the file's ending is one that can be written."""
    if path.suffix.lower() not in FORMATS:
        raise ExportError(
            f"{path.name} has no ending that can be written; choose one of {', '.join(FORMATS)}."
        )
    if not path.parent.is_dir():
        raise ExportError(f"The folder {path.parent} does not exist.")


def write_animation(
    path: Path, frames: Sequence[np.ndarray], options: AnimationOptions
) -> Iterator[ExportProgress]:
    """Write frames, uint8 (H, W, C) with C of 1, 3 or 4, as the kind of film that the ending says.

    Every frame is in the film, equal ones too; GIF, WebP and APNG start again for ever. Of four
    channels the last is straight alpha: WebP and APNG keep it, in a GIF a pixel is there or not,
    in an MP4 the frames lie on the background colour. The file appears when it is complete; if
    the generator is closed before, nothing is left.
    Raises ExportError with one sentence.
    """
    check_format_of(path)
    _check_frames(frames, options.scale)
    try:
        with replacing(path) as temporary:
            yield from FORMATS[path.suffix.lower()](temporary, frames, options)
    except (OSError, ValueError, av.FFmpegError) as error:
        raise ExportError(f"{path} cannot be written: {reason_of(error)}.") from error


def _check_frames(frames: Sequence[np.ndarray], scale: int) -> None:
    if not len(frames):
        raise ExportError("There is no frame to write.")
    if len({frame.shape for frame in frames}) > 1 or frames[0].shape[2:] not in ((1,), (3,), (4,)):
        raise ExportError("The frames of a film must be of one size, all grey or all in colour.")
    longest = scale * max(frames[0].shape[:2])
    if longest > LONGEST_SIDE:
        raise ExportError(
            f"The film would be {longest} pixels long, but {LONGEST_SIDE} is the most; "
            "choose fewer pictures or a smaller enlargement."
        )


@dataclass(frozen=True)
class Container:
    """How a format of pictures in a row is made. least_delay: what viewers show as it is."""

    frame: Callable[..., bytes]
    film: Callable[..., bytes]
    per_second: int
    least_delay: int


GIF = Container(containers.gif_frame, containers.gif_film, 100, 2)
APNG = Container(containers.apng_frame, containers.apng_film, 1000, 1)
WEBP = Container(containers.webp_frame, containers.webp_film, 1000, 1)


def _write_container(
    container: Container, path: Path, frames: Sequence[np.ndarray], options: AnimationOptions
) -> Iterator[ExportProgress]:
    done: list[bytes] = []
    for frame in frames:
        done.append(container.frame(to_image(frame), options.scale))
        yield ExportProgress(len(done), len(frames))
    height, width = frames[0].shape[:2]
    delays = options.delays(len(frames), container.per_second)
    path.write_bytes(
        container.film(
            done,
            (width * options.scale, height * options.scale),
            to_image(frames[0]).mode,
            [max(delay, container.least_delay) for delay in delays],
        )
    )


def _write_mp4(
    path: Path, frames: Sequence[np.ndarray], options: AnimationOptions
) -> Iterator[ExportProgress]:
    """H.264 in yuv420p with even sides, which plays everywhere."""
    laid = partial(on_background, colour=options.background)
    rate = Fraction(options.fps).limit_denominator(1000)
    held = round(options.hold * rate)  # the last frame again, since players ignore durations
    total = len(frames) + held
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(MP4_QUALITY)})
        stream.width, stream.height = _mp4_frame(laid(frames[0]), options.scale).shape[1::-1]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context  # said, since players guess the matrix from the size
        context.colorspace = context.color_primaries = context.color_trc = BT_709
        context.color_range = ColorRange.MPEG
        for done in range(1, total + 1):
            frame = _mp4_frame(laid(frames[min(done, len(frames)) - 1]), options.scale)
            picture = av.VideoFrame.from_ndarray(frame, "rgb24").reformat(
                format="yuv420p", dst_colorspace=Colorspace.ITU709
            )
            container.mux(stream.encode(picture))
            yield ExportProgress(done, total)
        container.mux(stream.encode())


def _mp4_frame(frame: np.ndarray, scale: int) -> np.ndarray:
    """Enlarged, with even sides, in colour: uint8 (H, W, 3)."""
    large = enlarge(frame, scale)
    height, width = large.shape[:2]
    even = np.pad(large, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(np.broadcast_to(even, (*even.shape[:2], 3)))


FORMATS: dict[str, Callable[..., Iterator[ExportProgress]]] = {
    ".gif": partial(_write_container, GIF),
    ".webp": partial(_write_container, WEBP),
    ".png": partial(_write_container, APNG),
    ".mp4": _write_mp4,
}
