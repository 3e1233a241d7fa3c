"""What a kind of model is: how its network is built, what it learns, and how it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.diffusion import Process
from ddpm_studio.nn import UNet
from ddpm_studio.nn.per_picture import Predict


class Loss(Protocol):
    """How wrong a network is about each of some pictures, weighted: float32 (N,)."""

    def __call__(
        self,
        config: StudioConfig,
        process: Process,
        predict: Predict,
        x_0: Tensor,
        t: Tensor,
        eps: Tensor,
    ) -> Tensor:
        """x_0, eps: (N, C, H, W); t: (N,)."""
        ...


@dataclass(frozen=True)
class Kind:
    """One kind of model.

    config: the class of its section of the settings, by which it is known. build: its network,
    whose weights are drawn elsewhere. process: from picture to noise. predictor: the network as
    samplers call it, in a precision and on a device.
    """

    name: str
    config: type[ModelConfig]
    build: Callable[[StudioConfig], UNet]
    process: Callable[[StudioConfig], Process]
    loss: Loss
    predictor: Callable[[UNet, torch.dtype, torch.device], Predict]
