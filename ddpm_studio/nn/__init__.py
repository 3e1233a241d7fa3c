"""The network: a U-Net and the moving average of its weights."""

from ddpm_studio.nn.ema import Ema
from ddpm_studio.nn.unet import UNet

__all__ = ["Ema", "UNet"]
