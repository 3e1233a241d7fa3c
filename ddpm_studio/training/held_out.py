"""How well the model does on pictures that it never learns from: the same question every time."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import from_uint8
from ddpm_studio.training.trainer import Trainer

BANDS = 4  # of timesteps, from little noise to nearly only noise
FEWEST = 10  # pictures; of fewer none is kept out
MOST = 32  # held-out pictures that are asked about: more would take time from training
FIRST_SEED = 1 << 40  # of their noise, far from those of previews


@dataclass(frozen=True)
class HeldOutLoss:
    """loss: the mean of the bands; bands[0]: of the least noise. Weighted as in training."""

    loss: float
    bands: tuple[float, ...]


def split_held_out(digests: Sequence[str], share: float) -> tuple[np.ndarray, np.ndarray]:
    """Which pictures are learned from and which are kept out: int64 indices of both.

    digests: the content of each picture's file; parts of one file stay together. Who is kept out
    follows from the content alone, so that a folder that grows keeps its held-out pictures as
    far as it can, and a resumed training never learns what was held out before.
    """
    different = sorted(set(digests), key=lambda one: hashlib.sha256(one.encode()).digest())
    count = int(share * len(different)) if len(different) >= FEWEST else 0
    kept_out = set(different[:count])
    is_out = np.array([digest in kept_out for digest in digests], bool)
    return np.flatnonzero(~is_out), np.flatnonzero(is_out)


class HeldOut:
    """Fixed pictures with fixed noise and timesteps, so that the curve has no lottery.

    Attributes: pictures (that are asked about, uint8), of (how many are never learned from, those
    that are not asked about among them).
    """

    def __init__(self, trainer: Trainer, pictures: np.ndarray, of: int = 0) -> None:
        """pictures: uint8 (M, H, W, C), prepared; at most MOST of them are used."""
        self.of = of or len(pictures)
        self.pictures = pictures = pictures[:MOST]
        self._trainer = trainer
        self._x_0 = from_uint8(pictures).to(trainer.device)
        seeds = range(FIRST_SEED, FIRST_SEED + len(pictures))
        self._eps = initial_noise(seeds, self._x_0.shape[1:]).to(trainer.device)

    def __len__(self) -> int:
        return len(self._x_0)

    @torch.no_grad()
    def measure(self, network: Network) -> HeldOutLoss:
        """The loss of a model in each band. Deterministic: twice the same model, twice the same."""
        bands = tuple(self._band(network, band) for band in range(BANDS))
        return HeldOutLoss(sum(bands) / BANDS, bands)

    def _band(self, network: Network, band: int) -> float:
        count = len(self)
        # every picture has its own timestep, and together they fill the band evenly
        place = (band + (torch.arange(count) + 0.5) / count) / BANDS
        t = self._trainer.process.times(place).to(self._trainer.device)
        size = self._trainer.config.train.batch_size // self._trainer.accumulation
        losses = [
            self._losses(network, *part)
            for part in zip(
                *(whole.split(size) for whole in (self._x_0, t, self._eps)), strict=True
            )
        ]
        return float(torch.cat(losses).mean())

    def _losses(self, network: Network, x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        trainer = self._trainer
        process = network.process.to(trainer.device)
        return trainer.kind.loss(trainer.config, process, network.predict, x_0, t, eps)
