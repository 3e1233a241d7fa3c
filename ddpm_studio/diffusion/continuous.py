"""Continuous processes: t is real, and noise is added by a stochastic differential equation.

dx = f(t) x dt + g(t) dw (Song et al. 2021, "Score-based generative modeling through stochastic
differential equations"). t runs from nearly 0, the picture, to 1, noise.
"""

from __future__ import annotations

import copy
import math
from abc import abstractmethod
from typing import Self, overload

import torch
from torch import Tensor

from ddpm_studio.config.fields import check
from ddpm_studio.diffusion.process import Process, per_image, real_on

MOST_STEPS = 1_000_000  # of a sampler


class ContinuousProcess(Process):
    """Attribute: least (the t at which samplers end, and below which nothing is learned)."""

    is_continuous = True
    least: float

    def __init__(self, least: float) -> None:
        check(0 < least < 1, "least", least, "in 0 .. 1, both excluded")
        self.least = least
        self._device = torch.device("cpu")

    @property
    def num_timesteps(self) -> int:
        """How many steps may be asked for."""
        return MOST_STEPS

    def times(self, parts: Tensor) -> Tensor:
        """From `least` up to 1, evenly: float64 (N,)."""
        return self.least + (1 - self.least) * parts.to(real_on(parts.device))

    @property
    def device(self) -> torch.device:
        return self._device

    def to(self, device: torch.device | str) -> Self:
        moved = copy.copy(self)
        moved._device = torch.device(device)
        return moved

    @abstractmethod
    def _log_snr(self, t: Tensor) -> Tensor:
        """At t in (0, 1]."""

    @abstractmethod
    def drift(self, t: float | Tensor) -> Tensor:
        """f(t), the factor of x: d ln alpha / dt."""

    @abstractmethod
    def diffusion2(self, t: float | Tensor) -> Tensor:
        """g(t)^2 = - sigma^2 d log SNR / dt."""

    def slope(self, t: float | Tensor) -> Tensor:
        """d gamma / dt, of gamma = - log SNR: g^2 / sigma^2."""
        return self.diffusion2(t) / self.sigma2(t)

    @overload
    def log_snr(self, t: float) -> float: ...
    @overload
    def log_snr(self, t: Tensor) -> Tensor: ...
    def log_snr(self, t: float | Tensor) -> float | Tensor:
        if isinstance(t, Tensor):
            return self._log_snr(self._real(t))
        return math.inf if t < 0 else float(self._log_snr(self._real(t)))

    def added(self, t: float, t_prev: float) -> Tensor:
        """sigma^2 - (alpha / alpha_prev)^2 sigma_prev^2, and nothing is lost in small steps."""
        change = self.log_snr(t) - self.log_snr(t_prev)
        return -self.sigma2(t) * math.expm1(change)

    def time_of(self, log_snr: Tensor) -> Tensor:
        """The t in `least` .. 1 of each log SNR, (N,), by halving: it falls as t grows."""
        low = torch.full_like(log_snr, self.least)
        high = torch.ones_like(log_snr)
        for _ in range(60):
            middle = (low + high) / 2
            is_before = self._log_snr(middle) > log_snr
            low, high = torch.where(is_before, middle, low), torch.where(is_before, high, middle)
        return high

    def _real(self, t: float | Tensor) -> Tensor:
        """float64 (or what the device has), there."""
        if isinstance(t, Tensor):
            return t.to(self._device, real_on(self._device))
        return torch.tensor(float(t), dtype=real_on(self._device), device=self._device)


class VP(ContinuousProcess):
    """Variance preserving: beta(t) = beta_min + t (beta_max - beta_min) (Song et al. 2021, eq. 32).

    alpha^2 = exp(- integral of beta from 0 to t).
    """

    def __init__(self, beta_min: float = 0.1, beta_max: float = 20.0, least: float = 1e-3) -> None:
        """Raises ConfigError unless 0 <= beta_min <= beta_max and beta_max > 0."""
        super().__init__(least)
        is_right = 0 <= beta_min <= beta_max and 0 < beta_max < math.inf
        check(is_right, "beta_min and beta_max", (beta_min, beta_max), "0 <= beta_min <= beta_max")
        self.beta_min, self.beta_max = beta_min, beta_max

    def beta(self, t: float | Tensor) -> Tensor:
        return self.beta_min + (self.beta_max - self.beta_min) * self._real(t)

    def alpha_bar(self, t: float | Tensor) -> Tensor:
        return torch.exp(-self._integral(t))

    def sigma2(self, t: float | Tensor) -> Tensor:
        return -torch.expm1(-self._integral(t))

    def drift(self, t: float | Tensor) -> Tensor:
        return -self.beta(t) / 2

    def diffusion2(self, t: float | Tensor) -> Tensor:
        return self.beta(t)

    def _log_snr(self, t: Tensor) -> Tensor:
        integral = self._integral(t)
        return -integral - torch.log(-torch.expm1(-integral))

    def _integral(self, t: float | Tensor) -> Tensor:
        """Of beta, from 0 to t; 0 for the picture itself."""
        real = self._real(t).clamp(min=0)
        return self.beta_min * real + (self.beta_max - self.beta_min) / 2 * real**2


class VE(ContinuousProcess):
    """Variance exploding: alpha = 1, sigma = sigma_min (sigma_max / sigma_min)^t.

    Song et al. 2021, eq. 30. sigma_max should be as large as the largest distance between two
    pictures (`largest_distance`; Song & Ermon 2020, technique 1).
    """

    def __init__(
        self, sigma_min: float = 0.01, sigma_max: float = 50.0, least: float = 1e-5
    ) -> None:
        """Raises ConfigError unless 0 < sigma_min < sigma_max."""
        super().__init__(least)
        is_right = 0 < sigma_min < sigma_max < math.inf
        both = (sigma_min, sigma_max)
        check(is_right, "sigma_min and sigma_max", both, "numbers with 0 < sigma_min < sigma_max")
        self.sigma_min, self.sigma_max = sigma_min, sigma_max

    @property
    def prior_std(self) -> float:  # type: ignore[override]
        return self.sigma_max

    @property
    def _log_ratio(self) -> float:
        return math.log(self.sigma_max / self.sigma_min)

    def alpha_bar(self, t: float | Tensor) -> Tensor:
        return torch.ones_like(self._real(t))

    def sigma(self, t: float | Tensor) -> Tensor:
        real = self._real(t)
        return torch.where(real < 0, 0.0, self.sigma_min * torch.exp(self._log_ratio * real))

    def sigma2(self, t: float | Tensor) -> Tensor:
        return self.sigma(t).square()

    def scale(self, t: float | Tensor) -> Tensor:
        return (1 + self.sigma2(t)).sqrt()

    def normalised(self, x_t: Tensor, t: float | Tensor) -> Tensor:
        return x_t / per_image(self.scale(t), x_t)

    def noise_share(self, t: float | Tensor) -> Tensor:
        return self.sigma(t) / self.scale(t)

    def drift(self, t: float | Tensor) -> Tensor:
        return torch.zeros_like(self._real(t))

    def diffusion2(self, t: float | Tensor) -> Tensor:
        return 2 * self._log_ratio * self.sigma2(t)

    def _log_snr(self, t: Tensor) -> Tensor:
        return -2 * (math.log(self.sigma_min) + self._log_ratio * t)
