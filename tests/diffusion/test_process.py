import math

import pytest
import torch

from ddpm_studio.diffusion import NoiseSchedule, Process, q_posterior, q_sample
from ddpm_studio.errors import ConfigError

SCHEDULES = [NoiseSchedule.linear(), NoiseSchedule.cosine(), NoiseSchedule.linear(5, 0.1, 0.6)]


def log_normal(x, mean, variance):
    """The logarithm of a normal density, up to a constant."""
    return -((x - mean) ** 2) / (2 * variance)


class Continuous(Process):
    """Variance preserving, with t real from 0 to 1."""

    device = torch.device("cpu")
    num_timesteps = 2

    def to(self, device):
        return self

    def times(self, parts):
        return parts

    def alpha_bar(self, t):
        return torch.exp(-5 * torch.as_tensor(t, dtype=torch.float64))


@pytest.mark.parametrize(
    ("process", "moments"),
    [
        (NoiseSchedule.linear(), [-1, 0, 500, 999]),
        (NoiseSchedule.cosine(), [-1, 0, 500, 999]),
        (Continuous(), [0.0, 0.001, 0.5, 1.0]),
    ],
)
def test_what_samplers_ask_of_a_process_agrees(process, moments):
    for t in moments:
        alpha, sigma = float(process.alpha(t)), float(process.sigma(t))
        assert alpha**2 + sigma**2 == pytest.approx(1)
        assert alpha**2 == pytest.approx(float(process.alpha_bar(t)))
        if sigma:
            assert process.log_snr(t) == pytest.approx(2 * math.log(alpha / sigma))
    kind = torch.float64 if isinstance(moments[0], float) else torch.long
    several = torch.tensor(moments[1:], dtype=kind)
    for whole in (process.alpha, process.sigma, process.alpha_bar):
        one_by_one = torch.stack([whole(t) for t in moments[1:]])
        torch.testing.assert_close(whole(several), one_by_one, rtol=1e-14, atol=0)


def test_between_two_timesteps_of_a_schedule_is_nothing():
    with pytest.raises(ConfigError, match="whole number"):
        NoiseSchedule.linear().alpha(0.5)


def test_q_sample_mixes_picture_and_noise_as_eq_4_says():
    schedule = NoiseSchedule.linear()
    x_0, eps = torch.randn(3, 2, 4, 4), torch.randn(3, 2, 4, 4)
    t = torch.tensor([0, 500, 999])
    x_t = q_sample(schedule, x_0, t, eps)
    assert x_t.dtype == torch.float32
    for k in range(3):
        a = float(schedule.alphas_cumprod[t[k]])
        torch.testing.assert_close(x_t[k], math.sqrt(a) * x_0[k] + math.sqrt(1 - a) * eps[k])


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_noising_step_by_step_is_noising_in_one_go(schedule):
    """q(x_t | x_{t-1}) = N(sqrt(alpha) x_{t-1}, beta), composed, has the moments of eq. 4."""
    mean, variance = 1.0, 0.0
    for t in range(schedule.num_timesteps):
        alpha, beta = float(schedule.alphas[t]), float(schedule.betas[t])
        mean, variance = math.sqrt(alpha) * mean, alpha * variance + beta
        one, zero = torch.ones(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
        at = torch.tensor([t])
        assert float(q_sample(schedule, one, at, zero)) == pytest.approx(mean, rel=1e-9)
        assert float(q_sample(schedule, zero, at, one)) == pytest.approx(
            math.sqrt(variance), rel=1e-9
        )


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_posterior_is_what_bayes_says(schedule):
    """q(x_{t-1} | x_t, x_0), integrated by brute force from q(x_t | x_{t-1}) q(x_{t-1} | x_0)."""
    x_0, x_t = 0.7, -0.4
    for t in {1, 2, 3, schedule.num_timesteps // 2, schedule.num_timesteps - 1}:
        alpha, beta = float(schedule.alphas[t]), float(schedule.betas[t])
        a_prev = float(schedule.alphas_cumprod_prev[t])
        mean, variance = q_posterior(
            schedule,
            torch.tensor([x_0], dtype=torch.float64),
            torch.tensor([x_t], dtype=torch.float64),
            torch.tensor([t]),
        )
        sigma = math.sqrt(float(variance))
        grid = float(mean) + sigma * torch.linspace(-10, 10, 1001, dtype=torch.float64)
        density = torch.softmax(
            log_normal(x_t, math.sqrt(alpha) * grid, beta)
            + log_normal(grid, math.sqrt(a_prev) * x_0, 1 - a_prev),
            dim=0,
        )
        found = float((grid * density).sum())
        spread = float(((grid - found) ** 2 * density).sum())
        assert found == pytest.approx(float(mean), abs=1e-9 + 1e-6 * sigma)
        assert spread == pytest.approx(float(variance), rel=1e-6)


def test_before_the_first_step_there_is_only_the_picture():
    schedule = NoiseSchedule.linear()
    x_0, x_t = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    mean, variance = q_posterior(schedule, x_0, x_t, torch.tensor([0, 0]))
    torch.testing.assert_close(mean, x_0)
    assert bool((variance == 0).all())


def test_the_posterior_keeps_shape_and_type():
    schedule = NoiseSchedule.linear()
    for dtype in (torch.float32, torch.float64):
        x = torch.randn(2, 3, 4, 4, dtype=dtype)
        mean, variance = q_posterior(schedule, x, x, torch.tensor([5, 6]))
        assert mean.dtype == variance.dtype == dtype
        assert mean.shape == x.shape
        assert variance.shape == (2, 1, 1, 1)
