"""The networks, and the moving average of their weights."""

from ddpm_studio.nn.ema import Ema
from ddpm_studio.nn.model import Model
from ddpm_studio.nn.unet import UNet

__all__ = ["Ema", "Model", "UNet"]
