"""Each preset is a complete config for one size of picture."""

import pytest
import torch

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import DEFAULT_PRESET, PRESETS, preset
from ddpm_studio.errors import ConfigError
from ddpm_studio.nn import UNet

SIZES = {"sketch": 32, "small": 64, "standard": 128, "large": 256}


def test_there_is_one_for_each_size() -> None:
    assert {name: config.pictures.size for name, config in PRESETS.items()} == SIZES
    assert all(config.pictures.shape == (3, size, size) for config, size in _with_sizes())


def _with_sizes() -> list[tuple[StudioConfig, int]]:
    return [(PRESETS[name], size) for name, size in SIZES.items()]


def test_a_preset_is_found_by_its_name() -> None:
    assert preset("small") is PRESETS["small"]
    assert DEFAULT_PRESET in PRESETS


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="'tiny', but must be one of sketch, small, standard"):
        preset("tiny")


@pytest.mark.parametrize("name", SIZES)
def test_its_network_can_be_built_and_keeps_the_shape(name: str) -> None:
    config = preset(name)
    with torch.device("meta"):  # shapes only
        x_t = torch.zeros(1, *config.pictures.shape)
        out = UNet(config.model)(x_t, torch.zeros(1, dtype=torch.long))
    assert out.shape == x_t.shape


def test_larger_pictures_get_more_weights() -> None:
    counts = []
    for name in SIZES:
        with torch.device("meta"):
            counts.append(sum(map(torch.Tensor.numel, UNet(preset(name).model).parameters())))
    assert counts == sorted(counts)
    assert len(set(counts)) == len(counts)


def test_larger_pictures_learn_at_lower_rates() -> None:
    rates = [preset(name).train.learning_rate for name in SIZES]
    assert rates == sorted(rates, reverse=True)
