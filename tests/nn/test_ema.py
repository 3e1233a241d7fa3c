import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ddpm_studio.nn import Ema
from ddpm_studio.nn.ema import ema_decay, power_from_width

WIDTHS = (0.02, 0.05, 0.1, 0.15, 0.2, 0.25)


def profile(width, steps):
    """How much of the average comes from each step; entry 0 is of the initial weights.

    Weights after step k are the unit vector k, so the average spells its own recipe.
    """
    weights = torch.eye(steps + 1, dtype=torch.float64)
    ema = Ema([weights[0]], width)
    for step in range(1, steps + 1):
        ema.update([weights[step]], step)
    return ema.average[0].numpy()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_average_is_as_wide_as_asked(width):
    """Its standard deviation over the run, as a fraction of the run (Karras et al. 2024)."""
    share = profile(width, 2000)
    when = np.arange(2001) / 2000
    mean = (share * when).sum()
    assert np.sqrt((share * (when - mean) ** 2).sum()) == pytest.approx(width, rel=0.01)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_share_of_a_step_is_a_power_of_it(width):
    share = profile(width, 2000)
    when = np.arange(1, 2001) / 2000
    power = when ** power_from_width(width)
    assert np.abs(share[1:] / share.max() - power).max() < 0.01


@pytest.mark.parametrize("steps", [1, 2, 3, 30])
@pytest.mark.parametrize("width", WIDTHS)
def test_initial_weights_never_linger(width, steps):
    share = profile(width, steps)
    assert share[0] == 0
    assert share.sum() == pytest.approx(1)


@given(st.floats(0.005, 0.28), st.integers(1, 10**7))
def test_the_decay_lies_between_0_and_1_and_grows(width, step):
    assert 0 <= ema_decay(step, width) < ema_decay(step + 1, width) < 1


@given(st.floats(0.005, 0.28))
def test_the_power_gives_the_width_back(width):
    """The deviation of t^gamma on 0 .. 1 is sqrt((g + 1) / ((g + 2)^2 (g + 3)))."""
    g = power_from_width(width)
    assert g > 0
    assert np.sqrt((g + 1) / ((g + 2) ** 2 * (g + 3))) == pytest.approx(width, rel=1e-6)


def test_averaging_leaves_the_weights_alone():
    weights = [torch.randn(3, 3, requires_grad=True), torch.randn(2)]
    before = [tensor.detach().clone() for tensor in weights]
    ema = Ema(weights, 0.1)
    for step in range(1, 5):
        ema.update(weights, step)
    assert all(torch.equal(a, b) for a, b in zip(weights, before, strict=True))
    for average, tensor in zip(ema.average, before, strict=True):
        assert not average.requires_grad
        torch.testing.assert_close(average, tensor)  # of equal things
