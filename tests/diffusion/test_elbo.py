"""The exact T-step ELBO of Gaussian data, in bits per dimension, from schedules and posterior."""

import math

import pytest
import torch

from ddpm_studio.diffusion import NoiseSchedule, q_posterior

C = 0.25  # the variance of x_0
ENTROPY = 0.5 * math.log2(2 * math.pi * math.e * C)
SCHEDULES = {
    "linear 1000": NoiseSchedule.linear(1000),
    "linear 4000": NoiseSchedule.linear(4000, 1e-4 / 4, 0.02 / 4),
    "cosine 1000": NoiseSchedule.cosine(1000),
    "cosine 4000": NoiseSchedule.cosine(4000),
}
# bits/dim: with sigma^2 = beta, and with sigma^2 = beta tilde
TABLE = {
    "linear 1000": (1.048671, 1.869325),
    "linear 4000": (1.047489, 1.750065),
    "cosine 1000": (1.047978, 1.811714),
    "cosine 4000": (1.047316, 1.730640),
}
L_T = {"linear 1000": 7.28e-6, "cosine 1000": 4.4e-10}


def posterior(schedule):
    """By how much x_0 moves the posterior mean, and the posterior's variance: (T,), twice."""
    t = torch.arange(schedule.num_timesteps)
    one = torch.ones(len(t), dtype=torch.float64)
    return q_posterior(schedule, one, 0 * one, t)


def last_bits(schedule):
    """KL(q(x_T | x_0) || N(0, 1)), averaged over x_0."""
    a = float(schedule.alphas_cumprod[-1])
    return 0.5 * (a * C + (1 - a) - 1 - math.log(1 - a)) / math.log(2)


def elbo_bits(schedule, sigma2):
    """sigma2: (T,), the variance with which p steps back. The mean is the best possible one.

    Each term averages KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)); what the mean lacks is
    the spread that x_0 still has when x_t is known.
    """
    by_x_0, beta_tilde = posterior(schedule)
    a = schedule.alphas_cumprod
    missing = by_x_0**2 * C * (1 - a) / (a * C + 1 - a)
    first = 0.5 * (torch.log(2 * math.pi * sigma2[0]) + missing[0] / sigma2[0])
    beta_tilde, missing, sigma2 = beta_tilde[1:], missing[1:], sigma2[1:]
    between = 0.5 * (torch.log(sigma2 / beta_tilde) - 1 + (beta_tilde + missing) / sigma2)
    return float(first + between.sum()) / math.log(2) + last_bits(schedule)


@pytest.mark.parametrize("name", TABLE)
def test_bits_per_dimension_with_sigma2_beta(name):
    schedule = SCHEDULES[name]
    assert elbo_bits(schedule, schedule.betas) == pytest.approx(TABLE[name][0], abs=6e-7)


@pytest.mark.parametrize("name", TABLE)
def test_bits_per_dimension_with_sigma2_beta_tilde(name):
    """At t = 0 beta tilde is 0, so its next value stands there, as in DDPM's own code."""
    variance = SCHEDULES[name].posterior_variance
    clipped = torch.cat([variance[1:2], variance[1:]])
    assert elbo_bits(SCHEDULES[name], clipped) == pytest.approx(TABLE[name][1], abs=6e-7)


@pytest.mark.parametrize("name", L_T)
def test_little_is_left_of_the_picture_at_the_end(name):
    assert last_bits(SCHEDULES[name]) == pytest.approx(L_T[name], rel=6e-3)


@pytest.mark.parametrize("name", TABLE)
def test_no_code_is_shorter_than_the_entropy(name):
    assert elbo_bits(SCHEDULES[name], SCHEDULES[name].betas) > ENTROPY
