"""What a network predicts (eps, v or x_0), and the way from each to the others.

With a = alphas_cumprod[t]: x_t = sqrt(a) x_0 + sqrt(1 - a) eps, and
v = sqrt(a) eps - sqrt(1 - a) x_0 (Salimans & Ho 2022, appendix D).
"""

from __future__ import annotations

from torch import Tensor

from ddpm_studio.config import PREDICTIONS, check_choice
from ddpm_studio.diffusion.schedule import NoiseSchedule, per_image


def prediction_target(
    schedule: NoiseSchedule, prediction: str, x_0: Tensor, t: Tensor, eps: Tensor
) -> Tensor:
    """What a network with that prediction should return for q_sample(x_0, t, eps): (N, ...)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "eps":
        return eps
    if prediction == "x_0":
        return x_0
    a = schedule.alphas_cumprod[t]
    return per_image(a.sqrt(), x_0) * eps - per_image((1 - a).sqrt(), x_0) * x_0


def predict_x_0(
    schedule: NoiseSchedule, prediction: str, x_t: Tensor, t: Tensor, output: Tensor
) -> Tensor:
    """pred_x_0 from a network's output. x_t, output: (N, ...); t: (N,)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "x_0":
        return output
    a = schedule.alphas_cumprod[t]
    root_a, root_1_a = per_image(a.sqrt(), x_t), per_image((1 - a).sqrt(), x_t)
    if prediction == "v":
        return root_a * x_t - root_1_a * output
    return (x_t - root_1_a * output) / root_a


def predict_eps(
    schedule: NoiseSchedule, prediction: str, x_t: Tensor, t: Tensor, output: Tensor
) -> Tensor:
    """pred_eps from a network's output. x_t, output: (N, ...); t: (N,)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "eps":
        return output
    a = schedule.alphas_cumprod[t]
    root_a, root_1_a = per_image(a.sqrt(), x_t), per_image((1 - a).sqrt(), x_t)
    if prediction == "v":
        return root_1_a * x_t + root_a * output
    return (x_t - root_a * output) / root_1_a


def eps_from_x_0(schedule: NoiseSchedule, x_t: Tensor, t: Tensor, x_0: Tensor) -> Tensor:
    """The noise that turns x_0 into x_t. x_t, x_0: (N, ...); t: (N,)."""
    return predict_eps(schedule, "x_0", x_t, t, x_0)
