"""Preview grids: the same seeds again and again, the film of the model learning."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.events import PreviewSaved, Progress, Work
from ddpm_studio.export.images import picture_grid, write_png
from ddpm_studio.sampling.generate import denoise_seeds
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.storage import make_lasting_folder
from ddpm_studio.training.trainer import Trainer

FIRST_PREVIEW = 25


def is_preview_step(step: int, every: int) -> bool:
    """Every `every` steps; before that at 25, 50, 100, 200 ..., when most happens."""
    if step % every == 0:
        return True
    doublings, remainder = divmod(step, FIRST_PREVIEW)
    return step < every and remainder == 0 and doublings.bit_count() == 1


def preview(trainer: Trainer, path: Path) -> Iterator[Progress | PreviewSaved]:
    """Sample a grid with the averaged weights and write it; training's state is not touched."""
    config = trainer.config
    seeds = range(config.train.preview_count)
    sample = preview_sample(config, config.train.preview_steps)
    for frame in denoise_seeds(averaged_model(trainer), sample, seeds):
        yield Progress(Work.PREVIEW, frame.index, sample.num_inference_steps, step=trainer.step)
    pictures = to_uint8(frame.x_t, config.pictures.has_hard_alpha)
    make_lasting_folder(path.parent)
    write_png(path, picture_grid(pictures))
    yield PreviewSaved(trainer.step, path, pictures)


def preview_sample(config: StudioConfig, num_inference_steps: int) -> SampleConfig:
    """How pictures are made on the way: always the same picture from the same noise.

    12 steps of it look like 250 of DDIM (docs/evidence.md).
    """
    return SampleConfig(
        sampler="dpmpp_2m", num_inference_steps=num_inference_steps, clip=config.sample.clip
    )


def averaged_model(trainer: Trainer) -> Network:
    """The network with the averaged weights, ready to sample; it shares them with the trainer."""
    return _sharing(trainer, trainer.averages)


def plain_model(trainer: Trainer) -> Network:
    """The same with the plain weights, as the last step left them."""
    return _sharing(trainer, [parameter.detach() for parameter in trainer.parameters])


def _sharing(trainer: Trainer, weights: Sequence[Tensor]) -> Network:
    """A network of its own, in which nothing is drawn, around weights that stay where they are."""
    with torch.device("meta"):  # no weights of its own
        model = trainer.kind.build(trainer.config)
    names = [name for name, _ in trainer.model.named_parameters()]
    model.load_state_dict(dict(zip(names, weights, strict=True)), assign=True)
    return Network(model.eval().requires_grad_(False), trainer.config, trainer.device)
