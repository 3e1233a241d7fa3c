"""A config cannot exist in a wrong state; errors name the field, the value and what is allowed."""

import dataclasses
import math
from typing import Any

import pytest

from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    SampleConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.errors import ConfigError, StudioError

SECTIONS = {
    "pictures": PicturesConfig,
    "model": ModelConfig,
    "diffusion": DiffusionConfig,
    "train": TrainConfig,
    "sample": SampleConfig,
}
WRONG = [
    ("pictures", "size", 3, "4 to 2048"),
    ("pictures", "size", 2049, "4 to 2048"),
    ("pictures", "height", 2, "0 (square)"),
    ("pictures", "channels", 2, "one of 0, 1, 3, 4"),
    ("pictures", "background", "white", "#ffffff"),
    ("pictures", "background", "#12345g", "#ffffff"),
    ("pictures", "background", "#fff", "#ffffff"),
    ("model", "model_channels", 0, "even"),
    ("model", "model_channels", 7, "even"),
    ("model", "channel_mult", (), "1,2,3"),
    ("model", "channel_mult", (1, 0), "1,2,3"),
    ("model", "num_res_blocks", 0, "1 to 16"),
    ("model", "head_channels", 0, "at least 1"),
    ("model", "dropout", 1.0, "not including, 1"),
    ("model", "dropout", -0.1, "0 up to"),
    ("model", "norm_groups", -1, "divides"),
    ("model", "norm_groups", 5, "divides every width (32, 64, 96)"),
    ("diffusion", "num_timesteps", 0, "1 to 100000"),
    ("diffusion", "schedule", "sigmoid", "one of linear, cosine"),
    ("diffusion", "prediction", "x0", "one of eps, v, x_0"),
    ("diffusion", "beta_start", 0.0, "0 < beta_start"),
    ("diffusion", "beta_end", 1.0, "beta_end < 1"),
    ("diffusion", "min_snr_gamma", -1.0, "at least 0"),
    ("train", "batch_size", 0, "at least 1"),
    ("train", "accumulation", 5, "a divisor of train.batch_size (16)"),
    ("train", "learning_rate", 0.0, "0 .. 1"),
    ("train", "warmup_steps", -1, "at least 0"),
    ("train", "beta1", 1.0, "not including, 1"),
    ("train", "max_grad_norm", 0.0, "above 0"),
    ("train", "ema_width", 0.5, "0 .. 0.28"),
    ("train", "precision", "fp8", "one of auto, fp32, bf16, fp16"),
    ("train", "seed", 2**63, "2^63 - 1"),
    ("train", "checkpoint_seconds", 0.0, "> 0"),
    ("sample", "sampler", "dice", "one of ddpm, ddim"),
    ("sample", "num_inference_steps", 0, "at least 1"),
    ("sample", "eta", 1.5, "0 (no fresh noise) to 1"),
    ("sample", "spacing", "even", "one of auto, leading, trailing, linspace, quadratic, log_snr"),
    ("sample", "variance", "small", "one of auto, posterior, beta, learned"),
    ("diffusion", "variance", "none", "one of fixed, learned"),
    ("diffusion", "loss", "l1", "one of simple, hybrid, vlb"),
    ("sample", "seed", -1, "0 to 2^63 - 1"),
]


@pytest.mark.parametrize(("section", "name", "value", "allowed"), WRONG)
def test_a_wrong_value_is_one_sentence_with_field_value_and_what_is_allowed(
    section: str, name: str, value: object, allowed: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        SECTIONS[section](**{name: value})
    sentence = str(caught.value)
    assert f"{section}." in sentence
    assert name in sentence
    assert str(value) in sentence
    assert allowed in sentence
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize("section", SECTIONS)
def test_no_field_takes_a_value_of_another_type(section: str) -> None:
    for field in dataclasses.fields(SECTIONS[section]):
        for value in (None, "", object(), {}, b"1", [1.5], math.nan, math.inf, "many"):
            if isinstance(value, str) and isinstance(field.default, str):
                continue  # a word; whether it is one of those allowed is another test
            with pytest.raises(ConfigError, match=rf"{section}\.{field.name} is "):
                SECTIONS[section](**{field.name: value})


@pytest.mark.parametrize(
    ("section", "values"),
    [
        ("pictures", {"size": True}),  # a bool is no number
        ("pictures", {"flip_horizontal": 1}),
        ("pictures", {"size": 32.0}),
        ("model", {"channel_mult": (1, True)}),
        ("sample", {"eta": False}),
    ],
)
def test_numbers_and_switches_are_not_mixed_up(section: str, values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        SECTIONS[section](**values)


def test_whole_numbers_and_lists_are_welcome_where_their_meaning_is_clear() -> None:
    sample, model = SampleConfig(eta=1), ModelConfig(channel_mult=[1, 2])  # type: ignore[arg-type]
    assert type(sample.eta) is float
    assert model.channel_mult == (1, 2)
    hash(model)


def test_every_default_is_allowed() -> None:
    whole = StudioConfig()
    for name, section in SECTIONS.items():
        assert getattr(whole, name) == section()


def test_a_config_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        StudioConfig().pictures.size = 64  # type: ignore[misc]


def test_the_model_follows_the_pictures() -> None:
    config = StudioConfig(pictures=PicturesConfig(size=48, height=32, channels=1))
    assert config.model.in_channels == 1
    assert config.model.image_size == 32  # the shorter side
    assert config.pictures.shape == (1, 32, 48)


@pytest.mark.parametrize(
    ("pictures", "name"),
    [
        (PicturesConfig(size=30), "pictures.size"),
        (PicturesConfig(size=32, height=30), "pictures.height"),
    ],
)
def test_the_network_must_halve_the_pictures_evenly(pictures: PicturesConfig, name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is 30, but must be a multiple of 4"):
        StudioConfig(pictures=pictures)


def test_attention_sits_at_sizes_that_occur() -> None:
    with pytest.raises(ConfigError, match="attention_resolutions is 7, but must be one of 32, 16"):
        StudioConfig(model=ModelConfig(attention_resolutions=(7,)))


def test_heads_divide_the_width_of_attention() -> None:
    with pytest.raises(ConfigError, match="head_channels is 32, but must be a divisor of 48"):
        StudioConfig(model=ModelConfig(model_channels=16))


@pytest.mark.parametrize("section", ["sample", "train"])
def test_nobody_samples_in_more_steps_than_were_trained(section: str) -> None:
    with pytest.raises(ConfigError, match=r"at most diffusion\.num_timesteps \(20\)"):
        StudioConfig(
            diffusion=DiffusionConfig(num_timesteps=20),
            sample=SampleConfig(num_inference_steps=50 if section == "sample" else 20),
            train=TrainConfig(preview_steps=25 if section == "train" else 20),
        )


def test_a_config_error_is_one_that_the_user_sees() -> None:
    assert issubclass(ConfigError, StudioError)
