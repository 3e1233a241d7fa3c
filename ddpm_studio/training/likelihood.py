"""How many bits a model needs for pictures: every step of the bound, or some that stand for it."""

import itertools
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config.fields import check
from ddpm_studio.diffusion import NoiseSchedule, bits_at, prior_bits
from ddpm_studio.errors import ConfigError
from ddpm_studio.events import BitsMeasured, Progress, Work
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import seeded_noise
from ddpm_studio.sampling.pictures import from_uint8

FIRST_SEED = 1 << 41  # of the noise, far from those of previews and of the held-out loss
MOST_PIXELS = 64 * 64 * 64  # that go through the network together
MOST_TOGETHER = 64
GOLDEN = (5**0.5 - 1) / 2  # steps of it fall evenly into any part


def stages(num_timesteps: int, most: int) -> list[range]:
    """All timesteps in at most so many ranges: the first alone, later ones in ever longer ones.

    The bits of neighbours are alike where there is much noise, and differ where there is little.
    """
    if most >= num_timesteps:
        return [range(t, t + 1) for t in range(num_timesteps)]
    low, high = 1.0, float(num_timesteps)  # each range is so many times as far as the one before
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if len(_growing(num_timesteps, middle)) > most else (low, middle)
    return _growing(num_timesteps, high)


def _growing(num_timesteps: int, factor: float) -> list[range]:
    ends, end = [0], 0
    while end < num_timesteps:
        end = min(num_timesteps, max(end + 1, int(end * factor)))
        ends.append(end)
    return [range(a, b) for a, b in itertools.pairwise(ends)]


@dataclass
class BitsMeter:
    """Measures a network on one picture after the other, and knows the mean of all so far.

    most: looks at each picture, at most. Where these are fewer than its timesteps, each stands for
    a range of them; which one is looked at differs from picture to picture, so that nothing is
    left out. variance: of VARIANCES, None: as learned, else beta. Everything is the same whenever
    it is asked. Attribute: pictures (asked about so far).
    Raises ConfigError if it cannot be measured on this kind of noise, or no variance is learned.
    """

    network: Network
    most: int | None = None
    variance: str | None = None
    pictures: int = 0
    _prior: list[float] = field(default_factory=list)
    _parts: list[Tensor] = field(default_factory=list)  # of each picture, (stages,)

    def __post_init__(self) -> None:
        process = self.network.process
        if not isinstance(process, NoiseSchedule):
            raise ConfigError(
                "Bits can be measured step by step only where noise has steps: on the linear and "
                "the cosine schedule."
            )
        learns = self.network.config.model.learns_variance
        self.variance = self.variance or ("learned" if learns else "beta")
        is_there = learns or self.variance != "learned"
        check(is_there, "variance", self.variance, "posterior or beta: the model has learned none")
        self._schedule = process.to("cpu")
        self.stages = stages(process.num_timesteps, self.most or process.num_timesteps)

    @property
    def looks(self) -> int:
        """At each picture."""
        return len(self.stages)

    def look(self, picture: np.ndarray) -> int:
        """At one as a rehearsal, as often as goes through the network together; how often."""
        some = self._timesteps(0)[: self._together]
        list(self._looks(from_uint8(picture[None]), 0, some))
        return len(some)

    def measure(self, pictures: np.ndarray) -> Generator[Progress, None, None]:
        """Ask about some more: uint8 (N, H, W, C). One left halfway does not count."""
        done, total = 0, len(pictures) * self.looks
        for picture in pictures:
            index = self.pictures
            x_0, timesteps = from_uint8(picture[None]), self._timesteps(index)
            found: list[Tensor] = []
            for bits in self._looks(x_0, index, timesteps):
                if found:
                    yield Progress(Work.BITS, done, total)
                found.append(bits)
                done += len(bits)
            sizes = torch.tensor([len(stage) for stage in self.stages])
            self._parts.append(torch.cat(found) * sizes)
            self._prior.append(float(prior_bits(self._schedule, x_0.double())))
            self.pictures += 1
            yield Progress(Work.BITS, done, total)

    def so_far(self, step: int, of: str) -> BitsMeasured | None:
        """The mean over all pictures that were asked about; None if none was. step: of training."""
        if not self.pictures:
            return None
        parts, prior = torch.stack(self._parts), torch.tensor(self._prior, dtype=torch.float64)
        totals, mean = prior + parts.sum(1), parts.mean(0).tolist()
        spread = float(totals.std()) if self.pictures > 1 else 0.0
        return BitsMeasured(
            step,
            of,
            self.pictures,
            float(totals.mean()),
            spread / self.pictures**0.5,
            float(prior.mean()),
            mean[0],
            tuple(stage.start for stage in self.stages[1:]),
            tuple(mean[1:]),
            str(self.variance),
            self.pictures * self.looks,
        )

    @property
    def _together(self) -> int:
        _, height, width = self.network.config.pictures.shape
        return max(1, min(MOST_TOGETHER, MOST_PIXELS // (height * width)))

    def _timesteps(self, index: int) -> list[int]:
        """One of each stage, of picture number `index`."""
        part = (0.5 + index * GOLDEN) % 1
        return [stage[int(part * len(stage))] for stage in self.stages]

    @torch.no_grad()
    def _looks(self, x_0: Tensor, index: int, timesteps: Sequence[int]) -> Iterator[Tensor]:
        """The terms of the bound at some timesteps, float64, as many at a time as go together."""
        seed, shape = FIRST_SEED + index, x_0.shape[1:]
        for first in range(0, len(timesteps), self._together):
            part = timesteps[first : first + self._together]
            eps = torch.cat([seeded_noise([seed], t + 1, shape) for t in part])
            same = x_0.expand(len(part), *shape)
            yield bits_at(
                self._predict,
                self._schedule,
                same.double(),
                torch.tensor(part),
                eps.double(),
                prediction=self.network.config.diffusion.prediction,
                variance=str(self.variance),
                clip=True,
            )

    def _predict(self, x_t: Tensor, t: Tensor) -> Tensor:
        """In the network's precision, while the rest is computed in float64."""
        device = self.network.device
        return self.network.predict(x_t.float().to(device), t.to(device)).double().cpu()
