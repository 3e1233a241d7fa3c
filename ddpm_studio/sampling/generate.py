"""Pictures from a trained network, as many as are wanted, a batch at a time."""

from collections.abc import Iterator, Sequence

from ddpm_studio.config import SampleConfig
from ddpm_studio.events import SampleFinished, SampleStep
from ddpm_studio.sampling.denoise import denoise
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.sampling.steps import Frame, State

BATCH = 16


def generate(
    network: Network, sample: SampleConfig, seeds: Sequence[int], batch: int = BATCH
) -> Iterator[SampleStep | SampleFinished]:
    """Make one picture for each seed; every picture is the same whatever the batch."""
    hard = network.config.pictures.has_hard_alpha
    for start in range(0, len(seeds), batch):
        part = seeds[start : start + batch]
        for frame in denoise_seeds(network, sample, part):
            yield SampleStep(frame.index, sample.num_inference_steps, len(part), start, len(seeds))
        for offset, picture in enumerate(to_uint8(frame.x_t, hard)):
            yield SampleFinished(start + offset, part[offset], picture)


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
        eta=sample.eta,
        prediction=config.diffusion.prediction,
        spacing=sample.used_spacing,
        variance=sample.used_variance(config.model.learns_variance),
        clip=sample.clip,
        seeds=seeds,
    )
