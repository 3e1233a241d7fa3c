"""Effort: how large a model a project gets for its picture size, in three words for people."""

import dataclasses
from functools import lru_cache

from ddpm_studio.config import ModelConfig, PicturesConfig, StudioConfig
from ddpm_studio.config.presets import DEFAULT_PRESET, PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.errors import ConfigError

QUICK, BALANCED, THOROUGH = "quick", "balanced", "thorough"
EFFORTS = (QUICK, BALANCED, THOROUGH)
CUSTOM = "custom"  # somebody set the model by hand

# what effort decides besides the model
TRAIN_FIELDS = ("batch_size", "accumulation", "learning_rate", "warmup_steps", "decay_after")


@lru_cache(maxsize=64)  # a page asks for the same few again and again, at 2 ms each
def with_effort(config: StudioConfig, effort: str, size: int | None = None) -> StudioConfig:
    """The config with the model of an effort for its picture size, or for another one.

    Balanced is the preset of that size, quick has half its width, thorough one and a half times
    its width, one more block at each level and twice the batch at half the rate.
    Raises ConfigError if no model fits the size, or if this kind of model has no such widths.
    """
    pictures = config.pictures if size is None else dataclasses.replace(config.pictures, size=size)
    fitted = _fitted(pictures, effort)
    fields = {name: getattr(fitted.train, name) for name in TRAIN_FIELDS}
    train = dataclasses.replace(config.train, **fields)
    model = _unet_of(config).like(fitted.model)
    return dataclasses.replace(config, pictures=pictures, model=model, train=train)


def choices_of(config: StudioConfig) -> dict[str, StudioConfig]:
    """What each effort would be for a project, and under "" what it has."""
    found = {"": config}
    for effort in EFFORTS:
        try:
            found[effort] = with_effort(config, effort)
        except ConfigError:  # an odd picture size, for which this model is too deep; or no U-Net
            continue
    return found


def effort_of(config: StudioConfig) -> str:
    """Which effort a config is, or CUSTOM."""
    for effort in EFFORTS:
        try:
            if with_effort(config, effort) == config:
                return effort
        except ConfigError:  # as above
            continue
    return CUSTOM


def default_of(config: StudioConfig) -> StudioConfig:
    """What would hold for these pictures and this effort if nothing was set by hand."""
    effort = effort_of(config)
    try:
        fitted = _fitted(config.pictures, BALANCED if effort == CUSTOM else effort)
        model = type(_unet_of(config))().like(fitted.model)
        return dataclasses.replace(fitted, model=model)
    except ConfigError:  # as above: there is none
        return config


def with_size(config: StudioConfig, size: int) -> StudioConfig:
    """Another picture size; the model becomes the one of the same effort for that size.

    A model that was set by hand stays. Raises ConfigError if the size does not fit.
    """
    effort = effort_of(config)
    if effort == CUSTOM:
        return with_settings(config, [f"pictures.size={size}"])
    return with_effort(config, effort, size)


@lru_cache(maxsize=64)
def _fitted(pictures: PicturesConfig, effort: str) -> StudioConfig:
    base = preset_for(min(pictures.size, pictures.height or pictures.size))
    shape = [f"pictures.{name}={getattr(pictures, name)}" for name in ("size", "height")]
    fitted = with_settings(base, [*shape, *_changes(base, effort)])
    return dataclasses.replace(fitted, pictures=pictures)


def preset_for(size: int) -> StudioConfig:
    """The preset that is made for pictures of about that size."""
    fitting = [preset for preset in PRESETS.values() if preset.pictures.size <= size]
    return max(fitting, key=lambda preset: preset.pictures.size, default=PRESETS[DEFAULT_PRESET])


def _changes(base: StudioConfig, effort: str) -> list[str]:
    model, train = _unet_of(base), base.train
    if effort == QUICK:
        return [
            f"model.model_channels={model.model_channels // 2}",
            f"model.norm_groups={model.norm_groups // 2}",
        ]
    if effort == THOROUGH:
        return [
            f"model.model_channels={model.model_channels * 3 // 2}",
            f"model.num_res_blocks={model.num_res_blocks + 1}",
            f"train.batch_size={train.batch_size * 2}",
            f"train.accumulation={train.accumulation * 2}",
            f"train.learning_rate={train.learning_rate / 2}",
        ]
    return []


def _unet_of(config: StudioConfig) -> ModelConfig:
    """Raises ConfigError if the model is of a kind that has other settings."""
    if not isinstance(config.model, ModelConfig):
        raise ConfigError("An effort is the width of a U-Net, which this kind of model has not.")
    return config.model
