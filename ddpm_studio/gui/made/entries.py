"""What the wall of made pictures shows of each, which of them, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.words import moment_in_words, several, size_in_words

ALL, STARRED, PICTURES, FILMS = "all", "starred", "pictures", "films"
SHOWS = (ALL, STARRED, PICTURES, FILMS)
NEWEST, OLDEST, SEED = "newest", "oldest", "seed"
STAR, FILM_MARK = "★", "Film"


@dataclass(frozen=True, slots=True)
class MadeEntry:
    """One picture or film on the wall. row: which record of the thumbnails its pixels are."""

    file: MadeFile
    row: int
    is_starred: bool = False
    is_film: bool = False  # by its name, or because more frames follow the first

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def when(self) -> str:
        """It was made, in words."""
        return moment_in_words(self.file.modified_ns / 1e9)

    @property
    def tip(self) -> str:
        """Rich text: its name, and under it when it was made."""
        made = f"{self.when} · {size_in_words(self.file.size)}"
        return f"<p style='margin:0'>{escape(self.name)}<br><i>{made}</i></p>"

    @property
    def badge(self) -> str:
        marks = [STAR] if self.is_starred else []
        return " ".join([*marks, *([FILM_MARK] if self.is_film else [])])

    @property
    def is_faint(self) -> bool:
        return False


@dataclass(frozen=True)
class MadeQuery:
    """What is asked for. text: words that the name holds."""

    text: str = ""
    show: str = ALL  # one of SHOWS
    sort: str = NEWEST  # or OLDEST, SEED


def arranged(entries: Sequence[MadeEntry], query: MadeQuery) -> list[MadeEntry]:
    """Those that are asked for, in order. entries: the newest first."""
    words = query.text.casefold().split()
    shown = list(entries)
    if words or query.show != ALL:
        shown = [
            entry
            for entry in entries
            if _is_shown(entry, query.show)
            and (not words or all(word in entry.name.casefold() for word in words))
        ]
    if query.sort == OLDEST:
        shown.reverse()
    elif query.sort == SEED:  # what has none comes last
        shown.sort(key=lambda entry: (entry.file.seed < 0, entry.file.seed, entry.name))
    return shown


def count_shown(entries: Sequence[MadeEntry]) -> dict[str, int]:
    """How many there are of each choice."""
    starred = sum([entry.is_starred for entry in entries])
    films = sum([entry.is_film for entry in entries])
    return {ALL: len(entries), STARRED: starred, PICTURES: len(entries) - films, FILMS: films}


@dataclass(frozen=True, slots=True)
class Count:
    """How many some are. size: in bytes."""

    pictures: int = 0
    films: int = 0
    size: int = 0

    @classmethod
    def of(cls, entries: Sequence[MadeEntry]) -> Count:
        films = sum([entry.is_film for entry in entries])
        return cls(len(entries) - films, films, sum([entry.file.size for entry in entries]))

    def __add__(self, other: Count) -> Count:
        size = self.size + other.size
        return Count(self.pictures + other.pictures, self.films + other.films, size)

    def words(self, what: str = "") -> str:
        """Such as "3,120 pictures, 2 films  ·  41 MB"; what: after the numbers, as " chosen"."""
        if not self.pictures and not self.films:
            return "Nothing here"
        parts = [several(self.pictures, "picture")] if self.pictures else []
        parts += [several(self.films, "film")] if self.films else []
        return f"{', '.join(parts)}{what}  ·  {size_in_words(self.size)}"


def count_words(entries: Sequence[MadeEntry], what: str = "") -> str:
    return Count.of(entries).words(what)


def _is_shown(entry: MadeEntry, show: str) -> bool:
    if show == STARRED:
        return entry.is_starred
    return show == ALL or entry.is_film == (show == FILMS)
