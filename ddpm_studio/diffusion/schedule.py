"""Noise schedules: how much of the picture is left at each timestep.

Indices: t is an integer in 0 .. T-1, and t = 0 already carries one step of noise;
`t_prev = -1` means finished, with `alphas_cumprod_prev = 1`. Everything is float64, shape (T,).
"""

from __future__ import annotations

import copy
import math
from typing import Self

import torch
from torch import Tensor

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.config.fields import check, check_at_least
from ddpm_studio.diffusion.process import Process, per_image
from ddpm_studio.errors import ConfigError

COSINE_OFFSET = 0.008  # keeps the first betas from being too small (Improved DDPM, section 3.2)
MAX_BETA = 0.999


class NoiseSchedule(Process):
    """The process of DDPM, in T steps.

    betas, alphas, alphas_cumprod, alphas_cumprod_prev, posterior_variance: float64 (T,).
    """

    def __init__(self, betas: Tensor) -> None:
        """Raises ConfigError unless all betas are in 0 .. 1, both excluded."""
        betas = betas.to(torch.float64)
        if betas.ndim != 1 or len(betas) == 0 or not bool(((betas > 0) & (betas < 1)).all()):
            raise ConfigError("The betas of a noise schedule must be a row of numbers in 0 .. 1.")
        self.betas = betas
        self.alphas = 1 - betas
        self.alphas_cumprod = torch.cumprod(self.alphas, 0)
        one = torch.ones(1, dtype=torch.float64, device=betas.device)
        self.alphas_cumprod_prev = torch.cat([one, self.alphas_cumprod[:-1]])
        # DDPM, eq. 7: the variance of q(x_{t-1} | x_t, x_0)
        self.posterior_variance = betas * (1 - self.alphas_cumprod_prev) / (1 - self.alphas_cumprod)

    @property
    def num_timesteps(self) -> int:
        """T, the number of steps that the model is trained on."""
        return len(self.betas)

    @classmethod
    def linear(
        cls, num_timesteps: int = 1000, beta_start: float = 1e-4, beta_end: float = 0.02
    ) -> NoiseSchedule:
        """Betas in equal steps (DDPM, section 4)."""
        check_at_least("num_timesteps", num_timesteps, 1)
        return cls(torch.linspace(beta_start, beta_end, num_timesteps, dtype=torch.float64))

    @classmethod
    def cosine(cls, num_timesteps: int = 1000) -> NoiseSchedule:
        """alphas_cumprod falls as a squared cosine (Improved DDPM, eq. 17), betas capped."""
        check_at_least("num_timesteps", num_timesteps, 1)
        grid = torch.arange(num_timesteps + 1, dtype=torch.float64) / num_timesteps
        angle = (grid + COSINE_OFFSET) / (1 + COSINE_OFFSET) * math.pi / 2
        alphas_cumprod = torch.cos(angle) ** 2
        betas = 1 - alphas_cumprod[1:] / alphas_cumprod[:-1]
        return cls(betas.clamp(max=MAX_BETA))

    @classmethod
    def from_config(cls, config: DiffusionConfig) -> NoiseSchedule:
        """The schedule that a project's settings ask for."""
        if config.schedule == "linear":
            return cls.linear(config.num_timesteps, config.beta_start, config.beta_end)
        return cls.cosine(config.num_timesteps)

    def to(self, device: torch.device | str) -> Self:
        """The same schedule on a device, so that timesteps there can look things up.

        float64, but float32 where the device has nothing wider (MPS).
        """
        moved = copy.copy(self)
        dtype = torch.float32 if torch.device(device).type == "mps" else torch.float64
        for name, values in vars(self).items():
            setattr(moved, name, values.to(device, dtype))
        return moved

    def times(self, parts: Tensor) -> Tensor:
        """Each timestep is as long a part of the way as any other."""
        return (parts * self.num_timesteps).long().clamp_(max=self.num_timesteps - 1)

    @property
    def device(self) -> torch.device:
        return self.betas.device

    def alpha_bar(self, t: float | Tensor) -> Tensor:
        """alphas_cumprod at a timestep, as a float64 scalar, 1 at t = -1; or at each of (N,)."""
        if isinstance(t, Tensor):
            return self.alphas_cumprod[t]
        check(t == int(t), "t", t, "a whole number, one of the timesteps")
        return self.alphas_cumprod[int(t)] if t >= 0 else torch.ones_like(self.betas[0])


def q_posterior(
    schedule: NoiseSchedule, x_0: Tensor, x_t: Tensor, t: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean, (N, ...), and variance, (N, 1, ..), of q(x_{t-1} | x_t, x_0) (DDPM, eqs. 6, 7)."""
    a, a_prev = schedule.alphas_cumprod[t], schedule.alphas_cumprod_prev[t]
    beta, alpha = schedule.betas[t], schedule.alphas[t]
    mean = (
        per_image(a_prev.sqrt() * beta / (1 - a), x_0) * x_0
        + per_image(alpha.sqrt() * (1 - a_prev) / (1 - a), x_t) * x_t
    )
    return mean, per_image(schedule.posterior_variance[t], x_t)
