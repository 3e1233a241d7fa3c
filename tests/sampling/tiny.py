"""The smallest settings of a project, and a network for them that says something."""

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config import (
    DiffusionConfig,
    ModelConfig,
    PicturesConfig,
    StudioConfig,
    TrainConfig,
)
from ddpm_studio.nn import UNet
from ddpm_studio.sampling.pictures import WITH_ALPHA

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


def to_tensor(pictures: np.ndarray) -> Tensor:
    """uint8 (N, H, W, C) -> float32 (N, C, H, W) in [-1, 1]; of four channels premultiplied."""
    scaled = torch.from_numpy(pictures).permute(0, 3, 1, 2).to(torch.float32)
    if scaled.shape[1] == WITH_ALPHA:
        colour, alpha = scaled[:, :3], scaled[:, 3:]
        scaled = torch.cat([colour * alpha / 255, alpha], 1)
    return scaled / 127.5 - 1
