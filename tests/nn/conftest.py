from collections.abc import Callable

import pytest
import torch

from ddpm_studio.config import ModelConfig
from ddpm_studio.nn import UNet


@pytest.fixture(autouse=True)
def _same_random_numbers_in_every_run():
    torch.manual_seed(0)


@pytest.fixture
def small() -> Callable[..., ModelConfig]:
    """The smallest U-Net of two levels, with whatever a test wants different."""
    plain = {
        "model_channels": 8,
        "channel_mult": (1, 2),
        "attention_resolutions": (),
        "head_channels": 8,
        "image_size": 8,
    }
    return lambda **changes: ModelConfig(**{**plain, **changes})


@pytest.fixture
def random_unet() -> Callable[[ModelConfig], UNet]:
    """A U-Net in which no weight is 0 or 1, so that every one of them counts."""

    def make(config: ModelConfig) -> UNet:
        model = UNet(config).eval()
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "norm" in name:
                    parameter.add_(torch.rand_like(parameter) - 0.5)
        return model

    return make
