"""Pictures from a trained network, as many as are wanted, a batch at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from ddpm_studio.config import SampleConfig
from ddpm_studio.events import SampleFinished, SampleStep
from ddpm_studio.sampling.denoise import denoise
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.steps import Frame, State

BATCH = 16
# of an adaptive solver, where a network's layers have two or three digits: with less it would
# follow their rounding
COARSE = {"rtol": 1e-2, "atol": 1e-2}


def generate(
    network: Network, sample: SampleConfig, seeds: Sequence[int], batch: int = BATCH
) -> Iterator[SampleStep | SampleFinished]:
    """Make one picture for each seed; every picture is the same whatever the batch."""
    hard = network.config.pictures.has_hard_alpha
    for start in range(0, len(seeds), batch):
        part = seeds[start : start + batch]
        for frame in denoise_seeds(network, sample, part):
            yield SampleStep(frame.index, sample.num_inference_steps, len(part), start, len(seeds))
        assert frame.calls is not None  # the last one has them
        calls = frame.calls.tolist()
        for offset, picture in enumerate(to_uint8(frame.x_t, hard)):
            yield SampleFinished(start + offset, part[offset], picture, calls[offset])


def denoise_seeds(
    network: Network, sample: SampleConfig, seeds: Sequence[int], start: State | None = None
) -> Iterator[Frame]:
    """`denoise` from the noise of some seeds, with the settings of a project's model.

    start: where to go on from, if not from the beginning.
    """
    config = network.config
    x_T = start or network.process.prior_std * initial_noise(seeds, config.pictures.shape)
    return denoise(
        network.predict,
        network.process,
        x_T.to(network.device),
        sampler=sample.sampler,
        num_inference_steps=sample.num_inference_steps,
        prediction=config.diffusion.prediction,
        spacing=sample.used_spacing,
        clip=sample.clip,
        seeds=seeds,
        **options_of(network, sample),
    )


def options_of(network: Network, sample: SampleConfig) -> dict[str, Any]:
    """What `denoise` is given for a sampler, by settings and by the digits of the network."""
    options = sample.options(network.config.model.learns_variance)
    return options if network.precision == torch.float32 else {**options, **COARSE}
