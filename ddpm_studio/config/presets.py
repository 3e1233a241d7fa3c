"""Complete settings to start from, by name; each size of picture has its own."""

from ddpm_studio.config import ModelConfig, PicturesConfig, StudioConfig, TrainConfig
from ddpm_studio.config.fields import check_choice

PRESETS: dict[str, StudioConfig] = {
    # minutes on a CPU; the evidence is in docs/evidence.md
    "sketch": StudioConfig(
        pictures=PicturesConfig(size=32),
        model=ModelConfig(
            model_channels=32,
            channel_mult=(1, 2, 3),
            num_res_blocks=1,
            attention_resolutions=(8,),
            head_channels=32,
            norm_groups=8,  # groups of one channel would lose all that is added to a channel
        ),
        train=TrainConfig(batch_size=16, learning_rate=2e-3),
    ),
    # an evening on a CPU, minutes on a GPU
    "small": StudioConfig(
        pictures=PicturesConfig(size=64),
        model=ModelConfig(
            model_channels=64,
            channel_mult=(1, 2, 2, 3),
            num_res_blocks=1,
            attention_resolutions=(16, 8),
            head_channels=64,
            norm_groups=16,
        ),
        train=TrainConfig(batch_size=16, learning_rate=1e-3, warmup_steps=200, decay_after=10_000),
    ),
    # hours on a GPU
    "standard": StudioConfig(
        pictures=PicturesConfig(size=128),
        model=ModelConfig(
            model_channels=96,
            channel_mult=(1, 2, 2, 3, 4),
            num_res_blocks=2,
            attention_resolutions=(16, 8),
            head_channels=32,
            norm_groups=24,
            dropout=0.05,
        ),
        train=TrainConfig(
            batch_size=32,
            learning_rate=4e-4,
            warmup_steps=1000,
            decay_after=20_000,
            preview_every=1000,
        ),
    ),
    # a night or more on a large GPU
    "large": StudioConfig(
        pictures=PicturesConfig(size=256),
        model=ModelConfig(
            model_channels=128,
            channel_mult=(1, 1, 2, 2, 4, 4),
            num_res_blocks=2,
            attention_resolutions=(16, 8),
            head_channels=64,
            dropout=0.05,
        ),
        train=TrainConfig(
            batch_size=32,
            accumulation=2,
            learning_rate=2e-4,
            warmup_steps=2000,
            decay_after=40_000,
            preview_every=2000,
        ),
    ),
}
DEFAULT_PRESET = "sketch"


def preset(name: str) -> StudioConfig:
    """The settings of that name. Raises ConfigError that lists the names."""
    check_choice("preset", name, tuple(PRESETS))
    return PRESETS[name]
