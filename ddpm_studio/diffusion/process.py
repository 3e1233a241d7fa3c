"""The forward process q: how pictures become noise."""

import math
from abc import ABC, abstractmethod
from typing import Self, overload

import torch
from torch import Tensor


class Process(ABC):
    """x_t = alpha(t) x_0 + sigma(t) eps: all that samplers and losses ask for.

    What is written out here keeps the variance, alpha^2 + sigma^2 = 1; a process that does not
    says otherwise. t: one moment, whole or real as the process has it, or a tensor of them, (N,);
    a moment below 0 is the picture itself, alpha = 1 and sigma = 0.
    """

    is_continuous = False  # t is real, in (0, 1]; else whole, from 0 to T - 1
    prior_std = 1.0  # of x_T

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

    def sigma2(self, t: float | Tensor) -> Tensor:
        """sigma^2, the variance of the noise: float64."""
        return 1 - self.alpha_bar(t)

    def alpha(self, t: float | Tensor) -> Tensor:
        """How much of the picture is left."""
        return self.alpha_bar(t).sqrt()

    def sigma(self, t: float | Tensor) -> Tensor:
        """How much noise there is."""
        return self.sigma2(t).sqrt()

    def scale(self, t: float | Tensor) -> Tensor:
        """sqrt(alpha^2 + sigma^2): how large x_t is, for pictures of variance 1."""
        return torch.ones_like(self.alpha_bar(t))

    def normalised(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        """x_t / scale(t), as networks of this program see it, and people. x_t: (N, ...)."""
        return x_t

    def noise_share(self, t: float | Tensor) -> Tensor:
        """sigma / scale: from about 1 down to 0."""
        return self.sigma(t)

    def added(self, t: float, t_prev: float) -> Tensor:
        """The variance of q(x_t | x_{t_prev}), which is sigma^2_{t|s} of VDM, appendix A."""
        return 1 - self.alpha_bar(t) / self.alpha_bar(t_prev)

    @overload
    def log_snr(self, t: float) -> float: ...
    @overload
    def log_snr(self, t: Tensor) -> Tensor: ...
    def log_snr(self, t: float | Tensor) -> float | Tensor:
        """log(alpha^2 / sigma^2); nothing is lost where alpha is nearly 0."""
        a = self.alpha_bar(t)
        if isinstance(t, Tensor):
            return torch.log(a) - torch.log1p(-a)
        return math.log(float(a)) - math.log1p(-float(a))

    def moments(self, times: list[float] | list[int]) -> Tensor:
        """Some t as a tensor on its device: (N,), long or float64."""
        return torch.tensor(times, dtype=self.t_dtype(self.device), device=self.device)

    def t_dtype(self, device: torch.device | str) -> torch.dtype:
        """What a network there is given for t. MPS has nothing wider than float32."""
        if not self.is_continuous:
            return torch.long
        return real_on(device)


def real_on(device: torch.device | str) -> torch.dtype:
    """float64, but float32 where the device has nothing wider (MPS)."""
    return torch.float32 if torch.device(device).type == "mps" else torch.float64


def per_image(values: Tensor, like: Tensor) -> Tensor:
    """One number per image, (N,), shaped and typed so that it multiplies `like`, (N, ...)."""
    return values.to(like.device, like.dtype).reshape(-1, *[1] * (like.ndim - 1))


def q_sample(process: Process, x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Noise x_0 to step t in one go (DDPM, eq. 4). x_0, eps: (N, ...); t: (N,)."""
    return per_image(process.alpha(t), x_0) * x_0 + per_image(process.sigma(t), x_0) * eps
