"""Making pictures from noise."""

from ddpm_studio.sampling.denoise import denoise
from ddpm_studio.sampling.steps import Frame

__all__ = ["Frame", "denoise"]
