"""What the wall of made pictures shows of each, which of them, and in which order."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gui.wall.filter_bar import Query, Shows, fold, matching
from ddpm_studio.words import moment_in_words, several, size_in_words

STARRED, PICTURES, FILMS = "starred", "pictures", "films"
NEWEST, OLDEST, SEED = "newest", "oldest", "seed"
STAR, FILM_MARK = "★", "Film"
STEP = re.compile(r"_step0*(\d+)")
SEED_WORDS = re.compile(r"\b[Ss]eeds? (\d+)")
PAIR = re.compile(r"\b(seed|step|eta)s?[ :=]+([\d.,]*\d)")  # as it is typed, and as it is told

if TYPE_CHECKING:
    from ddpm_studio.gallery.thumbnails import Record


def _nothing(_file: MadeFile) -> None:
    """Nobody has looked at it yet."""


@dataclass(frozen=True, slots=True)
class MadeEntry:
    """One picture or film on the wall. row: which record of the thumbnails its pixels are.

    look: what the thumbnails know of a file by now, asked for only where it is seen.
    """

    file: MadeFile
    row: int
    is_starred: bool = False
    is_film: bool = False  # by its name, or because more frames follow the first
    look: Callable[[MadeFile], Record | None] = field(default=_nothing, compare=False, repr=False)

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def title(self) -> str:
        """Its seed, in words; else the name of its file, of a film in frames that of its folder."""
        record = self.look(self.file)
        if record is not None and record.title:
            return record.title
        own = self.file.moved_name.rpartition("/")[2]
        return f"Seed {self.file.seed}" if self.file.seed >= 0 else own

    @property
    def seed(self) -> int:
        """The one in its name or its title, the first of several; -1 if there is none."""
        found = None if self.file.seed >= 0 else SEED_WORDS.search(self.title)
        return int(found[1]) if found else self.file.seed

    @property
    def line(self) -> str:
        """How it was painted: "step 308, DDIM 50, eta 0"; "" if it does not say."""
        record = self.look(self.file)
        if record is not None and record.line:
            return record.line
        step = STEP.search(self.name)
        return f"step {int(step[1])}" if step else ""

    @property
    def searched(self) -> str:
        """What a search looks at: its name, and what it tells of itself, with "seed=7"."""
        return f"{fold(self.name)} {paired(fold(f'{self.title} {self.line}'))}"

    @property
    def when(self) -> str:
        """It was made, in words."""
        return moment_in_words(self.file.modified_ns / 1e9)

    @property
    def tip(self) -> str:
        """Rich text: its title, how it was painted, its name, and when it was made."""
        made = f"{self.when} · {size_in_words(self.file.size)}"
        lines = [f"<b>{escape(self.title)}</b>", escape(self.line), escape(self.name)]
        words = "<br>".join(filter(None, lines))
        return f"<p style='margin:0'>{words}<br><i>{made}</i></p>"

    @property
    def badge(self) -> str:
        record = self.look(self.file)
        mark = FILM_MARK if self.is_film else record.mark if record is not None else ""
        return " ".join(filter(None, (STAR if self.is_starred else "", mark)))

    @property
    def is_faint(self) -> bool:
        return False

    @property
    def still_turned(self) -> int:
        return 0


SHOWN: Shows[MadeEntry] = {
    STARRED: lambda entry: entry.is_starred,
    PICTURES: lambda entry: not entry.is_film,
    FILMS: lambda entry: entry.is_film,
}


def paired(text: str) -> str:
    """A number that says what it is becomes one word with it: "seed 7" is " seed=7"."""
    return PAIR.sub(lambda found: f" {found[1]}={found[2].replace(',', '')}", text)


def said_by(entry: MadeEntry, text: str) -> bool:
    """Whether all words of a search are in it; of "seed 23" the number begins so."""
    searched = entry.searched
    words = paired(fold(text)).split()
    return all((f" {word}" if "=" in word else word) in searched for word in words)


@dataclass(frozen=True)
class MadeQuery(Query):
    """What is asked for of all that was made."""

    sort: str = NEWEST  # or OLDEST, SEED


def arranged(entries: Sequence[MadeEntry], query: Query) -> list[int]:
    """The positions of those that are asked for, in order. entries: the newest first."""
    rows = matching(entries, query, SHOWN, said_by)
    if query.sort == OLDEST:
        rows.reverse()
    elif query.sort == SEED:  # what has none comes last
        rows.sort(key=lambda row: _by_seed(entries[row]))
    return rows


def _by_seed(entry: MadeEntry) -> tuple[bool, int, str]:
    return entry.seed < 0, entry.seed, entry.name


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
