"""A kind of film: one record with all that is to be known of it, from its name to its recipe.

A record is light: what compresses frames is imported when it is used, so that the window and
`--help` can list the kinds at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ddpm_studio.export.recipe.chunks import Source, Text

if TYPE_CHECKING:
    from ddpm_studio.export.film.pictures import FilmPictures

KEPT, CLEAR, OPAQUE = "kept", "clear", "opaque"  # alpha: whole, there or not, on the background
Encode = Callable[[int], bytes]
GIF_COLOURS = 256
GIF_CLEAR = GIF_COLOURS - 1  # the number of "no colour" in a frame that has alpha


@dataclass(frozen=True, kw_only=True)
class FilmKind(ABC):
    """The facts that all kinds have.

    endings: of file names, the usual one first; still_endings: those that single pictures have,
    too, and still_name what these are called. title, tip: how it is offered. marks: (place, bytes)
    by which a file is known. pillow: its name in Pillow; "" if it is read as a video.
    colours: in a frame at the most; None: all. most_fps: that viewers show.
    """

    name: str
    endings: tuple[str, ...]
    title: str
    tip: str
    marks: tuple[tuple[int, bytes], ...]
    still_endings: tuple[str, ...] = ()
    still_name: str = ""
    pillow: str = ""
    alpha: str = OPAQUE
    colours: int | None = None
    most_fps: int = 60
    is_lossless: bool = False
    is_video: bool = False  # of even sides; what is to play again is in it again

    @property
    def ending_in_words(self) -> str:
        """Such as ".gif", or ".png (APNG)" where the ending is not the name."""
        ending = self.endings[0]
        return ending if ending == f".{self.name.lower()}" else f"{ending} ({self.name})"

    def size(self, pictures: FilmPictures) -> tuple[int, int]:
        """(width, height) in pixels of what is written."""
        return pictures.size

    @abstractmethod
    def texts(self, source: Source) -> Iterator[Text]:
        """What is written inside. Raises DamagedFileError and OSError."""

    @abstractmethod
    def copy_without_texts(self, source: Path, target: Path) -> None:
        """The same frames, not encoded again. Raises OSError, ValueError or DamagedFileError."""


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
    """A film file around frames that are compressed already, written as they come.

    Pillow's own film writers join frames that are equal and do all their work in one go. Here every
    frame is kept, an export can be followed and stopped at any of them, and memory holds one frame.
    Frames with alpha replace the one before them whole, so that nothing shines through from below.
    per_second: what its delays are counted in; most_delay: of a shot.
    """

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


@dataclass(frozen=True, kw_only=True)
class StillFilm(FilmKind):
    """A film of single pictures, each with a delay.

    overhead: bytes of a frame beside its pixels. estimated_pixels: that are compressed to see how
    large it becomes.
    """

    container: type[Container]
    overhead: int
    estimated_pixels: int = 1 << 20

    @abstractmethod
    def encoder(self, pictures: FilmPictures) -> tuple[Encode, bytes | None]:
        """What compresses a frame, and the palette that all frames share, if they do."""

    @abstractmethod
    def without_texts(self, source: Source) -> Iterator[bytes]:
        """The file piece by piece, less every text. Raises DamagedFileError and OSError."""

    def copy_without_texts(self, source: Path, target: Path) -> None:
        with source.open("rb") as file, target.open("wb") as copy:
            copy.writelines(self.without_texts(Source(file, is_own=True)))


@dataclass(frozen=True, kw_only=True)
class VideoFilm(FilmKind):
    """A film that a video codec compresses. Its quality is visually lossless on flat colours.

    format, codec: their names in FFmpeg, with their options. Of the estimate: head, bytes of a
    film without frames; held_tick, of a frame in which nothing changes.
    """

    is_video: bool = True
    format: str
    codec: str
    codec_options: dict[str, str] = field(default_factory=dict)
    format_options: dict[str, str] = field(default_factory=dict)
    head: int
    held_tick: int
    estimated_pixels: int

    def size(self, pictures: FilmPictures) -> tuple[int, int]:
        width, height = pictures.size
        return width + width % 2, height + height % 2

    def copy_without_texts(self, source: Path, target: Path) -> None:
        """The same packets in a container without texts."""
        import av

        try:
            with source.open("rb") as file, av.open(file, "r") as old, av.open(target, "w") as new:
                [stream] = old.streams.video
                copy = new.add_stream_from_template(stream)
                for packet in old.demux(stream):
                    if packet.dts is not None:
                        packet.stream = copy
                        new.mux(packet)
        except av.FFmpegError as error:
            raise ValueError("it is damaged") from error
