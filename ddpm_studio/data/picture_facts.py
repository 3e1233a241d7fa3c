"""What one look at a file tells of its picture; kept in the cache by content."""

import base64
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from ddpm_studio.config import PicturesConfig
from ddpm_studio.data.decode.made import MADE

TURN_WORDS = {
    90: "turned to the right by you",
    180: "turned upside down by you",
    270: "turned to the left by you",
}
MINI_SIZE = 8  # pixels of the smallest likeness of a picture, along a side


@dataclass(frozen=True)
class PictureFacts:
    """All sizes are of the whole picture, upright and before any crop.

    As they are kept, it is not turned; `turned` tells of it as the artist wants to see it.
    """

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
    phash: int = 0  # 64 bits; those of pictures that look alike differ in few
    damage: str = ""  # "damaged after 63 %: it ends early": readable, but not whole
    is_made: bool = False  # by this program: it carries a recipe

    def turned(self, degrees: int) -> Self:
        """Of the picture turned clockwise, by one of `choices.TURNS`."""
        if not degrees:
            return self
        turns = degrees // 90
        width, height, (x, y) = self.width, self.height, self.focus
        for _ in range(turns):
            width, height, x, y = height, width, 1 - y, x
        mini = self.mini
        if mini:
            pixels = np.frombuffer(base64.b64decode(mini), np.uint8)
            mini = encode_thumbnail(np.rot90(pixels.reshape(MINI_SIZE, MINI_SIZE, 3), -turns))
        return replace(self, width=width, height=height, focus=(x, y), mini=mini)

    def to_list(self) -> list[Any]:
        """As JSON has it: the values alone, for of 20,000 pictures their names would be most."""
        return list(vars(self).values())

    @classmethod
    def from_list(cls, values: list[Any]) -> Self:
        """The counterpart of `to_list`. Raises TypeError or ValueError if this is none."""
        digest, width, height, kind, notes, is_grey, has_alpha, scale, focus, *rest = values
        mini, phash, damage, is_made = rest
        whole = tuple(notes), is_grey, has_alpha, scale, tuple(focus)
        return cls(digest, width, height, kind, *whole, mini, phash, damage, is_made)


def encode_thumbnail(pixels: np.ndarray) -> str:
    """`PictureFacts.mini` of uint8 (8, 8, 3)."""
    return base64.b64encode(np.ascontiguousarray(pixels, np.uint8).tobytes()).decode("ascii")


def reason_of_damage(facts: PictureFacts) -> str:
    """Why a picture that ends early is left out."""
    return f"{facts.damage}; what is there can be taken all the same"


def notes_on(facts: PictureFacts, config: PicturesConfig, turn: int = 0) -> tuple[str, ...]:
    """All that was done to a picture, in words. facts: of it turned by so many degrees."""
    notes = list(facts.notes)
    channels, height, width = config.shape
    if facts.width < width or facts.height < height:
        notes.insert(0, f"enlarged from {facts.width} x {facts.height} pixels")
    if turn:
        notes.append(TURN_WORDS[turn])
    if facts.has_alpha and channels != 4:
        notes.append("transparent parts laid on the background colour")
    if facts.pixel_scale:
        notes.append("pixel art: scaled by whole factors")
    if facts.damage:
        notes.append(facts.damage)
    if facts.is_made:
        notes.append(MADE)
    return tuple(notes)
