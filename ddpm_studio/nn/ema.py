"""A power-function moving average of weights: its length is a fraction of the run so far."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def power_from_width(relative_width: float) -> float:
    """The exponent gamma for a relative width (Karras et al. 2024, algorithm 2).

    The width is the standard deviation of the average's weight over training time, as a
    fraction of it; it is below 0.2887, where gamma is 0 and the average is a plain mean.
    """
    inverse_variance = relative_width**-2
    roots = np.roots([1, 7, 16 - inverse_variance, 12 - inverse_variance])
    return float(roots.real.max())


def ema_decay(step: int, relative_width: float) -> float:
    """How much of the average is kept at step 1, 2, 3 ... (Karras et al. 2024, eq. 127).

    At step 1 nothing is kept, so initial weights never linger.
    """
    return float((1 - 1 / step) ** (power_from_width(relative_width) + 1))


class Ema:
    """The averaged copy of a list of parameters, which stay where they are."""

    def __init__(self, parameters: Sequence[Tensor], relative_width: float) -> None:
        self.relative_width = relative_width
        self.average = [parameter.detach().clone() for parameter in parameters]

    @torch.no_grad()
    def update(self, parameters: Sequence[Tensor], step: int) -> None:
        """Take in the weights after step number `step`, counted from 1."""
        keep = ema_decay(step, self.relative_width)
        torch._foreach_lerp_(self.average, list(parameters), 1 - keep)
