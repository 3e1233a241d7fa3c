"""The U-Net of DDPM and ADM, able to compute exactly what diffusers' UNet2DModel does."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import cast

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from ddpm_studio.config import ModelConfig
from ddpm_studio.config.fields import check
from ddpm_studio.nn.blocks import (
    Attention,
    Downsample,
    GroupNorm,
    ResBlock,
    StepEmbedding,
    Upsample,
    as_it_is,
    doubled,
    halved,
    same_noise_again,
    silu,
)
from ddpm_studio.nn.model import Model


class Level(nn.Module):
    """Residual blocks at one resolution, each with attention or without, and a resize."""

    def __init__(
        self,
        in_channels: list[int],
        width: int,
        config: ModelConfig,
        attends: bool,
        resize: nn.Module | None,
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_block(channels, width, config) for channels in in_channels)
        self.attentions = nn.ModuleList(
            Attention(width, config.groups, config.head_channels) for _ in in_channels if attends
        )
        self.resize = resize

    def step(self, index: int, x: Tensor, embedding: Tensor) -> Tensor:
        """Residual block number `index`, and its attention."""
        x = self.blocks[index](x, embedding)
        return self.attentions[index](x) if self.attentions else x

    def resized(self, x: Tensor, embedding: Tensor) -> Tensor:
        """Half or twice the size, for the next level."""
        assert self.resize is not None
        return self.resize(x, embedding) if isinstance(self.resize, ResBlock) else self.resize(x)

    def step_up(self, index: int, x: Tensor, skip: Tensor, embedding: Tensor) -> Tensor:
        """The same on the way up, where a tensor from the way down comes beside x."""
        return self.step(index, torch.cat([x, skip], dim=1), embedding)


class UNet(Model):
    """unet(x_t, t): (N, C, H, W), (N,) -> (N, C_out, H, W); H and W are multiples of the stride.

    C_out is C, or 2 C where it learns the variance, too: what it predicts, and then v.

    recomputes: with gradients, what a block computes is forgotten and computed again on the way
    back, bit for bit, which takes less memory and more time (Chen et al. 2016, "Training deep
    nets with sublinear memory cost").
    """

    zeroed = "conv_out"

    def __init__(self, config: ModelConfig, *, recomputes: bool = False) -> None:
        """Raises ConfigError if attention is asked for at a size that does not occur."""
        super().__init__(config.stride, recomputes=recomputes)
        config.check_derived()
        self.config = config
        widths, groups = config.widths, config.groups
        attends = [size in config.attention_resolutions for size in config.level_sizes]
        last = len(widths) - 1
        self.step_embedding = StepEmbedding(widths[0], config.augment_channels)
        self.conv_in = nn.Conv2d(config.in_channels, widths[0], 3, padding=1)

        self.down = nn.ModuleList()
        skips = [widths[0]]  # channels of every tensor that is kept for the way up
        for level, width in enumerate(widths):
            inputs = [skips[-1], *[width] * (config.num_res_blocks - 1)]
            down = _down(width, config) if level < last else None
            self.down.append(Level(inputs, width, config, attends[level], down))
            skips += [width] * (config.num_res_blocks + (down is not None))

        bottom = ([widths[-1]], widths[-1], config)
        self.middle_1 = Level(*bottom, config.mid_attention, None)
        self.middle_2 = Level(*bottom, False, None)

        self.up = nn.ModuleList()
        below = widths[-1]
        for level in reversed(range(len(widths))):
            width = widths[level]
            inputs = [
                channels + skips.pop() for channels in (below, *[width] * config.num_res_blocks)
            ]
            up = _up(width, config) if level > 0 else None
            self.up.append(Level(inputs, width, config, attends[level], up))
            below = width

        self.norm_out = GroupNorm(groups, widths[0])
        self.conv_out = nn.Conv2d(widths[0], config.out_channels, 3, padding=1)

    def forward(self, x_t: Tensor, t: Tensor, augment_labels: Tensor | None = None) -> Tensor:
        """Raises ConfigError if the picture's sides are no multiples of the stride."""
        height, width = x_t.shape[-2:]
        check(
            height % self.stride == 0 and width % self.stride == 0,
            "the size of x_t",
            (height, width),
            f"multiples of {self.stride}, for a model of {len(self.config.channel_mult)} levels",
        )
        embedding = self.step_embedding(t, augment_labels)
        x = self.conv_in(x_t)
        skips = [x]
        for level in _levels(self.down):
            for index in range(len(level.blocks)):
                x = self._run(level.step, index, x, embedding)
                skips.append(x)
            if level.resize is not None:
                x = self._run(level.resized, x, embedding)
                skips.append(x)
        x = self._run(self.middle_1.step, 0, x, embedding)
        x = self._run(self.middle_2.step, 0, x, embedding)
        for level in _levels(self.up):
            for index in range(len(level.blocks)):
                x = self._run(level.step_up, index, x, skips.pop(), embedding)
            if level.resize is not None:
                x = self._run(level.resized, x, embedding)
        return self.conv_out(silu(self.norm_out(x)))

    def _run(self, part: Callable[..., Tensor], *arguments: object) -> Tensor:
        """What a part of the network computes; if it recomputes, only its inputs are kept."""
        if not (self.recomputes and torch.is_grad_enabled()):
            return part(*arguments)
        noise = None if self.config.dropout == 0 else self._generator
        return checkpoint(
            part,
            *arguments,
            use_reentrant=False,
            # else the generator of the whole process, which only a dropout without ours needs
            preserve_rng_state=self._generator is None,
            context_fn=lambda: _forward_and_again(noise),
        )


def _block(
    in_channels: int, width: int, config: ModelConfig, resize: Callable[[Tensor], Tensor] = as_it_is
) -> ResBlock:
    embedding = 4 * config.widths[0]
    usual = (in_channels, width, embedding, config.groups, config.dropout)
    return ResBlock(*usual, scale_shift=config.scale_shift, resize=resize)


def _down(width: int, config: ModelConfig) -> nn.Module:
    return _block(width, width, config, halved) if config.resblock_updown else Downsample(width)


def _up(width: int, config: ModelConfig) -> nn.Module:
    return _block(width, width, config, doubled) if config.resblock_updown else Upsample(width)


def _forward_and_again(
    generator: torch.Generator | None,
) -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
    """Inside of what a part is computed first, and inside of what again."""
    if generator is None:
        return nullcontext(), nullcontext()
    return nullcontext(), same_noise_again(generator, generator.get_state())


def _levels(modules: nn.ModuleList) -> Iterator[Level]:
    """The levels with their type, which a ModuleList forgets."""
    return cast(Iterator[Level], iter(modules))
