"""A config survives JSON and can be changed by `section.field=value` words."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.config import (
    PREDICTIONS,
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    SampleConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import config_from_dict, config_to_dict, with_settings
from ddpm_studio.errors import ConfigError

configs = st.builds(
    StudioConfig,
    pictures=st.builds(
        PicturesConfig,
        size=st.sampled_from((16, 32, 64)),
        height=st.sampled_from((0, 48, 96)),
        channels=st.sampled_from((1, 3)),
        background=st.sampled_from(("#000000", "#FFeedd")),
        flip_horizontal=st.booleans(),
    ),
    model=st.builds(
        ModelConfig,
        model_channels=st.sampled_from((8, 32)),
        attention_resolutions=st.just(()),
        dropout=st.floats(0, 0.9),
        mid_attention=st.booleans(),
    ),
    diffusion=st.builds(DiffusionConfig, prediction=st.sampled_from(PREDICTIONS)),
    train=st.builds(
        TrainConfig, learning_rate=st.floats(1e-12, 0.5), seed=st.integers(0, 2**63 - 1)
    ),
    sample=st.builds(SampleConfig, eta=st.floats(0, 1)),
)


def unet(config: StudioConfig) -> ModelConfig:
    assert isinstance(config.model, ModelConfig)
    return config.model


@given(configs)
def test_a_config_survives_json(config: StudioConfig) -> None:
    assert config_from_dict(json.loads(json.dumps(config_to_dict(config)))) == config


@given(configs)
def test_settings_can_write_every_field(config: StudioConfig) -> None:
    words = []
    for section, fields in config_to_dict(config).items():
        for name, value in fields.items():
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            words.append(f"{section}.{name}={text}")
    assert with_settings(StudioConfig(), words) == config


def test_fields_that_follow_from_others_are_not_written() -> None:
    model = config_to_dict(StudioConfig())["model"]
    assert "in_channels" not in model
    assert "image_size" not in model


def test_what_is_missing_keeps_its_default() -> None:
    assert config_from_dict({"train": {"seed": 3}}).train == TrainConfig(seed=3)
    assert config_from_dict({}) == StudioConfig()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (None, "not a set of named sections"),
        ([], "not a set of named sections"),
        ({"colours": {}}, "'colours'.*pictures, model, diffusion, train, sample"),
        ({1: {}}, "no section 1"),
        ({"train": []}, "'train' are not a set"),
        ({"train": {"speed": 3}}, r"no setting train\.speed; train has batch_size, accumulation"),
        ({"train": {"seed": "3"}}, r"train\.seed is '3', but must be a whole number"),
        ({"train": {"learning_rate": None}}, "but must be a number"),
        ({"model": {"channel_mult": "1,2"}}, "whole numbers with commas between"),
        ({"model": {"image_size": 8}}, r"follows from pictures\.size; set that instead"),
    ],
)
def test_what_cannot_be_understood_is_one_sentence(values: Any, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config_from_dict(values)


@pytest.mark.parametrize(
    ("setting", "section", "name", "value"),
    [
        ("train.batch_size=8", "train", "batch_size", 8),
        (" train.batch_size = 8 ", "train", "batch_size", 8),
        ("train.learning_rate=2e-3", "train", "learning_rate", 2e-3),
        ("train.learning_rate=.5", "train", "learning_rate", 0.5),
        ("diffusion.prediction=v", "diffusion", "prediction", "v"),
        ("pictures.flip_horizontal=YES", "pictures", "flip_horizontal", True),
        ("pictures.flip_horizontal=0", "pictures", "flip_horizontal", False),
        ("model.channel_mult=1, 2,2", "model", "channel_mult", (1, 2, 2)),
        ("model.channel_mult=(1,2)", "model", "channel_mult", (1, 2)),
        ("model.attention_resolutions=", "model", "attention_resolutions", ()),
        ("pictures.background=#00ff00", "pictures", "background", "#00ff00"),
    ],
)
def test_a_setting_is_read_as_its_type(setting: str, section: str, name: str, value: Any) -> None:
    assert getattr(getattr(with_settings(StudioConfig(), [setting]), section), name) == value


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("train.batch_size", "write section.field=value, for example train.batch_size=16"),
        ("batch_size=8", "write section.field=value"),
        ("=", "write section.field=value"),
        ("trian.batch_size=8", "sections are pictures, model, diffusion, train, sample"),
        ("train.batchsize=8", r"no setting train\.batchsize; train has batch_size, "),
        ("train.batch_size=eight", r"train\.batch_size is 'eight', but must be a whole number"),
        ("train.batch_size=1.5", "must be a whole number"),
        ("train.learning_rate=fast", "must be a number"),
        ("train.learning_rate=nan", "must be a number"),
        ("pictures.flip_horizontal=maybe", "must be true or false"),
        ("model.channel_mult=1,two", "whole numbers with commas"),
        ("diffusion.prediction=x", "must be one of eps, v, x_0"),
        ("model.in_channels=4", r"follows from pictures\.channels"),
        ("pictures.size=0", "4 to 2048 pixels"),
        ("pictures.size=-64", "4 to 2048 pixels"),
        ("model.model_channels=0", "even number"),
        ("model.head_channels=0", "at least 1"),
    ],
)
def test_a_wrong_setting_is_one_sentence_that_lists_what_is_allowed(
    setting: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        with_settings(StudioConfig(), [setting])
    assert str(caught.value).count("\n") == 0


def test_settings_count_together_and_the_last_one_wins() -> None:
    words = ["train.accumulation=3", "train.batch_size=8", "train.batch_size=9"]
    assert with_settings(StudioConfig(), words).train.batch_size == 9


def test_no_settings_change_nothing() -> None:
    for config in PRESETS.values():
        assert with_settings(config, []) == config


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("size", [32, 64, 96, 128, 256])
def test_attention_stays_at_its_levels_when_the_size_changes(name: str, size: int) -> None:
    before = PRESETS[name]
    after = unet(with_settings(before, [f"pictures.size={size}"]))
    levels = [unet(before).level_sizes.index(r) for r in unet(before).attention_resolutions]
    assert [after.level_sizes.index(r) for r in after.attention_resolutions] == levels


def test_attention_that_is_set_is_left_alone() -> None:
    words = ["pictures.size=64", "model.attention_resolutions=32"]
    assert unet(with_settings(StudioConfig(), words)).attention_resolutions == (32,)


def test_attention_goes_with_a_level_that_goes() -> None:
    config = with_settings(StudioConfig(), ["model.channel_mult=1,2"])
    assert unet(config).attention_resolutions == ()


@pytest.mark.parametrize("name", PRESETS)
@given(width=st.integers(1, 64).map(lambda half: 2 * half))
def test_every_width_finds_heads_that_fit(name: str, width: int) -> None:
    before = unet(PRESETS[name])
    model = unet(with_settings(PRESETS[name], [f"model.model_channels={width}"]))
    assert model.head_channels <= before.head_channels
    if width == before.model_channels:
        assert model == before


def test_heads_that_are_set_are_left_alone() -> None:
    with pytest.raises(ConfigError, match="a divisor of 48"):
        with_settings(StudioConfig(), ["model.model_channels=16", "model.head_channels=32"])


def test_only_known_settings_change() -> None:
    before, after = StudioConfig(), with_settings(StudioConfig(), ["sample.eta=0.5"])
    assert dataclasses.replace(after, sample=before.sample) == before
