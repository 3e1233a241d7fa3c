"""The ancestral sampler of DDPM, on all timesteps or some of them."""

import torch
from torch import Tensor

from ddpm_studio.config.fields import check
from ddpm_studio.diffusion.variance import between
from ddpm_studio.sampling.steps import Point, Steps


def ddpm(steps: Steps, at: Point, *, variance: str = "posterior") -> Tensor:
    """x_{t-1} ~ N(posterior mean, variance) (DDPM, algorithm 2).

    On a subset of timesteps alpha_t is alphas_cumprod_t / alphas_cumprod_prev. The variance is
    the posterior's (beta tilde), beta, or between them as the model has learned (Improved DDPM,
    eq. 15); the last step shows the mean. Raises ConfigError if it has learned none.
    """
    a, a_prev = steps.process.alpha_bar(at.t), steps.process.alpha_bar(at.t_prev)
    alpha = a / a_prev
    beta = 1 - alpha
    mean = (
        float(a_prev.sqrt() * beta / (1 - a)) * at.pred_x_0
        + float(alpha.sqrt() * (1 - a_prev) / (1 - a)) * at.x_t
    )
    if at.t_prev < 0:
        return mean
    posterior = beta * (1 - a_prev) / (1 - a)
    if variance == "learned":
        check(
            at.v is not None, "variance", variance, "posterior or beta: the model has learned none"
        )
        assert at.v is not None
        log_var = between(float(posterior.log()), float(beta.log()), at.v)
        return mean + torch.exp(log_var / 2) * steps.noise(at.index, mean)
    sigma2 = beta if variance == "beta" else posterior
    return mean + float(sigma2.sqrt()) * steps.noise(at.index, mean)
