"""DDIM: from deterministic (eta = 0) to as noisy as DDPM (eta = 1)."""

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps


def ddim(steps: Steps, at: Point, *, eta: float = 0.0) -> Tensor:
    """Step to the noise level of t_prev along pred_eps, with sigma of fresh noise (DDIM, eq. 12).

    sigma = eta * sqrt((1 - a_prev) / (1 - a)) * sqrt(1 - a / a_prev) (DDIM, eq. 16), where 1 - a
    is the variance of the noise, and 1 - a / a_prev that of what is added from t_prev to t.
    """
    process = steps.process
    noise, noise_prev = process.sigma2(at.t), process.sigma2(at.t_prev)
    sigma = float(eta * (noise_prev / noise).sqrt() * process.added(at.t, at.t_prev).sqrt())
    towards_x_t = float((noise_prev - sigma**2).clamp(min=0).sqrt())
    x_t = float(process.alpha(at.t_prev)) * at.pred_x_0 + towards_x_t * at.pred_eps
    if sigma > 0:
        x_t = x_t + sigma * steps.noise(at.index, x_t)
    return x_t
