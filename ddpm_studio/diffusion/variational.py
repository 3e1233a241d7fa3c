"""The bound of variational diffusion models: its terms, in bits for each number of a picture.

-log2 p(x_0) <= prior + diffusion + reconstruction (Kingma et al. 2021, eq. 11), of any continuous
process, whose gamma = -log SNR; and the schedule of least variance, where data are Gaussian.
"""

import math

import torch
from torch import Tensor

from ddpm_studio.diffusion.continuous import ContinuousProcess
from ddpm_studio.diffusion.process import per_image


def continuous_bits(process: ContinuousProcess, t: Tensor, eps: Tensor, pred_eps: Tensor) -> Tensor:
    """gamma'(t) |eps - pred_eps|^2 / 2, (N,), whose mean over t in 0 .. 1 is the diffusion loss.

    That of infinitely many steps (Kingma et al. 2021, eq. 17). t: (N,); eps, pred_eps: (N, ...).
    """
    return _bits(process.slope(t) / 2, _error(eps, pred_eps))


def finite_bits(
    process: ContinuousProcess, t_prev: Tensor, t: Tensor, eps: Tensor, pred_eps: Tensor
) -> Tensor:
    """The loss of the one step from t to t_prev, (N,): their sum is that of so many steps.

    expm1(gamma(t) - gamma(t_prev)) |eps - pred_eps|^2 / 2 (Kingma et al. 2021, eq. 14).
    t, t_prev: (N,), at 0 what the process is there; eps, pred_eps: (N, ...), predicted at t.
    """
    grows = process.log_snr(t_prev) - process.log_snr(t)
    return _bits(torch.expm1(grows) / 2, _error(eps, pred_eps))


def gaussian_prior_bits(process: ContinuousProcess, x_0: Tensor) -> Tensor:
    """KL(q(x_1 | x_0) || N(0, prior_std^2)), (N,). x_0: (N, ...)."""
    variance = process.sigma2(1.0) / process.prior_std**2
    mean2 = process.alpha_bar(1.0) / process.prior_std**2 * _mean(x_0.double().square())
    return (mean2 + variance - 1 - variance.log()) / (2 * math.log(2))


def reconstruction_bits(
    process: ContinuousProcess, x_0: Tensor, eps: Tensor, *, levels: int = 0
) -> Tensor:
    """-log2 p(x_0 | x_t) at t = 0, (N,), for x_t of this eps: how far what is left of noise hides.

    levels: 0: of the density N(x_t / alpha, sigma^2 / alpha^2) at x_0; or 256: of one of so many
    levels from -1 to 1, each as likely as its density says (Kingma et al. 2021, eq. 8).
    x_0, eps: (N, ...).
    """
    gamma = -process.log_snr(x_0.new_zeros((), dtype=torch.float64))
    if not levels:
        nats = (math.log(2 * math.pi) + gamma + _mean(eps.double().square())) / 2
        return nats / math.log(2)
    values = torch.linspace(-1, 1, levels, dtype=torch.float64, device=x_0.device)
    mean = x_0.double() + torch.exp(gamma / 2) * eps.double()
    nats_of = -(mean[..., None] - values).square() * torch.exp(-gamma) / 2
    chosen = ((x_0.double() + 1) / 2 * (levels - 1)).round().long()
    log_p = nats_of.log_softmax(-1).gather(-1, chosen[..., None])[..., 0]
    return -_mean(log_p) / math.log(2)


def diffusion_variance(process: ContinuousProcess, t: Tensor, error: Tensor, d: int) -> Tensor:
    """The variance over t and noise of gamma'(t) |eps - pred_eps|^2 / (2 d), nats^2: a scalar.

    t: evenly over 0 .. 1. error: the mean of (eps - pred_eps)^2 at each, (N,), Gaussian in each of
    the d numbers of a picture. What a learned gamma makes small.
    """
    nats = process.slope(t) * error / 2
    within = 2 / d * nats.square().mean()  # of a mean of d squares of Gaussians
    return within + nats.var(correction=0)


class LeastVariance:
    """gamma(t) at which the loss is alike at all t, of data N(0, c): a rising function.

    gamma'(t) c / (c + e^gamma) is constant: ln c + ln(q / (1 - q)), q = exp of what goes evenly
    from G(gamma_0) to G(gamma_1), G(g) = g - ln(c + e^g).
    """

    def __init__(self, gamma_0: float, gamma_1: float, c: float) -> None:
        self._ends = [g - math.log(c + math.exp(g)) for g in (gamma_0, gamma_1)]
        self._log_c = math.log(c)

    def __call__(self, t: Tensor) -> Tensor:
        log_q = self._ends[0] + (self._ends[1] - self._ends[0]) * t
        return self._log_c + log_q - torch.log(-torch.expm1(log_q))


def _error(eps: Tensor, pred_eps: Tensor) -> Tensor:
    return _mean((eps - pred_eps).square())


def _mean(values: Tensor) -> Tensor:
    """Over all numbers of each picture: (N, ...) -> (N,)."""
    return values.flatten(1).mean(1) if values.ndim > 1 else values


def _bits(nats: Tensor, error: Tensor) -> Tensor:
    """nats for each unit of the error, (N,) or a scalar, in bits."""
    return per_image(nats, error) * error / math.log(2)
