"""The ancestral sampler of DDPM, on all timesteps or some of them."""

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps


def ddpm(steps: Steps, at: Point, *, variance: str = "posterior") -> Tensor:
    """x_{t-1} ~ N(posterior mean, variance) (DDPM, algorithm 2).

    On a subset of timesteps alpha_t is alphas_cumprod_t / alphas_cumprod_prev. The variance is
    the posterior's (beta tilde) or beta; the last step shows the mean.
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
    sigma2 = beta if variance == "beta" else beta * noise_prev / noise
    return mean + float(sigma2.sqrt()) * steps.noise(at.index, mean)
