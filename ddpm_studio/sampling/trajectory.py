"""A whole denoising as pictures that can leave the engine: every frame of every seed."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config import SampleConfig
from ddpm_studio.diffusion import Process
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.generate import BATCH, denoise_seeds
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import WITH_ALPHA, to_uint8
from ddpm_studio.sampling.spacing import timesteps_of
from ddpm_studio.sampling.steps import Frame, State, joined, state_of

EPS_SHOWN = 3.0  # of predicted noise: this many standard deviations are white


@dataclass(frozen=True)
class Moment:
    """Where a frame stands. noise: how much of x_t, `Process.noise_share`: about 1 down to 0."""

    index: int  # 0 is x_T, the last is the finished picture
    t: float  # timestep, -1 when finished
    noise: float


@dataclass(frozen=True)
class TrajectoryFrame:
    """All pictures at one moment: uint8 (N, H, W, C), not written to again; x_t normalised.

    pred_eps: `noise_to_uint8` of the predicted noise. finished: what comes of it in the end, for
    frames of the forward process. state: from where a denoising goes on, if it was asked for.
    """

    index: int
    t: float
    x_t: Any
    pred_x_0: Any
    pred_eps: Any = None
    finished: Any = None
    state: State | None = None


def noise_to_uint8(eps: Tensor) -> np.ndarray:
    """Noise (N, C, H, W) as pictures: uint8 (N, H, W, C), 0 as mid grey, 3 as white, -3 as black.

    Where pictures have alpha, the noise of their colours is shown opaque.
    """
    shown = eps / EPS_SHOWN
    if shown.shape[1] == WITH_ALPHA:
        shown = torch.cat([shown[:, :3], torch.ones_like(shown[:, 3:])], 1)
    return to_uint8(shown)


def trajectory_moments(process: Process, sample: SampleConfig) -> list[Moment]:
    """The moments of a denoising before it is made, num_inference_steps + 1 of them.

    Raises ConfigError if there are more steps than trained timesteps.
    """
    timesteps = timesteps_of(sample.used_spacing, process, sample.num_inference_steps)
    moments = [Moment(index, t, float(process.noise_share(t))) for index, t in enumerate(timesteps)]
    return [*moments, Moment(len(timesteps), -1, 0.0)]


def trajectory(
    network: Network,
    sample: SampleConfig,
    seeds: Sequence[int],
    batch: int = BATCH,
    *,
    start: State | None = None,
    anchors: Container[int] = (),
) -> Iterator[TrajectoryFrame]:
    """`denoise` for each seed, all pictures at the same pace; num_inference_steps + 1 frames.

    The network sees `batch` pictures at a time, so that memory stays bounded and the pictures
    are those of `generate`. start: begin there instead of with noise; the frames from its index
    on are those of a run that came this way. anchors: the indices of frames that carry their
    state, on the CPU.
    """
    firsts = range(0, len(seeds), batch)
    denoisings = [
        denoise_seeds(
            network,
            sample,
            seeds[first : first + batch],
            None if start is None else start.part(first, first + batch),
        )
        for first in firsts
    ]
    hard, before = network.config.pictures.has_hard_alpha, None
    for frames in zip(*denoisings, strict=True):
        state = None
        if frames[0].index in anchors:
            if start is not None and frames[0].index == start.index:
                state = start.to("cpu")
            else:
                pairs = zip(frames, before or [None] * len(frames), strict=True)
                state = joined([state_of(one, last, sample.sampler) for one, last in pairs])
        before = frames if SAMPLERS[sample.sampler].looks_back else None
        yield _shown(network.process, frames, hard, state)


def _shown(
    process: Process, frames: Sequence[Frame], hard: bool, state: State | None
) -> TrajectoryFrame:
    """The frames of all batches at one moment as pictures."""
    t = frames[0].t
    noisy = [process.normalised(frame.x_t, t) for frame in frames]
    return TrajectoryFrame(
        frames[0].index,
        t,
        np.concatenate([to_uint8(x_t, hard and t < 0) for x_t in noisy]),
        np.concatenate([to_uint8(frame.pred_x_0, hard) for frame in frames]),
        np.concatenate([noise_to_uint8(noise_of(frame)) for frame in frames]),
        state=state,
    )


def noise_of(frame: Frame) -> Tensor:
    """pred_eps; none in a frame that does not say it."""
    return torch.zeros_like(frame.x_t) if frame.pred_eps is None else frame.pred_eps
