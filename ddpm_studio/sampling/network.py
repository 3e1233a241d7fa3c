"""A network and all that has to be known of it to sample."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ddpm_studio.config import StudioConfig
from ddpm_studio.device import select_memory_format, select_precision
from ddpm_studio.nn import UNet
from ddpm_studio.nn.per_picture import Predict, per_picture


@dataclass(frozen=True, eq=False)
class Network:
    """config: the settings that it was made with. model: on `device`, where it computes."""

    model: UNet
    config: StudioConfig
    device: torch.device

    @property
    def precision(self) -> torch.dtype:
        """The number format of its layers."""
        return select_precision(self.config.train.precision, self.device)

    @cached_property
    def predict(self) -> Predict:
        """It as samplers call it, made ready when it is first asked for."""
        return prepare_model(self.model, self.precision, self.device)


def prepare_model(model: UNet, precision: torch.dtype, device: torch.device) -> Predict:
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
