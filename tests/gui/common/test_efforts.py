"""Effort: what three words mean for the model."""

import pytest

from ddpm_studio.config import ModelConfig, PicturesConfig, StudioConfig
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import with_settings
from ddpm_studio.gui.common.efforts import (
    BALANCED,
    CUSTOM,
    EFFORTS,
    QUICK,
    THOROUGH,
    default_of,
    effort_of,
    with_effort,
    with_size,
)
from ddpm_studio.nn import UNet


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_the_balanced_effort_of_its_size(name: str) -> None:
    assert effort_of(PRESETS[name]) == BALANCED
    assert default_of(PRESETS[name]) == PRESETS[name]


@pytest.mark.parametrize("size", [16, 32, 48, 64, 96, 128])
def test_more_effort_is_a_larger_model_at_every_size(size: int) -> None:
    weights = []
    for effort in EFFORTS:
        config = with_effort(PRESETS["sketch"], effort, size)
        assert effort_of(config) == effort
        assert config.pictures.size == size
        weights.append(count(config.model))
    assert weights == sorted(weights)
    assert weights[0] * 2 < weights[1] < weights[2]


def test_another_size_keeps_the_effort() -> None:
    thorough = with_effort(PRESETS["sketch"], THOROUGH)
    assert effort_of(with_size(thorough, 64)) == THOROUGH
    assert with_size(PRESETS["sketch"], 64).model == PRESETS["small"].model


def test_a_model_that_was_set_by_hand_stays() -> None:
    config = with_settings(PRESETS["sketch"], ["model.model_channels=24"])
    assert effort_of(config) == CUSTOM
    larger = with_size(config, 64)
    assert larger.model.model_channels == 24
    assert larger.pictures.size == 64


def test_effort_leaves_everything_else_alone() -> None:
    config = with_settings(
        PRESETS["small"], ["train.seed=7", "train.preview_every=9", "pictures.channels=1"]
    )
    changed = with_effort(config, QUICK)
    assert changed.train.seed == 7
    assert changed.train.preview_every == 9
    assert changed.pictures == config.pictures
    assert changed.model.in_channels == 1
    assert changed.diffusion == config.diffusion


def test_pictures_that_are_not_square_have_efforts_too() -> None:
    config = StudioConfig(pictures=PicturesConfig(size=64, height=32))
    assert effort_of(with_effort(config, QUICK)) == QUICK


def test_odd_sizes_have_no_effort_but_a_default() -> None:
    model = ModelConfig(channel_mult=(1,), attention_resolutions=())
    config = StudioConfig(pictures=PicturesConfig(size=37), model=model)
    assert effort_of(config) == CUSTOM
    assert default_of(config) == config


def count(model: ModelConfig) -> int:
    import torch

    with torch.device("meta"):
        return sum(parameter.numel() for parameter in UNet(model).parameters())
