"""Whoever asks for something that has no effect is told so, once."""

from argparse import Namespace
from pathlib import Path

import pytest

from ddpm_studio.cli.no_effect import of_diffusion, of_films, of_samplers
from ddpm_studio.config import DiffusionConfig, SampleConfig
from ddpm_studio.samplers import OPTIONS, SAMPLERS

OTHER = {"eta": 0.7, "variance": "beta", "snr": 0.3, "last": "noise"}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", SAMPLERS)
def test_a_setting_that_the_sampler_does_not_look_at(name: str, option: str) -> None:
    sample = SampleConfig(sampler=name, **{option: OTHER[option]})
    notes = [note.message for note in of_samplers([sample])]
    if option in SAMPLERS[name].takes:
        assert notes == []
    else:
        (note,) = notes
        assert note.startswith(f"{option} has no effect with {name}; it has one with ")
    assert list(of_samplers([SampleConfig(sampler=name)])) == []


def test_of_several_samplers_one_is_enough() -> None:
    of_each = [SampleConfig(sampler=name, eta=0.5) for name in ("heun", "ddim")]
    assert list(of_samplers(of_each)) == []
    (note,) = of_samplers([SampleConfig(sampler=name, eta=0.5) for name in ("heun", "dpmpp_2m")])
    assert "with heun, dpmpp_2m;" in note.message


def test_a_page_does_not_move() -> None:
    asked = {"fps": 5.0, "hold": None, "easing": "change", "ping_pong": True, "loops": 2}
    page = Namespace(**asked, strip=3, out=Path("a.png"))
    assert [note.message for note in of_films(page)] == [
        f"--{name} has no effect on a page of stages."
        for name in ("fps", "easing", "ping-pong", "loops")
    ]
    frames = Namespace(**asked, strip=None, out=Path("frames"))
    assert [note.message for note in of_films(frames)] == [
        "--loops has no effect on a folder of frames."
    ]
    assert list(of_films(Namespace(**asked, strip=None, out=Path("a.gif")))) == []


def test_what_only_the_linear_schedule_looks_at() -> None:
    (note,) = of_diffusion(DiffusionConfig(beta_end=0.03))
    assert "diffusion.beta_end has no effect with diffusion.schedule=cosine" in note.message
    assert list(of_diffusion(DiffusionConfig(schedule="linear", beta_end=0.03))) == []
    assert list(of_diffusion(DiffusionConfig())) == []
