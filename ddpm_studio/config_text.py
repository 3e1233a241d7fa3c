"""StudioConfig from and to JSON, and from `section.field=value` words."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterable
from typing import Any

from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import ConfigError

TRUE_WORDS = ("true", "yes", "on", "1")
FALSE_WORDS = ("false", "no", "off", "0")


def config_to_dict(config: StudioConfig) -> dict[str, Any]:
    """Plain JSON values, section by section; fields that follow from others are left out."""
    return {
        section.name: {
            name: list(value) if isinstance(value, tuple) else value
            for name in _fields(section.name)
            for value in [getattr(getattr(config, section.name), name)]
        }
        for section in dataclasses.fields(config)
    }


def config_from_dict(values: object) -> StudioConfig:
    """The opposite of `config_to_dict`; fields that are missing keep their default.

    Raises ConfigError for unknown names, wrong types and values that are not allowed.
    """
    if not isinstance(values, dict):
        raise ConfigError("The settings are not a set of named sections.")
    sections = {}
    for section, fields in values.items():
        known = _fields(_check_section(section))
        if not isinstance(fields, dict):
            raise ConfigError(f"The settings of {section!r} are not a set of named values.")
        for name in fields:
            _check_field(section, name)
        sections[section] = _section_class(section)(
            **{name: _from_json(f"{section}.{name}", known[name], v) for name, v in fields.items()}
        )
    return StudioConfig(**sections)


def with_settings(config: StudioConfig, settings: Iterable[str]) -> StudioConfig:
    """The config with words such as `train.batch_size=8` applied, all at once.

    Raises ConfigError with one sentence that lists what is allowed.
    """
    values = config_to_dict(config)
    for setting in settings:
        path, equals, text = setting.partition("=")
        section, dot, name = path.strip().partition(".")
        if not equals or not dot:
            raise ConfigError(
                f"{setting!r} is not a setting; write section.field=value, "
                "for example train.batch_size=16."
            )
        _check_section(section)
        _check_field(section, name)
        values[section][name] = _from_text(path, _fields(section)[name], text.strip())
    return config_from_dict(values)


def _section_class(section: str) -> Any:
    return typing.get_type_hints(StudioConfig)[section]


def _fields(section: str) -> dict[str, Any]:
    """The names of a section that can be set, with their types."""
    section_class = _section_class(section)
    hints = typing.get_type_hints(section_class)
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(section_class)
        if "derived_from" not in field.metadata
    }


def _check_section(section: object) -> str:
    known = [field.name for field in dataclasses.fields(StudioConfig)]
    if section not in known:
        raise ConfigError(
            f"There is no section {section!r} in the settings; the sections are {', '.join(known)}."
        )
    return str(section)


def _check_field(section: str, name: str) -> None:
    for field in dataclasses.fields(_section_class(section)):
        if field.name == name and "derived_from" in field.metadata:
            raise ConfigError(
                f"{section}.{name} follows from {field.metadata['derived_from']}; set that instead."
            )
    known = _fields(section)
    if name not in known:
        raise ConfigError(
            f"There is no setting {section}.{name}; {section} has {', '.join(known)}."
        )


def _from_json(path: str, kind: Any, value: object) -> Any:
    if isinstance(kind, types.GenericAlias):  # tuple[int, ...]
        if isinstance(value, list | tuple) and all(type(entry) is int for entry in value):
            return tuple(value)
    elif kind is float and type(value) is int:
        return float(value)
    elif type(value) is kind:
        return value
    raise ConfigError(f"{path} is {value!r}, but must be {_describe(kind)}.")


def _from_text(path: str, kind: Any, text: str) -> Any:
    try:
        if isinstance(kind, types.GenericAlias):
            words = text.strip("()[]").replace(",", " ").split()
            return [int(word) for word in words]
        if kind is bool:
            return {**dict.fromkeys(TRUE_WORDS, True), **dict.fromkeys(FALSE_WORDS, False)}[
                text.lower()
            ]
        return kind(text)
    except (ValueError, KeyError):
        raise ConfigError(f"{path} is {text!r}, but must be {_describe(kind)}.") from None


def _describe(kind: Any) -> str:
    if isinstance(kind, types.GenericAlias):
        return "whole numbers with commas between, such as 1,2,3"
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
    return words[kind]
