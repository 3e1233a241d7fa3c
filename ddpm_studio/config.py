"""Every setting of a project, as frozen dataclasses that cannot exist in a wrong state."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ddpm_studio.errors import ConfigError
from ddpm_studio.samplers import SAMPLERS

SCHEDULES = ("linear", "cosine")
PREDICTIONS = ("eps", "v", "x_0")
# of a checkpoint, and how they are called: the moving average, and as the last step left them
WEIGHTS = {"ema": "averaged", "model": "plain"}
PRECISIONS = ("auto", "fp32", "bf16", "fp16")
SPACINGS = ("leading", "trailing", "linspace", "quadratic", "log_snr")
AUTO = "auto"  # the spacing that suits the sampler
VARIANCES = ("posterior", "beta")
CHANNELS = (0, 1, 3, 4)
CROPS = ("centre", "smart", "pad")
COPIES = ("one", "all")
TOLD_CHANNELS = 6  # of training.augment
ALPHAS = ("auto", "soft", "hard")


def check(condition: bool, name: str, value: object, allowed: str) -> None:
    """Raise a ConfigError that names the field, its value and what is allowed."""
    if not condition:
        raise ConfigError(f"{name} is {value!r}, but must be {allowed}.")


def check_choice(name: str, value: object, allowed: Sequence[object]) -> None:
    check(value in allowed, name, value, "one of " + ", ".join(map(str, allowed)))


def check_at_least(name: str, value: float, lowest: float) -> None:
    check(value >= lowest, name, value, f"at least {lowest}")


def check_types(section: str, config: Any) -> None:
    """Raise a ConfigError unless every field has its type; 1 becomes 1.0, [1, 2] becomes (1, 2)."""
    hints = field_types(config.__class__)
    for known in dataclasses.fields(config):
        value, kind = getattr(config, known.name), hints[known.name]
        if kind is float and type(value) is int:
            value = float(value)
        is_list = isinstance(kind, types.GenericAlias)  # tuple[int, ...]
        if is_list and isinstance(value, list | tuple):
            value = tuple(value)
        is_right = type(value) is (tuple if is_list else kind)
        if is_list and is_right:
            is_right = all(type(entry) is int for entry in value)
        if kind is float and is_right:
            is_right = math.isfinite(value)
        check(is_right, f"{section}.{known.name}", value, describe_kind(kind))
        object.__setattr__(config, known.name, value)


@cache
def field_types(config_class: type) -> dict[str, Any]:
    """The types of a config's fields, by name."""
    return typing.get_type_hints(config_class)


def describe_kind(kind: Any) -> str:
    """What a value of a field's type looks like, in words."""
    if isinstance(kind, types.GenericAlias):
        return "whole numbers with commas between, such as 1,2,3"
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
    return words[kind]


def derived(default: Any, source: str) -> Any:
    """A field that StudioConfig fills in from another one, and that nobody sets by hand."""
    return field(default=default, metadata={"derived_from": source})


@dataclass(frozen=True)
class PicturesConfig:
    """How a folder of files becomes pictures of one size."""

    size: int = 32  # width in pixels, and height too unless `height` is set
    height: int = 0  # 0: square
    channels: int = 0  # 1: grey, 3: colour, 4: colour and transparency, 0: as the folder is
    crop: str = "centre"  # which part is taken; smart: the most detailed one, pad: the whole
    background: str = "#ffffff"  # laid under transparent pictures, and around padded ones
    alpha: str = "auto"  # hard: a pixel is there or not, as in sprites; auto: as the folder is
    copies: str = "one"  # of pictures that are alike: one or all
    flip_horizontal: bool = False  # show each picture mirrored half of the time
    smallest_side: int = 8  # pixels; files with a shorter side are left out
    max_megapixels: int = 180  # larger ones are left out; a million takes up to 20 MB of memory

    def __post_init__(self) -> None:
        check_types("pictures", self)
        check(4 <= self.size <= 2048, "pictures.size", self.size, "4 to 2048 pixels")
        check(
            self.height == 0 or 4 <= self.height <= 2048,
            "pictures.height",
            self.height,
            "0 (square) or 4 to 2048 pixels",
        )
        check_choice("pictures.channels", self.channels, CHANNELS)
        check_choice("pictures.crop", self.crop, CROPS)
        check_choice("pictures.alpha", self.alpha, ALPHAS)
        check_choice("pictures.copies", self.copies, COPIES)
        check_at_least("pictures.smallest_side", self.smallest_side, 1)
        check(
            1 <= self.max_megapixels <= 4000,
            "pictures.max_megapixels",
            self.max_megapixels,
            "1 to 4000 million pixels",
        )
        digits = self.background.removeprefix("#")
        check(
            self.background.startswith("#")
            and len(digits) == 6
            and all(digit in "0123456789abcdefABCDEF" for digit in digits),
            "pictures.background",
            self.background,
            "a colour such as #ffffff",
        )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one prepared picture; as if coloured while `channels` is 0."""
        return self.channels or 3, self.height or self.size, self.size

    @property
    def has_hard_alpha(self) -> bool:
        """Whether finished pictures have no pixel that is half there."""
        return self.channels == 4 and self.alpha == "hard"


@dataclass(frozen=True)
class ModelConfig:
    """The U-Net: widths are `model_channels` times each entry of `channel_mult`."""

    model_channels: int = 32
    channel_mult: tuple[int, ...] = (1, 2, 3)
    num_res_blocks: int = 1
    attention_resolutions: tuple[int, ...] = (8,)  # pixels, of the picture's shorter side
    head_channels: int = 32
    dropout: float = 0.0
    norm_groups: int = 0  # 0: the largest number up to 32 that divides every width
    mid_attention: bool = True
    in_channels: int = derived(3, "pictures.channels")
    image_size: int = derived(32, "pictures.size")  # pixels, the shorter side
    told_channels: int = derived(0, "train.augment")  # numbers that say what was done to a picture

    def __post_init__(self) -> None:
        check_types("model", self)
        check(
            2 <= self.model_channels <= 2048 and self.model_channels % 2 == 0,
            "model.model_channels",
            self.model_channels,
            "an even number (half of the step embedding is sines, half cosines) from 2 to 2048",
        )
        check(
            1 <= len(self.channel_mult) <= 8 and all(1 <= mult <= 16 for mult in self.channel_mult),
            "model.channel_mult",
            self.channel_mult,
            "one to eight whole numbers from 1 to 16, such as 1,2,3",
        )
        check(
            1 <= self.num_res_blocks <= 16, "model.num_res_blocks", self.num_res_blocks, "1 to 16"
        )
        check_at_least("model.head_channels", self.head_channels, 1)
        check(0 <= self.dropout < 1, "model.dropout", self.dropout, "0 up to, not including, 1")
        check_at_least("model.in_channels", self.in_channels, 1)
        check(
            self.norm_groups >= 0 and all(w % self.groups == 0 for w in self.widths),
            "model.norm_groups",
            self.norm_groups,
            f"0 or a number that divides every width {self.widths}",
        )

    def check_attention(self) -> None:
        """Raise a ConfigError unless attention sits at sizes that occur, with whole heads.

        Apart from `__post_init__`, because `image_size` is known only beside the pictures.
        """
        for resolution in self.attention_resolutions:
            check_choice("model.attention_resolutions", resolution, self.level_sizes)
        levels = zip(self.widths, self.level_sizes, strict=True)
        widths = [width for width, size in levels if size in self.attention_resolutions]
        for width in widths + [self.widths[-1]] * self.mid_attention:
            check(
                width < self.head_channels or width % self.head_channels == 0,
                "model.head_channels",
                self.head_channels,
                f"a divisor of {width}, the width of an attention layer",
            )

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels at each level, from full resolution down."""
        return tuple(self.model_channels * mult for mult in self.channel_mult)

    @property
    def level_sizes(self) -> tuple[int, ...]:
        """The picture's shorter side at each level, in pixels."""
        return tuple(self.image_size >> level for level in range(len(self.channel_mult)))

    @property
    def stride(self) -> int:
        """Width and height of a picture must be multiples of this."""
        return 1 << (len(self.channel_mult) - 1)

    @property
    def groups(self) -> int:
        """Groups of every GroupNorm."""
        return self.norm_groups or math.gcd(32, self.model_channels)


@dataclass(frozen=True)
class DiffusionConfig:
    """The forward process and what the network learns to predict."""

    num_timesteps: int = 1000
    schedule: str = "cosine"
    beta_start: float = 1e-4  # linear schedule only
    beta_end: float = 0.02  # linear schedule only
    prediction: str = "v"
    min_snr_gamma: float = 5.0  # 0: every step counts the same (L_simple)

    def __post_init__(self) -> None:
        check_types("diffusion", self)
        check(
            1 <= self.num_timesteps <= 100_000,
            "diffusion.num_timesteps",
            self.num_timesteps,
            "1 to 100000",
        )
        check_choice("diffusion.schedule", self.schedule, SCHEDULES)
        check_choice("diffusion.prediction", self.prediction, PREDICTIONS)
        check(
            0 < self.beta_start <= self.beta_end < 1,
            "diffusion.beta_start and beta_end",
            (self.beta_start, self.beta_end),
            "numbers with 0 < beta_start <= beta_end < 1",
        )
        check_at_least("diffusion.min_snr_gamma", self.min_snr_gamma, 0)


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained, and when progress is saved and shown."""

    batch_size: int = 16  # pictures per step
    accumulation: int = 1  # the batch goes through the network in this many parts
    gradient_checkpointing: bool = False  # compute twice what would take memory: same result
    learning_rate: float = 2e-3
    warmup_steps: int = 100
    decay_after: int = 0  # from this step the rate falls as 1 / sqrt(step); 0: never
    beta1: float = 0.9
    beta2: float = 0.99
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    ema_width: float = 0.1  # relative width of the power-function EMA
    held_out_share: float = 0.1  # of the pictures, never learned from; none of under 10
    augment: float = 0.0  # of pictures each that are moved, turned, scaled, mirrored
    precision: str = "auto"
    seed: int = 0
    log_every: int = 10
    preview_every: int = 500  # and more often at the start, when most happens
    preview_count: int = 16
    preview_steps: int = 12
    checkpoint_every: int = 1000
    checkpoint_seconds: float = 60.0  # also after this long without one

    def __post_init__(self) -> None:
        check_types("train", self)
        for name in (
            "batch_size",
            "accumulation",
            "log_every",
            "preview_every",
            "preview_count",
            "preview_steps",
            "checkpoint_every",
        ):
            check_at_least(f"train.{name}", getattr(self, name), 1)
        check(
            self.batch_size % self.accumulation == 0,
            "train.accumulation",
            self.accumulation,
            f"a divisor of train.batch_size ({self.batch_size})",
        )
        check(0 < self.learning_rate < 1, "train.learning_rate", self.learning_rate, "in 0 .. 1")
        for name in ("warmup_steps", "decay_after", "weight_decay"):
            check_at_least(f"train.{name}", getattr(self, name), 0)
        check(0 <= self.seed < 2**63, "train.seed", self.seed, "0 to 2^63 - 1")
        for name in ("beta1", "beta2"):
            value = getattr(self, name)
            check(0 <= value < 1, f"train.{name}", value, "0 up to, not including, 1")
        check(self.max_grad_norm > 0, "train.max_grad_norm", self.max_grad_norm, "above 0")
        check(0 < self.ema_width <= 0.28, "train.ema_width", self.ema_width, "in 0 .. 0.28")
        check(
            0 <= self.held_out_share <= 0.5,
            "train.held_out_share",
            self.held_out_share,
            "0 (none) to 0.5",
        )
        check(0 <= self.augment <= 0.5, "train.augment", self.augment, "0 (never) to 0.5")
        check_choice("train.precision", self.precision, PRECISIONS)
        check(
            self.checkpoint_seconds > 0, "train.checkpoint_seconds", self.checkpoint_seconds, "> 0"
        )


@dataclass(frozen=True)
class SampleConfig:
    """How pictures are made from noise."""

    sampler: str = "ddim"
    num_inference_steps: int = 50
    eta: float = 0.0
    spacing: str = AUTO
    variance: str = "posterior"
    clip: bool = True
    seed: int = 0  # picture k uses seed + k

    def __post_init__(self) -> None:
        check_types("sample", self)
        check_choice("sample.sampler", self.sampler, tuple(SAMPLERS))
        check_at_least("sample.num_inference_steps", self.num_inference_steps, 1)
        check(0 <= self.eta <= 1, "sample.eta", self.eta, "0 (no fresh noise) to 1")
        check_choice("sample.spacing", self.spacing, (AUTO, *SPACINGS))
        check_choice("sample.variance", self.variance, VARIANCES)
        check(0 <= self.seed < 2**63, "sample.seed", self.seed, "0 to 2^63 - 1")

    @property
    def used_spacing(self) -> str:
        """One of SPACINGS."""
        is_usual = self.spacing == AUTO
        return SAMPLERS[self.sampler].usual_spacing if is_usual else self.spacing


@dataclass(frozen=True)
class StudioConfig:
    """Everything about a project but its pictures."""

    pictures: PicturesConfig = PicturesConfig()
    model: ModelConfig = ModelConfig()
    diffusion: DiffusionConfig = DiffusionConfig()
    train: TrainConfig = TrainConfig()
    sample: SampleConfig = SampleConfig()

    def __post_init__(self) -> None:
        channels, height, width = self.pictures.shape
        stride = self.model.stride
        for name, value in (("size", width), ("height", height)):
            check(
                value % stride == 0,
                f"pictures.{name}",
                value,
                f"a multiple of {stride} for a model of {len(self.model.channel_mult)} levels",
            )
        # frozen, so the fields that follow from the pictures are filled in this way
        follows = dataclasses.replace(
            self.model,
            in_channels=channels,
            image_size=min(height, width),
            told_channels=TOLD_CHANNELS if self.train.augment else 0,
        )
        follows.check_attention()
        object.__setattr__(self, "model", follows)
        check(
            self.sample.num_inference_steps <= self.diffusion.num_timesteps,
            "sample.num_inference_steps",
            self.sample.num_inference_steps,
            f"at most diffusion.num_timesteps ({self.diffusion.num_timesteps})",
        )
        check(
            self.train.preview_steps <= self.diffusion.num_timesteps,
            "train.preview_steps",
            self.train.preview_steps,
            f"at most diffusion.num_timesteps ({self.diffusion.num_timesteps})",
        )
