"""The monotone network of a learned schedule, gamma(t) = - log SNR (Kingma et al. 2021, app. H)."""

import torch
from torch import Tensor, nn

HIDDEN = 1024
STEEPNESS = 10.0  # of each of them, at first
SHARE = 0.01  # of the way that they make at first, all together; the rest is straight


class MonotoneGamma(nn.Module):
    """gamma_0 + (gamma_1 - gamma_0) u(t), where u rises from 0 to 1, and all of it is learned.

    u(t) is f(t) = w_1 t + sum of w_3 sigmoid(w_2 (t - c)) with weights above 0, moved and scaled to
    0 .. 1. It begins nearly straight, with the same numbers each time. float64 (but on MPS), from
    parameters in float32.

    The loss depends, on average, on the ends alone; what lies between is learned so that its
    variance is small. For that the gradients of u are multiplied by `weigh`'s numbers.
    """

    def __init__(self, gamma_0: float, gamma_1: float) -> None:
        super().__init__()
        width = torch.tensor(gamma_1 - gamma_0)
        self.first = nn.Parameter(torch.tensor(float(gamma_0)))
        self.log_width = nn.Parameter(width.log())
        self.log_w_1 = nn.Parameter(torch.zeros(()))
        self.log_w_2 = nn.Parameter(torch.full((HIDDEN,), STEEPNESS).log())
        self.log_w_3 = nn.Parameter(torch.full((HIDDEN,), SHARE / HIDDEN).log())
        self.centres = nn.Parameter(torch.linspace(0, 1, HIDDEN))
        self._weights: Tensor | None = None

    def forward(self, t: Tensor) -> Tensor:
        """gamma at t, (N,) in 0 .. 1."""
        low, high = self._ends(t)
        u = self._weighed((self._f(t) - low) / (high - low))
        return _like(self.first, t) + _like(self.log_width, t).exp() * u

    def slope(self, t: Tensor) -> Tensor:
        """d gamma / dt, (N,)."""
        low, high = self._ends(t)
        steep, at = self._at(t)
        sides = steep * torch.sigmoid(at) * torch.sigmoid(-at)
        rises = _like(self.log_w_1, t).exp() + sides @ _like(self.log_w_3, t).exp()
        return _like(self.log_width, t).exp() * self._weighed(rises / (high - low))

    def weigh(self, terms: Tensor) -> None:
        """Before the gradients of a loss are taken: its terms, (N,), one for each t.

        d Var(L) is 2 E[(L - E L) dL]; so that it is as large as that of the loss, over E L.
        """
        terms = terms.detach().double() if terms.device.type != "mps" else terms.detach()
        self._weights = 2 * (terms / terms.mean() - 1)

    def _weighed(self, u: Tensor) -> Tensor:
        if self.training and u.requires_grad:
            u.register_hook(self._scaled)
        return u

    def _scaled(self, gradient: Tensor) -> Tensor:
        if self._weights is None or self._weights.shape != gradient.shape:
            return torch.zeros_like(gradient)  # at the ends, u is 0 or 1 whatever is learned
        return gradient * self._weights

    def _f(self, t: Tensor) -> Tensor:
        _, at = self._at(t)
        return _like(self.log_w_1, t).exp() * t + torch.sigmoid(at) @ _like(self.log_w_3, t).exp()

    def _at(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """w_2, (HIDDEN,), and w_2 (t - c), (N, HIDDEN)."""
        steep = _like(self.log_w_2, t).exp()
        return steep, steep * (t[:, None] - _like(self.centres, t))

    def _ends(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """f at 0 and at 1."""
        low, high = self._f(torch.tensor([0.0, 1.0], dtype=t.dtype, device=t.device))
        return low, high


def _like(parameter: Tensor, t: Tensor) -> Tensor:
    return parameter.to(t.device, t.dtype)
