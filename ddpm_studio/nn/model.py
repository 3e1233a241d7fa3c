"""What the program asks of every network that it trains, saves and samples."""

import math

import torch
from torch import Tensor, nn

from ddpm_studio.nn.blocks import Dropout


class Model(nn.Module):
    """model(x_t, t) -> like x_t, or with v of a learned variance after it.

    It is made without numbers first where they come from a file.

    All that it holds are parameters: they are averaged, saved and loaded, and buffers are not.
    Fresh weights are those of `initialise`, which knows convolutions, linear layers and norms
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


@torch.no_grad()
def initialise(model: Model, generator: torch.Generator) -> None:
    """Draw all weights anew, uniformly as torch's layers do by themselves; reset the norms.

    The last layer of every branch and of the network starts at zero (ADM), so that each block
    begins as the identity: what a module calls `zeroed`.
    """
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            bound = 1 / math.sqrt(module.weight[0].numel())
            module.weight.uniform_(-bound, bound, generator=generator)
            if module.bias is not None:
                module.bias.uniform_(-bound, bound, generator=generator)
        elif isinstance(module, nn.GroupNorm):
            module.reset_parameters()
    for module in model.modules():
        zeroed: str | None = getattr(module, "zeroed", None)
        if zeroed is not None:
            for parameter in module.get_submodule(zeroed).parameters():
                parameter.zero_()
