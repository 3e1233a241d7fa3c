"""Training losses: L_simple for each prediction, optionally weighted by min-SNR."""

import torch
from torch import Tensor

from ddpm_studio.config import PREDICTIONS
from ddpm_studio.config.fields import check_choice
from ddpm_studio.diffusion.process import Process


def l_simple(output: Tensor, target: Tensor) -> Tensor:
    """Mean squared error of each image, float32 (N,) (DDPM, eq. 14)."""
    return (output.float() - target.float()).square().flatten(1).mean(1)


def min_snr_weights(process: Process, prediction: str, t: Tensor, gamma: float = 5.0) -> Tensor:
    """The weight of each timestep, float64 (N,) (Hang et al. 2023, section 3.4).

    The loss on x_0 counts min(SNR, gamma), whatever the network predicts: an error in eps is
    1 / SNR as large in x_0, and an error in v is 1 / (SNR + 1). gamma = 0 weighs all alike.
    """
    check_choice("prediction", prediction, PREDICTIONS)
    a = process.alpha_bar(t)
    if gamma == 0:
        return torch.ones_like(a)
    snr = a / process.sigma2(t)
    clamped = snr.clamp(max=gamma)
    return {"x_0": clamped, "eps": clamped / snr, "v": clamped / (snr + 1)}[prediction]
