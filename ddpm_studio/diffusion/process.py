"""The forward process q: noising pictures, and stepping back when x_0 is known."""

from __future__ import annotations

from torch import Tensor

from ddpm_studio.diffusion.schedule import NoiseSchedule, per_image


def q_sample(schedule: NoiseSchedule, x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Noise x_0 to step t in one go (DDPM, eq. 4). x_0, eps: (N, ...); t: (N,)."""
    a = schedule.alphas_cumprod[t]
    return per_image(a.sqrt(), x_0) * x_0 + per_image((1 - a).sqrt(), x_0) * eps


def q_posterior(
    schedule: NoiseSchedule, x_0: Tensor, x_t: Tensor, t: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean, (N, ...), and variance, (N, 1, ..), of q(x_{t-1} | x_t, x_0) (DDPM, eqs. 6, 7)."""
    a, a_prev = schedule.alphas_cumprod[t], schedule.alphas_cumprod_prev[t]
    beta, alpha = schedule.betas[t], schedule.alphas[t]
    mean = (
        per_image(a_prev.sqrt() * beta / (1 - a), x_0) * x_0
        + per_image(alpha.sqrt() * (1 - a_prev) / (1 - a), x_t) * x_t
    )
    return mean, per_image(schedule.posterior_variance[t], x_t)
