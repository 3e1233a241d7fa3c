"""DDIM: from deterministic (eta = 0) to as noisy as DDPM (eta = 1)."""

from __future__ import annotations

from collections.abc import Iterator

from ddpm_studio.sampling.frame import Frame
from ddpm_studio.sampling.steps import Steps


def ddim(steps: Steps, *, eta: float = 0.0) -> Iterator[Frame]:
    """Step to the noise level of t_prev along pred_eps, with sigma of fresh noise (DDIM, eq. 12).

    sigma = eta * sqrt((1 - a_prev) / (1 - a)) * sqrt(1 - a / a_prev) (DDIM, eq. 16).
    """
    x_t = steps.x_T
    for index, t, t_prev in steps.pairs():
        pred_x_0, pred_eps = steps.predict(x_t, t)
        yield Frame(index, t, x_t, pred_x_0)
        a, a_prev = steps.schedule.alpha_bar(t), steps.schedule.alpha_bar(t_prev)
        sigma = float(eta * ((1 - a_prev) / (1 - a)).sqrt() * (1 - a / a_prev).sqrt())
        towards_x_t = float((1 - a_prev - sigma**2).clamp(min=0).sqrt())
        x_t = float(a_prev.sqrt()) * pred_x_0 + towards_x_t * pred_eps
        if sigma > 0:
            x_t = x_t + sigma * steps.noise(index, x_t)
    yield Frame(len(steps.timesteps), -1, x_t, x_t)
