"""From noise to pictures, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from numbers import Integral, Real

import torch
from torch import Tensor

from ddpm_studio.config import PREDICTIONS, SAMPLERS, VARIANCES, check, check_choice
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.sampling.ddim import ddim
from ddpm_studio.sampling.ddpm import ddpm
from ddpm_studio.sampling.dpmpp_2m import dpmpp_2m
from ddpm_studio.sampling.frame import Frame
from ddpm_studio.sampling.heun import heun
from ddpm_studio.sampling.spacing import spaced_timesteps
from ddpm_studio.sampling.steps import Model, Steps


def denoise(
    model: Model,
    schedule: NoiseSchedule,
    x_T: Tensor,
    *,
    sampler: str = "ddim",
    num_inference_steps: int = 50,
    eta: float = 0.0,
    prediction: str = "eps",
    spacing: str = "leading",
    variance: str = "posterior",
    clip: bool = False,
    seeds: Sequence[int] | None = None,
) -> Iterator[Frame]:
    """Yield `num_inference_steps + 1` frames, from x_T to the finished pictures.

    Frame 0 is x_T at the first timestep with the model's prediction from it; the last has
    t = -1 and pred_x_0 = x_t. The model is called once per step, by "heun" twice.

    model: any callable (x_t, t LongTensor (N,)) -> tensor like x_t, which is what
    `prediction` says: "eps", "v" or "x_0". x_T: (N, ...), float32 or float64.
    eta: 0 to 1, for "ddim". variance: for "ddpm". clip: clamp pred_x_0 to [-1, 1].
    seeds: one int per image, whose noise is then its own, whatever the batch.
    Raises ConfigError, before the first frame, for a name or number that is not allowed.
    """
    check_choice("sampler", sampler, SAMPLERS)
    check_choice("prediction", prediction, PREDICTIONS)
    check_choice("variance", variance, VARIANCES)
    check(isinstance(eta, Real) and 0 <= eta <= 1, "eta", eta, "0 (no fresh noise) to 1")
    is_noise = x_T.is_floating_point() and x_T.ndim > 0
    check(is_noise, "x_T", (x_T.dtype, tuple(x_T.shape)), "floating-point, of shape (N, ...)")
    if seeds is not None:
        seeds = _whole_numbers(seeds, len(x_T))
    timesteps = spaced_timesteps(spacing, schedule.num_timesteps, num_inference_steps)
    steps = Steps(model, schedule, x_T, timesteps, prediction, clip, seeds)
    frames = {
        "ddpm": lambda: ddpm(steps, variance=variance),
        "ddim": lambda: ddim(steps, eta=eta),
        "dpmpp_2m": lambda: dpmpp_2m(steps),
        "heun": lambda: heun(steps),
    }
    return _without_gradients(frames[sampler]())


def _whole_numbers(seeds: Sequence[int], count: int) -> list[int]:
    """Plain ints, whether they came from Python, numpy or torch."""
    values = seeds.tolist() if isinstance(seeds, Tensor) else seeds
    fits = isinstance(values, Sized) and len(values) == count
    check(
        fits and all(isinstance(seed, Integral) for seed in values),
        "seeds",
        seeds,
        f"one whole number for each of the {count} images",
    )
    return [int(seed) for seed in values]


@torch.no_grad()
def _without_gradients(frames: Iterator[Frame]) -> Iterator[Frame]:
    yield from frames
