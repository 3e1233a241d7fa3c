"""The parts that PNG, WebP and GIF files are made of: walked without their pixels, and written.

The files may come from anybody. So only the containers are walked, in plain Python that cannot
take the program down, with a bound on what is read and on how many parts are looked at; what
holds pixels is passed over unread. Reading a recipe, leaving it out and writing it all begin here.
"""

import json
import math
import struct
import zlib
from collections.abc import Iterator
from typing import IO, NamedTuple

RECIPE_KEY = "ddpm_studio"  # of a PNG's text chunk; that of a sheet begins with it
COMMENT = "comment"
MOST_BYTES = 1 << 20  # of one text
MOST_TEXT_BYTES = 8 << 20  # of all texts of a file together
MOST_READS = 2_000_000  # parts of a file that are looked at: a second or two
COPIED = 1 << 20  # bytes at a time
PNG_HEAD = b"\x89PNG\r\n\x1a\n"
GIF_FRAME, GIF_EXTENSION, GIF_END = b"\x2c", b"\x21", b"\x3b"
GIF_BLOCK = 255  # bytes, the most of one


class Text(NamedTuple):
    """key: a PNG's keyword, "comment", or what else is written there; then text is ""."""

    key: str
    text: str


class Part(NamedTuple):
    """Where a part of a file lies, all of it and what is in it, and what it is called."""

    name: bytes
    start: int
    content: int
    length: int  # of what is in it
    end: int


class DamagedFileError(Exception):
    """What the file is, as the end of a sentence that begins with its name."""


class Source:
    """A file that is read in order, and not without end."""

    def __init__(self, file: IO[bytes], is_own: bool = False) -> None:
        """is_own: made by the person who waits; it may have any number of parts."""
        self._file = file
        self._most_reads = math.inf if is_own else MOST_READS
        self._reads = 0
        self._text_bytes = 0
        self.end = file.seek(0, 2)
        file.seek(0)

    @property
    def place(self) -> int:
        return self._file.tell()

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        self._reads += 1
        if self._reads > self._most_reads:
            raise DamagedFileError("has too many parts to be looked through")
        data = self._file.read(count)
        if len(data) < count:
            raise DamagedFileError("ends too early")
        return data

    def number(self, form: str) -> int:
        """A whole number as `struct` writes it."""
        number: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return number

    def go_to(self, place: int) -> None:
        if place > self.end:
            raise DamagedFileError("ends too early")
        self._file.seek(place)

    def text_bytes(self, count: int) -> bytes:
        """The same as `take`, for a text."""
        self.check_text(count)
        return self.take(count)

    def check_text(self, count: int) -> None:
        """Refuse a text of so many bytes if it is more than anybody needs."""
        self._text_bytes += count
        if count > MOST_BYTES or self._text_bytes > MOST_TEXT_BYTES:
            raise DamagedFileError("carries texts of more than a million characters")

    def between(self, start: int, end: int) -> Iterator[bytes]:
        """What lies there, however long it is, a piece at a time."""
        self.go_to(start)
        for place in range(start, end, COPIED):
            yield self.take(min(COPIED, end - place))


def png_parts(source: Source) -> Iterator[Part]:
    """The chunks of a PNG or APNG up to its end (PNG, 3rd edition, section 5.3)."""
    start, name = len(PNG_HEAD), b""
    while start < source.end and name != b"IEND":
        source.go_to(start)
        length, name = source.number(">I"), source.take(4)
        part = Part(name, start, start + 8, length, start + 12 + length)
        yield part
        source.go_to(part.end)
        start = part.end


def riff_parts(source: Source) -> Iterator[Part]:
    """The chunks of a WebP, or of another file that begins with RIFF."""
    start = 12
    while start < source.end:
        source.go_to(start)
        name, length = source.take(4), source.number("<I")
        end = start + 8 + length
        source.go_to(end)
        part = Part(name, start, start + 8, length, min(end + length % 2, source.end))
        source.go_to(part.content)
        yield part
        start = part.end


def gif_parts(source: Source) -> Iterator[Part]:
    """What stands behind a GIF's head: frames, extensions with their label, the end (GIF89a)."""
    start = gif_head(source)
    while start < source.end:
        source.go_to(start)
        name = source.take(1)
        if name == GIF_FRAME:
            _pass_palette(source, source.take(9)[8])
            source.take(1)
        elif name == GIF_EXTENSION:
            name += source.take(1)
        elif name != GIF_END:
            raise DamagedFileError("is damaged")
        content = source.place
        if name != GIF_END:
            while size := source.take(1)[0]:
                source.take(size)
        part = Part(name, start, content, source.place - content, source.place)
        source.go_to(content)
        yield part
        if name == GIF_END:
            return
        start = part.end


def gif_head(source: Source) -> int:
    """How long it is, with the palette of all frames."""
    source.go_to(10)
    _pass_palette(source, source.take(3)[0])
    return source.place


def gif_text(source: Source) -> bytes:
    """The blocks from here on, joined."""
    parts: list[bytes] = []
    while size := source.take(1)[0]:
        parts.append(source.text_bytes(size))
    return b"".join(parts)


def _pass_palette(source: Source, flags: int) -> None:
    if flags & 0x80:
        source.go_to(source.place + 3 * (2 << (flags & 7)))


def png_chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def riff_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def gif_extension(label: bytes, data: bytes) -> bytes:
    starts = range(0, len(data), GIF_BLOCK)
    blocks = [data[start : start + GIF_BLOCK] for start in starts]
    written = b"".join(bytes([len(block)]) + block for block in blocks)
    return GIF_EXTENSION + label + written + b"\0"


def plain_recipe(recipe: str) -> str:
    """The same JSON in ASCII, which every kind of file can hold."""
    return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in recipe)
