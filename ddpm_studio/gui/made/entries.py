"""What the wall of made pictures shows of each, which of them, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gui.wall.filter_bar import Query, Shows, matching
from ddpm_studio.words import moment_in_words, several, size_in_words

STARRED, PICTURES, FILMS = "starred", "pictures", "films"
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


SHOWN: Shows[MadeEntry] = {
    STARRED: lambda entry: entry.is_starred,
    PICTURES: lambda entry: not entry.is_film,
    FILMS: lambda entry: entry.is_film,
}


@dataclass(frozen=True)
class MadeQuery(Query):
    """What is asked for of all that was made."""

    sort: str = NEWEST  # or OLDEST, SEED


def arranged(entries: Sequence[MadeEntry], query: Query) -> list[int]:
    """The positions of those that are asked for, in order. entries: the newest first."""
    rows = matching(entries, query, SHOWN)
    if query.sort == OLDEST:
        rows.reverse()
    elif query.sort == SEED:  # what has none comes last
        rows.sort(key=lambda row: _by_seed(entries[row].file))
    return rows


def _by_seed(file: MadeFile) -> tuple[bool, int, str]:
    return file.seed < 0, file.seed, file.name


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
