"""What the program asks of every network that it trains, saves and samples."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ddpm_studio.nn.blocks import Dropout


class Model(nn.Module):
    """model(x_t, t) -> like x_t; made without numbers first where they come from a file.

    All that it holds are parameters: they are averaged, saved and loaded, and buffers are not.
    Fresh weights are those of `init.initialise`, which knows convolutions, linear layers and norms
    of groups; a parameter beside these begins with the same numbers each time.

    stride: width and height of pictures are multiples of it. recomputes: what is computed on the
    way to the loss is forgotten and computed again on the way back, if it can do that.
    """

    def __init__(self, stride: int = 1, *, recomputes: bool = False) -> None:
        super().__init__()
        self.stride, self.recomputes = stride, recomputes
        self._generator: torch.Generator | None = None

    def forward(self, x_t: Tensor, t: Tensor, augment_labels: Tensor | None = None) -> Tensor:
        """x_t: (N, C, H, W); t: (N,).

        augment_labels: (N, augment_channels), what was done to pictures in training, or None.
        """
        raise NotImplementedError

    def use_generator(self, generator: torch.Generator | None) -> None:
        """Where dropout draws its noise from."""
        self._generator = generator
        for module in self.modules():
            if isinstance(module, Dropout):
                module.generator = generator
