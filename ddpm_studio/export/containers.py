"""GIF, APNG and animated WebP around frames that are compressed already, written as they come.

Pillow's own film writers join frames that are equal and do all their work in one go. Here every
frame is kept, an export can be followed and stopped at any of them, and memory holds one frame.
Frames with alpha replace the one before them whole, so that nothing shines through from below.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import BinaryIO

from ddpm_studio.errors import ExportError
from ddpm_studio.export.recipe_chunks import exif_recipe, gif_recipe, png_chunk, png_recipe

GIF_COLOURS = 256
GIF_CLEAR = GIF_COLOURS - 1  # the number of "no colour" in a frame that has alpha
PNG_COLOUR_TYPE = {1: 0, 3: 2, 4: 6}  # by channels
MOST_RIFF = 2**32 - 2  # bytes, what its header can say


@dataclass(frozen=True)
class Contents:
    """What is said at a film's beginning. loops: how often it plays, 0 for ever."""

    size: tuple[int, int]
    channels: int
    shots: int
    loops: int
    recipe: str | None
    palette: bytes | None = None  # of a GIF, shared by all its frames


class Container(ABC):
    """A film in the making. per_second: what its delays are counted in; most_delay: of a shot."""

    per_second = 1000
    least_delay = 1  # what viewers show as it is
    most_delay = 65_535

    def __init__(self, file: BinaryIO, contents: Contents) -> None:
        self.file = file
        self.contents = contents
        self.begin()

    @abstractmethod
    def begin(self) -> None:
        """Write what comes before the first frame."""

    @abstractmethod
    def add(self, frame: bytes, delay: int) -> int:
        """Write one more frame. Returns where in the file `frame` begins."""

    @abstractmethod
    def end(self) -> None:
        """Write what comes behind the last frame."""

    def write(self, before: bytes, frame: bytes, behind: bytes = b"") -> int:
        """Write three parts. Returns where the second one begins."""
        self.file.write(before)
        start = self.file.tell()
        self.file.write(frame + behind)
        return start


class Gif(Container):
    """Delays in hundredths of a second; a frame of 0 or 1 would be shown for 10."""

    per_second = 100
    least_delay = 2

    def begin(self) -> None:
        palette = self.contents.palette
        flags = 0x70 if palette is None else 0xF7
        head = struct.pack("<HHBBB", *self.contents.size, flags, 0, 0)
        self.file.write(b"GIF89a" + head + (palette or b""))
        if self.contents.loops != 1:  # the number is of repetitions (GIF89a, appendix)
            again = max(0, self.contents.loops - 1)
            self.file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", again, 0))
        if self.contents.recipe is not None:
            self.file.write(gif_recipe(self.contents.recipe))

    def add(self, frame: bytes, delay: int) -> int:
        keep_what_is_below, clear_after_it, has_clear = 1 << 2, 2 << 2, 1
        has_alpha = self.contents.channels == 4
        how = clear_after_it | has_clear if has_alpha else keep_what_is_below
        clear = GIF_CLEAR if has_alpha else 0
        return self.write(b"\x21\xf9" + struct.pack("<BBHBB", 4, how, delay, clear, 0), frame)

    def end(self) -> None:
        self.file.write(b"\x3b")


class Apng(Container):
    """Delays in milliseconds (PNG, 3rd edition, section 11.3.6)."""

    def begin(self) -> None:
        self._number = 0  # of chunks that belong to the film
        colour_type = PNG_COLOUR_TYPE[self.contents.channels]
        header = struct.pack(">IIBBBBB", *self.contents.size, 8, colour_type, 0, 0, 0)
        about = struct.pack(">II", self.contents.shots, self.contents.loops)
        self.file.write(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header))
        self.file.write(png_chunk(b"acTL", about))
        if self.contents.recipe is not None:
            self.file.write(png_recipe(self.contents.recipe))

    def add(self, frame: bytes, delay: int) -> int:
        numbers = (self._number, *self.contents.size, 0, 0, delay, self.per_second, 0, 0)
        control = png_chunk(b"fcTL", struct.pack(">IIIIIHHBB", *numbers))
        is_first = self._number == 0
        number = b"" if is_first else struct.pack(">I", self._number + 1)
        chunk = png_chunk(b"IDAT" if is_first else b"fdAT", number + frame)
        self._number += 1 if is_first else 2
        head = 8 + len(number)
        return self.write(control + chunk[:head], frame, chunk[-4:])

    def end(self) -> None:
        self.file.write(png_chunk(b"IEND", b""))


class WebP(Container):
    """Delays in milliseconds (WebP container specification); how long it is comes at the end."""

    def begin(self) -> None:
        animated, has_exif, has_alpha = 0x02, 0x08, 0x10
        flags = animated
        flags |= has_exif if self.contents.recipe is not None else 0
        flags |= has_alpha if self.contents.channels == 4 else 0
        width, height = self.contents.size
        self._sides = _uint24(width - 1) + _uint24(height - 1)
        no_background = 0
        self.file.write(b"RIFF" + bytes(4) + b"WEBP")
        self.file.write(_riff_chunk(b"VP8X", struct.pack("<I", flags) + self._sides))
        about = struct.pack("<IH", no_background, self.contents.loops)
        self.file.write(_riff_chunk(b"ANIM", about))

    def add(self, frame: bytes, delay: int) -> int:
        do_not_blend = 0x02
        place = bytes(6) + self._sides + _uint24(delay) + bytes([do_not_blend])
        size = struct.pack("<I", len(place) + len(frame))  # a frame's own length is even
        return self.write(b"ANMF" + size + place, frame)

    def end(self) -> None:
        if self.contents.recipe is not None:
            self.file.write(_riff_chunk(b"EXIF", exif_recipe(self.contents.recipe)))
        size = self.file.tell() - 8
        if size > MOST_RIFF:
            raise ExportError("The film is too long for a WebP; a GIF or an MP4 can hold it.")
        self.file.seek(4)
        self.file.write(struct.pack("<I", size))


def _riff_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _uint24(number: int) -> bytes:
    return number.to_bytes(3, "little")
