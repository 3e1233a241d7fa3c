"""DPM-Solver++ (2M): a second order without a second call of the model."""

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
    noise, noise_prev = (float(steps.process.sigma2(t)) for t in (at.t, at.t_prev))
    now = steps.process.log_snr(at.t) / 2
    h = steps.process.log_snr(at.t_prev) / 2 - now
    towards = at.pred_x_0
    if at.before is not None:
        h_before = now - steps.process.log_snr(steps.timesteps[at.index - 1]) / 2
        part = h / (2 * h_before)  # 1 / (2 r)
        towards = (1 + part) * at.pred_x_0 - part * at.before
    kept = math.sqrt(noise_prev / noise)
    return kept * at.x_t - float(steps.process.alpha(at.t_prev)) * math.expm1(-h) * towards
