"""The kinds of files that a film can become, and which options mean something for each."""

from dataclasses import dataclass

from ddpm_studio.export.film.kind import OPAQUE, FilmKind
from ddpm_studio.export.film.kinds import KINDS as FILMS

FRAMES, STRIP = "frames", "strip"  # the two that do not move
PACE, LOOPS, REPEATS, ORDER = "pace", "loops", "repeats", "order"  # groups of options
COLOURS, STAGES, RECIPE = "colours", "stages", "recipe"


@dataclass(frozen=True)
class Kind:
    """key: what is remembered. suffix: of the file's name; "" for a folder of files.

    options: the groups that mean something; all others are not seen. is_opaque: transparent
    pictures lie on the background colour. most_fps: that viewers show.
    """

    key: str
    words: str
    tip: str
    suffix: str
    options: frozenset[str]
    is_opaque: bool = False
    most_fps: int = 60

    @property
    def is_folder(self) -> bool:
        return not self.suffix

    @property
    def is_page(self) -> bool:
        """Whether it is one still picture."""
        return STAGES in self.options


_FILM = frozenset({PACE, ORDER, RECIPE})


def _film(kind: FilmKind) -> Kind:
    options = _FILM | {REPEATS if kind.is_video else LOOPS}
    if kind.colours is not None:
        options |= {COLOURS}
    suffix = kind.endings[0]
    is_opaque = kind.alpha == OPAQUE
    return Kind(suffix, kind.title, kind.tip, suffix, options, is_opaque, kind.most_fps)


KINDS = (
    *map(_film, FILMS),
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
