"""A section of a recipe: one record with all that is to be known of it.

A new one is its record, in a file of its own or in `sections`, and a row: its field in `Recipe`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

SECTION = "section"  # in a field's metadata
Entries = Mapping[str, Any]  # all of a recipe, by name
Lines = list[tuple[str, str]]


def as_it_is(value: Any) -> Any:
    """What most entries are in JSON."""
    return value


def no_lines(recipe: Entries) -> Lines:
    """Of a section that is not told to a person."""
    return []


@dataclass(frozen=True)
class Section:
    """Something that a recipe can take beside a model, and that has to be heeded by who remakes.

    checked: its own entries of a recipe, as they are kept; raises StudioError.
    lines: (label, words) of each line that tells a person of it.
    written, read: an entry to JSON, and back; reading raises StudioError.
    format_version: the first format that had it, and since which it stands in every recipe; 0: it
    stands in those only that use it, so that the others can be read by older programs.
    is_of_pictures: whether pictures are made with it, and not only a film of them.
    """

    name: str
    checked: Callable[[Entries], dict[str, Any]]
    lines: Callable[[Entries], Lines] = no_lines
    written: Callable[[Any], Any] = as_it_is
    read: Callable[[Any], Any] = as_it_is
    format_version: int = 0
    is_of_pictures: bool = True

    @property
    def row(self) -> Mapping[str, Any]:
        """The metadata of its fields in `Recipe`."""
        return {SECTION: self}
