"""Films as videos that play everywhere: in yuv420p, of even sides."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.packet import Packet
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from ddpm_studio.events import Progress, Work
from ddpm_studio.export.film.frames import film_order
from ddpm_studio.export.film.kind import VideoFilm
from ddpm_studio.export.film.pictures import FilmPictures
from ddpm_studio.export.images import on_background
from ddpm_studio.export.recipe.chunks import plain_recipe

BT_709 = 1  # its number for the matrix, the primaries and the curve (ITU-T H.273)


def write_video(
    kind: VideoFilm, path: Path, pictures: FilmPictures, recipe: str | None
) -> Iterator[Progress]:
    """Write every tick, held frames again and again, since players ignore durations.

    Raises OSError or av.FFmpegError.
    """
    order = film_order(pictures.film, pictures.options) * max(1, pictures.options.loops)
    rate = Fraction(pictures.options.fps).limit_denominator(1000)
    seen, frame = -1, np.empty(0)
    with Video(kind, path, rate, kind.size(pictures), recipe) as video:
        for done, index in enumerate(order, 1):
            if index != seen:
                seen, frame = index, video_frame(pictures, index)
            video.add(frame)
            yield Progress(Work.WRITING, done, len(order))


def video_frame(pictures: FilmPictures, index: int) -> np.ndarray:
    """Frame i in colour, opaque, with even sides: uint8 (H, W, 3)."""
    frame = on_background(pictures.frame(index), pictures.options.background)
    height, width = frame.shape[:2]
    even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(np.broadcast_to(even, (*even.shape[:2], 3)))


class Video:
    """A video in the making, whole once it is left."""

    def __init__(
        self, kind: VideoFilm, path: Path, rate: Fraction, size: tuple[int, int], recipe: str | None
    ) -> None:
        self._container = av.open(path, "w", format=kind.format, options=kind.format_options)
        if recipe is not None:
            self._container.metadata["comment"] = plain_recipe(recipe)
        stream = self._container.add_stream(kind.codec, rate=rate, options=kind.codec_options)
        assert isinstance(stream, VideoStream)
        self._stream = stream
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context  # said, since players guess the matrix from the size
        context.colorspace = context.color_primaries = context.color_trc = BT_709
        context.color_range = ColorRange.MPEG

    def add(self, frame: np.ndarray) -> int:
        """One more frame, uint8 (H, W, 3). Returns how many bytes were written for it by now."""
        picture = av.VideoFrame.from_ndarray(frame, "rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709
        )
        return self._write(self._stream.encode(picture))

    def _write(self, packets: list[Packet[VideoStream]]) -> int:
        size = sum(packet.size for packet in packets)
        self._container.mux(packets)
        return size

    def __enter__(self) -> Video:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write(self._stream.encode())
        self._container.close()
