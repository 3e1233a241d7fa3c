"""The texts that are written inside pictures and films, found without decoding a single pixel.

The files may come from anybody. So only the containers are walked, in plain Python that cannot
take the program down, with a bound on what is read and on how many parts are looked at; what
holds pixels is passed over unread.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, NamedTuple

from ddpm_studio.export.images import RECIPE_KEY

MOST_BYTES = 1 << 20  # of one text
MOST_TEXT_BYTES = 8 << 20  # of all texts of a file together
MOST_READS = 2_000_000  # parts of a file that are looked at: a second or two
DEEPEST = 6  # tags in tags
KEY_BYTES = 79  # of a PNG's keyword, at most
USER_COMMENT, EXIF_PART = 0x9286, 0x8769  # EXIF 2.32, section 4.6
BOXES = {  # the way to the comment, and what lies in what
    b"": (b"moov",),
    b"moov": (b"udta", b"meta"),
    b"udta": (b"meta",),
    b"meta": (b"ilst",),
    b"ilst": (b"\xa9cmt",),
    b"\xa9cmt": (b"data",),
}
SEGMENT, TAGS, TAG, SIMPLE_TAG = 0x18538067, 0x1254C367, 0x7373, 0x67C8  # RFC 9559
TAG_NAME, TAG_STRING = 0x45A3, 0x4487
COMMENT = "comment"


class Text(NamedTuple):
    """key: a PNG's keyword, "comment", or what else is written there; then text is ""."""

    key: str
    text: str


class DamagedFileError(Exception):
    """What the file is, as the end of a sentence that begins with its name."""


class Source:
    """A file that is read in order, and not without end."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
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
        if self._reads > MOST_READS:
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


def png_texts(source: Source) -> Iterator[Text]:
    """Of tEXt, zTXt and iTXt chunks (PNG, 3rd edition, section 11.3.3); of APNG as well."""
    source.go_to(8)
    while source.place < source.end:
        length, name = source.number(">I"), source.take(4)
        following = source.place + length + 4
        if name in (b"tEXt", b"zTXt", b"iTXt"):
            start = source.place
            key = source.take(min(length, KEY_BYTES + 1)).partition(b"\0")[0].decode("latin-1")
            source.go_to(start)
            yield Text(key, _png_text(source, name, length) if key == RECIPE_KEY else "")
        elif name == b"eXIf":
            yield Text("EXIF", "")
        elif name == b"IEND":
            return
        source.go_to(following)


def _png_text(source: Source, name: bytes, length: int) -> str:
    data = source.text_bytes(length)
    if source.number(">I") != zlib.crc32(name + data):
        raise DamagedFileError("is damaged")
    rest = data.partition(b"\0")[2]
    if name == b"tEXt":
        return rest.decode("latin-1")
    if name == b"zTXt":
        return _inflated(source, rest[1:]).decode("latin-1")
    words = rest[2:].split(b"\0", 2)[-1]  # behind two names of the language
    return (_inflated(source, words) if rest[:1] == b"\1" else words).decode("utf-8", "replace")


def _inflated(source: Source, data: bytes) -> bytes:
    try:
        unpacked = zlib.decompressobj().decompress(data, MOST_BYTES + 1)
    except zlib.error as error:
        raise DamagedFileError("is damaged") from error
    source.check_text(len(unpacked))
    return unpacked


def webp_texts(source: Source) -> Iterator[Text]:
    """Of the EXIF chunk (WebP container specification)."""
    source.go_to(12)
    while source.place < source.end:
        name, length = source.take(4), source.number("<I")
        following = source.place + length
        if name == b"EXIF":
            yield from _exif_texts(source.text_bytes(length))
        elif name == b"XMP ":
            yield Text("XMP", "")
        source.go_to(following)
        if length % 2 and following < source.end:
            source.take(1)


def _exif_texts(data: bytes) -> Iterator[Text]:
    """The user comment; it stands in a part of its own, some writers put it in the first one."""
    yield Text("EXIF", "")
    data = data.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    with suppress(struct.error):  # cameras write oddities, too
        places = struct.unpack_from(f"{order}I", data, 4) if order else ()
        while places:
            place, places = places[0], places[1:]
            (count,) = struct.unpack_from(f"{order}H", data, place)
            for number in range(count):
                start = place + 2 + 12 * number
                tag, _, size, value = struct.unpack_from(f"{order}HHII", data, start)
                if tag == USER_COMMENT:
                    yield Text(COMMENT, _user_comment(data[value : value + size], order == "<"))
                elif tag == EXIF_PART and place != value:
                    places = (value,)


def _user_comment(data: bytes, is_little_endian: bool) -> str:
    """The first eight bytes say how the rest is written."""
    how, words = data[:8], data[8:]
    if how == b"UNICODE\0":  # in the order of the whole or its own; a recipe begins with {
        is_little_endian = words[:2] == b"{\0" or (is_little_endian and words[:2] != b"\0{")
        return words.decode("utf-16-le" if is_little_endian else "utf-16-be", "replace")
    is_marked = how in (b"ASCII\0\0\0", bytes(8))
    return (words if is_marked else data).decode("utf-8", "replace").rstrip("\0 ")


def gif_texts(source: Source) -> Iterator[Text]:
    """Of comment extensions (GIF89a, section 24)."""
    source.go_to(10)
    _skip_palette(source, source.take(3)[0])
    while source.place < source.end:
        kind = source.take(1)
        if kind == b"\x2c":  # a frame
            _skip_palette(source, source.take(9)[8])
            source.take(1)
            _skip_blocks(source)
        elif kind == b"\x21":
            if source.take(1) == b"\xfe":
                yield Text(COMMENT, _joined_blocks(source).decode("utf-8", "replace"))
            else:
                _skip_blocks(source)
        elif kind == b"\x3b":
            return
        else:
            raise DamagedFileError("is damaged")


def _skip_palette(source: Source, flags: int) -> None:
    if flags & 0x80:
        source.go_to(source.place + 3 * (2 << (flags & 7)))


def _skip_blocks(source: Source) -> None:
    while size := source.take(1)[0]:
        source.take(size)


def _joined_blocks(source: Source) -> bytes:
    parts: list[bytes] = []
    while size := source.take(1)[0]:
        parts.append(source.text_bytes(size))
    return b"".join(parts)


def mp4_texts(source: Source) -> Iterator[Text]:
    """Of the comment among the film's notes (ISO 14496-12, and iTunes' list in it)."""
    source.go_to(0)
    yield from _box_texts(source, b"", source.end)


def _box_texts(source: Source, inside: bytes, end: int) -> Iterator[Text]:
    while source.place + 8 <= end:
        start = source.place
        size, name = source.number(">I"), source.take(4)
        if size == 1:
            size = source.number(">Q")
        following = start + size if size else end
        if following > end:
            raise DamagedFileError("ends too early")
        if following < source.place:
            raise DamagedFileError("is damaged")
        if name in BOXES[inside]:
            if name == b"data":
                source.take(8)  # kind and language
                data = source.text_bytes(max(0, following - source.place))
                yield Text(COMMENT, data.decode("utf-8", "replace"))
            else:
                _enter_box(source, name)
                yield from _box_texts(source, name, following)
        source.go_to(following)


def _enter_box(source: Source, name: bytes) -> None:
    """Behind the version of a list of notes, which QuickTime's own have not."""
    start = source.place
    if name == b"meta" and source.take(8)[4:] != b"hdlr":
        source.go_to(start + 4)
    else:
        source.go_to(start)


def webm_texts(source: Source) -> Iterator[Text]:
    """Of the tags (RFC 9559, section 5.1.8)."""
    source.go_to(0)
    yield from _element_texts(source, source.end, DEEPEST)


def _element_texts(source: Source, end: int, deepest: int) -> Iterator[Text]:
    key = ""
    while source.place < end:
        name = _variable_number(source, keeps_marker=True)
        size = _variable_number(source, keeps_marker=False)
        following = end if size < 0 else source.place + size
        if following > end:
            raise DamagedFileError("ends too early")
        if name in (SEGMENT, TAGS, TAG, SIMPLE_TAG) and deepest:
            yield from _element_texts(source, following, deepest - 1)
        elif name in (TAG_NAME, TAG_STRING):
            text = (
                source.text_bytes(following - source.place).decode("utf-8", "replace").rstrip("\0")
            )
            key = text.lower() if name == TAG_NAME else key
            if name == TAG_STRING:
                yield Text(key, text)
        source.go_to(following)


def _variable_number(source: Source, keeps_marker: bool) -> int:
    """As EBML writes it (RFC 8794, section 4); -1 for a size that is not known."""
    first = source.take(1)[0]
    length = 9 - first.bit_length()
    if length > 8:
        raise DamagedFileError("is damaged")
    rest = int.from_bytes(source.take(length - 1), "big")
    whole = (first << 8 * (length - 1)) | rest
    if keeps_marker:
        return whole
    value = whole & ((1 << 7 * length) - 1)
    return -1 if value == (1 << 7 * length) - 1 else value


READERS: tuple[tuple[int, bytes, Callable[[Source], Iterator[Text]]], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", png_texts),
    (0, b"GIF87a", gif_texts),
    (0, b"GIF89a", gif_texts),
    (8, b"WEBP", webp_texts),
    (4, b"ftyp", mp4_texts),
    (0, b"\x1a\x45\xdf\xa3", webm_texts),
)
