"""StudioConfig from and to JSON, and from `section.field=value` words."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from functools import cache
from typing import Any

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.fields import Setting, field_types, from_text, settings_of
from ddpm_studio.errors import ConfigError
from ddpm_studio.words import as_word, in_short

RESIZING = {"pictures.size", "pictures.height", "model.channel_mult"}  # the levels of the U-Net
WIDENING = {"model.model_channels", "model.channel_mult", "model.attention_resolutions"}


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
        _check_section(section)
        if not isinstance(fields, dict):
            raise ConfigError(f"The settings of {in_short(section)} are not a set of named values.")
        for name in fields:
            _check_field(section, name)
        sections[section] = _section_class(section)(**fields)
    return StudioConfig(**sections)


def with_settings(config: StudioConfig, settings: Iterable[str]) -> StudioConfig:
    """The config with words such as `train.batch_size=8` applied, all at once.

    Attention and groups of norms follow a change of size or width, unless they are set, too.
    Raises ConfigError with one sentence that lists what is allowed.
    """
    values, given = config_to_dict(config), set()
    for setting in settings:
        path, equals, text = setting.partition("=")
        path = path.strip()
        section, dot, name = path.partition(".")
        if not equals or not dot:
            raise ConfigError(
                f"{in_short(setting)} is not a setting; write section.field=value, "
                "for example train.batch_size=16."
            )
        _check_section(section)
        _check_field(section, name)
        values[section][name] = from_text(path, _fields(section)[name], text.strip())
        given.add(path)
    if given & RESIZING and "model.attention_resolutions" not in given:
        _keep_attention_levels(values, config)
    if given & WIDENING and "model.head_channels" not in given:
        _fit_heads(values)
    if given & WIDENING and "model.norm_groups" not in given:
        _fit_groups(values)
    return config_from_dict(values)


@cache
def all_settings() -> dict[str, Setting]:
    """What is said of every setting, by its dotted path, in order."""
    return {
        f"{section}.{name}": about
        for section, section_class in field_types(StudioConfig).items()
        for name, about in settings_of(section_class).items()
    }


def value_of(config: StudioConfig, path: str) -> Any:
    """The value of a setting, by its dotted path."""
    section, _, name = path.partition(".")
    return getattr(getattr(config, section), name)


def _keep_attention_levels(values: dict[str, Any], before: StudioConfig) -> None:
    """Attention stays at the levels of the U-Net that have it, whatever size these have now."""
    side, depth = _shorter_side(values), len(values["model"]["channel_mult"])
    levels = map(before.model.level_sizes.index, before.model.attention_resolutions)
    values["model"]["attention_resolutions"] = [side >> level for level in levels if level < depth]


def _fit_heads(values: dict[str, Any]) -> None:
    """Heads become as narrow as the widths of the attention layers need them to divide."""
    model = values["model"]
    widths = [model["model_channels"] * mult for mult in model["channel_mult"]]
    attending = widths[-1:] if model["mid_attention"] else []
    for level, width in enumerate(widths):
        if _shorter_side(values) >> level in model["attention_resolutions"]:
            attending.append(width)
    most = model["head_channels"]
    if any(width > most and width % most for width in attending):
        common = math.gcd(*attending)
        divisors = (head for head in range(most, 0, -1) if common % head == 0)
        model["head_channels"] = next(divisors)


def _fit_groups(values: dict[str, Any]) -> None:
    """Groups of the norms become as many as divide every width."""
    model = values["model"]
    if model["norm_groups"]:  # 0 follows by itself
        model["norm_groups"] = math.gcd(model["norm_groups"], model["model_channels"])


def _shorter_side(values: dict[str, Any]) -> int:
    size = values["pictures"]["size"]
    return int(min(size, values["pictures"]["height"] or size))


def _section_class(section: str) -> Any:
    return field_types(StudioConfig)[section]


def _fields(section: str) -> dict[str, Any]:
    """The names of a section that can be set, with their types."""
    section_class = _section_class(section)
    hints = field_types(section_class)
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(section_class)
        if "derived_from" not in field.metadata
    }


def _check_section(section: object) -> str:
    known = [field.name for field in dataclasses.fields(StudioConfig)]
    if section not in known:
        raise ConfigError(
            f"There is no section {in_short(section)} in the settings; "
            f"the sections are {', '.join(known)}."
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
            f"There is no setting {section}.{as_word(name)}; {section} has {', '.join(known)}."
        )
