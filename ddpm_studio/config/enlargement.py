"""How large a picture or a film is written: as painted, by whole squares, or smoothly."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ddpm_studio.config.fields import check, check_fields, setting

LARGEST_SCALE = 64
LONGEST_SIDE = 16383  # pixels, of WebP
# what these fields are, of a picture and in a film's options
SCALE: dict[str, Any] = {
    "words": "By",
    "term": "scale",
    "tip": "How many times as large it becomes.",
    "help": "whole-number enlargement",
    "unit": "×",
    "least": 1,
    "most": LARGEST_SCALE,
}
WIDTH: dict[str, Any] = {
    "words": "Width",
    "term": "pixels",
    "tip": "How wide it becomes; on a film strip, each stage.",
    "help": "smoothly to so many pixels",
    "unit": "px",
    "least": 1,
    "most": LONGEST_SIDE,
}


@dataclass(frozen=True)
class Enlargement:
    """Each pixel becomes a square of so many (scale), or smoothly (Lanczos) to so many pixels
    (width), and the height follows; by default as it was painted.

    Raises ConfigError, which names the field; also if both are said.
    """

    scale: int = setting(1, **SCALE)
    width: int | None = setting(None, **WIDTH)

    def __post_init__(self) -> None:
        check_fields(self)
        check(self.width is None or self.scale == 1, "scale", self.scale, "1 beside a width")

    @classmethod
    def to_side(cls, side: int, width: int, height: int) -> "Enlargement":
        """Smoothly, so that the longer side has so many pixels. width, height: as painted."""
        return cls(width=max(1, round(side * width / max(width, height))))

    @classmethod
    def within(cls, room: tuple[int, int], width: int, height: int, crisp: bool) -> "Enlargement":
        """As large as there is room. room: (width, height); width, height: as painted; in pixels.

        crisp: by a whole number; what is larger than the room is made smaller smoothly.
        """
        factor = min(room[0] // width, room[1] // height)
        if crisp and factor >= 1:
            return cls(min(factor, LARGEST_SCALE))
        return cls(width=max(1, min(room[0], room[1] * width // height)))

    def size_of(self, width: int, height: int) -> tuple[int, int]:
        """(width, height) in pixels of what is painted with that width and height."""
        if self.width is not None:
            return self.width, max(1, round(height * self.width / width))
        return width * self.scale, height * self.scale

    @property
    def said(self) -> dict[str, int]:
        """What is not as by default: {"scale": 8}, {"width": 1024}, or nothing."""
        usual = asdict(type(self)())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    @property
    def in_words(self) -> str:
        """Such as "×8 crisp"."""
        if self.width is not None:
            return f"{self.width:,} pixels wide, smooth"
        return "as painted" if self.scale == 1 else f"×{self.scale} crisp"


Sizing = Callable[[int, int], Enlargement]  # of a picture that is so wide and high, in pixels
AS_PAINTED = Enlargement()


def as_painted(_width: int, _height: int) -> Enlargement:
    return AS_PAINTED
