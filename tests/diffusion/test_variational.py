"""Variational diffusion of Gaussian data, against closed forms: the bound and its terms."""

import math

import pytest
import torch

from ddpm_studio.diffusion import (
    VE,
    VP,
    GammaProcess,
    continuous_bits,
    finite_bits,
    gaussian_prior_bits,
    reconstruction_bits,
)
from ddpm_studio.diffusion.variational import LeastVariance, diffusion_variance

C, G0, G1 = 0.25, -13.3, 5.0
ENTROPY = 0.5 * math.log2(2 * math.pi * math.e * C)
ROWS = {
    "linear": lambda t: G0 + (G1 - G0) * t,
    "quadratic": lambda t: G0 + (G1 - G0) * t**2,
    "least": LeastVariance(G0, G1, C),
}
FINITE = {
    "linear": (22.6900793, 9.35687333, 8.66516802),
    "quadratic": (24.6361554, 9.39097576, 8.66791819),
    "least": (16.5263437, 9.12543714, 8.64409492),
}
INFINITE, PRIOR, RECONSTRUCTION, TOTAL = 8.59271278, 0.00122319642, -7.54682644, 1.04710954
each = pytest.mark.parametrize("name", ROWS)


def errors(process, t):
    """eps and what the best model says of it, so far apart as they are on average: (N, 1), twice.

    mean (eps - pred_eps)^2 = c / (c + e^gamma)
    """
    gamma = -process.log_snr(t)
    far = (C / (C + gamma.exp())).sqrt()[:, None]
    return far, torch.zeros_like(far)


def middles(count):
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count


@each
@pytest.mark.parametrize(("place", "count"), [(0, 10), (1, 100), (2, 1000)])
def test_the_loss_of_so_many_steps(name, place, count):
    process = GammaProcess(ROWS[name])
    t = torch.arange(count + 1, dtype=torch.float64) / count
    found = finite_bits(process, t[:-1], t[1:], *errors(process, t[1:]))
    assert float(found.sum()) == pytest.approx(FINITE[name][place], rel=1e-7)


@each
def test_the_loss_of_infinitely_many_steps_depends_on_the_ends_alone(name):
    process, t = GammaProcess(ROWS[name]), middles(20_000)
    found = continuous_bits(process, t, *errors(process, t))
    assert float(found.mean()) == pytest.approx(INFINITE, rel=1e-4)


def test_the_three_terms_are_the_entropy():
    process = GammaProcess(ROWS["linear"])
    x_0 = torch.full((1, 1), C**0.5, dtype=torch.float64)  # of the mean square that data have
    prior = float(gaussian_prior_bits(process, x_0))
    rebuilt = float(reconstruction_bits(process, x_0, torch.ones_like(x_0)))
    assert prior == pytest.approx(PRIOR, rel=1e-7)
    assert rebuilt == pytest.approx(RECONSTRUCTION, rel=1e-8)
    assert INFINITE + prior + rebuilt == pytest.approx(TOTAL, rel=1e-8)
    assert ENTROPY < TOTAL < ENTROPY + 1e-4


def test_of_256_levels_hardly_anything_is_hidden_at_the_end():
    process = GammaProcess(ROWS["linear"])
    x_0 = torch.randint(256, (4, 100)).double() / 127.5 - 1
    eps = torch.randn(4, 100, dtype=torch.float64)
    assert float(reconstruction_bits(process, x_0, eps, levels=256).max()) < 0.05
    noisy = GammaProcess(lambda t: -2 + 4 * t)
    # 256 levels, so close together that they are a density; one counts its width of it
    found = reconstruction_bits(noisy, x_0, eps, levels=256)
    assert float(found.max()) < 8


def test_the_schedule_of_least_variance():
    found = LeastVariance(G0, G1, C)(torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0]).double())
    wanted = [G0, -10.3218678, -7.34140286, -4.31383997, G1]
    exact = torch.tensor(wanted, dtype=torch.float64)
    torch.testing.assert_close(found, exact, rtol=1e-8, atol=0)


@pytest.mark.parametrize(("name", "wanted"), [("linear", 14.4886545), ("least", 0.0230951239)])
def test_the_variance_of_the_loss(name, wanted):
    process, t = GammaProcess(ROWS[name]), middles(200_000)
    error = errors(process, t)[0].square()[:, 0]
    assert float(diffusion_variance(process, t, error, 3072)) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("process", [VP(), VE()], ids=["VP", "VE"])
def test_every_continuous_process_has_this_loss(process):
    """In terms of its ends, gamma at the least t and at 1, as in closed form."""
    t = process.times(middles(20_000))
    found = float(continuous_bits(process, t, *errors(process, t)).mean()) * (1 - process.least)
    g0, g1 = (-process.log_snr(t) for t in (process.least, 1.0))
    wanted = (g1 - g0) - math.log((C + math.exp(g1)) / (C + math.exp(g0)))
    assert found == pytest.approx(wanted / (2 * math.log(2)), rel=1e-3)
