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
    process = steps.process
    alpha = process.alpha_bar(at.t) / process.alpha_bar(at.t_prev)
    beta = process.added(at.t, at.t_prev)
    noise, noise_prev = process.sigma2(at.t), process.sigma2(at.t_prev)
    mean = (
        float(process.alpha(at.t_prev) * beta / noise) * at.pred_x_0
        + float(alpha.sqrt() * noise_prev / noise) * at.x_t
    )
    if at.t_prev < 0:
        return mean
    posterior = beta * noise_prev / noise
    if variance == "learned":
        check(
            at.v is not None, "variance", variance, "posterior or beta: the model has learned none"
        )
        assert at.v is not None
        log_var = between(float(posterior.log()), float(beta.log()), at.v)
        return mean + torch.exp(log_var / 2) * steps.noise(at.index, mean)
    sigma2 = beta if variance == "beta" else posterior
    return mean + float(sigma2.sqrt()) * steps.noise(at.index, mean)
