"""The ancestral sampler of DDPM, on all timesteps or some of them."""

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps


def ddpm(steps: Steps, at: Point, *, variance: str = "posterior") -> Tensor:
    """x_{t-1} ~ N(posterior mean, variance) (DDPM, algorithm 2).

    On a subset of timesteps alpha_t is alphas_cumprod_t / alphas_cumprod_prev. The variance is
    the posterior's (beta tilde) or beta; the last step shows the mean.
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
    sigma2 = beta if variance == "beta" else beta * (1 - a_prev) / (1 - a)
    return mean + float(sigma2.sqrt()) * steps.noise(at.index, mean)
