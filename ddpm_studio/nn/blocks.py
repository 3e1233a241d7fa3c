"""The parts of the U-Net: residual blocks, attention, the step embedding, up and down."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

NORM_EPS = 1e-5
REAL_STEPS = 1000  # that the way from picture to noise has where t is real, from 0 to 1
MAX_PERIOD = 10_000


def sinusoidal_embedding(t: Tensor, channels: int) -> Tensor:
    """Cosines and sines of t at `channels / 2` frequencies: (N,) -> float32 (N, channels)."""
    half = channels // 2
    exponents = torch.arange(half, device=t.device, dtype=torch.float32) / half
    angles = t.float()[:, None] * torch.exp(-math.log(MAX_PERIOD) * exponents)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class StepEmbedding(nn.Module):
    """What every residual block is told about t."""

    def __init__(self, channels: int, augment_channels: int = 0) -> None:
        super().__init__()
        self.channels = channels
        if augment_channels:
            self.map_augment = nn.Linear(augment_channels, channels, bias=False)
        self.linear_1 = nn.Linear(channels, 4 * channels)
        self.linear_2 = nn.Linear(4 * channels, 4 * channels)

    def forward(self, t: Tensor, augment_labels: Tensor | None = None) -> Tensor:
        """(N,) -> (N, 4 * channels), with the SiLU that every block starts with applied once.

        t: whole, a timestep; or real, in (0, 1], which is told in thousandths.
        augment_labels: (N, augment_channels), what was done to each picture; None for nothing.
        """
        if t.is_floating_point():
            t = REAL_STEPS * t
        embedding = sinusoidal_embedding(t, self.channels).to(self.linear_1.weight.dtype)
        if augment_labels is not None:
            embedding = embedding + self.map_augment(augment_labels)
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


def as_it_is(x: Tensor) -> Tensor:
    """At the same size."""
    return x


def halved(x: Tensor) -> Tensor:
    """Half the size, each pixel the mean of four."""
    return F.avg_pool2d(x, 2)


def doubled(x: Tensor) -> Tensor:
    """Twice the size, each pixel four times."""
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class ResBlock(nn.Module):
    """GroupNorm, SiLU, convolution, twice, with the step embedding added between them.

    scale_shift: it scales and moves what the second norm gives, instead (ADM's adaptive group
    norm). resize: `halved` or `doubled`, before the first convolution and beside it (BigGAN, ADM).
    """

    zeroed = "conv_2"  # in fresh weights

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        embedding: int,
        groups: int,
        dropout: float,
        *,
        scale_shift: bool = False,
        resize: Callable[[Tensor], Tensor] = as_it_is,
    ) -> None:
        super().__init__()
        self.scale_shift, self.resize = scale_shift, resize
        self.norm_1 = GroupNorm(groups, in_channels)
        self.conv_1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.step = nn.Linear(embedding, 2 * out_channels if scale_shift else out_channels)
        self.norm_2 = GroupNorm(groups, out_channels)
        self.dropout = Dropout(dropout)
        self.conv_2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.shortcut: nn.Module = (
            nn.Identity() if in_channels == out_channels else Shortcut(in_channels, out_channels)
        )

    def forward(self, x: Tensor, embedding: Tensor) -> Tensor:
        """x: (N, in_channels, H, W); embedding: (N, embedding), SiLU applied."""
        h = self.conv_1(self.resize(silu(self.norm_1(x))))
        told = self.step(embedding)[:, :, None, None]
        if self.scale_shift:
            scale, shift = told.chunk(2, 1)
            h = torch.addcmul(shift, self.norm_2(h), 1 + scale)
        else:
            h = self.norm_2(h.add_(told))  # in place: new memory costs time
        h = self.conv_2(self.dropout(silu(h)))
        return h.add_(self.shortcut(self.resize(x)))


class Shortcut(nn.Conv2d):
    """Every pixel by itself: a convolution of size 1."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__(in_channels, out_channels, 1)

    def forward(self, x: Tensor) -> Tensor:  # input renamed: this house calls pictures x
        if not _favours_channels(x) or self.bias is None:
            return super().forward(x)
        return mixed(self.weight.flatten(1), self.bias, x.flatten(2)).unflatten(2, x.shape[2:])


class Attention(nn.Module):
    """Every pixel looks at every other one (self-attention), added to the input."""

    zeroed = "out"

    def __init__(self, channels: int, groups: int, head_channels: int) -> None:
        super().__init__()
        self.heads = max(1, channels // head_channels)
        self.norm = GroupNorm(groups, channels)
        self.query = nn.Linear(channels, channels)
        self.key = nn.Linear(channels, channels)
        self.value = nn.Linear(channels, channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        attended = self._channels_first if _favours_channels(x) else self._pixels_first
        return attended(self.norm(x).flatten(2)).reshape(x.shape) + x

    def _pixels_first(self, h: Tensor) -> Tensor:
        """(N, C, L) -> the same, by way of (N, heads, L, C / heads)."""
        n, c, _ = h.shape
        h = h.transpose(1, 2)
        query, key, value = (
            layer(h).reshape(n, -1, self.heads, c // self.heads).transpose(1, 2)
            for layer in (self.query, self.key, self.value)
        )
        h = F.scaled_dot_product_attention(query, key, value)
        return self.out(h.transpose(1, 2).reshape(n, -1, c)).transpose(1, 2)

    def _channels_first(self, h: Tensor) -> Tensor:
        """The same by way of (N, heads, C / heads, L), where no pixel has to change its place."""
        layers = self.query, self.key, self.value
        weight = torch.cat([layer.weight for layer in layers])
        bias = torch.cat([layer.bias for layer in layers])
        threefold = mixed(weight, bias, h).unflatten(1, (3, self.heads, -1))
        query, key, value = threefold.unbind(1)
        scores = (query * query.shape[-2] ** -0.5).transpose(-1, -2) @ key
        shares = scores.softmax(-1, dtype=torch.float32).to(value.dtype)
        return mixed(
            self.out.weight, self.out.bias, (value @ shares.transpose(-1, -2)).flatten(1, 2)
        )


def mixed(weight: Tensor, bias: Tensor, x: Tensor) -> Tensor:
    """weight @ x + bias for each picture: (D, C), (D,), (N, C, L) -> (N, D, L)."""
    # cast before it is repeated, else autocast would write down every repetition
    repeated = weight.to(x.dtype).expand(len(x), -1, -1)
    return torch.baddbmm(bias.to(x.dtype)[:, None], repeated, x)


def _favours_channels(x: Tensor) -> bool:
    """Whether what mixes channels is quicker as one matrix product for each picture.

    So it is for bfloat16 on the CPU, where pictures lie channel by channel: convolutions of size 1
    take half as long, and attention needs no copies; torch's own attention kernel takes 2 to 4
    times as long there (L = 64 and 256, backward included). In float32 both are quicker as usual.
    """
    return x.device.type == "cpu" and x.dtype == torch.bfloat16


def silu(x: Tensor) -> Tensor:
    """x * sigmoid(x); x may be overwritten. With gradients in place would cost a copy of x."""
    return F.silu(x, inplace=not torch.is_grad_enabled())


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
        return super().forward(doubled(x))


def doubling_kernel(weight: Tensor) -> Tensor:
    """(C_out, C_in, 3, 3) -> (C_in, C_out, 4, 4): a transposed convolution with stride 2.

    What repeating each pixel twice and convolving with `weight` does: each weight meets a pixel
    as often as its copies lie under it.
    """
    for side in (2, 3):
        first, middle, last = weight.split(1, side)
        weight = torch.cat([last, middle + last, first + middle, first], side)
    return weight.transpose(0, 1)
