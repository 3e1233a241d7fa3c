"""What is said at a field decides what is allowed, and what forms and the command line say."""

from argparse import ArgumentParser
from dataclasses import dataclass
from typing import Any

import pytest

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.fields import add_option, check_fields, setting, settings_of
from ddpm_studio.config.text import all_settings, config_to_dict, value_of
from ddpm_studio.errors import ConfigError
from ddpm_studio.export.film.options import FilmOptions


@dataclass(frozen=True)
class Kettle:
    litres: float = setting(1.5, words="Water", least=0.2, most=2, help="how much")
    cups: int = setting(0, also=(0,), least=2, most=8, allowed="0 (all) or 2 to 8", help="how many")
    heat: float = setting(1.0, above=0, below=2, allowed="in 0 .. 2")
    tea: str = setting("green", choices=("green", "black"), help="which")
    timer: int | None = setting(None, least=1, help="minutes")
    colour: str = setting("#ffffff", pattern="#[0-9a-f]{6}", allowed="a colour")
    is_loud: bool = setting(False, help="it whistles")
    marks: tuple[int, ...] = (1, 2)  # nothing is said of it but its type

    def __post_init__(self) -> None:
        check_fields(self, "kettle")


@pytest.mark.parametrize(
    ("name", "value", "must_be"),
    [
        ("litres", 0.1, "0.2 to 2"),
        ("litres", float("nan"), "a number"),
        ("litres", "much", "a number"),
        ("cups", 1, "0 \\(all\\) or 2 to 8"),
        ("cups", True, "a whole number"),
        ("heat", 0.0, "in 0 .. 2"),
        ("heat", 2.0, "in 0 .. 2"),
        ("tea", "mint", "one of green, black"),
        ("timer", 0, "at least 1"),
        ("timer", 1.5, "at least 1"),
        ("colour", "white", "a colour"),
        ("is_loud", 1, "true or false"),
        ("marks", (1.5,), "whole numbers with commas"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused_by_its_name(
    name: str, value: object, must_be: str
) -> None:
    with pytest.raises(ConfigError, match=f"^kettle.{name} is .*, but must be {must_be}"):
        Kettle(**{name: value})


def test_what_is_allowed_stays_and_is_brought_to_its_type() -> None:
    values: dict[str, Any] = {"litres": 2, "cups": 0, "heat": 1.9, "tea": "black", "timer": 3}
    kettle = Kettle(**values, marks=[3])
    assert (type(kettle.litres), kettle.cups, kettle.timer, kettle.marks) == (float, 0, 3, (3,))
    assert Kettle().timer is None


def test_options_are_made_from_fields_and_say_only_what_was_said() -> None:
    parser = ArgumentParser()
    for name, about in settings_of(Kettle).items():
        if about.help:
            add_option(parser, Kettle, name, int)
    assert set(vars(parser.parse_args([])).values()) == {None}
    said = vars(parser.parse_args(["--litres", "1", "--tea", "black", "--is-loud"]))
    kettle = Kettle(**{name: value for name, value in said.items() if value is not None})
    assert (kettle.litres, kettle.tea, kettle.is_loud, kettle.cups) == (1.0, "black", True, 0)


def test_a_form_of_a_film_finds_all_that_it_says() -> None:
    for name, about in settings_of(FilmOptions).items():
        if name != "background":  # that of the project
            assert about.words, name
            assert about.tip.endswith("."), name
        value = getattr(FilmOptions(), name)
        assert value is None or about.allows(value)


def test_every_setting_says_what_it_does_and_allows_its_default() -> None:
    config = StudioConfig()
    paths = [f"{key}.{name}" for key, names in config_to_dict(config).items() for name in names]
    assert list(all_settings()) == paths
    for path, about in all_settings().items():
        assert about.tip.endswith("."), path
        assert about.allows(value_of(config, path)), path


WITHOUT_UNIT = {  # parts of a whole, numbers of chance, and what is a factor
    "model.dropout", "diffusion.beta_start", "diffusion.beta_end", "diffusion.min_snr_gamma",
    "diffusion.beta_min", "diffusion.beta_max", "diffusion.sigma_min", "diffusion.sigma_max",
    "diffusion.gamma_0", "diffusion.gamma_1",
    "train.learning_rate", "train.beta1", "train.beta2", "train.weight_decay",
    "train.max_grad_norm", "train.ema_width", "train.held_out_share", "train.augment", "train.seed",
}  # fmt: skip


def test_every_setting_of_training_has_words_a_term_and_its_unit() -> None:
    config = StudioConfig()
    shown = {
        path: about
        for path, about in all_settings().items()
        if path.split(".")[0] in ("model", "diffusion", "train")
    }
    for path, about in shown.items():
        assert about.words, path
        assert about.tip, path
        assert about.term, path
        value = value_of(config, path)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number:
            assert bool(about.unit) == (path not in WITHOUT_UNIT), path
    assert shown.keys() >= WITHOUT_UNIT
