"""A video file as a row of decoded frames, which passes over what nobody asks for."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

import av
import av.logging
from av.container import InputContainer
from av.packet import Packet
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ddpm_studio.data.decode.reasons import SOUND, VIDEO, why_unidentified, why_unreadable
from ddpm_studio.errors import StudioError
from ddpm_studio.words import clock

# what a file may be in; playlists and the like, which name other files, are not among them
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegvideo,mpegts,asf,flv,ogg,"
    "mp3,wav,flac,aac,aiff"
)
MOST_PIXELS = 2**26  # of a frame; 8K has 2**25
MOST_AHEAD = 2**26  # bytes that are read before they are decoded
READ_BYTES = 2**18  # at once
MOST_THREADS = 4  # each holds frames in memory
USUAL_RATE = 25.0  # frames per second, where a file says nothing
UNOPENED = "a damaged video, or one of a kind that cannot be read"

av.logging.set_level(None)  # decoders are silent; the reasons are ours to tell


class VideoError(StudioError):
    """A video cannot be taken at all; the message is the reason, in plain words."""


class Film:
    """The frames of one video as they are shown, but for those that nobody wants.

    Attributes: wanted (seconds: what is shown before may be left out; the reader moves it on),
    is_gap (frames are missing just before the newest one), frame_seconds (how long one is shown,
    on average), pixel_aspect (width by height), said_seconds (what the file says of its length).
    """

    def __init__(self, container: InputContainer, stream: VideoStream) -> None:
        self.wanted = 0.0
        self.is_gap = False
        rate = _positive(stream.average_rate) or _positive(stream.guessed_rate)
        self.frame_seconds = 1 / (rate or USUAL_RATE)
        self.pixel_aspect = _positive(stream.sample_aspect_ratio) or 1.0
        self._base = _positive(stream.time_base) or 1 / USUAL_RATE
        self.said_seconds = _positive((stream.duration or 0) * self._base) or _positive(
            (container.duration or 0) / av.time_base
        )
        self._decoder = stream.codec_context
        self._packets = container.demux(stream)
        self._start: float | None = None  # of the first frame, by the file's own clock
        self._newest = 0.0  # when the newest frame is shown, in seconds after the first
        self._is_lost = False  # what follows cannot be decoded up to the next key frame
        self._damaged_at: float | None = None
        # AVI does not say when frames are shown, so the decoder's order gets their times in order
        self._is_avi = container.format.name == "avi"
        self._times: list[float] = []  # a heap
        self._fresh_at: float | None = None  # when the key frame is shown that was begun with

    def frames(self) -> Iterator[tuple[float, VideoFrame]]:
        """(seconds after the first frame, frame). Raises VideoError for frames too large."""
        while batch := self._next_batch():
            for packet in batch:
                for frame in self._decoded(packet):
                    _check_size(frame.width, frame.height)
                    yield self._second(frame), frame
                    self.is_gap = False

    def note(self) -> str:
        """What is missing, in words; to be asked at the end."""
        if self._damaged_at is not None:
            return f"damaged {clock(self._damaged_at)} after its start; what is whole was taken"
        if self.said_seconds and self._newest < 0.9 * self.said_seconds - 1:
            return f"it ends early, {clock(self._newest)} after its start"
        return ""

    def _next_batch(self) -> list[Packet[Any]]:
        """What to decode next; all before the last key frame up to `wanted` is passed over.

        That is exact, unlike seeking, and reading is fast compared to decoding.
        """
        batch: list[Packet[Any]] = []
        size = 0
        while (packet := self._next_packet()) is not None:
            time = self._time(packet)
            if packet.is_keyframe and self._is_early(time):
                self._start_anew(time)
                batch, size = [], 0
            batch.append(packet)
            size += packet.size
            stored = time if packet.dts is None else packet.dts * self._base
            if not self._is_early(stored) or size > MOST_AHEAD:
                break
        return batch

    def _is_early(self, time: float | None) -> bool:
        """Whether nobody wants what is shown before that time."""
        if time is None or self._start is None:
            return False
        return time - self._start <= self.wanted

    def _start_anew(self, time: float | None) -> None:
        """At a key frame, which needs nothing of what was before it."""
        self._decoder.flush_buffers()
        self._is_lost, self.is_gap = False, True
        self._times.clear()
        self._fresh_at = time

    def _next_packet(self) -> Packet[Any] | None:
        """The last one is empty, which makes the decoder hand out what it still holds."""
        try:
            return next(self._packets, None)
        except (av.FFmpegError, OSError):
            self._note_damage()
            return Packet()

    def _decoded(self, packet: Packet[Any]) -> list[VideoFrame]:
        """The frames that came out; none from where damage is, up to the next key frame."""
        if self._is_lost:
            if not packet.is_keyframe:
                return []
            self._start_anew(self._time(packet))
        self._note_time(packet)
        try:
            frames = self._decoder.decode(packet)
        except av.FFmpegError:
            frames, self._is_lost = [], True
        if any(frame.is_corrupt for frame in frames):
            frames, self._is_lost = [], True
        if self._is_lost and self._start is not None:  # else it only begins amid a scene
            self._note_damage()
        return frames

    def _note_time(self, packet: Packet[Any]) -> None:
        """For AVI; what is stored after a key frame but shown before it cannot be decoded."""
        time = self._time(packet)
        if self._is_avi and time is not None and time >= (self._fresh_at or 0.0):
            heappush(self._times, time)

    def _note_damage(self) -> None:
        if self._damaged_at is None:
            self._damaged_at = self._newest

    def _time(self, packet: Packet[Any]) -> float | None:
        """When it is shown, in seconds by the file's own clock."""
        stamp = packet.dts if packet.pts is None else packet.pts
        return None if stamp is None else stamp * self._base

    def _second(self, frame: VideoFrame) -> float:
        time = heappop(self._times) if self._times else frame.time
        if time is None:
            time = self._newest + (self._start or 0.0) + self.frame_seconds
        if self._start is None:
            self._start = time
        self._newest = time - self._start
        return self._newest


@contextmanager
def opened_video(path: Path) -> Iterator[Film]:
    """Opened for reading only. Raises VideoError with the reason if that is not possible."""
    try:
        with path.open("rb") as file:  # never by name, which could be taken for an address
            if not file.read(1):
                raise VideoError("the file is empty")
            file.seek(0)
            try:
                container = av.open(
                    file,
                    "r",
                    options={"format_whitelist": FORMATS, "protocol_whitelist": ""},
                    metadata_errors="replace",
                    buffer_size=READ_BYTES,
                )
            except av.FFmpegError as error:
                raise VideoError(_why_unopened(why_unidentified(file))) from error
            with container:
                yield Film(container, _video_stream(container))
    except OSError as error:
        raise VideoError(why_unreadable(error)) from error


def _why_unopened(guess: str) -> str:
    """The reason for a file that is no video, going by how it begins."""
    is_other = guess.startswith(("a ", "an ")) and guess != VIDEO
    return guess if is_other else UNOPENED


def _video_stream(container: InputContainer) -> VideoStream:
    """The largest one that is not the cover of a piece of music."""
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic
    ]
    if not streams:
        raise VideoError(SOUND if container.streams.audio else UNOPENED)
    known = [stream for stream in streams if stream.codec_context is not None]
    if not known:
        raise VideoError("a kind of video that cannot be read")
    stream = max(known, key=lambda each: each.codec_context.width * each.codec_context.height)
    context = stream.codec_context
    _check_size(context.width, context.height)
    context.thread_type = "AUTO"
    context.thread_count = min(MOST_THREADS, os.cpu_count() or 1)
    return stream


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise VideoError(
            f"too large: {width} x {height} pixels, while up to {MOST_PIXELS // 1_000_000} "
            "million are read; a smaller copy will do"
        )


def _positive(value: object) -> float | None:
    """As a number, if it is one: files hold all kinds of nonsense."""
    number = float(value) if value else 0.0  # type: ignore[arg-type]
    return number if 0 < number < math.inf else None
