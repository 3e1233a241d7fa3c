"""A caption below a picture, in a strip of its own, so that no pixel is covered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

SMALLEST, LARGEST = 10, 26  # pixels: the font
PER_LINE = 28  # of a font's height, in a line as wide as the picture
FINER = 4  # drawn so much larger first: Pillow sets small letters unevenly
BETWEEN = " · "  # the parts of a caption: where it is broken first
INK = 0.85  # how far from the ground's grey to black or white


@dataclass(frozen=True)
class CaptionSpace:
    """Room for every caption of a film, always the same. width, height, size: pixels."""

    width: int
    height: int
    size: int
    is_broken: bool  # into one part a line, or as many as fit


def caption_space(captions: Iterable[str], width: int) -> CaptionSpace:
    """The largest letters with which each caption fits below a picture, in one line if it can.

    Where not even the smallest do, the lines are broken.
    """
    captions = set(captions)
    for size in range(min(LARGEST, max(SMALLEST, width // PER_LINE)), SMALLEST - 1, -1):
        room = width - 2 * _margin(size)
        if all(_length(caption, size) <= room for caption in captions):
            return CaptionSpace(width, _height(1, size), size, False)
    room = width - 2 * _margin(SMALLEST)
    lines = max((len(_broken(caption, room)) for caption in captions), default=1)
    return CaptionSpace(width, _height(lines, SMALLEST), SMALLEST, True)


def caption_mask(caption: str, space: CaptionSpace) -> np.ndarray:
    """Where there is ink: uint8 (height, width)."""
    margin = _margin(space.size)
    lines = _broken(caption, space.width - 2 * margin) if space.is_broken else [caption]
    large = Image.new("L", (space.width * FINER, space.height * FINER))
    draw = ImageDraw.Draw(large)
    for number, line in enumerate(lines):
        top = _above(space.size) + number * _line(space.size)
        draw.text((margin * FINER, top * FINER), line, fill=255, font=_font(space.size * FINER))
    return np.asarray(large.reduce(FINER))


def caption_colours(background: str, count: int) -> np.ndarray:
    """From the ground, "#rrggbb", to the ink in `count` even steps: uint8 (count, 3)."""
    ground = np.frombuffer(bytes.fromhex(background.removeprefix("#")), np.uint8).astype(float)
    ink = 0.0 if ground @ (0.299, 0.587, 0.114) > 127 else 255.0
    parts = np.linspace(0, INK, count)[:, np.newaxis]
    return np.rint(ground * (1 - parts) + ink * parts).astype(np.uint8)


def caption_strip(mask: np.ndarray, background: str, channels: int) -> np.ndarray:
    """The strip in a picture's own channels: uint8 (H, W, 1 | 3 | 4), opaque."""
    strip = caption_colours(background, 256)[mask]
    if channels == 1:
        return np.asarray(Image.fromarray(strip).convert("L"))[..., np.newaxis]
    return np.concatenate([strip, np.full_like(strip[..., :1], 255)], -1)[..., :channels]


def _broken(caption: str, room: int) -> list[str]:
    """Lines of whole parts where they fit, else of whole words."""
    return wrapped(caption, lambda line: _length(line, SMALLEST) <= room, BETWEEN, " ")


def wrapped(text: str, fits: Callable[[str], bool], between: str, *finer: str) -> list[str]:
    """Lines that fit, broken where `between` is, and a part that is too long where `finer` is.

    What cannot be broken any more, such as a word, stands on a line however long it is.
    """
    lines: list[str] = []
    for part in text.split(between):
        joined = f"{lines[-1]}{between}{part}" if lines else part
        if lines and fits(joined):
            lines[-1] = joined
        else:
            lines += wrapped(part, fits, *finer) if finer else [part]
    return lines


def _margin(size: int) -> int:
    return round(0.5 * size)


def _above(size: int) -> int:
    return round(0.4 * size)


def _line(size: int) -> int:
    return round(1.25 * size)


def _height(lines: int, size: int) -> int:
    return 2 * _above(size) + lines * _line(size)


def _length(text: str, size: int) -> float:
    return _font(size * FINER).getlength(text) / FINER


@lru_cache(maxsize=64)
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
