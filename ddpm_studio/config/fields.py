"""What a setting is, said once at its field: words, range and choices, for checks and for forms.

    @dataclass(frozen=True)
    class FilmOptions:
        fps: float = setting(12.0, "Speed", "Frames a second.", unit="fps", least=0.2, most=60)

        def __post_init__(self) -> None:
            check_fields(self)

A check, a form, an option of the command line and its help are made from that; none of them knows
a name, a range or a choice of its own.
"""

import dataclasses
import math
import re
import types
import typing
from argparse import ArgumentParser
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ddpm_studio.errors import ConfigError
from ddpm_studio.words import in_short

KEY = "setting"  # in a field's metadata
COLOUR = "#[0-9a-fA-F]{6}"  # a pattern
# what several settings have in common, for `setting(..., **PART)`
PART: dict[str, Any] = {"least": 0, "below": 1, "allowed": "0 up to, not including, 1"}
SEEDS: dict[str, Any] = {"least": 0, "below": 2**63, "allowed": "0 to 2^63 - 1"}
TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")
LARGEST = 2**1000  # of whole numbers, those that become one with a fraction


@dataclass(frozen=True)
class Setting:
    """What is said of one field.

    words: what a form calls it, "" where no form shows it; a & stands before the key that leads to
    it. tip: what it does, in a sentence; term: what the literature calls it. help: the tip of the
    command line, "" where there is no option for it; unit: behind a number.
    least, most: belong to the range; above, below: do not. also: values beside it, such as 0 for
    "never". choices: values, and what a form calls them. pattern: what a whole text looks like.
    allowed: the end of "must be ..." where range and choices do not say it all.
    """

    words: str = ""
    tip: str = ""
    term: str = ""
    help: str = ""
    unit: str = ""
    least: float | None = None
    most: float | None = None
    above: float | None = None
    below: float | None = None
    multiple_of: int = 1
    also: tuple[object, ...] = ()
    choices: Mapping[Any, str] = dataclasses.field(default_factory=dict)
    pattern: str = ""
    allowed: str = ""

    def allows(self, value: Any) -> bool:
        """Whether a value of the right type is one of those that are allowed."""
        if value in self.also:
            return True
        if self.choices:
            return value in self.choices
        if self.pattern:
            return re.fullmatch(self.pattern, value) is not None
        return (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and (self.multiple_of == 1 or value % self.multiple_of == 0)
        )

    @property
    def title(self) -> str:
        """The words as they are read."""
        return self.words.replace("&", "")

    @property
    def both(self) -> str:
        """The words, and behind them what the literature says."""
        return f"{self.title} ({self.term})" if self.term else self.title

    def unit_of(self, value: Any) -> str:
        """What stands behind a value: "steps", or "step" behind 1."""
        return self.unit.removesuffix("s") if value == 1 else self.unit

    @property
    def allowed_in_words(self) -> str:
        if self.allowed:
            return self.allowed
        if self.choices:
            return one_of(tuple(self.choices))
        if self.most is None:
            return f"at least {self.least}" if self.above is None else f"above {self.above}"
        return f"{self.least} to {self.most}"


def setting(
    default: Any,
    words: str = "",
    tip: str = "",
    *,
    choices: Sequence[Any] | Mapping[Any, str] = (),
    **about: Any,
) -> Any:
    """A field with that default; the rest is as in `Setting`. choices: also without words."""
    if not isinstance(choices, Mapping):
        choices = {choice: str(choice) for choice in choices}
    said = Setting(words, tip, choices=choices, **about)
    return field(default=default, metadata={KEY: said})


@cache
def settings_of(config_class: type) -> dict[str, Setting]:
    """What is said of the fields of a dataclass, by name, in their order."""
    fields = dataclasses.fields(config_class)
    return {one.name: one.metadata[KEY] for one in fields if KEY in one.metadata}


def check_fields(config: Any, section: str = "") -> None:
    """Raise a ConfigError that names the first field with a wrong type or value."""
    check_types(section, config)
    for name, about in settings_of(config.__class__).items():
        value = getattr(config, name)
        if value is not None:
            check(about.allows(value), _path(section, name), value, about.allowed_in_words)


def add_option(
    parser: ArgumentParser | Any, config_class: type, name: str, positive: Callable[[str], int]
) -> None:
    """An option of the command line for a field; None: it was not said.

    parser: or a group of one. positive: reads a whole number from 1.
    """
    about, kind = settings_of(config_class)[name], plain_type(field_types(config_class)[name])
    flag = f"--{name.replace('_', '-')}"
    if kind is bool:
        parser.add_argument(flag, action="store_true", default=None, help=about.help)
    elif about.choices:
        parser.add_argument(flag, choices=tuple(about.choices), help=about.help)
    elif kind is int:
        reads = positive if about.least is not None and about.least >= 1 else int
        parser.add_argument(flag, type=reads, metavar="N", help=about.help)
    else:
        parser.add_argument(flag, type=kind, help=about.help)


# the checks themselves


def check(condition: bool, name: str, value: object, allowed: str) -> None:
    """Raise a ConfigError that names the field, its value and what is allowed."""
    if not condition:
        raise ConfigError(f"{name} is {in_short(value)}, but must be {allowed}.")


def check_choice(name: str, value: object, allowed: Collection[object]) -> None:
    check(value in allowed, name, value, one_of(allowed))


def one_of(allowed: Iterable[object]) -> str:
    return "one of " + ", ".join(map(str, allowed))


def check_at_least(name: str, value: float, lowest: float) -> None:
    check(value >= lowest, name, value, f"at least {lowest}")


def check_types(section: str, config: Any) -> None:
    """Raise a ConfigError unless every field has its type; 1 becomes 1.0, [1, 2] becomes (1, 2)."""
    for name, (kind, allowed, may_be_none) in _checked(config.__class__).items():
        value = getattr(config, name)
        if may_be_none and value is None:
            continue
        if kind is float and type(value) is int and abs(value) < LARGEST:
            value = float(value)
        is_list = isinstance(kind, types.GenericAlias)  # tuple[int, ...]
        if is_list and isinstance(value, list | tuple):
            value = tuple(value)
        is_right = type(value) is (tuple if is_list else kind)
        if is_list and is_right:
            is_right = all(type(entry) is int for entry in value)
        if kind is float and is_right:
            is_right = math.isfinite(value)
        check(is_right, _path(section, name), value, allowed)
        object.__setattr__(config, name, value)


@cache
def _checked(config_class: type) -> dict[str, tuple[Any, str, bool]]:
    """By name: the type of a value that is there, that in words, and whether None will do, too."""
    hints, settings, found = field_types(config_class), settings_of(config_class), {}
    for name in (known.name for known in dataclasses.fields(config_class)):
        kind, plain = hints[name], plain_type(hints[name])
        may_be_none = plain is not kind
        allowed = settings[name].allowed_in_words if may_be_none else describe_kind(kind)
        found[name] = plain, allowed, may_be_none
    return found


@cache
def field_types(config_class: type) -> dict[str, Any]:
    """The types of a config's fields, by name."""
    return typing.get_type_hints(config_class)


def plain_type(kind: Any) -> Any:
    """The type of a value that is there: int of `int | None`."""
    if isinstance(kind, types.UnionType):
        return next(one for one in kind.__args__ if one is not types.NoneType)
    return kind


def to_text(value: Any) -> str:
    """A value as people write it, and as `from_text` reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def from_text(name: str, kind: Any, text: str) -> Any:
    """A value of a field's type; raises a ConfigError with the field's name."""
    try:
        if isinstance(kind, types.GenericAlias):
            return [int(word) for word in text.strip("()[]").replace(",", " ").split()]
        if kind is bool:
            words = {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}
            return words[text.lower()]
        return kind(text)
    except (ValueError, KeyError):
        raise ConfigError(
            f"{name} is {in_short(text)}, but must be {describe_kind(kind)}."
        ) from None


def describe_kind(kind: Any) -> str:
    """What a value of a field's type looks like, in words."""
    if isinstance(kind, types.GenericAlias):
        return "whole numbers with commas between, such as 1,2,3"
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
    return words.get(kind, "")


def _path(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name
