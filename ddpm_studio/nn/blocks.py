"""The parts of the U-Net: residual blocks, attention, the step embedding, up and down."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NORM_EPS = 1e-5
MAX_PERIOD = 10_000


def sinusoidal_embedding(t: Tensor, channels: int) -> Tensor:
    """Cosines and sines of t at `channels / 2` frequencies: (N,) -> float32 (N, channels)."""
    half = channels // 2
    exponents = torch.arange(half, device=t.device, dtype=torch.float32) / half
    angles = t.float()[:, None] * torch.exp(-math.log(MAX_PERIOD) * exponents)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class StepEmbedding(nn.Module):
    """What every residual block is told about t."""

    def __init__(self, channels: int, told_channels: int = 0) -> None:
        super().__init__()
        self.channels = channels
        if told_channels:
            self.told = nn.Linear(told_channels, channels, bias=False)
        self.linear_1 = nn.Linear(channels, 4 * channels)
        self.linear_2 = nn.Linear(4 * channels, 4 * channels)

    def forward(self, t: Tensor, told: Tensor | None = None) -> Tensor:
        """(N,) -> (N, 4 * channels), with the SiLU that every block starts with applied once.

        told: (N, told_channels), what was done to each picture; None for nothing.
        """
        embedding = sinusoidal_embedding(t, self.channels).to(self.linear_1.weight.dtype)
        if told is not None:
            embedding = embedding + self.told(told)
        return F.silu(self.linear_2(F.silu(self.linear_1(embedding))))


class Dropout(nn.Module):
    """Dropout that draws from a generator it is given, so that a run can be repeated exactly."""

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability
        self.generator: torch.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.probability == 0:
            return x
        keep = 1 - self.probability
        return x * torch.empty_like(x).bernoulli_(keep, generator=self.generator) / keep


@contextmanager
def same_noise_again(generator: torch.Generator, state: Tensor) -> Iterator[None]:
    """While this lasts the generator draws what it drew from `state` on; then it is as before."""
    present = generator.get_state()
    generator.set_state(state)
    try:
        yield
    finally:
        generator.set_state(present)


class GroupNorm(nn.GroupNorm):
    """torch's, but a group of one number is no error: at 1 x 1 pixels it becomes the bias."""

    def __init__(self, groups: int, channels: int) -> None:
        super().__init__(groups, channels, eps=NORM_EPS)

    def forward(self, x: Tensor) -> Tensor:  # input renamed: this house calls pictures x
        return torch.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


class ResBlock(nn.Module):
    """GroupNorm, SiLU, convolution, twice, with the step embedding added between them."""

    def __init__(
        self, in_channels: int, out_channels: int, embedding: int, groups: int, dropout: float
    ) -> None:
        super().__init__()
        self.norm_1 = GroupNorm(groups, in_channels)
        self.conv_1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.step = nn.Linear(embedding, out_channels)
        self.norm_2 = GroupNorm(groups, out_channels)
        self.dropout = Dropout(dropout)
        self.conv_2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.shortcut: nn.Module = (
            nn.Identity()
            if in_channels == out_channels
            else nn.Conv2d(in_channels, out_channels, 1)
        )

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """x: (N, in_channels, H, W); embedding: (N, embedding), SiLU applied."""
        h = self.conv_1(F.silu(self.norm_1(x), inplace=True))
        h.add_(self.step(embedding)[:, :, None, None])  # in place: new memory costs time
        h = self.conv_2(self.dropout(F.silu(self.norm_2(h), inplace=True)))
        return h.add_(self.shortcut(x))


def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """softmax(Q K^T / sqrt(d)) V: (N, heads, L, d), three times -> (N, heads, L, d).

    For bfloat16 on the CPU it is spelled out: at our lengths torch's own kernel takes 2 to 4 times
    as long (backward included, L = 64 and 256); in float32 it is faster by a tenth.
    """
    if query.device.type != "cpu" or query.dtype.itemsize > 2:
        return F.scaled_dot_product_attention(query, key, value)
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    return scores.softmax(-1, dtype=torch.float32).to(value.dtype) @ value


class Attention(nn.Module):
    """Every pixel looks at every other one (self-attention), added to the input."""

    def __init__(self, channels: int, groups: int, head_channels: int) -> None:
        super().__init__()
        self.heads = max(1, channels // head_channels)
        self.norm = GroupNorm(groups, channels)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        n, c, height, width = x.shape
        h = self.norm(x).flatten(2).transpose(1, 2)  # (N, H * W, C)
        query, key, value = (
            layer(h).reshape(n, -1, self.heads, c // self.heads).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        h = attend(query, key, value)
        h = self.out(h.transpose(1, 2).reshape(n, -1, c))
        return x + h.transpose(1, 2).reshape(n, c, height, width)


class Downsample(nn.Conv2d):
    """Half the size, by a convolution with stride 2."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, 3, stride=2, padding=1)


class Upsample(nn.Conv2d):
    """Double the size, by repeating pixels and a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:  # input renamed: this house calls pictures x
        if x.device.type == "cpu":
            # the same in one go, with 16 products a pixel instead of 36: a tenth of a whole step
            kernel = doubling_kernel(self.weight)
            return F.conv_transpose2d(x, kernel, self.bias, stride=2, padding=1)
        return super().forward(F.interpolate(x, scale_factor=2.0, mode="nearest"))


def doubling_kernel(weight: Tensor) -> Tensor:
    """(C_out, C_in, 3, 3) -> (C_in, C_out, 4, 4): a transposed convolution with stride 2.

    What repeating each pixel twice and convolving with `weight` does: each weight meets a pixel
    as often as its copies lie under it.
    """
    for side in (2, 3):
        first, middle, last = weight.split(1, side)
        weight = torch.cat([last, middle + last, first + middle, first], side)
    return weight.transpose(0, 1)
