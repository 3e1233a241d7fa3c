"""The one table between our parameter names and those of diffusers' UNet2DModel.

Nothing here imports diffusers: names and settings are all that is needed to open a model made
here in the tools that people already use, or to continue one that was made there.
"""

from typing import Any

from torch import Tensor

from ddpm_studio.config import ModelConfig
from ddpm_studio.config.fields import check
from ddpm_studio.errors import CheckpointError

AUGMENT = "step_embedding.map_augment."
# the parts of a whole network and of a block, ours on the left; {} stands for a number
OUTER = {
    "step_embedding.": "time_embedding.",
    "conv_in.": "conv_in.",
    "norm_out.": "conv_norm_out.",
    "conv_out.": "conv_out.",
    "middle_1.blocks.0.": "mid_block.resnets.0.",
    "middle_1.attentions.0.": "mid_block.attentions.0.",
    "middle_2.blocks.0.": "mid_block.resnets.1.",
}
LEVEL = {
    "down.{}.blocks.": "down_blocks.{}.resnets.",
    "down.{}.attentions.": "down_blocks.{}.attentions.",
    "up.{}.blocks.": "up_blocks.{}.resnets.",
    "up.{}.attentions.": "up_blocks.{}.attentions.",
}
RESIZE = {  # by one convolution, or in a residual block
    False: {
        "down.{}.resize.": "down_blocks.{}.downsamplers.0.conv.",
        "up.{}.resize.": "up_blocks.{}.upsamplers.0.conv.",
    },
    True: {
        "down.{}.resize.": "down_blocks.{}.downsamplers.0.",
        "up.{}.resize.": "up_blocks.{}.upsamplers.0.",
    },
}
# without attention; those with it are told by downsample_type
PLAIN_BLOCKS = {
    False: ("DownBlock2D", "UpBlock2D"),
    True: ("ResnetDownsampleBlock2D", "ResnetUpsampleBlock2D"),
}
BLOCK = {
    ".norm_1.": ".norm1.",
    ".conv_1.": ".conv1.",
    ".step.": ".time_emb_proj.",
    ".norm_2.": ".norm2.",
    ".conv_2.": ".conv2.",
    ".shortcut.": ".conv_shortcut.",
}
ATTENTION = {
    ".norm.": ".group_norm.",
    ".query.": ".to_q.",
    ".key.": ".to_k.",
    ".value.": ".to_v.",
    ".out.": ".to_out.0.",
}


def to_diffusers(names: dict[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """Our state dict under diffusers' names.

    What tells the network how a picture was augmented has no place there, and no effect where
    none is.
    """
    table = _outer_table(config)
    return {
        _rename(name, table, reverse=False): tensor
        for name, tensor in names.items()
        if not name.startswith(AUGMENT)
    }


def from_diffusers(names: dict[str, Tensor], config: ModelConfig) -> dict[str, Tensor]:
    """diffusers' state dict under our names.

    Raises CheckpointError if a name has no place in this kind of U-Net.
    """
    table = {theirs: ours for ours, theirs in _outer_table(config).items()}
    return {_rename(name, table, reverse=True): tensor for name, tensor in names.items()}


def diffusers_settings(config: ModelConfig) -> dict[str, Any]:
    """The keyword arguments with which UNet2DModel computes what UNet(config) computes.

    Raises ConfigError if an attention layer has one narrow head and another several.
    """
    attends = [size in config.attention_resolutions for size in config.level_sizes]
    attended = [width for width, a in zip(config.widths, attends, strict=True) if a]
    attended += [config.widths[-1]] * config.mid_attention
    one_head = all(width <= config.head_channels for width in attended)
    check(
        one_head or all(width >= config.head_channels for width in attended),
        "model.head_channels",
        config.head_channels,
        f"at most {min(attended, default=0)} for a model that diffusers can open",
    )
    down, up = PLAIN_BLOCKS[config.resblock_updown]
    return {
        "sample_size": config.image_size,
        "in_channels": config.in_channels,
        "out_channels": config.out_channels,
        "time_embedding_type": "positional",
        "block_out_channels": config.widths,
        "down_block_types": ["AttnDownBlock2D" if a else down for a in attends],
        "up_block_types": ["AttnUpBlock2D" if a else up for a in reversed(attends)],
        "layers_per_block": config.num_res_blocks,
        "attention_head_dim": None if one_head else config.head_channels,  # None: one head
        "dropout": config.dropout,
        "norm_num_groups": config.groups,
        "norm_eps": 1e-5,
        "add_attention": config.mid_attention,
        "downsample_type": "resnet" if config.resblock_updown else "conv",
        "upsample_type": "resnet" if config.resblock_updown else "conv",
        "resnet_time_scale_shift": "scale_shift" if config.scale_shift else "default",
        # else the middle would lose its norm with scale_shift
        "attn_norm_num_groups": config.groups if config.scale_shift else None,
    }


def _outer_table(config: ModelConfig) -> dict[str, str]:
    levels = range(len(config.channel_mult))
    return OUTER | {
        ours.format(level): theirs.format(level)
        for ours, theirs in (LEVEL | RESIZE[config.resblock_updown]).items()
        for level in levels
    }


def _rename(name: str, table: dict[str, str], *, reverse: bool) -> str:
    for start, replacement in table.items():
        if name.startswith(start):
            inner = ATTENTION if "attentions" in start else BLOCK
            pairs = [(b, a) if reverse else (a, b) for a, b in inner.items()]
            rest = name[len(start) - 1 :]  # with the dot, so that whole words are replaced
            for ours, theirs in pairs:
                rest = rest.replace(ours, theirs)
            return replacement[:-1] + rest
    raise CheckpointError(f"{name!r} is not a weight of this kind of U-Net.")
