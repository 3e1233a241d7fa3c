"""DPM-Solver++ (2M): a second order without a second call of the model."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from ddpm_studio.sampling.frame import Frame
from ddpm_studio.sampling.steps import Steps


def dpmpp_2m(steps: Steps) -> Iterator[Frame]:
    """Solve the probability flow in lambda = log(alpha / sigma) (Lu et al. 2022b, algorithm 2).

    The prediction of the step before tells how pred_x_0 changes; the first step has none, and
    the last one goes to lambda = infinity, so these two are of first order: DDIM's. No noise.
    """
    x_t = steps.x_T
    before: tuple[Tensor, float] | None = None  # pred_x_0 and h of the last step
    for index, t, t_prev in steps.pairs():
        pred_x_0, _ = steps.predict(x_t, t)
        yield Frame(index, t, x_t, pred_x_0)
        if t_prev < 0:
            x_t = pred_x_0
            continue
        a, a_prev = float(steps.schedule.alpha_bar(t)), float(steps.schedule.alpha_bar(t_prev))
        h = log_snr(a_prev) / 2 - log_snr(a) / 2
        towards = pred_x_0
        if before is not None:
            part = h / (2 * before[1])  # 1 / (2 r)
            towards = (1 + part) * pred_x_0 - part * before[0]
        before = pred_x_0, h
        kept = math.sqrt((1 - a_prev) / (1 - a))
        x_t = kept * x_t - math.sqrt(a_prev) * math.expm1(-h) * towards
    yield Frame(len(steps.timesteps), -1, x_t, x_t)


def log_snr(a: float) -> float:
    """log(alpha^2 / sigma^2) where alphas_cumprod is `a`."""
    return math.log(a) - math.log1p(-a)
