"""DPM-Solver++ (2M): a second order without a second call of the model."""

from __future__ import annotations

import math

from torch import Tensor

from ddpm_studio.sampling.steps import Point, Steps


def dpmpp_2m(steps: Steps, at: Point) -> Tensor:
    """Solve the probability flow in lambda = log(alpha / sigma) (Lu et al. 2022b, algorithm 2).

    The prediction of the step before tells how pred_x_0 changes; the first step has none, and
    the last one goes to lambda = infinity, so these two are of first order: DDIM's. No noise.
    """
    if at.t_prev < 0:
        return at.pred_x_0
    a, a_prev = (float(steps.schedule.alpha_bar(t)) for t in (at.t, at.t_prev))
    h = log_snr(a_prev) / 2 - log_snr(a) / 2
    towards = at.pred_x_0
    if at.before is not None:
        a_before = float(steps.schedule.alpha_bar(steps.timesteps[at.index - 1]))
        h_before = log_snr(a) / 2 - log_snr(a_before) / 2
        part = h / (2 * h_before)  # 1 / (2 r)
        towards = (1 + part) * at.pred_x_0 - part * at.before
    kept = math.sqrt((1 - a_prev) / (1 - a))
    return kept * at.x_t - math.sqrt(a_prev) * math.expm1(-h) * towards


def log_snr(a: float) -> float:
    """log(alpha^2 / sigma^2) where alphas_cumprod is `a`."""
    return math.log(a) - math.log1p(-a)
