"""The reverse SDE, by Euler-Maruyama."""

from torch import Tensor

from ddpm_studio.sampling.score import continuous, ends_at, reverse_step
from ddpm_studio.sampling.steps import Point, Steps


def reverse_sde(steps: Steps, at: Point, *, last: str = "mean") -> Tensor:
    """x + h (g^2 score - f x) + sqrt(h) g z (Song et al. 2021, eq. 6, by Euler-Maruyama).

    The last step ends at the least t of the process, with its noise or, where `last` is "mean",
    without it.
    """
    process = continuous(steps.process)
    t_next = ends_at(process, at.t_prev)
    step = reverse_step(process, at.x_t, at.pred_eps, at.t, t_next)
    if at.t_prev < 0 and last == "mean":
        return step.mean
    return step.mean + step.std * steps.noise(at.index, at.x_t)
