"""The forward process q: how pictures become noise."""

import math
from abc import ABC, abstractmethod
from typing import Self

import torch
from torch import Tensor


class Process(ABC):
    """x_t = alpha(t) x_0 + sigma(t) eps, with alpha^2 + sigma^2 = 1: all that samplers ask for.

    t: one moment, whole or real as the process has it, or a tensor of them, (N,).
    """

    @property
    @abstractmethod
    def num_timesteps(self) -> int:
        """T: at the whole t from 0 to T - 1 samplers stop over; there may be others between."""

    @abstractmethod
    def times(self, parts: Tensor) -> Tensor:
        """t at each of these parts of the way into noise, from 0 up to 1: (N,)."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where its numbers lie, and a tensor of t must."""

    @abstractmethod
    def to(self, device: torch.device | str) -> Self:
        """The same process on a device."""

    @abstractmethod
    def alpha_bar(self, t: float | Tensor) -> Tensor:
        """alpha^2, which is computed with wherever the last bit counts: float64."""

    def alpha(self, t: float | Tensor) -> Tensor:
        """How much of the picture is left."""
        return self.alpha_bar(t).sqrt()

    def sigma(self, t: float | Tensor) -> Tensor:
        """How much noise there is."""
        return (1 - self.alpha_bar(t)).sqrt()

    def log_snr(self, t: float) -> float:
        """log(alpha^2 / sigma^2) at one moment; nothing is lost where alpha is nearly 0."""
        a = float(self.alpha_bar(t))
        return math.log(a) - math.log1p(-a)


def per_image(values: Tensor, like: Tensor) -> Tensor:
    """One number per image, (N,), shaped and typed so that it multiplies `like`, (N, ...)."""
    return values.to(like.device, like.dtype).reshape(-1, *[1] * (like.ndim - 1))


def q_sample(process: Process, x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Noise x_0 to step t in one go (DDPM, eq. 4). x_0, eps: (N, ...); t: (N,)."""
    return per_image(process.alpha(t), x_0) * x_0 + per_image(process.sigma(t), x_0) * eps
