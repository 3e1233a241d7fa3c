"""What is asked for on a wall of pictures, and which of them answer to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar
from unicodedata import normalize

ALL = "all"


class Named(Protocol):
    """Whatever can be looked for by its name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)
Shows = Mapping[str, Callable[[N], bool]]  # which ones each choice shows, but for ALL


@dataclass(frozen=True)
class Query:
    """What is asked for. text: words that the name holds. label: a subfolder, "" for all."""

    text: str = ""
    sort: str = ""
    descending: bool = False
    show: str = ALL
    label: str = ""


def matching(entries: Sequence[N], query: Query, shows: Shows[N]) -> list[int]:
    """The positions in `entries` of those with the words of a query and of its choice."""
    rows = list(range(len(entries)))
    if query.show != ALL:
        is_shown = shows[query.show]
        rows = [row for row in rows if is_shown(entries[row])]
    for word in fold(query.text).split():
        rows = [row for row in rows if word in fold(entries[row].name)]
    return rows


def count_shown(entries: Sequence[N], shows: Shows[N]) -> dict[str, int]:
    """How many there are of each choice."""
    counts = {show: sum(map(is_shown, entries)) for show, is_shown in shows.items()}
    return {ALL: len(entries), **counts}


def fold(name: str) -> str:
    """The same for upper and lower case, and for both ways to write an accent."""
    return name.lower() if name.isascii() else normalize("NFC", name).casefold()
