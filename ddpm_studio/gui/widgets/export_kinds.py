"""The kinds of files that a film can become, and which options mean something for each."""

from __future__ import annotations

from dataclasses import dataclass

FRAMES, STRIP = "frames", "strip"  # the two that do not move
PACE, LOOPS, REPEATS, ORDER = "pace", "loops", "repeats", "order"  # groups of options
COLOURS, STAGES, RECIPE = "colours", "stages", "recipe"


@dataclass(frozen=True)
class Kind:
    """key: what is remembered. suffix: of the file's name; "" for a folder of files.

    options: the groups that mean something; all others are not seen. is_opaque: transparent
    pictures lie on the background colour.
    """

    key: str
    words: str
    tip: str
    suffix: str
    options: frozenset[str]
    is_opaque: bool = False

    @property
    def is_folder(self) -> bool:
        return not self.suffix

    @property
    def is_page(self) -> bool:
        """Whether it is one still picture."""
        return STAGES in self.options


_FILM = frozenset({PACE, ORDER, RECIPE})
KINDS = (
    Kind(
        ".gif",
        "GIF: plays everywhere, 256 colours",
        "Plays in every browser and chat. Few colours, so noise becomes large.",
        ".gif",
        _FILM | {LOOPS, COLOURS},
    ),
    Kind(
        ".webp",
        "WebP: small, exact colours",
        "Plays in every browser, with exactly the colours of the pictures.",
        ".webp",
        _FILM | {LOOPS},
    ),
    Kind(
        ".png",
        "APNG: exact colours, large",
        "A PNG that moves. Where it cannot play, its first frame is seen.",
        ".png",
        _FILM | {LOOPS},
    ),
    Kind(
        ".mp4",
        "MP4: for phones and films",
        "H.264: plays on every phone and can be posted everywhere.",
        ".mp4",
        _FILM | {REPEATS},
        is_opaque=True,
    ),
    Kind(
        ".webm",
        "WebM: for web pages",
        "VP9: free of patents, plays in browsers.",
        ".webm",
        _FILM | {REPEATS},
        is_opaque=True,
    ),
    Kind(
        FRAMES,
        "PNG frames: a file for each, in a folder",
        "For your own film program: every frame exactly as it is.",
        "",
        frozenset({ORDER, RECIPE}),
    ),
    Kind(
        STRIP,
        "Film strip: stages on one page",
        "One still picture with a few stages from noise to picture.",
        ".png",
        frozenset({STAGES, RECIPE}),
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
