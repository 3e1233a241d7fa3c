"""What a network predicts (eps, v or x_0), and the way from each to the others.

With a = alphas_cumprod[t]: x_t = sqrt(a) x_0 + sqrt(1 - a) eps, and
v = sqrt(a) eps - sqrt(1 - a) x_0 (Salimans & Ho 2022, appendix D).
"""

from torch import Tensor

from ddpm_studio.config import PREDICTIONS
from ddpm_studio.config.fields import check_choice
from ddpm_studio.diffusion.process import Process, per_image


def prediction_target(
    process: Process, prediction: str, x_0: Tensor, t: Tensor, eps: Tensor
) -> Tensor:
    """What a network with that prediction should return for q_sample(x_0, t, eps): (N, ...)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "eps":
        return eps
    if prediction == "x_0":
        return x_0
    return per_image(process.alpha(t), x_0) * eps - per_image(process.sigma(t), x_0) * x_0


def predict_x_0(
    process: Process, prediction: str, x_t: Tensor, t: Tensor, output: Tensor
) -> Tensor:
    """pred_x_0 from a network's output. x_t, output: (N, ...); t: (N,)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "x_0":
        return output
    alpha, sigma = per_image(process.alpha(t), x_t), per_image(process.sigma(t), x_t)
    if prediction == "v":
        return alpha * x_t - sigma * output
    return (x_t - sigma * output) / alpha


def predict_eps(
    process: Process, prediction: str, x_t: Tensor, t: Tensor, output: Tensor
) -> Tensor:
    """pred_eps from a network's output. x_t, output: (N, ...); t: (N,)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "eps":
        return output
    alpha, sigma = per_image(process.alpha(t), x_t), per_image(process.sigma(t), x_t)
    if prediction == "v":
        return sigma * x_t + alpha * output
    return (x_t - alpha * output) / sigma


def eps_from_x_0(process: Process, x_t: Tensor, t: Tensor, x_0: Tensor) -> Tensor:
    """The noise that turns x_0 into x_t. x_t, x_0: (N, ...); t: (N,)."""
    return predict_eps(process, "x_0", x_t, t, x_0)
