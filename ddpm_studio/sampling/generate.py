"""Pictures from a trained network, as many as are wanted, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext

import torch
from torch import Tensor

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.device import select_memory_format, select_precision
from ddpm_studio.diffusion import NoiseSchedule
from ddpm_studio.events import SampleFinished, SampleStep
from ddpm_studio.nn import UNet
from ddpm_studio.sampling.denoise import denoise
from ddpm_studio.sampling.frame import Frame
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.resume import State

BATCH = 16


def generate(
    model: UNet,
    config: StudioConfig,
    sample: SampleConfig,
    seeds: Sequence[int],
    device: torch.device,
    batch: int = BATCH,
) -> Iterator[SampleStep | SampleFinished]:
    """Make one picture for each seed; every picture is the same whatever the batch.

    model: on `device`, as `load_model` gives it. config: the model's own settings.
    """
    for start in range(0, len(seeds), batch):
        part = seeds[start : start + batch]
        for frame in denoise_seeds(model, config, sample, part, device):
            yield SampleStep(frame.index, sample.num_inference_steps, len(part), start, len(seeds))
        for offset, picture in enumerate(to_uint8(frame.x_t, config.pictures.has_hard_alpha)):
            yield SampleFinished(start + offset, part[offset], picture)


def denoise_seeds(
    model: UNet,
    config: StudioConfig,
    sample: SampleConfig,
    seeds: Sequence[int],
    device: torch.device,
    start: State | None = None,
) -> Iterator[Frame]:
    """`denoise` from the noise of some seeds, with the settings of a project's model.

    start: where to go on from, if not from the beginning.
    """
    x_T = initial_noise(seeds, config.pictures.shape) if start is None else start
    return denoise(
        prepare_model(model, config, device),
        NoiseSchedule.from_config(config.diffusion),
        x_T.to(device),
        sampler=sample.sampler,
        num_inference_steps=sample.num_inference_steps,
        eta=sample.eta,
        prediction=config.diffusion.prediction,
        spacing=sample.used_spacing,
        variance=sample.variance,
        clip=sample.clip,
        seeds=seeds,
    )


def prepare_model(
    model: UNet, config: StudioConfig, device: torch.device
) -> Callable[[Tensor, Tensor], Tensor]:
    """The network in the precision and memory layout that its device is fastest in."""
    precision = select_precision(config.train.precision, device)
    layout = select_memory_format(device, precision)
    model.to(device=device, memory_format=layout)  # type: ignore[call-overload]
    # autocast converts the weights once for all pictures of a step, but only those that could be
    # trained (no gradient is ever taken here); where each picture goes alone, that saves a third
    model.requires_grad_(device.type == "cpu")

    def predict(x_t: Tensor, t: Tensor) -> Tensor:
        mixed = precision != torch.float32
        with torch.autocast(device.type, precision) if mixed else nullcontext():
            return model(x_t.contiguous(memory_format=layout), t)

    return predict
