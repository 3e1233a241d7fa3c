"""Animated WebP: exact colours in small files; and how a recipe lies in any WebP."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddpm_studio.errors import ExportError
from ddpm_studio.export.film.kind import KEPT, Container, Encode, StillFilm
from ddpm_studio.export.recipe.chunks import Source, Text, riff_chunk, riff_parts
from ddpm_studio.export.recipe.exif import exif_recipe, exif_texts

if TYPE_CHECKING:
    from ddpm_studio.export.film.pictures import FilmPictures

MOST_RIFF = 2**32 - 2  # bytes, what its header can say
ANIMATED, HAS_XMP, HAS_EXIF, HAS_ALPHA = 0x02, 0x04, 0x08, 0x10  # flags of VP8X
EXIF, XMP = b"EXIF", b"XMP "


class WebPContainer(Container):
    """Delays in milliseconds (WebP container specification); how long it is comes at the end."""

    def begin(self) -> None:
        flags = ANIMATED
        flags |= HAS_EXIF if self.contents.recipe is not None else 0
        flags |= HAS_ALPHA if self.contents.channels == 4 else 0
        width, height = self.contents.size
        self._sides = _uint24(width - 1) + _uint24(height - 1)
        no_background = 0
        self.file.write(b"RIFF" + bytes(4) + b"WEBP")
        self.file.write(riff_chunk(b"VP8X", struct.pack("<I", flags) + self._sides))
        about = struct.pack("<IH", no_background, self.contents.loops)
        self.file.write(riff_chunk(b"ANIM", about))

    def add(self, frame: bytes, delay: int) -> int:
        do_not_blend = 0x02
        place = bytes(6) + self._sides + _uint24(delay) + bytes([do_not_blend])
        size = struct.pack("<I", len(place) + len(frame))  # a frame's own length is even
        return self.write(b"ANMF" + size + place, frame)

    def end(self) -> None:
        if self.contents.recipe is not None:
            self.file.write(riff_chunk(EXIF, exif_recipe(self.contents.recipe)))
        size = self.file.tell() - 8
        if size > MOST_RIFF:
            raise ExportError("The film is too long for a WebP; a GIF or an MP4 can hold it.")
        self.file.seek(4)
        self.file.write(struct.pack("<I", size))


@dataclass(frozen=True, kw_only=True)
class WebP(StillFilm):
    """What is said of it is in `WEBP`."""

    def encoder(self, pictures: FilmPictures) -> tuple[Encode, bytes | None]:
        return pictures.webp_frame, None

    def texts(self, source: Source) -> Iterator[Text]:
        for part in riff_parts(source):
            if part.name == EXIF:
                yield from exif_texts(source.text_bytes(part.length))
            elif part.name == XMP:
                yield Text("XMP", "")

    def without_texts(self, source: Source) -> Iterator[bytes]:
        kept = [part for part in riff_parts(source) if part.name not in (EXIF, XMP)]
        size = len(b"WEBP") + sum(part.end - part.start for part in kept)
        yield b"RIFF" + struct.pack("<I", size) + b"WEBP"
        for part in kept:
            start = part.start
            if part.name == b"VP8X":
                yield from source.between(start, part.content)
                yield bytes([source.take(1)[0] & ~(HAS_EXIF | HAS_XMP)])
                start = part.content + 1
            yield from source.between(start, part.end)


def _uint24(number: int) -> bytes:
    return number.to_bytes(3, "little")


WEBP = WebP(
    name="WebP",
    endings=(".webp",),
    still_endings=(".webp",),
    title="WebP: small, exact colours",
    tip="Plays in every browser, with exactly the colours of the pictures.",
    marks=((8, b"WEBP"),),
    pillow="WEBP",
    alpha=KEPT,
    is_lossless=True,
    container=WebPContainer,
    overhead=32,
    estimated_pixels=1 << 19,
)
