"""The checks of what a recipe holds, which may come from anybody: one short sentence each."""

import math
import reprlib
from collections.abc import Iterable
from typing import Any

from ddpm_studio.errors import StudioError

MOST_WORDS = 1000  # characters of one of its texts
MOST_SEEDS = 10_000
MOST_REPEATED = 40  # characters of a value
MOST_ENTRIES, DEEPEST = 64, 4  # of plain values in each other
LARGEST = 2**63  # of a whole number, not included
MOST_NAMED = 5  # entries that a sentence names


def check(is_right: bool, name: str, value: object) -> None:
    """Raise StudioError unless a value is right."""
    if not is_right:  # a sentence stays short, whatever somebody wrote there
        raise StudioError(f"The recipe's {name} is {reprlib.repr(value)}, which cannot be used.")


def check_words(name: str, value: object) -> None:
    check(type(value) is str and len(value) <= MOST_WORDS, name, value)


def check_number(name: str, value: object, most: int = LARGEST - 1) -> None:
    check(type(value) is int and 0 <= value <= most, name, value)


def check_entries(
    values: Iterable[str],
    known: Iterable[str],
    needed: Iterable[str],
    by: str = "this program",
    inside: str = "",
) -> None:
    """Refuse what is not known, which would change what is made, and what lacks something.

    by: whom it is not known to. inside: the section that these entries are in, with a dot.
    """
    found = set(values)
    if unknown := found - set(known):
        names = _names(unknown, inside)
        raise StudioError(f"The recipe was made with {names}, which {by} does not know.")
    if missing := set(needed) - found:
        raise StudioError(f"The recipe lacks entries: {_names(missing, inside)}.")


def plain_entries(name: str, values: object) -> dict[str, Any] | None:
    """A copy of named plain values, as JSON would give them back; None stays None."""
    if values is None:
        return None
    check(isinstance(values, dict), name, values)
    plain = _plain(name, values, DEEPEST)
    assert isinstance(plain, dict)
    return plain


def _plain(name: str, value: object, deepest: int) -> object:
    if isinstance(value, dict):
        check(deepest > 0 and len(value) <= MOST_ENTRIES, name, value)
        for key in value:
            check_words(f"name of an entry in {name}", key)
        return {key: _plain(name, entry, deepest - 1) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        check(deepest > 0 and len(value) <= MOST_SEEDS, name, value)
        return [_plain(name, entry, deepest - 1) for entry in value]
    is_short = isinstance(value, str) and len(value) <= MOST_WORDS
    is_number = isinstance(value, int) and abs(value) < LARGEST
    is_number = is_number or (isinstance(value, float) and math.isfinite(value))
    check(value is None or is_short or is_number, name, value)
    return value


def _names(found: set[str], inside: str) -> str:
    names = [inside + reprlib.repr(name).strip("'\"") for name in sorted(found)]
    rest = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + rest
