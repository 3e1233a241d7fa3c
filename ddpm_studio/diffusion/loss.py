"""Training losses: L_simple for each prediction, weighted by min-SNR, L_vlb, and L_hybrid."""

import torch
from torch import Tensor

from ddpm_studio.config import PREDICTIONS
from ddpm_studio.config.fields import check_choice
from ddpm_studio.diffusion.bound import bound_bits
from ddpm_studio.diffusion.prediction import predict_x_0, prediction_target
from ddpm_studio.diffusion.process import Process, per_image, q_sample
from ddpm_studio.diffusion.schedule import NoiseSchedule
from ddpm_studio.diffusion.variance import clipped_posterior_variance, log_variance, split_output

VLB_SHARE = 0.001  # of L_vlb in L_hybrid


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


def l_vlb(
    schedule: NoiseSchedule,
    prediction: str,
    x_0: Tensor,
    t: Tensor,
    eps: Tensor,
    output: Tensor,
    *,
    is_detached: bool = False,
    decoder: str = "tanh",
) -> Tensor:
    """T times the term of the bound at t, whose mean over t is L_vlb: bits, (N,).

    output: (N, 2 C, ...), what `prediction` says and v; or (N, C, ...), and sigma^2 is beta tilde.
    x_0, eps: (N, C, ...); t: (N,). is_detached: what is predicted gets no gradient. decoder: as in
    `decoder_bits`. (Improved DDPM, section 3.1)
    """
    output, v = split_output(output.to(x_0.dtype), x_0)
    if is_detached:
        output = output.detach()
    x_t = q_sample(schedule, x_0, t, eps)
    pred_x_0 = predict_x_0(schedule, prediction, x_t, t, output)
    if v is None:
        log_var = per_image(clipped_posterior_variance(schedule)[t].log(), x_0)
    else:
        log_var = log_variance(schedule, t, v)
    return schedule.num_timesteps * bound_bits(schedule, x_0, t, pred_x_0, log_var, decoder)


def l_hybrid(
    schedule: NoiseSchedule,
    prediction: str,
    x_0: Tensor,
    t: Tensor,
    eps: Tensor,
    output: Tensor,
    *,
    decoder: str = "tanh",
) -> Tensor:
    """L_simple + 0.001 L_vlb, whose second part teaches v alone, (N,) (Improved DDPM, eq. 16).

    output: (N, 2 C, ...); the rest is as in `l_vlb`.
    """
    predicted, _ = split_output(output, x_0)
    simple = l_simple(predicted, prediction_target(schedule, prediction, x_0, t, eps))
    bound = l_vlb(schedule, prediction, x_0, t, eps, output, is_detached=True, decoder=decoder)
    return simple + VLB_SHARE * bound
