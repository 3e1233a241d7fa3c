"""Annealed Langevin dynamics, as in NCSN: many small steps at each noise level."""

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps


def annealed_langevin(
    steps: Steps,
    at: Point,
    *,
    last: str = "mean",
    langevin_steps: float = 100,
    langevin_rate: float = 2e-5,
) -> Tensor:
    """`langevin_steps` times x + a s / 2 + sqrt(a) z, at one level (Song & Ermon 2019, alg. 1).

    a = langevin_rate sigma^2 / sigma_L^2, with sigma_L that of the last level. There x is x_t /
    alpha and sigma is sigma / alpha, so that it works at any process. After the last level the
    picture is what the model sees in it, one call more (Song & Ermon 2020, section 3.1), or, where
    `last` is "noise", as it is.
    """
    process = steps.process
    alpha = float(process.alpha(at.t))
    sigma = float(process.sigma(at.t)) / alpha
    end = steps.timesteps[-1]
    sigma_last = float(process.sigma(end) / process.alpha(end))
    rate = langevin_rate * (sigma / sigma_last) ** 2
    x, pred_eps = at.x_t, at.pred_eps
    for count in range(int(langevin_steps)):
        if count:
            _, pred_eps = steps.predict(x, at.t)
        noise = steps.noise(at.index, x, count)
        x = x - alpha * rate / (2 * sigma) * pred_eps + alpha * rate**0.5 * noise
    if at.t_prev < 0:
        return steps.predict(x, at.t)[0] if last == "mean" else x / alpha
    return float(process.alpha(at.t_prev)) / alpha * x
