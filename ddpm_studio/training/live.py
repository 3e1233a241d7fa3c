"""A look at a model at any moment: its averaged and its plain weights paint the same noise."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from ddpm_studio.config import SampleConfig
from ddpm_studio.device import describe_device
from ddpm_studio.errors import TrainingError
from ddpm_studio.events import BothPainted
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.trajectory import trajectory
from ddpm_studio.training.checkpoints import read_info, take_snapshot
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.keep import Look
from ddpm_studio.training.loaded import load_network
from ddpm_studio.training.preview import averaged_model, plain_model, preview_sample
from ddpm_studio.training.stopwatch import Stopwatch
from ddpm_studio.training.trainer import Trainer
from ddpm_studio.words import several

ENDED = "No training runs at the moment, so only its checkpoints can be asked."


class Live:
    """The model of a running training, given to `train`; from its TrainStarted on it can be asked.

    It may be asked only while training rests between two events. Another thread may do it: what
    is painted reads the weights where training has them, and leaves everything as it was. It
    paints on if training is closed meanwhile, for saving changes no weights.
    """

    def __init__(self) -> None:
        self._trainer: Trainer | None = None
        self._watch: Stopwatch | None = None

    @property
    def step(self) -> int | None:
        """The step that training is at; None if it does not run."""
        trainer = self._trainer
        return None if trainer is None else trainer.step

    @contextmanager
    def following(self, trainer: Trainer, watch: Stopwatch) -> Iterator[None]:
        """Inside it, the model is that of this trainer."""
        self._trainer, self._watch = trainer, watch
        try:
            yield
        finally:
            self._trainer = self._watch = None

    def paint(
        self, seeds: Sequence[int], num_inference_steps: int
    ) -> Generator[BothPainted, None, Look]:
        """Paint a picture for each seed with both kinds of weights, side by side.

        As previews are made, num_inference_steps + 1 events. Returns what it was painted with, the
        whole model among it. Raises TrainingError with one
        sentence: at once if no training runs; later if the weights are spoilt, or memory is short.
        """
        trainer, watch = self._trainer, self._watch
        if trainer is None or watch is None:
            raise TrainingError(ENDED)
        return _paint_live(trainer, watch.all_seconds, seeds, num_inference_steps)


def paint_checkpoint(
    path: Path, seeds: Sequence[int], num_inference_steps: int, device: torch.device | str = "cpu"
) -> Generator[BothPainted, None, Look]:
    """The same from a checkpoint. Raises CheckpointError, or TrainingError if memory is short."""
    averaged, plain = (load_network(path, which, device) for which in ("ema", "model"))
    step = read_info(path).step
    sample = yield from _paint(step, averaged, plain, seeds, num_inference_steps)
    return Look(step, sample, averaged.device, averaged.precision)


def _paint_live(
    trainer: Trainer, seconds: float, seeds: Sequence[int], num_inference_steps: int
) -> Generator[BothPainted, None, Look]:
    if not trainer.is_finite():
        raise TrainingError(
            "Not all weights are finite numbers at the moment, and training is about to go back; "
            "look again a little later, or choose a checkpoint."
        )
    both = averaged_model(trainer), plain_model(trainer)
    step = trainer.step
    sample = yield from _paint(step, *both, seeds, num_inference_steps)
    # now, while training rests: it changes the weights as soon as this has ended
    try:
        snapshot = take_snapshot(trainer, seconds)
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        snapshot = None  # they can be seen, but not kept
    return Look(step, sample, both[0].device, both[0].precision, snapshot)


def _paint(
    step: int, averaged: Network, plain: Network, seeds: Sequence[int], num_inference_steps: int
) -> Generator[BothPainted, None, SampleConfig]:
    """Both at the same pace."""
    sample = preview_sample(averaged.config, num_inference_steps)
    ways = [trajectory(network, sample, seeds) for network in (averaged, plain)]
    try:
        for one, other in zip(*ways, strict=True):
            yield BothPainted(
                step, one.index, sample.num_inference_steps, one.pred_x_0, other.pred_x_0
            )
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingError(
            f"There is not enough memory on {describe_device(averaged.device)} to paint "
            f"{several(len(seeds), 'picture')}; choose fewer."
        ) from error
    return sample
