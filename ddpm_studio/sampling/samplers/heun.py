"""Heun's method: each step is corrected by the slope at its end."""

import math

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps

LARGEST_SIGMA = 1000.0  # the paper starts at 80, and linear betas at 157


def heun(steps: Steps, at: Point) -> Tensor:
    """Solve dx / dsigma = (x - D) / sigma by the trapezoid rule (Karras et al. 2022, algorithm 1).

    There x is x_t / alpha and sigma^2 is 1 / SNR. The model is called twice a step, but once in
    the last, which ends at sigma = 0: 2 N - 1 calls. No noise.

    A step from (nearly) pure noise, as the last timestep of the cosine schedule is, is Euler's:
    the rule would multiply what the model errs by a sigma of thousands.
    """
    if at.t_prev < 0:
        return at.pred_x_0
    process = steps.process
    a, a_prev = (float(process.alpha_bar(t)) for t in (at.t, at.t_prev))
    sigma = math.sqrt(float(process.sigma2(at.t)) / a)
    sigma_prev = math.sqrt(float(process.sigma2(at.t_prev)) / a_prev)
    x = at.x_t / math.sqrt(a)
    euler = x + (sigma_prev - sigma) * at.pred_eps  # pred_eps is the slope
    if sigma > LARGEST_SIGMA:
        return math.sqrt(a_prev) * euler
    _, slope = steps.predict(math.sqrt(a_prev) * euler, at.t_prev)
    x = x + (sigma_prev - sigma) * (at.pred_eps + slope) / 2
    return math.sqrt(a_prev) * x
