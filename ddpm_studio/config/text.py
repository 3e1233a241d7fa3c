"""StudioConfig from and to JSON, and from `section.field=value` words."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

from ddpm_studio.config import KindConfig, ModelConfig, StudioConfig
from ddpm_studio.config.fields import Setting, field_types, from_text, settings_of
from ddpm_studio.config.kinds import DDPM, NAME, row_named, row_of
from ddpm_studio.errors import ConfigError
from ddpm_studio.words import as_word, in_short

KIND_PATH = f"model.{NAME}"  # the path of what is no field: the class of the section says it

Classes = Mapping[str, Any]  # of the sections, by name


def config_to_dict(config: StudioConfig) -> dict[str, Any]:
    """Plain JSON values, section by section; fields that follow from others are left out.

    The section `model` names its kind, too, if that is not DDPM.
    """
    sections = {
        section.name: _to_dict(getattr(config, section.name))
        for section in dataclasses.fields(config)
    }
    kind = row_of(config.model).name
    if kind != DDPM:
        sections["model"] = {NAME: kind, **sections["model"]}
    return sections


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
        section_class = _classes()[section]
        if section == "model":
            fields = dict(fields)
            section_class = row_named(fields.pop(NAME, DDPM)).config
        for name in fields:
            _check_field(section, name, section_class)
        sections[section] = section_class(**fields)
    return StudioConfig(**sections)


def with_settings(config: StudioConfig, settings: Iterable[str]) -> StudioConfig:
    """The config with words such as `train.batch_size=8` applied, all at once.

    What has to follow a change does so, unless it is set, too: see `KindConfig.adjust`. Another
    kind of model takes over what both kinds have.
    Raises ConfigError with one sentence that lists what is allowed.
    """
    asked = [_read(setting) for setting in settings]
    model = config.model
    for path, text in asked:
        if path == KIND_PATH:
            model = row_named(text).config().like(model)
    classes = _classes(type(model))
    values = config_to_dict(config) | {"model": _to_dict(model)}
    given = set()
    for path, text in asked:
        if path == KIND_PATH:
            continue
        section, _, name = path.partition(".")
        _check_section(section)
        _check_field(section, name, classes[section])
        values[section][name] = from_text(path, _fields(classes[section])[name], text)
        given.add(path)
    model.adjust(values["model"], _shorter_side(values["pictures"]), given)
    values["model"][NAME] = row_of(model).name
    return config_from_dict(values)


def all_settings(config: StudioConfig | None = None) -> dict[str, Setting]:
    """What is said of every setting, by its dotted path, in order. config: else one of a DDPM."""
    classes = _classes() if config is None else _classes(type(config.model))
    return {
        f"{section}.{name}": about
        for section, section_class in classes.items()
        for name, about in settings_of(section_class).items()
    }


def value_of(config: StudioConfig, path: str) -> Any:
    """The value of a setting, by its dotted path."""
    section, _, name = path.partition(".")
    return getattr(getattr(config, section), name)


def _read(setting: str) -> tuple[str, str]:
    """The path and the text of `section.field=value`."""
    path, equals, text = setting.partition("=")
    if not equals or "." not in path:
        raise ConfigError(
            f"{in_short(setting)} is not a setting; write section.field=value, "
            "for example train.batch_size=16."
        )
    return path.strip(), text.strip()


def _classes(model: type[KindConfig] = ModelConfig) -> Classes:
    return {**field_types(StudioConfig), "model": model}


def _to_dict(section: Any) -> dict[str, Any]:
    """The values of a section that can be set, as JSON has them."""
    values = {name: getattr(section, name) for name in _fields(type(section))}
    return {name: list(one) if isinstance(one, tuple) else one for name, one in values.items()}


def _shorter_side(pictures: Mapping[str, Any]) -> int:
    return int(min(pictures["size"], pictures["height"] or pictures["size"]))


def _fields(section_class: Any) -> dict[str, Any]:
    """The names of a section that can be set, with their types."""
    hints = field_types(section_class)
    return {
        field.name: hints[field.name]
        for field in dataclasses.fields(section_class)
        if "derived_from" not in field.metadata
    }


def _check_section(section: object) -> None:
    known = [field.name for field in dataclasses.fields(StudioConfig)]
    if section not in known:
        raise ConfigError(
            f"There is no section {in_short(section)} in the settings; "
            f"the sections are {', '.join(known)}."
        )


def _check_field(section: str, name: str, section_class: Any) -> None:
    for field in dataclasses.fields(section_class):
        if field.name == name and "derived_from" in field.metadata:
            raise ConfigError(
                f"{section}.{name} follows from {field.metadata['derived_from']}; set that instead."
            )
    known = _fields(section_class)
    if name not in known:
        raise ConfigError(
            f"There is no setting {section}.{as_word(name)}; {section} has {', '.join(known)}."
        )
