"""From noise to pictures, frame by frame."""

import math
from collections.abc import Iterator, Mapping, Sequence, Sized
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor

from ddpm_studio.config import PREDICTIONS, VARIANCES
from ddpm_studio.config.fields import check, check_choice, one_of
from ddpm_studio.config.sample import LASTS
from ddpm_studio.diffusion import Process
from ddpm_studio.nn.per_picture import Predict, per_picture
from ddpm_studio.samplers import FINER, OPTIONS, SAMPLERS, fitting
from ddpm_studio.sampling.samplers import step_of, walk_of
from ddpm_studio.sampling.spacing import timesteps_of
from ddpm_studio.sampling.steps import Counted, Frame, State, Step, Steps


def denoise(
    model: Predict,
    process: Process,
    x_T: Tensor | State,
    *,
    sampler: str = "ddim",
    num_inference_steps: int = 50,
    eta: float = 0.0,
    prediction: str = "eps",
    spacing: str = "leading",
    variance: str = "posterior",
    clip: bool = False,
    seeds: Sequence[int] | None = None,
    snr: float = 0.16,
    last: str = "mean",
    **finer: float,
) -> Iterator[Frame]:
    """Yield `num_inference_steps + 1` frames, from x_T to the finished pictures.

    Frame 0 is x_T at the first timestep with the model's prediction from it; the last has
    t = -1 and pred_x_0 = x_t, and says in `calls` how often the model was called.

    model: any callable (x_t, t LongTensor (N,)) -> tensor like x_t, which is what
    `prediction` says: "eps", "v" or "x_0". With a continuous process t is float64, in (0, 1], here
    and in `Frame.t`, and x_T has the process's `prior_std`.
    x_T: (N, ...), float32 or float64; or a State, where a denoising with the same settings stood:
    the frames from its index on follow, bit for bit.
    A model that returns twice the channels has learned the variance, too: v, after the prediction.
    eta: 0 to 1, for "ddim". variance: for "ddpm": "posterior", "beta" or "learned". clip: clamp
    pred_x_0 to [-1, 1].
    snr: above 0, for "predictor_corrector". last: "mean" or "noise", for "reverse_sde" and
    "annealed_langevin". finer: langevin_steps (100) and langevin_rate (2e-5) for the latter, rtol
    and atol (1e-5) for "probability_flow".
    seeds: one int per image, whose noise is then its own, whatever the batch. A model's pictures
    are then the same in any batch (`PerPicture`); another callable sees to that itself.
    Raises ConfigError, before the first frame, for a name or number that is not allowed, or a
    sampler that does not suit the process.
    """
    start = x_T if isinstance(x_T, State) else State(0, x_T)
    check_choice("prediction", prediction, PREDICTIONS)
    options = {"eta": eta, "variance": variance, "snr": snr, "last": last, **finer}
    check_options(sampler, options)
    suiting = fitting(process.is_continuous)
    allowed = f"{one_of(suiting)} where noise grows in whole steps"
    check(sampler in suiting, "sampler", sampler, allowed)
    is_noise = start.x_t.is_floating_point() and start.x_t.ndim > 0
    given = (start.x_t.dtype, tuple(start.x_t.shape))
    check(is_noise, "x_T", given, "floating-point, of shape (N, ...)")
    if seeds is not None:
        seeds = _whole_numbers(seeds, len(start.x_t))
    timesteps = timesteps_of(spacing, process, num_inference_steps)
    most = len(timesteps) - 1
    check(0 <= start.index <= most, "start.index", start.index, f"0 to {most}, a step to be made")
    steps = Steps(Counted(per_picture(model)), process, timesteps, prediction, clip, seeds)
    return _without_gradients(walk_of(sampler, options)(steps, start))


def sampler_step(sampler: str, options: Mapping[str, Any]) -> Step:
    """One step of a sampler, by its name. Raises ConfigError for what is not allowed."""
    check_options(sampler, options)
    return step_of(sampler, **options)


def check_options(sampler: str, options: Mapping[str, Any]) -> None:
    """Raise a ConfigError unless the sampler is known, and what it is given allowed."""
    check_choice("sampler", sampler, tuple(SAMPLERS))
    eta, known = options["eta"], (*OPTIONS, *FINER)
    is_share = isinstance(eta, Real) and 0 <= float(eta) <= 1
    check_choice("variance", options["variance"], VARIANCES)
    check(is_share, "eta", eta, "0 (no fresh noise) to 1")
    check_choice("last", options["last"], LASTS)
    for name, value in options.items():
        check(name in known, "an option of a sampler", name, one_of(known))
        if name == "snr" or name in FINER:
            is_right = isinstance(value, Real) and 0 < float(value) < math.inf
            check(is_right, name, value, "above 0")


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
