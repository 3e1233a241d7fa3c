"""Every setting of a project, as frozen dataclasses that cannot exist in a wrong state."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from ddpm_studio.config.fields import check, setting
from ddpm_studio.config.kind import KindConfig as KindConfig
from ddpm_studio.config.model import ModelConfig as ModelConfig
from ddpm_studio.config.pictures import CROPS as CROPS
from ddpm_studio.config.pictures import PicturesConfig as PicturesConfig
from ddpm_studio.config.sample import AUTO as AUTO
from ddpm_studio.config.sample import FIXED_VARIANCES as FIXED_VARIANCES
from ddpm_studio.config.sample import SPACINGS as SPACINGS
from ddpm_studio.config.sample import VARIANCES as VARIANCES
from ddpm_studio.config.sample import SampleConfig as SampleConfig
from ddpm_studio.config.training import PRECISIONS as PRECISIONS
from ddpm_studio.config.training import PREDICTIONS as PREDICTIONS
from ddpm_studio.config.training import SCHEDULES as SCHEDULES
from ddpm_studio.config.training import DiffusionConfig as DiffusionConfig
from ddpm_studio.config.training import TrainConfig as TrainConfig

# of a checkpoint, and how they are called: the moving average, and as the last step left them
WEIGHTS = {"ema": "averaged", "model": "plain"}
AUGMENT_CHANNELS = 6  # of training.augment


@dataclass(frozen=True)
class StudioConfig:
    """Everything about a project but its pictures; `model` is the section of its kind of model."""

    pictures: PicturesConfig = setting(PicturesConfig(), "Pictures")
    model: KindConfig = setting(ModelConfig(), "Model")
    diffusion: DiffusionConfig = setting(DiffusionConfig(), "Noise")
    train: TrainConfig = setting(TrainConfig(), "Training")
    sample: SampleConfig = setting(SampleConfig(), "Painting")

    def __post_init__(self) -> None:
        channels, height, width = self.pictures.shape
        for name, value in (("size", width), ("height", height)):
            fits = value % self.model.stride == 0
            check(fits, f"pictures.{name}", value, self.model.allowed_sides)
        # frozen, so the fields that follow from the pictures are filled in this way
        follows = dataclasses.replace(
            self.model,
            in_channels=channels,
            image_size=min(height, width),
            augment_channels=AUGMENT_CHANNELS if self.train.augment else 0,
            learns_variance=self.diffusion.variance == "learned",
        )
        follows.check_derived()
        object.__setattr__(self, "model", follows)
        total = self.diffusion.num_timesteps
        for name, steps in (
            ("sample.num_inference_steps", self.sample.num_inference_steps),
            ("train.preview_steps", self.train.preview_steps),
        ):
            check(steps <= total, name, steps, f"at most diffusion.num_timesteps ({total})")

    def changed(self, section: str, **values: Any) -> StudioConfig:
        """The same, but with other values in one section. Raises ConfigError."""
        changed = dataclasses.replace(getattr(self, section), **values)
        return dataclasses.replace(self, **{section: changed})
