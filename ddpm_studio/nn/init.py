"""Fresh weights that follow from a generator alone."""

from __future__ import annotations

import math

import torch
from torch import nn

from ddpm_studio.nn.blocks import Attention, ResBlock
from ddpm_studio.nn.model import Model
from ddpm_studio.nn.unet import UNet


@torch.no_grad()
def initialise(model: Model, generator: torch.Generator) -> None:
    """Draw all weights anew, uniformly as torch's layers do by themselves; reset the norms.

    The last layer of every branch and of the network starts at zero (ADM), so that each block
    begins as the identity.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            bound = 1 / math.sqrt(module.weight[0].numel())
            module.weight.uniform_(-bound, bound, generator=generator)
            if module.bias is not None:
                module.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(module, nn.GroupNorm):
            module.reset_parameters()
    for module in model.modules():
        last = {ResBlock: "conv_2", Attention: "out", UNet: "conv_out"}.get(type(module))
        if last is not None:
            for parameter in module.get_submodule(last).parameters():
                parameter.zero_()
