"""Likelihood by the probability flow, against Gaussians of which it is known exactly."""

import math

import pytest
import torch

from ddpm_studio.diffusion import LEVEL_BITS, VE, VP
from ddpm_studio.errors import ConfigError
from ddpm_studio.sampling.flow_likelihood import dequantised, flow_bits, probes_like

C = 0.25
PROCESSES = {"VE": VE(0.01, 50.0), "VP": VP()}
ORACLE = {  # -log2 p(x)
    ("VE", 0.3): 0.585571679,
    ("VP", 0.3): 0.585600388,
    ("VE", -1.0): 3.21048908,
    ("VP", -1.0): 3.21035459,
}


def best(process):
    """eps of the best denoiser of N(0, C)."""

    def model(x, t):
        ones = (-1, *[1] * (x.ndim - 1))
        alpha, sigma = process.alpha(t).reshape(ones), process.sigma(t).reshape(ones)
        return sigma * x / (alpha**2 * C + sigma**2)

    return model


@pytest.mark.parametrize(("name", "x"), ORACLE)
def test_one_number_is_as_likely_as_it_is(name: str, x: float) -> None:
    process = PROCESSES[name]
    x_0 = torch.tensor([[x]], dtype=torch.float64)
    found = flow_bits(best(process), process, x_0, torch.ones_like(x_0))
    assert found.total.item() == pytest.approx(ORACLE[name, x], rel=1e-4)


@pytest.mark.parametrize("name", PROCESSES)
def test_a_probe_sees_the_whole_divergence_of_what_stretches_alike(name: str) -> None:
    """And each picture is solved as if it were alone."""
    process = PROCESSES[name]
    x_0 = torch.randn(5, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    x_0 *= torch.tensor([0.1, 0.5, 1.0, 2.0, 0.0]).reshape(5, 1, 1, 1)
    probes = probes_like(x_0, [1, 2, 3, 4, 5])
    together = flow_bits(best(process), process, x_0, probes)
    least = process.least  # what lies within its noise is not seen
    variance = float(process.alpha_bar(least) * C + process.sigma2(least))
    size = x_0.square().flatten(1).mean(1) / variance
    exact = (math.log(2 * math.pi * variance) + size) / (2 * math.log(2))
    assert torch.allclose(together.total, exact, rtol=1e-4, atol=2e-4)
    for index in range(5):
        one = slice(index, index + 1)
        alone = flow_bits(best(process), process, x_0[one], probes[one])
        assert torch.equal(alone.total, together.total[one])
        assert torch.equal(alone.calls, together.calls[one])


def test_probes_are_signs_of_each_seed_alone() -> None:
    like = torch.zeros(3, 2, 4, 4)
    probes = probes_like(like, [7, 8, 9])
    assert set(probes.unique().tolist()) == {-1.0, 1.0}
    assert torch.equal(probes_like(like[:1], [8])[0], probes[1])


def test_levels_are_spread_evenly_and_cost_their_width() -> None:
    pictures = torch.tensor([[0, 127, 255]], dtype=torch.uint8)
    low, middle, high = (dequantised(pictures, torch.full((1, 3), part)) for part in (0, 0.5, 1))
    assert torch.allclose(middle, torch.tensor([[-1.0, 2 * 127 / 255 - 1, 1.0]]).double())
    assert torch.allclose(high - low, torch.full((1, 3), 2 / 255).double())
    found = flow_bits(best(VP()), VP(), middle, torch.ones_like(middle))
    assert torch.allclose(found.of_levels - found.total, torch.tensor(LEVEL_BITS).double())


def test_no_prediction_but_those_there_are() -> None:
    x_0 = torch.zeros(1, 1, dtype=torch.float64)
    with pytest.raises(ConfigError, match="prediction"):
        flow_bits(best(VP()), VP(), x_0, x_0, prediction="magic")
