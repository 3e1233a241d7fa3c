"""What one look at a file tells of its picture; kept in the cache by content."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

MINI_SIZE = 8  # pixels of the smallest likeness of a picture, along a side


@dataclass(frozen=True)
class PictureFacts:
    """All sizes are of the whole picture, upright and before any crop."""

    digest: str  # of the file's bytes: the same for exact copies
    width: int  # pixels
    height: int
    format: str  # as decoders name it: "JPEG"
    notes: tuple[str, ...] = ()  # what was done to it, in words
    is_grey: bool = False  # red, green and blue are equal everywhere
    has_alpha: bool = False  # transparent somewhere
    # 0: no pixel art; else how many pixels of the file one of its drawn pixels is wide
    pixel_scale: int = 0
    # the middle of what is most detailed, as parts of width and height
    focus: tuple[float, float] = (0.5, 0.5)
    mini: str = ""  # base64 of uint8 (8, 8, 3): the whole picture, averaged, on its background
    look: int = 0  # 64 bits; those of pictures that look alike differ in few
    damage: str = ""  # "damaged after 63 %: it ends early": readable, but not whole
    is_made: bool = False  # by this program: it carries a recipe

    def to_list(self) -> list[Any]:
        """As JSON has it: the values alone, for of 20,000 pictures their names would be most."""
        return list(vars(self).values())

    @classmethod
    def from_list(cls, values: list[Any]) -> Self:
        """The counterpart of `to_list`. Raises TypeError or ValueError if this is none."""
        digest, width, height, kind, notes, is_grey, has_alpha, scale, focus, *rest = values
        mini, look, damage, is_made = rest
        notes, focus = tuple(notes), tuple(focus)
        return cls(
            *(digest, width, height, kind, notes, is_grey, has_alpha, scale, focus),
            *(mini, look, damage, is_made),
        )

    @property
    def thumbnail(self) -> np.ndarray:
        """uint8 (8, 8, 3): the whole picture, averaged."""
        data = np.frombuffer(base64.b64decode(self.mini), np.uint8)
        return data.reshape(MINI_SIZE, MINI_SIZE, 3)


def encode_thumbnail(pixels: np.ndarray) -> str:
    """`PictureFacts.mini` of uint8 (8, 8, 3)."""
    return base64.b64encode(np.ascontiguousarray(pixels, np.uint8).tobytes()).decode("ascii")
