"""The forward process of a real picture: every level of noise, and what a model makes of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ddpm_studio.config import SampleConfig
from ddpm_studio.diffusion import Process, q_sample
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sampling.denoise import sampler_step
from ddpm_studio.sampling.generate import BATCH, options_of
from ddpm_studio.sampling.network import Network
from ddpm_studio.sampling.noise import initial_noise
from ddpm_studio.sampling.pictures import from_uint8, to_uint8
from ddpm_studio.sampling.spacing import Timesteps, timesteps_of
from ddpm_studio.sampling.steps import Frame, Point, State, Step, Steps
from ddpm_studio.sampling.trajectory import TrajectoryFrame, noise_of, noise_to_uint8

TOLD_EVERY = 8  # steps, after which those on their way are shown again


@dataclass(frozen=True)
class Becoming:
    """What some levels become, while `done` of `total` steps of the model are made.

    indices: of the frames. pictures: uint8 (len(indices), H, W, C), what the model expects of
    each by now; finished when done == total.
    """

    done: int
    total: int
    indices: tuple[int, ...] = ()
    pictures: Any = None


@dataclass(frozen=True)
class Noising:
    """One real picture, the noise of one seed, and the timesteps of a denoising.

    x_0: (1, C, H, W) as the network learns it, float32 in [-1, 1].
    """

    network: Network
    sample: SampleConfig
    x_0: Tensor
    seed: int

    @property
    def timesteps(self) -> Timesteps:
        process, steps = self.network.process, self.sample.num_inference_steps
        return timesteps_of(self.sample.used_spacing, process, steps)

    def x_at(self, indices: Sequence[int]) -> Tensor:
        """x_t of some levels: (len(indices), C, H, W), on the CPU."""
        timesteps = self.timesteps
        t = self.network.process.moments([timesteps[index] for index in indices])
        size = (len(indices), *self.x_0.shape[1:])
        eps = initial_noise([self.seed], self.x_0.shape[1:])
        return q_sample(self.network.process, self.x_0.expand(size), t, eps.expand(size))

    def steps(self, count: int) -> Steps:
        """What the sampler is given, for so many levels at once."""
        return Steps(
            self.network.predict,
            self.network.process,
            self.timesteps,
            self.network.config.diffusion.prediction,
            self.sample.clip,
            [self.seed] * count,
        )


def from_record(pixels: np.ndarray) -> Tensor:
    """A prepared picture, uint8 (H, W, C), as training sees it: float32 (1, C, H, W)."""
    return from_uint8(pixels[None])


def noised(
    process: Process, sample: SampleConfig, x_0: Tensor, seeds: Sequence[int], index: int
) -> State:
    """The state of one real picture with the noise of each seed at one level of a denoising.

    x_0: (1, C, H, W). Painting on from it is `trajectory(..., seeds, start=...)`.
    """
    timesteps = timesteps_of(sample.used_spacing, process, sample.num_inference_steps)
    t = process.moments([timesteps[index]])
    eps = initial_noise(seeds, x_0.shape[1:])
    return State(index, q_sample(process, x_0.expand(eps.shape), t, eps))


@torch.no_grad()
def levels(
    noising: Noising, indices: Sequence[int], batch: int = BATCH
) -> Iterator[TrajectoryFrame]:
    """A frame of one picture for each level: x_t, and what the model sees there, in one call.

    The index after the last timestep is x_0 itself.
    """
    hard, timesteps = noising.network.config.pictures.has_hard_alpha, noising.timesteps
    noisy = [index for index in indices if index < len(timesteps)]
    for first in range(0, len(noisy), batch):
        part = noisy[first : first + batch]
        x_t = noising.x_at(part).to(noising.network.device)
        t = noising.network.process.moments([timesteps[index] for index in part])
        pred_x_0, pred_eps = noising.steps(len(part)).predict(x_t, t)
        seen = noising.network.process.normalised(x_t, t)
        shown = to_uint8(seen), to_uint8(pred_x_0, hard), noise_to_uint8(pred_eps)
        for place, index in enumerate(part):
            one = [pixels[place : place + 1].copy() for pixels in shown]
            yield TrajectoryFrame(index, timesteps[index], one[0], one[1], one[2])
    if len(timesteps) in indices:
        real = to_uint8(noising.x_0, hard)
        grey = noise_to_uint8(noise_of(Frame(len(timesteps), -1, noising.x_0, noising.x_0)))
        yield TrajectoryFrame(len(timesteps), -1, real, real, grey, real)


@torch.no_grad()
def finish_levels(
    noising: Noising, indices: Sequence[int], batch: int = BATCH
) -> Iterator[Becoming]:
    """Go on from every level to the end, all together: at step j the picture of level j joins.

    indices: ascending, below the number of steps. Yields after each part of each step; the last
    event holds the finished pictures, those before it now and then what is expected.
    """
    step = sampler_step(noising.sample.sampler, options_of(noising.network, noising.sample))
    hard, last = noising.network.config.pictures.has_hard_alpha, len(noising.timesteps) - 1
    total = sum(last + 1 - index for index in indices)
    walking = _Walking(noising, step, batch)
    done = 0
    for index, t, t_prev in noising.steps(1).pairs(indices[0] if indices else last + 1):
        if index in indices:
            walking.join(index)
        for count in walking.advance(index, t, t_prev):
            done += count
            yield Becoming(min(done, total - 1), total)
        is_last = index == last
        if is_last or index % TOLD_EVERY == 0:
            seen = walking.x_t if is_last else walking.pred_x_0
            pictures = to_uint8(seen, hard)
            yield Becoming(total if is_last else done, total, tuple(walking.indices), pictures)


class _Walking:
    """The pictures that are on their way, those that joined first first."""

    def __init__(self, noising: Noising, step: Step, batch: int) -> None:
        self.indices: list[int] = []
        self._noising, self._step, self._batch = noising, step, batch
        self._is_asked = SAMPLERS[noising.sample.sampler].looks_back
        self.x_t = noising.x_0[:0].to(noising.network.device)
        self.pred_x_0 = self.x_t  # of those that have made a step

    def join(self, index: int) -> None:
        self.indices.append(index)
        self.x_t = torch.cat([self.x_t, self._noising.x_at([index]).to(self.x_t.device)])

    def advance(self, index: int, t: float, t_prev: float) -> Iterator[int]:
        """One step of all. Yields after each part how many pictures were in it."""
        moved, believed = [], []
        for first, last in self._parts():
            steps = self._noising.steps(last - first)
            x_t = self.x_t[first:last]
            before = self.pred_x_0[first:last] if self._looks_back(last) else None
            pred_x_0, pred_eps, v = steps.predict_all(x_t, t)
            at = Point(index, t, t_prev, x_t, pred_x_0, pred_eps, before, v)
            moved.append(self._step(steps, at))
            believed.append(pred_x_0)
            yield last - first
        self.x_t, self.pred_x_0 = torch.cat(moved), torch.cat(believed)

    def _looks_back(self, last: int) -> bool:
        return self._is_asked and last <= len(self.pred_x_0)

    def _parts(self) -> Iterator[tuple[int, int]]:
        """At most `batch` at a time; one that has just joined has no step before it to look at."""
        old = len(self.pred_x_0)
        ends = [*range(self._batch, old, self._batch), old] if old else []
        if self._is_asked or not ends:
            ends.append(len(self.x_t))
        else:
            ends = [*range(self._batch, len(self.x_t), self._batch), len(self.x_t)]
        yield from ((a, b) for a, b in zip([0, *ends], ends, strict=False) if a < b)
