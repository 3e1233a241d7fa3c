"""A method is a preset of settings: all of them can be read and changed, and it is known again."""

import pytest
import torch

from ddpm_studio.config import DiffusionConfig, StudioConfig
from ddpm_studio.config.methods import (
    CUSTOM,
    DECIDED,
    DEFAULT_METHOD,
    METHODS,
    method_of,
    with_method,
)
from ddpm_studio.config.text import all_settings, with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.models import kind_of


@pytest.mark.parametrize("name", METHODS)
def test_each_is_known_again_and_can_be_made(name: str) -> None:
    config = with_method(StudioConfig(), name)
    assert method_of(config.diffusion) == name
    kind = kind_of(config)
    with torch.no_grad():
        process = kind.process(config, kind.build(config))
        share = process.noise_share(1.0 if process.is_continuous else 999)
    assert float(share) > 0.9


def test_the_default_is_what_a_project_has_anyway() -> None:
    assert with_method(StudioConfig(), DEFAULT_METHOD) == StudioConfig()


def test_all_that_one_decides_are_settings_and_each_decides_all_of_them() -> None:
    assert {f"diffusion.{name}" for name in DECIDED} <= set(all_settings())
    for name in METHODS:  # nothing of the one before is left
        config = with_method(with_method(StudioConfig(), name), DEFAULT_METHOD)
        assert config == StudioConfig()


def test_other_settings_stay_and_one_that_it_decides_makes_it_custom() -> None:
    config = with_settings(StudioConfig(), ["diffusion.num_timesteps=200", "train.batch_size=3"])
    classic = with_method(config, "classic")
    assert (classic.diffusion.num_timesteps, classic.train.batch_size) == (200, 3)
    assert method_of(classic.diffusion) == "classic"
    changed = with_settings(classic, ["diffusion.min_snr_gamma=2"])
    assert method_of(changed.diffusion) == CUSTOM
    assert method_of(DiffusionConfig(schedule="linear")) == CUSTOM


def test_an_unknown_one_is_told_which_there_are() -> None:
    with pytest.raises(ConfigError, match=r"method is .*magic.*one of denoising, classic"):
        with_method(StudioConfig(), "magic")


def test_each_says_what_it_is_and_where_to_read_more() -> None:
    for method in METHODS.values():
        assert method.tip.endswith(".")
        assert method.papers
        assert all(paper.where.startswith("https://arxiv.org/abs/") for paper in method.papers)
