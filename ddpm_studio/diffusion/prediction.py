"""What a network predicts (eps, v or x_0), and the way from each to the others.

With a = alphas_cumprod[t]: x_t = sqrt(a) x_0 + sqrt(1 - a) eps, and
v = sqrt(a) eps - sqrt(1 - a) x_0 (Salimans & Ho 2022, appendix D). Where alpha^2 + sigma^2 is not
1, v is that of x_t / scale, which has such an alpha and sigma: alpha / scale and sigma / scale.
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
    scale = process.scale(t)
    alpha, sigma = process.alpha(t) / scale, process.sigma(t) / scale
    return per_image(alpha, x_0) * eps - per_image(sigma, x_0) * x_0


def predict_x_0(
    process: Process, prediction: str, x_t: Tensor, t: Tensor, output: Tensor
) -> Tensor:
    """pred_x_0 from a network's output. x_t, output: (N, ...); t: (N,)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "x_0":
        return output
    alpha, sigma = process.alpha(t), process.sigma(t)
    if prediction == "v":
        scale = process.scale(t)
        return per_image(alpha / scale**2, x_t) * x_t - per_image(sigma / scale, x_t) * output
    return (x_t - per_image(sigma, x_t) * output) / per_image(alpha, x_t)


def predict_eps(
    process: Process, prediction: str, x_t: Tensor, t: Tensor, output: Tensor
) -> Tensor:
    """pred_eps from a network's output. x_t, output: (N, ...); t: (N,)."""
    check_choice("prediction", prediction, PREDICTIONS)
    if prediction == "eps":
        return output
    alpha, sigma = process.alpha(t), process.sigma(t)
    if prediction == "v":
        scale = process.scale(t)
        return per_image(sigma / scale**2, x_t) * x_t + per_image(alpha / scale, x_t) * output
    return (x_t - per_image(alpha, x_t) * output) / per_image(sigma, x_t)


def eps_from_x_0(process: Process, x_t: Tensor, t: Tensor, x_0: Tensor) -> Tensor:
    """The noise that turns x_0 into x_t. x_t, x_0: (N, ...); t: (N,)."""
    return predict_eps(process, "x_0", x_t, t, x_0)
