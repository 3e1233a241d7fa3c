"""How likely pictures are by the probability flow of a continuous process.

Song et al. 2021, section 4.3 and appendix D.2: the flow carries a picture to noise, whose density
is known, and the divergence on the way says how much space was stretched. The divergence is that of
Hutchinson's estimator with one probe for each picture, the same all the way (FFJORD).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.diffusion import LEVEL_BITS, ContinuousProcess, predict_eps
from ddpm_studio.diffusion.likelihood import Model
from ddpm_studio.sampling.dormand_prince import Solver
from ddpm_studio.sampling.score import flow_slope

RTOL, ATOL = 1e-5, 1e-5  # Song et al. 2021, appendix D.4
LEVELS = 255  # the largest value of 8 bits


@dataclass(frozen=True)
class FlowBits:
    """Bits for each number of some pictures, as densities. All (N,).

    prior: of the noise they become; stretched: what the way adds. calls: of the model, for each.
    """

    prior: Tensor
    stretched: Tensor
    calls: Tensor

    @property
    def total(self) -> Tensor:
        return self.prior + self.stretched

    @property
    def of_levels(self) -> Tensor:
        """The total, for values of 8 bits that were spread by `dequantised`."""
        return self.total + LEVEL_BITS


def dequantised(pictures: Tensor, parts: Tensor) -> Tensor:
    """uint8 pictures as float64 in about [-1, 1], each value spread evenly over its level.

    parts: like them, in 0 .. 1, which part of its level each value becomes.
    """
    return (pictures.double() + parts.double() - 0.5) * (2 / LEVELS) - 1


def probes_like(x: Tensor, seeds: list[int]) -> Tensor:
    """Rademacher probes, -1 or 1, of each picture's own seed: like x, (N, ...)."""
    drawn = []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        drawn.append(torch.randint(2, x.shape[1:], generator=generator))
    return (2 * torch.stack(drawn) - 1).to(x)


def flow_bits(
    model: Model,
    process: ContinuousProcess,
    x_0: Tensor,
    probes: Tensor,
    *,
    prediction: str = "eps",
    rtol: float = RTOL,
    atol: float = ATOL,
) -> FlowBits:
    """The density of each picture by the flow from the least t to 1, with steps of its own.

    model: any callable that autograd can follow, (x_t, t float64 (N,)) -> what `prediction` says,
    (N, ...). x_0: (N, ...), float64 for a tolerance below 1e-5. probes: like x_0, of mean 0 and
    variance 1. What lies within the noise of the least t is not seen: it counts as part of x_0.
    """
    size, shape = x_0[0].numel(), x_0.shape[1:]
    mirrored = 1.0 + process.least  # the solver goes down: by 1 + least - t, from picture to noise

    def slope(state: Tensor, s: Tensor) -> Tensor:
        """Of a picture, of how far it was stretched, and of its probe, which stays as it is."""
        x, probe = state[:, :size].reshape(-1, *shape), state[:, size + 1 :].reshape(-1, *shape)
        pushed, stretch = _flow(model, process, prediction, x, probe, mirrored - s)
        still = torch.zeros_like(state[:, size + 1 :])
        return -torch.cat([pushed.flatten(1), stretch[:, None], still], 1)

    nothing = x_0.new_zeros(len(x_0), 1)
    state = torch.cat([x_0.flatten(1), nothing, probes.to(x_0).flatten(1)], 1)
    there = slope(state, torch.ones(len(x_0), dtype=torch.float64))
    solver = Solver(slope, state, there, 1.0, process.least, rtol, atol)
    end = solver.at(process.least)
    x_1, stretch = end[:, :size].double(), end[:, size].double()
    variance = process.prior_std**2
    prior = (math.log(2 * math.pi * variance) + x_1.square().mean(1) / variance) / 2
    in_bits = math.log(2)
    return FlowBits(prior / in_bits, -stretch / (size * in_bits), solver.calls + 1)


def _flow(
    model: Model, process: ContinuousProcess, prediction: str, x: Tensor, probes: Tensor, t: Tensor
) -> tuple[Tensor, Tensor]:
    """dx / dt of each picture, and the divergence of it as its probe sees it, (N,)."""
    with torch.enable_grad():
        inner = x.detach().requires_grad_()
        pred_eps = predict_eps(process, prediction, inner, t, model(inner, t).to(x.dtype))
        pushed = flow_slope(process, inner, t, pred_eps)
        (back,) = torch.autograd.grad((pushed * probes).sum(), inner)
    return pushed.detach(), (back * probes).flatten(1).sum(1)
