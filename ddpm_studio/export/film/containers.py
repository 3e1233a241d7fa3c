"""A film file around frames that are compressed already, written as they come.

Pillow's own film writers join frames that are equal and do all their work in one go. Here every
frame is kept, an export can be followed and stopped at any of them, and memory holds one frame.
Frames with alpha replace the one before them whole, so that nothing shines through from below.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import BinaryIO

GIF_COLOURS = 256
GIF_CLEAR = GIF_COLOURS - 1  # the number of "no colour" in a frame that has alpha


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
