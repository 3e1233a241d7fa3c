"""DDPM: a U-Net that predicts eps, v or x_0 (Ho et al. 2020), at whatever process."""

from contextlib import nullcontext

import torch
from torch import Tensor

from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.device import select_memory_format
from ddpm_studio.diffusion import (
    ContinuousProcess,
    NoiseSchedule,
    Process,
    continuous_bits,
    l_simple,
    l_vlb,
    min_snr_weights,
    predict_eps,
    prediction_target,
    process_of,
    q_sample,
    split_output,
)
from ddpm_studio.diffusion.loss import VLB_SHARE
from ddpm_studio.models.kind import Kind
from ddpm_studio.nn import Model, UNet
from ddpm_studio.nn.per_picture import Predict, per_picture


def build(config: StudioConfig) -> Model:
    assert isinstance(config.model, ModelConfig)  # the row says so
    return UNet(config.model, recomputes=config.train.gradient_checkpointing)


def process(config: StudioConfig, model: Model) -> Process:
    return process_of(config.diffusion)


def loss(
    config: StudioConfig, process: Process, predict: Predict, x_0: Tensor, t: Tensor, eps: Tensor
) -> Tensor:
    """L_simple of what the network predicts, each timestep with its weight, L_vlb, or L_hybrid.

    Float32 (N,). Of L_hybrid the first part alone is weighted.
    """
    diffusion = config.diffusion
    x_t = q_sample(process, x_0, t, eps)
    output = predict(x_t, t).float()
    at = (diffusion.prediction, x_0, t, eps)
    if diffusion.loss == "vlb" and isinstance(process, ContinuousProcess):
        pred_eps = predict_eps(process, diffusion.prediction, x_t, t, output)
        return continuous_bits(process, t, eps, pred_eps).float()
    if diffusion.loss == "vlb":
        return l_vlb(_discrete(process), *at, output)
    predicted, v = split_output(output, x_0)
    weights = min_snr_weights(process, diffusion.prediction, t, diffusion.min_snr_gamma)
    simple = l_simple(predicted, prediction_target(process, *at)) * weights.float()
    if v is None:  # the bound would teach nothing
        return simple
    return simple + VLB_SHARE * l_vlb(_discrete(process), *at, output, is_detached=True)


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
