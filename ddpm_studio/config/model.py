"""The U-Net: how wide and deep it is, and where it looks at everything at once."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ddpm_studio.config.fields import (
    PART,
    check,
    check_at_least,
    check_choice,
    check_fields,
    setting,
)
from ddpm_studio.config.kind import KindConfig

LEVELS = "one to eight whole numbers from 1 to 16, such as 1,2,3"
RESIZING = {"pictures.size", "pictures.height", "model.channel_mult"}  # the levels
WIDENING = {"model.model_channels", "model.channel_mult", "model.attention_resolutions"}


@dataclass(frozen=True)
class ModelConfig(KindConfig):
    """The U-Net: widths are `model_channels` times each entry of `channel_mult`."""

    model_channels: int = setting(
        32,
        "Width",
        "Features at full picture size. Twice the width is four times the work.",
        term="base channels",
        unit="features",
        least=2,
        most=2048,
        multiple_of=2,
        allowed="an even number (half of the step embedding is sines, half cosines) from 2 to 2048",
    )
    channel_mult: tuple[int, ...] = setting(
        (1, 2, 3),
        "Width of each level",
        "How many times the width each level has, from full picture size down; one number a level.",
        term="channel multipliers",
        allowed=LEVELS,
    )
    num_res_blocks: int = setting(
        1,
        "Depth of each level",
        "More blocks see more, and take longer.",
        term="residual blocks",
        unit="blocks",
        least=1,
        most=16,
    )
    attention_resolutions: tuple[int, ...] = setting(
        (8,),
        "Sizes seen as a whole",
        "At these sizes in pixels every place looks at every other one. Large sizes are slow.",
        term="attention resolutions",
        unit="pixels",
        allowed="sizes of levels: the picture's shorter side, halved at each",
    )
    head_channels: int = setting(
        32,
        "Width of one look",
        "How the looks of each place at all others are divided into several.",
        term="channels of an attention head",
        unit="features",
        least=1,
    )
    dropout: float = setting(
        0.0,
        "Left out at random",
        "The part of features that is left out at random, against learning by heart.",
        term="dropout",
        **PART,
    )
    norm_groups: int = setting(
        0,
        "Features balanced together",
        "Features are normalised in so many groups; 0 finds the number by itself.",
        term="group normalisation",
        unit="groups",
        allowed="0 or a number that divides every width",
    )
    mid_attention: bool = setting(
        True,
        "Whole picture at the smallest size",
        "At the smallest size every place looks at every other one, too.",
        term="attention in the middle",
    )
    scale_shift: bool = setting(
        False,
        "Noise level scales features",
        "How much noise there is scales and moves features, instead of being added to them.",
        term="adaptive group norm, ADM",
    )
    resblock_updown: bool = setting(
        False,
        "Sizes change inside of blocks",
        "Pictures become smaller and larger in blocks like all others, not in one convolution.",
        term="resblock up/down, ADM",
    )

    def __post_init__(self) -> None:
        check_fields(self, "model")
        check(
            1 <= len(self.channel_mult) <= 8 and all(1 <= mult <= 16 for mult in self.channel_mult),
            "model.channel_mult",
            self.channel_mult,
            LEVELS,
        )
        check_at_least("model.in_channels", self.in_channels, 1)
        check(
            self.norm_groups >= 0 and all(w % self.groups == 0 for w in self.widths),
            "model.norm_groups",
            self.norm_groups,
            f"0 or a number that divides every width {self.widths}",
        )

    def check_derived(self) -> None:
        """Raise a ConfigError unless attention sits at sizes that occur, with whole heads."""
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
    def out_channels(self) -> int:
        """What it predicts, and as much again where it says how sure that is."""
        return self.in_channels * (2 if self.learns_variance else 1)

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
    def allowed_sides(self) -> str:
        return f"a multiple of {self.stride} for a model of {len(self.channel_mult)} levels"

    @property
    def groups(self) -> int:
        """Groups of every GroupNorm."""
        return self.norm_groups or math.gcd(32, self.model_channels)

    def adjust(self, values: dict[str, Any], shorter_side: int, given: Collection[str]) -> None:
        """Attention and groups of norms follow a change of size or width, unless they are set."""
        resizes, widens = not RESIZING.isdisjoint(given), not WIDENING.isdisjoint(given)
        sizes = [shorter_side >> level for level in range(len(values["channel_mult"]))]
        if resizes and "model.attention_resolutions" not in given:
            # at the levels that have it, whatever size these have now
            levels = map(self.level_sizes.index, self.attention_resolutions)
            attends = [sizes[level] for level in levels if level < len(sizes)]
            values["attention_resolutions"] = attends
        if widens and "model.head_channels" not in given:
            _fit_heads(values, sizes)
        if widens and "model.norm_groups" not in given and values["norm_groups"]:
            # as many as divide every width; 0 follows by itself
            values["norm_groups"] = math.gcd(values["norm_groups"], values["model_channels"])


def _fit_heads(values: dict[str, Any], sizes: list[int]) -> None:
    """Heads become as narrow as the widths of the attention layers need them to divide."""
    widths = [values["model_channels"] * mult for mult in values["channel_mult"]]
    attending = widths[-1:] if values["mid_attention"] else []
    for size, width in zip(sizes, widths, strict=True):
        if size in values["attention_resolutions"]:
            attending.append(width)
    most = values["head_channels"]
    if any(width > most and width % most for width in attending):
        common = math.gcd(*attending)
        divisors = (head for head in range(most, 0, -1) if common % head == 0)
        values["head_channels"] = next(divisors)
