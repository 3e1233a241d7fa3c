"""Where a denoising stands between two steps: enough to go on from there, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.frame import Frame


@dataclass(frozen=True)
class State:
    """The pictures before step `index`, which has not been made. Tensors: (N, ...).

    before: pred_x_0 of the step before, for the samplers that look back; None where there is
    none, so that the next step is made as a first one. Fresh noise needs nothing kept: it belongs
    to the seed and the index.
    """

    index: int
    x_t: Tensor
    before: Tensor | None = None

    @property
    def nbytes(self) -> int:
        return sum(part.nbytes for part in (self.x_t, self.before) if part is not None)

    def part(self, first: int, last: int) -> State:
        """Pictures first .. last - 1 alone."""
        before = None if self.before is None else self.before[first:last]
        return State(self.index, self.x_t[first:last], before)

    def to(self, device: torch.device | str) -> State:
        """On a device; what came from there comes back unchanged."""
        before = None if self.before is None else self.before.to(device)
        return State(self.index, self.x_t.to(device), before)


def state_of(frame: Frame, previous: Frame | None, sampler: str) -> State:
    """The state from which `denoise` yields this frame, and all that follow it, again.

    previous: the frame before it, None if it is the first.
    """
    looks_back = SAMPLERS[sampler].looks_back and previous is not None
    before = previous.pred_x_0 if looks_back and previous is not None else None
    return State(frame.index, frame.x_t, before)


def joined(states: list[State]) -> State:
    """The states of several batches as one, on the CPU."""
    befores = [state.before for state in states if state.before is not None]
    return State(
        states[0].index,
        torch.cat([state.x_t.cpu() for state in states]),
        torch.cat([before.cpu() for before in befores]) if befores else None,
    )
