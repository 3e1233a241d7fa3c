"""GIF: the film that plays everywhere, in 256 colours."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ddpm_studio.export.film.kind import CLEAR, GIF_CLEAR, GIF_COLOURS, Container, Encode, StillFilm
from ddpm_studio.export.recipe.chunks import (
    COMMENT,
    GIF_END,
    GIF_EXTENSION,
    GIF_FRAME,
    DamagedFileError,
    Part,
    Source,
    Text,
    gif_extension,
    gif_head,
    gif_parts,
    gif_text,
    plain_recipe,
)

if TYPE_CHECKING:
    from ddpm_studio.export.film.pictures import FilmPictures

COMMENTS, CONTROL, APPLICATION = (GIF_EXTENSION + label for label in (b"\xfe", b"\xf9", b"\xff"))
LOOPING = (b"NETSCAPE2.0", b"ANIMEXTS1.0")  # applications that say how often a film is shown


class GifContainer(Container):
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
        if self.contents.recipe is not None:  # a comment, in blocks (section 24)
            self.file.write(gif_extension(b"\xfe", plain_recipe(self.contents.recipe).encode()))

    def add(self, frame: bytes, delay: int) -> int:
        keep_what_is_below, clear_after_it, has_clear = 1 << 2, 2 << 2, 1
        has_alpha = self.contents.channels == 4
        how = clear_after_it | has_clear if has_alpha else keep_what_is_below
        clear = GIF_CLEAR if has_alpha else 0
        return self.write(b"\x21\xf9" + struct.pack("<BBHBB", 4, how, delay, clear, 0), frame)

    def end(self) -> None:
        self.file.write(GIF_END)


@dataclass(frozen=True, kw_only=True)
class Gif(StillFilm):
    """What is said of it is in `GIF`."""

    def encoder(self, pictures: FilmPictures) -> tuple[Encode, bytes | None]:
        from ddpm_studio.export.film.gif_colours import GifColours

        colours = GifColours(pictures)
        return colours.frame, colours.palette

    def texts(self, source: Source) -> Iterator[Text]:
        for part in gif_parts(source):
            if part.name == COMMENTS:
                yield Text(COMMENT, gif_text(source).decode("utf-8", "replace"))

    def without_texts(self, source: Source) -> Iterator[bytes]:
        """Less comments, texts, and extensions of other programs."""
        name = b""
        yield from source.between(0, gif_head(source))
        for part in gif_parts(source):
            name = part.name
            if _is_needed(source, part):
                yield from source.between(part.start, part.end)
        if name != GIF_END:
            raise DamagedFileError("ends too early")


def _is_needed(source: Source, part: Part) -> bool:
    if part.name == APPLICATION:
        return source.take(1 + len(LOOPING[0]))[1:] in LOOPING
    return part.name in (GIF_FRAME, CONTROL, GIF_END)


GIF = Gif(
    name="GIF",
    endings=(".gif",),
    title="GIF: plays everywhere, 256 colours",
    tip="Plays in every browser and chat. Few colours, so noise becomes large.",
    marks=((0, b"GIF87a"), (0, b"GIF89a")),
    pillow="GIF",
    alpha=CLEAR,
    colours=GIF_COLOURS,
    most_fps=50,  # viewers slow down one that asks for more
    container=GifContainer,
    overhead=19,
)
