"""The learned schedule: it rises, its slope is its own, and its ends and its middle learn apart."""

import pytest
import torch

from ddpm_studio.diffusion import GammaProcess, LeastVariance, continuous_bits
from ddpm_studio.nn.gamma import MonotoneGamma

G0, G1, C = -13.3, 5.0, 0.25


def moved():
    """One that is not straight any more."""
    gamma = MonotoneGamma(G0, G1)
    with torch.no_grad():
        gamma.log_w_3.add_(3 + 3 * torch.linspace(-1, 1, len(gamma.log_w_3)))
        gamma.first.add_(0.5)
    return gamma


def times(count):
    return (torch.arange(count, dtype=torch.float64) + 0.5) / count


@pytest.mark.parametrize("gamma", [MonotoneGamma(G0, G1), moved()])
def test_it_rises_from_end_to_end(gamma):
    values = gamma(torch.linspace(0, 1, 1001, dtype=torch.float64)).detach()
    assert bool((values.diff() > 0).all())
    assert float(values[0]) == pytest.approx(gamma.first.item(), rel=1e-6)
    width = gamma.log_width.exp().item()
    assert float(values[-1] - values[0]) == pytest.approx(width, rel=1e-6)


def test_it_begins_nearly_straight_at_the_ends_that_are_asked_for():
    t = torch.linspace(0, 1, 11, dtype=torch.float64)
    straight = G0 + (G1 - G0) * t
    torch.testing.assert_close(MonotoneGamma(G0, G1)(t), straight, rtol=0, atol=0.05)


def test_its_slope_is_that_of_its_values():
    gamma, t = moved(), times(50)
    process = GammaProcess(gamma)
    by_gradient = GammaProcess(lambda t: gamma.eval()(t)).slope(t)
    torch.testing.assert_close(process.slope(t), by_gradient)
    step = 1e-6
    torch.testing.assert_close(
        process.slope(t),
        ((gamma(t + step) - gamma(t - step)) / (2 * step)).detach(),
        rtol=1e-6,
        atol=0,
    )


def test_the_loss_depends_on_the_ends_alone():
    """Whatever lies between: the infinite value, by quadrature."""
    gamma = moved()
    with torch.no_grad():
        gamma.first.fill_(G0)
    process, t = GammaProcess(gamma), times(20_000)
    far = (C / (C - process.log_snr(t).neg().exp().neg())).sqrt()[:, None]
    found = continuous_bits(process, t, far, torch.zeros_like(far)).mean()
    assert float(found) == pytest.approx(8.59271278, rel=1e-4)


def test_what_lies_between_learns_to_make_the_loss_even():
    """With the best model of Gaussian data it comes to the schedule of least variance."""
    gamma = MonotoneGamma(G0, G1).train()
    process = GammaProcess(gamma, learns=True)
    inner = [gamma.log_w_1, gamma.log_w_2, gamma.log_w_3, gamma.centres]
    optimizer = torch.optim.Adam(inner, lr=0.03)
    t, spreads = times(256), []
    for _ in range(300):
        value = -process.log_snr(t)
        far = (C / (C + value.exp())).sqrt()[:, None]
        terms = continuous_bits(process, t, far, torch.zeros_like(far))
        gamma.weigh(terms)
        optimizer.zero_grad()
        terms.mean().backward()
        optimizer.step()
        spreads.append(float((terms / terms.mean()).std().detach()))
    assert spreads[0] > 0.3
    assert spreads[-1] < 0.25 * spreads[0]
    at = torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)
    torch.testing.assert_close(gamma(at).detach(), LeastVariance(G0, G1, C)(at), rtol=0, atol=0.5)


def test_without_numbers_to_weigh_by_the_middle_does_not_learn():
    gamma = moved()
    gamma(times(5)).sum().backward()
    assert float(gamma.log_w_3.grad.abs().max()) == 0
    assert float(gamma.first.grad) == 5
