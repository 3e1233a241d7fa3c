"""Preview grids: the same seeds again and again, the film of the model learning."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config import SampleConfig, StudioConfig
from ddpm_studio.events import PreviewSaved, Progress, Work
from ddpm_studio.export.images import picture_grid, read_grid, write_png
from ddpm_studio.sampling.generate import denoise_seeds
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.pictures import to_uint8
from ddpm_studio.storage import make_lasting_folder
from ddpm_studio.training.trainer import Trainer

PAINTED = "seeds"  # the text in a preview's file that says which of its pictures are of its step


class Wall:
    """The pictures of the wall. A preview may paint only some of them; the others stay.

    The pictures are those of the seeds 0, 1, 2, ...: uint8 (N, H, W, C), black until painted.
    """

    def __init__(self, config: StudioConfig, before: Path | None = None) -> None:
        """before: the file of the preview to go on from."""
        self._config = config
        self.count = config.train.preview_count
        self._next = 0  # the seed that was painted longest ago
        shape = (self.count, *config.pictures.shape[1:], config.pictures.shape[0])
        known = None if before is None else read_grid(before, shape[1:3])
        has_all = known is not None and known[: self.count].shape == shape
        self._pictures = known[: self.count] if known is not None and has_all else None

    @property
    def is_blank(self) -> bool:
        return self._pictures is None

    def next_few(self, count: int) -> Sequence[int]:
        """The seeds whose turn it is, one group after the other."""
        first, self._next = self._next, self._next + count
        if self._next >= self.count:
            self._next = 0
        return range(first, min(first + count, self.count))

    def paint(self, trainer: Trainer, seeds: Sequence[int], steps: int) -> Iterator[Progress]:
        """With the averaged weights; training's state is not touched."""
        sample = preview_sample(self._config, steps)
        for frame in denoise_seeds(averaged_model(trainer), sample, seeds):
            yield Progress(Work.PREVIEW, frame.index, sample.num_inference_steps, step=trainer.step)
        painted = to_uint8(frame.x_t, self._config.pictures.has_hard_alpha)
        blank = np.zeros((self.count, *painted.shape[1:]), np.uint8)
        # what was shown is never written to again: others hold it
        pictures = blank if self._pictures is None else self._pictures.copy()
        pictures[list(seeds)] = painted
        self._pictures = pictures

    def save(self, step: int, path: Path, seeds: Sequence[int]) -> PreviewSaved:
        """The whole wall as one file, which says which of its pictures were painted now."""
        assert self._pictures is not None
        make_lasting_folder(path.parent)
        words = " ".join(map(str, seeds))
        grid = picture_grid(self._pictures)
        write_png(path, grid, words if len(seeds) < self.count else None, key=PAINTED)
        return PreviewSaved(step, path, self._pictures, tuple(seeds))


def preview(trainer: Trainer, path: Path) -> Iterator[Progress | PreviewSaved]:
    """Paint all pictures of the wall and write them; training's state is not touched."""
    wall, train = Wall(trainer.config), trainer.config.train
    seeds = range(wall.count)
    yield from wall.paint(trainer, seeds, train.preview_steps)
    yield wall.save(trainer.step, path, seeds)


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
