"""APNG: a PNG that moves; and how a recipe lies in any PNG."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddpm_studio.export.film.kind import KEPT, Container, Encode, StillFilm
from ddpm_studio.export.recipe.chunks import (
    MOST_BYTES,
    PNG_HEAD,
    RECIPE_KEY,
    DamagedFileError,
    Part,
    Source,
    Text,
    plain_recipe,
    png_chunk,
    png_parts,
)

if TYPE_CHECKING:
    from ddpm_studio.export.film.pictures import FilmPictures

COLOUR_TYPE = {1: 0, 3: 2, 4: 6}  # by channels
KEY_BYTES = 79  # of a keyword, at most
# what a picture needs to look as it does; all else may tell who made it
NEEDED = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP"}
NEEDED |= {b"acTL", b"fcTL", b"fdAT", b"pHYs", b"sBIT", b"bKGD"}


class ApngContainer(Container):
    """Delays in milliseconds (PNG, 3rd edition, section 11.3.6)."""

    def begin(self) -> None:
        self._number = 0  # of chunks that belong to the film
        colour_type = COLOUR_TYPE[self.contents.channels]
        header = struct.pack(">IIBBBBB", *self.contents.size, 8, colour_type, 0, 0, 0)
        about = struct.pack(">II", self.contents.shots, self.contents.loops)
        self.file.write(PNG_HEAD + png_chunk(b"IHDR", header))
        self.file.write(png_chunk(b"acTL", about))
        if self.contents.recipe is not None:  # not compressed (section 11.3.3.4)
            text = RECIPE_KEY.encode() + bytes(5) + plain_recipe(self.contents.recipe).encode()
            self.file.write(png_chunk(b"iTXt", text))

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


@dataclass(frozen=True, kw_only=True)
class Apng(StillFilm):
    """What is said of it is in `APNG`."""

    def encoder(self, pictures: FilmPictures) -> tuple[Encode, bytes | None]:
        return pictures.png_frame, None

    def texts(self, source: Source) -> Iterator[Text]:
        """Of tEXt, zTXt and iTXt chunks (section 11.3.3)."""
        for part in png_parts(source):
            if part.name in (b"tEXt", b"zTXt", b"iTXt"):
                start = source.take(min(part.length, KEY_BYTES + 1))
                key = start.partition(b"\0")[0].decode("latin-1")
                yield Text(key, _text(source, part) if key.startswith(RECIPE_KEY) else "")
            elif part.name == b"eXIf":
                yield Text("EXIF", "")

    def without_texts(self, source: Source) -> Iterator[bytes]:
        end = len(PNG_HEAD)
        yield from source.between(0, end)
        for part in png_parts(source):
            end = part.end
            if part.name in NEEDED:
                yield from source.between(part.start, end)
        if end != source.end:
            raise DamagedFileError("is damaged")


def _text(source: Source, part: Part) -> str:
    source.go_to(part.content)
    data = source.text_bytes(part.length)
    if source.number(">I") != zlib.crc32(part.name + data):
        raise DamagedFileError("is damaged")
    rest = data.partition(b"\0")[2]
    if part.name == b"tEXt":
        return rest.decode("latin-1")
    if part.name == b"zTXt":
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


APNG = Apng(
    name="APNG",
    endings=(".png", ".apng"),
    still_endings=(".png",),
    still_name="PNG",
    title="APNG: exact colours, large",
    tip="A PNG that moves. Where it cannot play, its first frame is seen.",
    marks=((0, PNG_HEAD),),
    pillow="PNG",
    alpha=KEPT,
    is_lossless=True,
    container=ApngContainer,
    overhead=50,
)
