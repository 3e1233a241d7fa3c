"""What a kind of model is: how its network is built, what it learns, and how it is asked."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from ddpm_studio.config import StudioConfig
from ddpm_studio.diffusion import Process
from ddpm_studio.nn import Model
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
    """One kind of model; its name and its settings are in `config/kinds.py`.

    build: its network, whose weights are drawn elsewhere. process: from picture to noise, of which
    the network may have learned a part. predictor: the network as samplers call it, in a precision
    and on a device; it says what `diffusion.prediction` does.
    """

    build: Callable[[StudioConfig], Model]
    process: Callable[[StudioConfig, Model], Process]
    loss: Loss
    predictor: Callable[[Model, torch.dtype, torch.device], Predict]
