"""Heun's method: each step is corrected by the slope at its end."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ddpm_studio.sampling.frame import Frame
from ddpm_studio.sampling.steps import Steps


def heun(steps: Steps) -> Iterator[Frame]:
    """Solve dx / dsigma = (x - D) / sigma by the trapezoid rule (Karras et al. 2022, algorithm 1).

    There x is x_t / sqrt(a) and sigma^2 is (1 - a) / a. The model is called twice a step, but
    once in the last, which ends at sigma = 0: 2 N - 1 calls. No noise.
    """
    x_t = steps.x_T
    for index, t, t_prev in steps.pairs():
        pred_x_0, pred_eps = steps.predict(x_t, t)  # pred_eps is the slope
        yield Frame(index, t, x_t, pred_x_0)
        if t_prev < 0:
            x_t = pred_x_0
            continue
        a, a_prev = float(steps.schedule.alpha_bar(t)), float(steps.schedule.alpha_bar(t_prev))
        sigma, sigma_prev = math.sqrt((1 - a) / a), math.sqrt((1 - a_prev) / a_prev)
        x = x_t / math.sqrt(a)
        euler = x + (sigma_prev - sigma) * pred_eps
        _, slope = steps.predict(math.sqrt(a_prev) * euler, t_prev)
        x = x + (sigma_prev - sigma) * (pred_eps + slope) / 2
        x_t = math.sqrt(a_prev) * x
    yield Frame(len(steps.timesteps), -1, x_t, x_t)
