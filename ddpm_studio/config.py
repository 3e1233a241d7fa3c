"""Every setting of a project, as frozen dataclasses that cannot exist in a wrong state."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import Any

from ddpm_studio.fields import COLOUR, check_fields, setting
from ddpm_studio.fields import check as check
from ddpm_studio.fields import check_at_least as check_at_least
from ddpm_studio.fields import check_choice as check_choice
from ddpm_studio.fields import describe_kind as describe_kind
from ddpm_studio.fields import field_types as field_types
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
PART, SEEDS = "0 up to, not including, 1", "0 to 2^63 - 1"  # what is allowed, in words


def derived(default: Any, source: str) -> Any:
    """A field that StudioConfig fills in from another one, and that nobody sets by hand."""
    return field(default=default, metadata={"derived_from": source})


@dataclass(frozen=True)
class PicturesConfig:
    """How a folder of files becomes pictures of one size."""

    # width in pixels, and height too unless `height` is set
    size: int = setting(32, least=4, most=2048, allowed="4 to 2048 pixels")
    height: int = setting(
        0, also=(0,), least=4, most=2048, allowed="0 (square) or 4 to 2048 pixels"
    )
    # 1: grey, 3: colour, 4: colour and transparency, 0: as the folder is
    channels: int = setting(0, choices=CHANNELS)
    # which part is taken; smart: the most detailed one, pad: the whole
    crop: str = setting("centre", choices=CROPS)
    # laid under transparent pictures, and around padded ones
    background: str = setting("#ffffff", pattern=COLOUR, allowed="a colour such as #ffffff")
    # hard: a pixel is there or not, as in sprites; auto: as the folder is
    alpha: str = setting("auto", choices=ALPHAS)
    copies: str = setting("one", choices=COPIES)  # of pictures that are alike: one or all
    flip_horizontal: bool = False  # show each picture mirrored half of the time
    smallest_side: int = setting(8, least=1)  # pixels; files with a shorter side are left out
    # larger ones are left out; a million takes up to 20 MB of memory
    max_megapixels: int = setting(180, least=1, most=4000, allowed="1 to 4000 million pixels")

    def __post_init__(self) -> None:
        check_fields(self, "pictures")

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

    model_channels: int = setting(
        32,
        least=2,
        most=2048,
        multiple_of=2,
        allowed="an even number (half of the step embedding is sines, half cosines) from 2 to 2048",
    )
    channel_mult: tuple[int, ...] = (1, 2, 3)
    num_res_blocks: int = setting(1, least=1, most=16)
    attention_resolutions: tuple[int, ...] = (8,)  # pixels, of the picture's shorter side
    head_channels: int = setting(32, least=1)
    dropout: float = setting(0.0, least=0, below=1, allowed=PART)
    norm_groups: int = 0  # 0: the largest number up to 32 that divides every width
    mid_attention: bool = True
    in_channels: int = derived(3, "pictures.channels")
    image_size: int = derived(32, "pictures.size")  # pixels, the shorter side
    told_channels: int = derived(0, "train.augment")  # numbers that say what was done to a picture

    def __post_init__(self) -> None:
        check_fields(self, "model")
        check(
            1 <= len(self.channel_mult) <= 8 and all(1 <= mult <= 16 for mult in self.channel_mult),
            "model.channel_mult",
            self.channel_mult,
            "one to eight whole numbers from 1 to 16, such as 1,2,3",
        )
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

    num_timesteps: int = setting(1000, least=1, most=100_000)
    schedule: str = setting("cosine", choices=SCHEDULES)
    beta_start: float = 1e-4  # linear schedule only
    beta_end: float = 0.02  # linear schedule only
    prediction: str = setting("v", choices=PREDICTIONS)
    min_snr_gamma: float = setting(5.0, least=0)  # 0: every step counts the same (L_simple)

    def __post_init__(self) -> None:
        check_fields(self, "diffusion")
        check(
            0 < self.beta_start <= self.beta_end < 1,
            "diffusion.beta_start and beta_end",
            (self.beta_start, self.beta_end),
            "numbers with 0 < beta_start <= beta_end < 1",
        )


@dataclass(frozen=True)
class TrainConfig:
    """How the network is trained, and when progress is saved and shown."""

    batch_size: int = setting(16, least=1)  # pictures per step
    accumulation: int = setting(1, least=1)  # the batch goes through the network in so many parts
    gradient_checkpointing: bool = False  # compute twice what would take memory: same result
    learning_rate: float = setting(2e-3, above=0, below=1, allowed="in 0 .. 1")
    warmup_steps: int = setting(100, least=0)
    # from this step the rate falls as 1 / sqrt(step); 0: never
    decay_after: int = setting(0, least=0)
    beta1: float = setting(0.9, least=0, below=1, allowed=PART)
    beta2: float = setting(0.99, least=0, below=1, allowed=PART)
    weight_decay: float = setting(0.0, least=0)
    max_grad_norm: float = setting(1.0, above=0)
    # relative width of the power-function EMA
    ema_width: float = setting(0.1, above=0, most=0.28, allowed="in 0 .. 0.28")
    # of the pictures, never learned from; none of under 10
    held_out_share: float = setting(0.1, least=0, most=0.5, allowed="0 (none) to 0.5")
    # of pictures each that are moved, turned, scaled, mirrored
    augment: float = setting(0.0, least=0, most=0.5, allowed="0 (never) to 0.5")
    precision: str = setting("auto", choices=PRECISIONS)
    seed: int = setting(0, least=0, below=2**63, allowed=SEEDS)
    log_every: int = setting(10, least=1)
    preview_every: int = setting(500, least=1)  # and more often at the start, when most happens
    preview_count: int = setting(16, least=1)
    preview_steps: int = setting(12, least=1)
    checkpoint_every: int = setting(1000, least=1)
    checkpoint_seconds: float = setting(60.0, above=0, allowed="> 0")  # also so long without one

    def __post_init__(self) -> None:
        check_fields(self, "train")
        check(
            self.batch_size % self.accumulation == 0,
            "train.accumulation",
            self.accumulation,
            f"a divisor of train.batch_size ({self.batch_size})",
        )


@dataclass(frozen=True)
class SampleConfig:
    """How pictures are made from noise."""

    sampler: str = setting("ddim", choices={name: row.title for name, row in SAMPLERS.items()})
    num_inference_steps: int = setting(50, least=1)
    eta: float = setting(0.0, least=0, most=1, allowed="0 (no fresh noise) to 1")
    spacing: str = setting(AUTO, choices=(AUTO, *SPACINGS))
    variance: str = setting("posterior", choices=VARIANCES)
    clip: bool = True
    seed: int = setting(0, least=0, below=2**63, allowed=SEEDS)  # picture k uses seed + k

    def __post_init__(self) -> None:
        check_fields(self, "sample")

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
