"""One moment of a denoising."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Frame:
    """The pictures at one timestep, and what the model makes of them. Tensors: (N, ...).

    pred_eps agrees with pred_x_0 and x_t; it is 0 when finished, None in a frame made by hand.
    """

    index: int  # 0 is x_T, the last is the finished picture
    t: int  # timestep, -1 when finished
    x_t: Tensor
    pred_x_0: Tensor
    pred_eps: Tensor | None = None
