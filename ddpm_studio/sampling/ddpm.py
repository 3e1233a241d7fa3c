"""The ancestral sampler of DDPM, on all timesteps or some of them."""

from __future__ import annotations

from collections.abc import Iterator

from ddpm_studio.sampling.frame import Frame
from ddpm_studio.sampling.steps import Steps


def ddpm(steps: Steps, *, variance: str = "posterior") -> Iterator[Frame]:
    """x_{t-1} ~ N(posterior mean, variance) (DDPM, algorithm 2).

    On a subset of timesteps alpha_t is alphas_cumprod_t / alphas_cumprod_prev. The variance is
    the posterior's (beta tilde) or beta; the last step shows the mean.
    """
    x_t = steps.x_T
    for index, t, t_prev in steps.pairs():
        pred_x_0, _ = steps.predict(x_t, t)
        yield Frame(index, t, x_t, pred_x_0)
        a, a_prev = steps.schedule.alpha_bar(t), steps.schedule.alpha_bar(t_prev)
        alpha = a / a_prev
        beta = 1 - alpha
        mean = (
            float(a_prev.sqrt() * beta / (1 - a)) * pred_x_0
            + float(alpha.sqrt() * (1 - a_prev) / (1 - a)) * x_t
        )
        x_t = mean
        if t_prev >= 0:
            sigma2 = beta if variance == "beta" else beta * (1 - a_prev) / (1 - a)
            x_t = mean + float(sigma2.sqrt()) * steps.noise(index, mean)
    yield Frame(len(steps.timesteps), -1, x_t, x_t)
