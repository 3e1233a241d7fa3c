"""Making pictures from noise."""

from ddpm_studio.sampling.denoise import denoise
from ddpm_studio.sampling.frame import Frame

__all__ = ["Frame", "denoise"]
