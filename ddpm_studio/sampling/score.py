"""The score, grad log p(x_t), and what the reverse differential equations make of it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion import ContinuousProcess, Process, per_image


def score_of(process: Process, t: float | Tensor, pred_eps: Tensor) -> Tensor:
    """- pred_eps / sigma(t) (Song et al. 2021, section 3.3). pred_eps: (N, ...); t: (N,)."""
    sigma = process.sigma(t).reshape(-1)
    return -pred_eps / per_image(sigma, pred_eps)


@dataclass(frozen=True)
class Reverse:
    """One Euler-Maruyama step of the reverse SDE, from t over h: mean and standard deviation."""

    mean: Tensor  # (N, ...)
    std: float


def reverse_step(
    process: ContinuousProcess, x_t: Tensor, pred_eps: Tensor, t: float, t_next: float
) -> Reverse:
    """x + h (g^2 score - f x), and sqrt(h) g of noise (Song et al. 2021, eq. 6)."""
    h, g2 = t - t_next, float(process.diffusion2(t))
    kept = 1 - h * float(process.drift(t))
    pushed = h * g2 / float(process.sigma(t))
    return Reverse(kept * x_t - pushed * pred_eps, (h * g2) ** 0.5)


def flow_slope(process: ContinuousProcess, x_t: Tensor, t: Tensor, pred_eps: Tensor) -> Tensor:
    """dx / dt of the probability flow: f x - g^2 score / 2 (Song et al. 2021, eq. 13). t: (N,)."""
    drift = per_image(process.drift(t), x_t)
    push = per_image(process.diffusion2(t) / (2 * process.sigma(t)), x_t)
    return drift * x_t + push * pred_eps


def ends_at(process: ContinuousProcess, t_prev: float) -> float:
    """Where a step ends that is said to end at t_prev: these equations stop at the least t."""
    return process.least if t_prev < 0 else t_prev


def continuous(process: Process) -> ContinuousProcess:
    """The same, with its type; `denoise` sees to it that it is one."""
    assert isinstance(process, ContinuousProcess)
    return process


def norms(x: Tensor) -> Tensor:
    """The norm of each picture, float64 (N,), on the CPU: computed alone, with its own bits."""
    alone = [torch.linalg.vector_norm(one.double().clone()) for one in x]
    return torch.stack(alone).cpu()
