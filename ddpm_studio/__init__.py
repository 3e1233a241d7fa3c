"""DDPM Studio: train a small diffusion model on a folder of your own pictures."""

__version__ = "0.1.0"
