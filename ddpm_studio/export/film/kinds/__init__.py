"""The kinds of film, a row each: whoever lists, chooses or recognises them asks here."""

from collections.abc import Sequence

from ddpm_studio.export.film.kind import FilmKind
from ddpm_studio.export.film.kinds.apng import APNG
from ddpm_studio.export.film.kinds.gif import GIF
from ddpm_studio.export.film.kinds.mp4 import MP4
from ddpm_studio.export.film.kinds.webm import WEBM
from ddpm_studio.export.film.kinds.webp import WEBP

KINDS: tuple[FilmKind, ...] = (GIF, WEBP, APNG, MP4, WEBM)
HEAD_BYTES = 16  # by which the kind of a file is known

BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
STILL_ENDINGS = frozenset(ending for kind in KINDS for ending in kind.still_endings)
FILM_ENDINGS = tuple(e for e in BY_ENDING if e not in STILL_ENDINGS)  # that only films have
USUAL_ENDINGS = tuple(kind.endings[0] for kind in KINDS)
ENDINGS = (*USUAL_ENDINGS, *(ending for kind in KINDS for ending in kind.endings[1:]))
STILL_NAMES = tuple(kind.still_name or kind.name for kind in KINDS)


def either(words: Sequence[str]) -> str:
    """Such as "GIF, WebP or PNG"."""
    return f"{', '.join(words[:-1])} or {words[-1]}"


def kind_of(suffix: str) -> FilmKind | None:
    """The kind that the ending of a file's name says."""
    return BY_ENDING.get(suffix.lower())


def kind_in(head: bytes) -> FilmKind | None:
    """The kind that a file's first bytes say: of several the one that says most of them."""
    found = {
        mark: kind
        for kind in reversed(KINDS)
        for place, mark in kind.marks
        if head[place : place + len(mark)] == mark
    }
    return found[max(found, key=len)] if found else None
