"""A whole denoising as pictures that can leave the engine: every frame of every seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ddpm_studio.config import DiffusionConfig, SampleConfig, StudioConfig
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.nn import UNet
from ddpm_studio.sampling.generate import BATCH, denoise_seeds
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.spacing import spaced_timesteps


@dataclass(frozen=True)
class Moment:
    """Where a frame stands. noise: sqrt(1 - alphas_cumprod[t]), from about 1 down to 0."""

    index: int  # 0 is x_T, the last is the finished picture
    t: int  # timestep, -1 when finished
    noise: float


@dataclass(frozen=True)
class TrajectoryFrame:
    """All pictures at one moment: uint8 (N, H, W, C), not written to again."""

    index: int
    t: int
    x_t: Any
    pred_x_0: Any


def trajectory_moments(diffusion: DiffusionConfig, sample: SampleConfig) -> list[Moment]:
    """The moments of a denoising before it is made, num_inference_steps + 1 of them.

    Raises ConfigError if there are more steps than trained timesteps.
    """
    schedule = NoiseSchedule.from_config(diffusion)
    timesteps = spaced_timesteps(
        sample.spacing, diffusion.num_timesteps, sample.num_inference_steps
    )
    moments = [
        Moment(index, t, float((1 - schedule.alpha_bar(t)).sqrt()))
        for index, t in enumerate(timesteps)
    ]
    return [*moments, Moment(len(timesteps), -1, 0.0)]


def trajectory(
    model: UNet,
    config: StudioConfig,
    sample: SampleConfig,
    seeds: Sequence[int],
    device: torch.device,
    batch: int = BATCH,
) -> Iterator[TrajectoryFrame]:
    """`denoise` for each seed, all pictures at the same pace; num_inference_steps + 1 frames.

    The network sees `batch` pictures at a time, so that memory stays bounded and the pictures
    are those of `generate`. model: on `device`; config: the model's own settings.
    """
    parts = [seeds[start : start + batch] for start in range(0, len(seeds), batch)]
    denoisings = [denoise_seeds(model, config, sample, part, device) for part in parts]
    hard = config.pictures.has_hard_alpha
    for frames in zip(*denoisings, strict=True):
        is_finished = frames[0].t < 0
        yield TrajectoryFrame(
            frames[0].index,
            frames[0].t,
            np.concatenate([to_uint8(frame.x_t, hard and is_finished) for frame in frames]),
            np.concatenate([to_uint8(frame.pred_x_0, hard) for frame in frames]),
        )
