"""The variational bound, term by term, in bits for each number of a picture.

-log2 p(x_0) <= L_T + sum of L_t for t >= 1 + L_0 (DDPM, eq. 5): what the prior costs, each step
back, and the decoder. All take pictures x_0 in [-1, 1]. For x_0 of 8 bits the discretised decoder
counts bits for each of 256 levels; a density has `LEVEL_BITS` fewer for each number.
"""

import math

import torch
from torch import Tensor

from ddpm_studio.config.fields import check_choice
from ddpm_studio.diffusion.process import per_image
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.variance import clipped_posterior_variance, mean_share

LEVEL_BITS = math.log2(127.5)  # of a level, which is 1 / 127.5 wide
DECODERS = ("exact", "tanh", "density")
HALF_LEVEL = 1 / 255
OUTER = 0.999  # beyond it are the first and the last level, which have all that is further out
LEAST_MASS = 1e-12
FAR = 1e3  # standard deviations, beyond which nothing is


def prior_bits(schedule: NoiseSchedule, x_0: Tensor) -> Tensor:
    """L_T: KL(q(x_T | x_0) || N(0, 1)), (N,). x_0: (N, ...)."""
    a = schedule.alphas_cumprod[-1].cpu()
    nats = float(a) * x_0.square() + float(-a - torch.log1p(-a))
    return _per_picture(nats / 2)


def step_bits(
    schedule: NoiseSchedule, x_0: Tensor, t: Tensor, pred_x_0: Tensor, log_var: Tensor
) -> Tensor:
    """L_t: KL(q(x_{t-1} | x_t, x_0) || N(posterior mean of pred_x_0, sigma^2)), (N,).

    x_0, pred_x_0: (N, ...); log_var: log sigma^2, like them or (N, 1, ..); t: (N,), from 1 on: at
    0 is `decoder_bits`. Of the means only what differs is left, their share of x_0.
    """
    least = per_image(clipped_posterior_variance(schedule)[t].log(), x_0)
    moved = per_image(mean_share(schedule, t), x_0) * (x_0 - pred_x_0)
    ratio = least - log_var
    nats = torch.expm1(ratio) - ratio + moved.square() * torch.exp(-log_var)
    return _per_picture(nats / 2)


def decoder_bits(x_0: Tensor, mean: Tensor, log_var: Tensor, decoder: str = "exact") -> Tensor:
    """L_0: -log2 p(x_0 | x_1), (N,) (DDPM, eq. 13).

    x_0, mean: (N, ...); log_var: like them or (N, 1, ..). decoder: the mass of the normal
    distribution in the level of x_0, at least 1e-12, by the "exact" integral or by the "tanh" that
    ADM has for it; or its "density" at x_0, for what has no levels.
    """
    check_choice("decoder", decoder, DECODERS)
    if decoder == "density":
        square = (x_0 - mean).square() * torch.exp(-log_var)
        return _per_picture((math.log(2 * math.pi) + log_var + square) / 2)
    from_mean, per_std = x_0 - mean, torch.exp(-log_var / 2)
    low = torch.where(x_0 < -OUTER, -FAR, (from_mean - HALF_LEVEL) * per_std)
    high = torch.where(x_0 > OUTER, FAR, (from_mean + HALF_LEVEL) * per_std)
    mass = _tanh_mass(low, high) if decoder == "tanh" else _normal_mass(low, high)
    return _per_picture(-mass.clamp(min=LEAST_MASS).log())


def bound_bits(
    schedule: NoiseSchedule,
    x_0: Tensor,
    t: Tensor,
    pred_x_0: Tensor,
    log_var: Tensor,
    decoder: str = "exact",
) -> Tensor:
    """The term of the bound at each t, (N,): L_0 where t is 0, where pred_x_0 is the mean, or L_t.

    Shapes as in `step_bits`.
    """
    between = step_bits(schedule, x_0, t, pred_x_0, log_var)
    is_last = (t == 0).to(between.device)
    if not bool(is_last.any()):
        return between
    return torch.where(is_last, decoder_bits(x_0, pred_x_0, log_var, decoder), between)


def expected_bits(schedule: NoiseSchedule, t: Tensor, mse: Tensor, variance: Tensor) -> Tensor:
    """The mean of the term at each t, float64 (N,), where the mean square of x_0 - pred_x_0 is mse.

    mse: (N,), for each number of a picture. variance: (N,), sigma^2. At t = 0 a density.
    """
    mse, variance = mse.double(), variance.double()
    ratio = clipped_posterior_variance(schedule)[t].log() - variance.log()
    moved = mean_share(schedule, t) ** 2 * mse / variance
    last = math.log(2 * math.pi) + variance.log() + mse / variance
    nats = torch.where(t == 0, last, torch.expm1(ratio) - ratio + moved)
    return nats / (2 * math.log(2))


def _normal_mass(low: Tensor, high: Tensor) -> Tensor:
    """Of a standard normal distribution; in the upper tail mirrored, where digits are left."""
    is_upper = low + high > 0
    low, high = torch.where(is_upper, -high, low), torch.where(is_upper, -low, high)
    return (torch.erfc(-high / math.sqrt(2)) - torch.erfc(-low / math.sqrt(2))) / 2


def _tanh_mass(low: Tensor, high: Tensor) -> Tensor:
    """The same by ADM's approximation."""
    return (_tanh_of(high) - _tanh_of(low)) / 2


def _tanh_of(z: Tensor) -> Tensor:
    return torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))


def _per_picture(nats: Tensor) -> Tensor:
    """The mean over all numbers of each picture, in bits: (N, ...) -> (N,)."""
    return nats.flatten(1).mean(1) / math.log(2) if nats.ndim > 1 else nats / math.log(2)
