"""How far a step back may stray: variances between beta tilde and beta, fixed or learned."""

import torch
from torch import Tensor

from ddpm_studio.diffusion.process import per_image
from ddpm_studio.diffusion.schedule import NoiseSchedule


def clipped_posterior_variance(schedule: NoiseSchedule) -> Tensor:
    """beta tilde, float64 (T,), whose first is 0 and stands aside for the second.

    Its logarithm is finite everywhere (Improved DDPM, section 3.1, as their code has it). Of a
    single step, where there is no second, it is beta.
    """
    later = schedule.posterior_variance[1:]
    return torch.cat([later[:1] if len(later) else schedule.betas[:1], later])


def log_variance(schedule: NoiseSchedule, t: Tensor, v: Tensor) -> Tensor:
    """log sigma_t^2 between beta tilde (v = -1) and beta (v = 1) (Improved DDPM, eq. 15).

    v: (N, ...), as the network gives it; beyond -1 .. 1 it goes on. t: (N,). Like v.
    """
    smallest = clipped_posterior_variance(schedule)[t].log()
    return between(per_image(smallest, v), per_image(schedule.betas[t].log(), v), v)


def between(smallest: Tensor | float, largest: Tensor | float, v: Tensor) -> Tensor:
    """Between two logarithms, in equal parts: the first at v = -1, the second at v = 1."""
    part = (v + 1) / 2
    return part * largest + (1 - part) * smallest


def variance_part(schedule: NoiseSchedule, t: Tensor, variance: Tensor) -> Tensor:
    """The v at which `log_variance` is that of `variance`: float64 (N,), of t and variance (N,)."""
    smallest = clipped_posterior_variance(schedule)[t].log()
    return 2 * (variance.double().log() - smallest) / (schedule.betas[t].log() - smallest) - 1


def best_variance(schedule: NoiseSchedule, t: Tensor, mse: Tensor) -> Tensor:
    """Var(x_{t-1} | x_t), at which the bound is lowest, float64 (N,) (Bao et al. 2022, theorem 1).

    mse: (N,), the mean square of x_0 - pred_x_0, for each number of a picture. t: (N,).
    """
    return schedule.posterior_variance[t] + mean_share(schedule, t) ** 2 * mse.double()


def mean_share(schedule: NoiseSchedule, t: Tensor) -> Tensor:
    """By how much x_0 moves the mean of q(x_{t-1} | x_t, x_0), float64 (N,) (DDPM, eq. 7)."""
    a, a_prev = schedule.alphas_cumprod[t], schedule.alphas_cumprod_prev[t]
    return a_prev.sqrt() * schedule.betas[t] / (1 - a)


def split_output(output: Tensor, like: Tensor) -> tuple[Tensor, Tensor | None]:
    """What a network predicts, and v beside it, if it has twice the channels of `like`.

    output: (N, C, ...) or (N, 2 C, ...); like: (N, C, ...). None: it says nothing of variances.
    """
    has_both = like.ndim > 1 and output.ndim > 1 and output.shape[1] == 2 * like.shape[1]
    if not has_both:
        return output, None
    prediction, v = output.chunk(2, 1)
    return prediction, v
