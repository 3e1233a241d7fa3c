"""Timesteps that are drawn more often where the loss is large (Improved DDPM, section 3.3)."""

import torch
from torch import Tensor

HISTORY = 10  # losses that are remembered of each timestep
EVEN_SHARE = 0.001  # of all draws, so that no timestep is forgotten


def resampling_probabilities(losses: Tensor) -> Tensor:
    """How often each timestep is drawn, float64 (T,), of its last losses, (T, HISTORY).

    In proportion to sqrt(E L^2), by which the variance of the weighted loss is least
    (Improved DDPM, eq. 18), and a small share evenly.
    """
    weights = losses.double().square().mean(1).sqrt()
    total, even = weights.sum(), 1 / len(weights)
    if not bool(total > 0):
        return torch.full_like(weights, even)
    return (1 - EVEN_SHARE) * weights / total + EVEN_SHARE * even


def resampling_multipliers(probabilities: Tensor) -> Tensor:
    """What each loss is multiplied by, so that its mean is as of even draws: 1 / (T p), (T,)."""
    return 1 / (len(probabilities) * probabilities)


class LossHistory:
    """The last losses of every timestep, on the CPU, and what follows from them.

    Attributes: losses, float64 (T, HISTORY), the oldest first; counts, int64 (T,), how many of
    them there are by now. Until each timestep has all of them, draws are even.
    """

    def __init__(self, num_timesteps: int) -> None:
        self.losses = torch.zeros(num_timesteps, HISTORY, dtype=torch.float64)
        self.counts = torch.zeros(num_timesteps, dtype=torch.long)

    @property
    def is_full(self) -> bool:
        return bool((self.counts == HISTORY).all())

    @property
    def probabilities(self) -> Tensor:
        """Float64 (T,)."""
        if not self.is_full:
            return torch.full((len(self.losses),), 1 / len(self.losses), dtype=torch.float64)
        return resampling_probabilities(self.losses)

    def times(self, parts: Tensor) -> Tensor:
        """The timestep at each of these parts, 0 .. 1, of all that is drawn: int64 (N,)."""
        ends = self.probabilities.cumsum(0)
        found = torch.searchsorted(ends, parts.double().cpu(), right=True)
        return found.clamp_(max=len(ends) - 1).to(parts.device)

    def multipliers(self, t: Tensor) -> Tensor:
        """Float32 (N,), on the device of t: (N,)."""
        all_of_them = resampling_multipliers(self.probabilities)
        return all_of_them[t.cpu()].float().to(t.device)

    def add(self, t: Tensor, losses: Tensor) -> None:
        """Remember the losses of some timesteps, in their order; what is not finite is not."""
        for step, loss in zip(t.tolist(), losses.double().tolist(), strict=True):
            if loss - loss != 0:  # infinite, or no number
                continue
            count = int(self.counts[step])
            if count < HISTORY:
                self.losses[step, count] = loss
                self.counts[step] = count + 1
            else:
                row = self.losses[step]
                self.losses[step] = torch.cat([row[1:], row.new_tensor([loss])])
