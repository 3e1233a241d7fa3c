"""DDPM: a U-Net that predicts eps, v or x_0 (Ho et al. 2020), at whatever process."""

from contextlib import nullcontext
from typing import cast

import torch
from torch import Tensor

from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.config.schedules import ROWS
from ddpm_studio.device import select_memory_format
from ddpm_studio.diffusion import (
    ContinuousProcess,
    GammaProcess,
    NoiseSchedule,
    Process,
    continuous_bits,
    gaussian_prior_bits,
    l_simple,
    l_vlb,
    min_snr_weights,
    predict_eps,
    prediction_target,
    process_of,
    q_sample,
    reconstruction_bits,
    split_output,
)
from ddpm_studio.diffusion.loss import VLB_SHARE
from ddpm_studio.diffusion.processes import LearnedGamma
from ddpm_studio.models.kind import Kind
from ddpm_studio.nn import Model, UNet
from ddpm_studio.nn.gamma import MonotoneGamma
from ddpm_studio.nn.per_picture import Predict, per_picture

GAMMA = "gamma"  # of a model, its learned schedule
LEVELS = 256  # of a colour
LOOKED_AT = 256  # numbers of a picture, or up to twice that, of which the last term is measured


def build(config: StudioConfig) -> Model:
    assert isinstance(config.model, ModelConfig)  # the row says so
    network = UNet(config.model, recomputes=config.train.gradient_checkpointing)
    if ROWS[config.diffusion.schedule].learns:  # beside the network, and kept with it
        gamma = MonotoneGamma(config.diffusion.gamma_0, config.diffusion.gamma_1)
        network.add_module(GAMMA, gamma)
    return network


def process(config: StudioConfig, model: Model) -> Process:
    return process_of(config.diffusion, getattr(model, GAMMA, None))


def loss(
    config: StudioConfig, process: Process, predict: Predict, x_0: Tensor, t: Tensor, eps: Tensor
) -> Tensor:
    """L_simple of what the network predicts, each timestep with its weight, L_vlb, or L_hybrid.

    Float32 (N,). Of L_hybrid the first part alone is weighted. The bound of a continuous process is
    that of infinitely many steps.
    """
    diffusion = config.diffusion
    x_t = q_sample(process, x_0, t, eps)
    output = predict(x_t, t).float()
    at = (diffusion.prediction, x_0, t, eps)
    if diffusion.loss == "vlb" and isinstance(process, ContinuousProcess):
        pred_eps = predict_eps(process, diffusion.prediction, x_t, t, output)
        return _variational(process, x_0, t, eps, pred_eps).float()
    if diffusion.loss == "vlb":
        return l_vlb(_discrete(process), *at, output)
    predicted, v = split_output(output, x_0)
    weights = min_snr_weights(process, diffusion.prediction, t, diffusion.min_snr_gamma)
    simple = l_simple(predicted, prediction_target(process, *at)) * weights.float()
    if v is None:  # the bound would teach nothing
        return simple
    return simple + VLB_SHARE * l_vlb(_discrete(process), *at, output, is_detached=True)


def _variational(
    process: ContinuousProcess, x_0: Tensor, t: Tensor, eps: Tensor, pred_eps: Tensor
) -> Tensor:
    """The diffusion loss in bits, (N,), and the ends where they are learned, too."""
    terms = continuous_bits(process, t, eps, pred_eps)
    if not isinstance(process, GammaProcess):
        return terms
    if process.learns:
        cast(LearnedGamma, process.gamma).weigh(terms)
    # of some numbers of each picture: one of 256 levels is dear
    some = slice(None, None, max(1, x_0[0].numel() // LOOKED_AT))
    seen, hidden_by = x_0.flatten(1)[:, some], eps.flatten(1)[:, some]
    ends = gaussian_prior_bits(process, x_0) + reconstruction_bits(
        process, seen, hidden_by, levels=LEVELS
    )
    return terms + ends


def _discrete(process: Process) -> NoiseSchedule:
    assert isinstance(process, NoiseSchedule)  # as `process` makes it
    return process


def predictor(model: Model, precision: torch.dtype, device: torch.device) -> Predict:
    """The network in the precision and memory layout that its device is fastest in."""
    layout = select_memory_format(device, precision)
    model.to(device=device, memory_format=layout)  # type: ignore[call-overload]
    # autocast converts the weights once for all pictures of a step, but only those that could be
    # trained (no gradient is ever taken here); where each picture goes alone, that saves a third
    model.requires_grad_(device.type == "cpu")
    network = per_picture(model)

    def predict(x_t: Tensor, t: Tensor) -> Tensor:
        mixed = precision != torch.float32
        with torch.autocast(device.type, precision) if mixed else nullcontext():
            return network(x_t.contiguous(memory_format=layout), t)

    return predict


KIND = Kind(build, process, loss, predictor)
