"""A row says of a sampler what is true of its steps."""

import inspect
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ddpm_studio.config import SPACINGS, SampleConfig
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.samplers import FINER, OPTIONS, SAMPLERS, fitting, with_option
from ddpm_studio.sampling import denoise, samplers
from ddpm_studio.sampling.steps import State
from ddpm_studio.sheets import Cell

every_sampler = pytest.mark.parametrize("sampler", SAMPLERS)
of_steps = pytest.mark.parametrize("sampler", fitting(False))  # tests/sampling has the others


class Curved:
    """A network that counts how often it is asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, x_t: Tensor, t: Tensor) -> Tensor:
        self.calls += 1
        return torch.sin(x_t + t[:, None] / 300)


def calls(sampler: str, steps: int, schedule: NoiseSchedule) -> int:
    model = Curved()
    spacing = SampleConfig(sampler).used_spacing
    settings = {"sampler": sampler, "num_inference_steps": steps, "spacing": spacing}
    list(denoise(model, schedule, torch.ones(1, 2), **settings, seeds=[0]))  # type: ignore[arg-type]
    return model.calls


@of_steps
@pytest.mark.parametrize("steps", [1, 2, 10, 33])
def test_the_network_is_called_as_often_as_the_row_says(sampler: str, steps: int) -> None:
    said = SAMPLERS[sampler].calls(steps)
    assert calls(sampler, steps, NoiseSchedule.linear()) == said
    # from pure noise Heun has a step of Euler
    assert said - 1 <= calls(sampler, steps, NoiseSchedule.cosine()) <= said
    cell = Cell(SampleConfig(sampler, steps), 10, "ema", count=4)
    assert cell.calls == 4 * said


def test_heun_takes_nineteen_calls_for_ten_steps() -> None:
    assert SAMPLERS["heun"].calls(10) == 19
    assert SAMPLERS["heun"].calls(0) == 0


@of_steps
def test_it_looks_back_if_the_row_says_so(sampler: str) -> None:
    x_t, before = torch.ones(1, 2), torch.full((1, 2), 0.5)
    with_it, without = (
        list(denoise(Curved(), NoiseSchedule.linear(), state, sampler=sampler, seeds=[0]))[-1].x_t
        for state in (State(10, x_t, before), State(10, x_t))
    )
    assert SAMPLERS[sampler].looks_back != torch.equal(with_it, without)


@every_sampler
def test_it_takes_the_options_that_the_row_names(sampler: str) -> None:
    row = SAMPLERS[sampler]
    given = dict.fromkeys((*OPTIONS, *FINER), 0.5) | {"variance": "beta"}
    step = samplers.step_of(sampler, **given)
    named = inspect.signature(step).parameters.values()
    assert {one.name for one in named if one.kind is one.KEYWORD_ONLY} == set(row.takes)
    assert {one.default for one in named if one.kind is one.KEYWORD_ONLY} <= {0.5, "beta"}
    assert set(row.takes) <= {*OPTIONS, *FINER}


def test_every_file_has_a_row_and_every_row_has_words() -> None:
    folder = Path(str(samplers.__file__)).parent
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(SAMPLERS)
    for name, row in SAMPLERS.items():
        assert row.name == name
        assert row.usual_spacing in SPACINGS
        assert row.usual_steps >= 1
        assert row.title
        assert row.words


def test_who_takes_an_option_is_said() -> None:
    assert (with_option("eta"), with_option("variance")) == ("ddim", "ddpm")
