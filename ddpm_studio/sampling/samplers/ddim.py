"""DDIM: from deterministic (eta = 0) to as noisy as DDPM (eta = 1)."""

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps


def ddim(steps: Steps, at: Point, *, eta: float = 0.0) -> Tensor:
    """Step to the noise level of t_prev along pred_eps, with sigma of fresh noise (DDIM, eq. 12).

    sigma = eta * sqrt((1 - a_prev) / (1 - a)) * sqrt(1 - a / a_prev) (DDIM, eq. 16).
    """
    a, a_prev = steps.process.alpha_bar(at.t), steps.process.alpha_bar(at.t_prev)
    sigma = float(eta * ((1 - a_prev) / (1 - a)).sqrt() * (1 - a / a_prev).sqrt())
    towards_x_t = float((1 - a_prev - sigma**2).clamp(min=0).sqrt())
    x_t = float(a_prev.sqrt()) * at.pred_x_0 + towards_x_t * at.pred_eps
    if sigma > 0:
        x_t = x_t + sigma * steps.noise(at.index, x_t)
    return x_t
