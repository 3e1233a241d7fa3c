"""The process of variational diffusion models, of any gamma(t) = -log SNR."""

from collections.abc import Callable

import torch
from torch import Tensor

from ddpm_studio.diffusion.continuous import ContinuousProcess

Gamma = Callable[[Tensor], Tensor]  # t, float64 (N,) in [0, 1] -> float64 (N,), rising


class GammaProcess(ContinuousProcess):
    """alpha^2 = sigmoid(-gamma(t)), sigma^2 = sigmoid(gamma(t)) (Kingma et al. 2021, eq. 4).

    gamma: any rising function. slope: d gamma / dt, if gamma has no `slope` itself;
    else its gradient says it.
    learns: they have parameters, and gradients pass to them; else all that comes from here is
    plain numbers.
    """

    def __init__(
        self, gamma: Gamma, least: float = 1e-5, *, slope: Gamma | None = None, learns: bool = False
    ) -> None:
        super().__init__(least)
        self.gamma, self.learns = gamma, learns
        self._given_slope: Gamma | None = slope or getattr(gamma, "slope", None)

    def alpha_bar(self, t: float | Tensor) -> Tensor:
        real = self._real(t)
        return torch.where(real < 0, 1.0, torch.sigmoid(-self._gamma_at(real)))

    def sigma2(self, t: float | Tensor) -> Tensor:
        real = self._real(t)
        return torch.where(real < 0, 0.0, torch.sigmoid(self._gamma_at(real)))

    def slope(self, t: float | Tensor) -> Tensor:
        """d gamma / dt, by the gradient of gamma: float64 (N,) or a scalar."""
        if self._given_slope is not None:
            real = self._real(t)
            given = self._given_slope(real.clamp(min=0).reshape(-1)).reshape(real.shape)
            return given if self.learns else given.detach()
        inner = self._real(t).detach().clone().requires_grad_()
        keeps = self.learns and torch.is_grad_enabled()
        with torch.enable_grad():
            total = self._gradual(inner).sum()
            (slope,) = torch.autograd.grad(total, inner, create_graph=keeps)
        return slope

    def drift(self, t: float | Tensor) -> Tensor:
        return -self.slope(t) * self.sigma2(t) / 2

    def diffusion2(self, t: float | Tensor) -> Tensor:
        return self.slope(t) * self.sigma2(t)

    def _log_snr(self, t: Tensor) -> Tensor:
        return -self._gamma_at(t)

    def _gamma_at(self, t: Tensor) -> Tensor:
        found = self._gradual(t)
        return found if self.learns else found.detach()

    def _gradual(self, t: Tensor) -> Tensor:
        """At one t or at several, with what is below 0 taken for 0, and with all gradients."""
        return self.gamma(t.clamp(min=0).reshape(-1)).reshape(t.shape)
