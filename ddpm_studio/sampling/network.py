"""A network and all that has to be known of it to sample."""

from dataclasses import dataclass
from functools import cached_property

import torch

from ddpm_studio.config import StudioConfig
from ddpm_studio.device import select_precision
from ddpm_studio.diffusion import Process
from ddpm_studio.models import kind_of
from ddpm_studio.nn import Model
from ddpm_studio.nn.per_picture import Predict


@dataclass(frozen=True, eq=False)
class Network:
    """config: the settings that it was made with. model: on `device`, where it computes."""

    model: Model
    config: StudioConfig
    device: torch.device

    @property
    def precision(self) -> torch.dtype:
        """The number format of its layers."""
        return select_precision(self.config.train.precision, self.device)

    @cached_property
    def predict(self) -> Predict:
        """It as samplers call it, made ready when it is first asked for."""
        asked = kind_of(self.config).predictor(self.model, self.precision, self.device)
        process = self.process
        return lambda x_t, t: asked(process.normalised(x_t, t), t)

    @cached_property
    def process(self) -> Process:
        """From picture to noise, as it was learned."""
        return kind_of(self.config).process(self.config, self.model)
