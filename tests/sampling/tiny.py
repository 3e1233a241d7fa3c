"""The smallest settings of a project, and a network for them that says something."""

from __future__ import annotations

import torch

from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.nn import UNet

CPU = torch.device("cpu")


def tiny_config(**pictures: object) -> StudioConfig:
    """pictures: settings of PicturesConfig, beside a size of 8."""
    return StudioConfig(
        pictures=PicturesConfig(**{"size": 8, "channels": 3} | pictures),
        model=ModelConfig(
            model_channels=8,
            channel_mult=(1, 2),
            attention_resolutions=(),
            head_channels=8,
            mid_attention=False,
        ),
        diffusion=DiffusionConfig(num_timesteps=60),
        train=TrainConfig(preview_steps=5),
    )


def model_of(config: StudioConfig) -> UNet:
    """Fresh networks predict zero; this one does not."""
    model = UNet(config.model)
    model.eval().requires_grad_(False)
    for parameter in model.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    return model
