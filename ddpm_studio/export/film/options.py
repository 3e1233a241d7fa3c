"""How a film plays and looks: speed, size, easing, colours, caption."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from ddpm_studio.config import check, check_choice

EASINGS = ("t", "change")
PALETTES = ("frame", "shared")
DITHERS = ("none", "floyd_steinberg", "ordered")
LARGEST_SCALE = 64
LONGEST_SIDE = 16383  # pixels, of WebP
MOST_LOOPS = 1000


@dataclass(frozen=True)
class FilmOptions:
    """Every choice about a film but what is in it. Raises ConfigError, which names the field.

    fps: frames a second. hold: seconds more on the finished picture.
    scale: each pixel becomes a square of so many; or width: smoothly (Lanczos) to so many pixels,
    and the height follows.
    easing: "t", one frame a tick; "change", the same visible change every tick, so that frames
    come again or are passed over. ping_pong: after the last frame the same way back.
    loops: 0, for ever; else how often it plays (a video then holds the film so many times).
    palette, dither: of a GIF, which has 256 colours: a palette for every frame or one for all.
    caption: a line below each frame. background: "#rrggbb", behind what is transparent where a
    film cannot be so, and behind captions.
    """

    fps: float = 12.0
    hold: float = 1.5
    scale: int = 1
    width: int | None = None
    easing: str = "t"
    ping_pong: bool = False
    loops: int = 0
    palette: str = "frame"
    dither: str = "none"
    caption: bool = False
    background: str = "#ffffff"

    def __post_init__(self) -> None:
        for name in ("fps", "hold"):
            value = getattr(self, name)
            is_number = type(value) in (int, float) and math.isfinite(value)
            check(is_number, name, value, "a number")
            object.__setattr__(self, name, float(value))
        for name in ("scale", "loops"):
            check(type(getattr(self, name)) is int, name, getattr(self, name), "a whole number")
        for name in ("ping_pong", "caption"):
            check(type(getattr(self, name)) is bool, name, getattr(self, name), "true or false")
        check(0.2 <= self.fps <= 60, "fps", self.fps, "0.2 to 60")
        check(0 <= self.hold <= 60, "hold", self.hold, "0 to 60 seconds")
        check(1 <= self.scale <= LARGEST_SCALE, "scale", self.scale, f"1 to {LARGEST_SCALE}")
        is_width = type(self.width) is int and 1 <= self.width <= LONGEST_SIDE
        check(self.width is None or is_width, "width", self.width, f"1 to {LONGEST_SIDE}")
        check(0 <= self.loops <= MOST_LOOPS, "loops", self.loops, f"0 (for ever) to {MOST_LOOPS}")
        check_choice("easing", self.easing, EASINGS)
        check_choice("palette", self.palette, PALETTES)
        check_choice("dither", self.dither, DITHERS)
        is_colour = type(self.background) is str and re.fullmatch(
            "#[0-9a-fA-F]{6}", self.background
        )
        check(bool(is_colour), "background", self.background, "a colour such as #ffffff")
