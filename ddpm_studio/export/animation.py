"""A denoising as a film: GIF, animated WebP, APNG or MP4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from ddpm_studio.config import check
from ddpm_studio.errors import ExportError
from ddpm_studio.events import ExportProgress
from ddpm_studio.export.grid import enlarge
from ddpm_studio.export.images import to_image
from ddpm_studio.storage import replacing

FORMATS = (".gif", ".webp", ".png", ".mp4")
MP4_QUALITY = 14  # x264's CRF: visually lossless on flat colours


@dataclass(frozen=True)
class AnimationOptions:
    """fps: frames per second; hold: seconds on the last frame; scale: whole-number enlargement."""

    fps: float = 12.0
    hold: float = 1.5
    scale: int = 1

    def __post_init__(self) -> None:
        check(0 < self.fps <= 60, "fps", self.fps, "above 0, up to 60")
        check(0 <= self.hold <= 60, "hold", self.hold, "0 to 60 seconds")
        check(1 <= self.scale <= 64, "scale", self.scale, "a whole number from 1 to 64")


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
    """Write frames, uint8 (H, W, C) with C of 1 or 3, as the kind of film that the ending says.

    The file appears when it is complete; if the generator is closed before, nothing is left.
    Raises ExportError with one sentence.
    """
    check_format_of(path)
    if not frames:
        raise ExportError("There is no frame to write.")
    shown = [enlarge(frame, options.scale) for frame in frames]
    write = _write_mp4 if path.suffix.lower() == ".mp4" else _write_with_pillow
    try:
        with replacing(path) as temporary:
            yield from write(temporary, shown, options)
    except (OSError, ValueError, av.FFmpegError) as error:
        raise ExportError(f"{path} cannot be written: {error}.") from error


def _write_with_pillow(
    path: Path, frames: Sequence[np.ndarray], options: AnimationOptions
) -> Iterator[ExportProgress]:
    """Pillow encodes in one go, so progress counts the frames as they are made ready for it."""
    images: list[Image.Image] = []
    for done, frame in enumerate(frames, 1):
        images.append(to_image(frame))
        yield ExportProgress(done, len(frames) + 1)
    duration = 1000 / options.fps
    durations = [duration] * (len(frames) - 1) + [duration + 1000 * options.hold]
    kind = path.suffix.lower()
    if kind == ".gif":
        images = _with_shared_palette(images)
    settings = {
        ".gif": {"loop": 0, "optimize": False, "disposal": 1},
        ".webp": {"loop": 0, "lossless": True, "method": 3},
        ".png": {"loop": 0},
    }[kind]
    images[0].save(
        path,
        {".gif": "GIF", ".webp": "WEBP", ".png": "PNG"}[kind],
        save_all=True,
        append_images=images[1:],
        duration=[round(d) for d in durations],
        **settings,
    )
    yield ExportProgress(len(frames) + 1, len(frames) + 1)


def _with_shared_palette(images: Sequence[Image.Image]) -> list[Image.Image]:
    """256 colours for the whole film, mostly those of its last frame, which is looked at longest.

    One palette for all frames keeps colours from flickering and the file small.
    """
    if images[0].mode == "L":
        return list(images)
    chosen = [images[-1]] * 3 + list(images[:: max(1, len(images) // 8)])
    strip = Image.new("RGB", (images[0].width, images[0].height * len(chosen)))
    for row, image in enumerate(chosen):
        strip.paste(image, (0, row * image.height))
    palette = strip.quantize(256, Image.Quantize.MEDIANCUT)
    return [image.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG) for image in images]


def _write_mp4(
    path: Path, frames: Sequence[np.ndarray], options: AnimationOptions
) -> Iterator[ExportProgress]:
    """H.264 in yuv420p with even sides, which plays everywhere."""
    rate = Fraction(options.fps).limit_denominator(1000)
    held = round(options.hold * rate)  # the last frame again, since players ignore durations
    height, width = frames[0].shape[:2]
    with av.open(path, "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=rate, options={"crf": str(MP4_QUALITY)})
        stream.width, stream.height = width + width % 2, height + height % 2
        stream.pix_fmt = "yuv420p"
        total = len(frames) + held
        for done, frame in enumerate(_with_hold(frames, held), 1):
            even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
            colour = np.ascontiguousarray(np.broadcast_to(even, (*even.shape[:2], 3)))
            for packet in stream.encode(av.VideoFrame.from_ndarray(colour, "rgb24")):
                container.mux(packet)
            yield ExportProgress(done, total)
        for packet in stream.encode():
            container.mux(packet)


def _with_hold(frames: Sequence[np.ndarray], held: int) -> Iterable[np.ndarray]:
    yield from frames
    for _ in range(held):
        yield frames[-1]
