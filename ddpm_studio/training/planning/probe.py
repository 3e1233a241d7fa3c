"""A short look at this machine: what fits into its memory, and how fast it trains."""

import os
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import PRESETS, preset
from ddpm_studio.device import (
    describe_device,
    free_memory,
    freed_memory_kept,
    precision_name,
    select_device,
    select_precision,
)
from ddpm_studio.errors import TrainingError
from ddpm_studio.events import Progress, Work
from ddpm_studio.training.failures import is_out_of_memory
from ddpm_studio.training.planning.fit import fit
from ddpm_studio.training.planning.rehearsal import Rehearsal
from ddpm_studio.training.trainer import Trainer

PROBE_SECONDS = 20.0
TIMING_SHARE = 0.4  # of the time that is left is for steps; the rest for what comes after
GROWTH = 1.5  # of the time of a rehearsal, from one size to the next
STEPS = 2  # at least so many of a size are timed, after one that does not count
MOST_SECONDS = 1.0  # are spent on more of them
STARTING_SECONDS = 0.5  # for fresh weights
PICTURES = 64  # noise, from which the timed steps learn
SKETCH_FLOPS = 1.64e9  # of a picture, for a first idea of the speed
FASTER = 0.97  # half of the threads must take less than so much of the time to be preferred


@dataclass(frozen=True)
class Outlook:
    """What one choice of settings would be like on this machine.

    config: the settings, with an accumulation and gradient checkpointing that fit. settings: what
    was changed for that, as for `with_settings`. memory: bytes that training takes at the most,
    predicted. fits: with a tenth of the free memory to spare. flops: floating-point operations of
    a step. is_measured: whether step_seconds is the time of whole steps, or of the parts that they
    are made of; else it follows from smaller ones.
    """

    name: str
    config: StudioConfig
    settings: tuple[str, ...]
    memory: int
    fits: bool
    flops: int
    step_seconds: float
    is_measured: bool


@dataclass(frozen=True)
class Probe:
    """What was found. memory_free: bytes; threads: of the CPU, as many as were fastest.

    left_out: names that there was no time to look at.
    """

    device: str
    device_name: str
    precision: str
    threads: int
    memory_free: int
    outlooks: tuple[Outlook, ...]
    left_out: tuple[str, ...] = ()


def probe(
    configs: Mapping[str, StudioConfig] = PRESETS,
    *,
    device: str = "auto",
    seconds: float = PROBE_SECONDS,
) -> Generator[Progress, None, Probe]:
    """Look at each of these settings, from the smallest to the largest, for so long in all.

    Nothing is written. Between two events lie a second or two, more only on a slow machine.
    Raises StudioError if there is no such device, or no memory on it at all.
    """
    probing = _Probing(select_device(device), seconds)
    with freed_memory_kept(probing.device), _same_threads_after():
        yield from probing.warm_up()
        outlooks = []
        for name, config in configs.items():
            outlook = yield from probing.at(name, config)
            if outlook is not None:
                outlooks.append(outlook)
        threads = torch.get_num_threads()
    names = [outlook.name for outlook in outlooks]
    precision = select_precision(next(iter(configs.values())).train.precision, probing.device)
    return Probe(
        str(probing.device),
        describe_device(probing.device),
        precision_name(precision),
        threads,
        probing.memory,
        tuple(outlooks),
        tuple(name for name in configs if name not in names),
    )


class _Probing:
    """One probe of a device, which watches the clock."""

    def __init__(self, device: torch.device, seconds: float) -> None:
        self.device = device
        self.seconds = seconds
        self.started = time.monotonic()
        self.memory = free_memory(device)
        self.longest = 0.0  # seconds of the last rehearsal
        self.rate = 1.0  # floating-point operations a second, the most that was seen

    @property
    def done(self) -> float:
        return time.monotonic() - self.started

    def progress(self, what: str) -> Progress:
        return Progress(Work.PROBING, min(self.done, self.seconds), self.seconds, what)

    def warm_up(self) -> Iterator[Progress]:
        """A first idea of the speed, and the number of threads that is fastest."""
        count = 4
        times = yield from self._steps("the speed of this machine", preset("sketch"), count)
        if not times:
            name = describe_device(self.device)
            raise TrainingError(f"There is no memory left on {name}; close other programs.")
        self.rate = SKETCH_FLOPS * count / _typical(times)
        most = torch.get_num_threads()
        # the second half may be mere hyper-threads; who has set a number knows better
        if self.device.type != "cpu" or most <= 2 or "OMP_NUM_THREADS" in os.environ:
            return
        quickest = {most: float("inf"), most // 2: float("inf")}
        for threads in [*quickest] * 2:
            torch.set_num_threads(threads)
            times = yield from self._steps(f"{threads} threads", preset("sketch"), 16)
            quickest[threads] = min([quickest[threads], *times])
        is_half_better = quickest[most // 2] < FASTER * quickest[most]
        torch.set_num_threads(most // 2 if is_half_better else most)

    def at(self, name: str, config: StudioConfig) -> Generator[Progress, None, Outlook | None]:
        """How it fits and how fast it is; None if there was no time to find out."""
        fitted = yield from self._fit(name, config)
        if fitted is None:
            return None
        changed, rehearsal, fits = fitted
        share = TIMING_SHARE * (self.seconds - self.done)
        count = self._affordable(changed, rehearsal.flops, share) if fits else 0
        taken = rehearsal.flops / self.rate
        if count:
            times = yield from self._steps(
                f"the speed of {name}", changed, count, self.done + min(share, MOST_SECONDS)
            )
            if times:
                taken = _typical(times) * config.train.batch_size / count
                self.rate = max(self.rate, rehearsal.flops / taken)
            else:
                count, fits = 0, False
        return Outlook(
            name,
            changed,
            _changes(config, changed),
            rehearsal.peak_memory(),
            fits,
            rehearsal.flops,
            taken,
            count == changed.train.batch_size // changed.train.accumulation,
        )

    def _fit(
        self, name: str, config: StudioConfig
    ) -> Generator[Progress, None, tuple[StudioConfig, Rehearsal, bool] | None]:
        """The first way that fits, or the most frugal one; None if time is over before."""
        answer = None
        ways = fit(config, self.device, self.memory)
        growth = GROWTH
        while self.done + growth * self.longest < self.seconds or not self.longest:
            before = self.done
            yield self.progress(f"the memory that {name} takes")
            following = next(ways, None)
            if following is None:
                return answer
            answer = following
            self.longest, growth = self.done - before, 1.0
            if answer[2]:
                return answer
        return None

    def _affordable(self, config: StudioConfig, flops: int, share: float) -> int:
        """How many pictures at a time can be tried in so many seconds; 0 for none."""
        train = config.train
        whole = train.batch_size // train.accumulation
        each = flops / self.rate / train.batch_size
        counts = (count for count in range(whole, 0, -1) if whole % count == 0)
        needed = STARTING_SECONDS, 1 + STEPS
        return next((n for n in counts if needed[0] + needed[1] * each * n < share), 0)

    def _steps(
        self, what: str, config: StudioConfig, count: int, until: float = 0.0
    ) -> Generator[Progress, None, list[float]]:
        """Seconds of steps of `count` pictures; none if memory ran out. until: on the clock."""
        times: list[float] = []
        try:
            trainer = _trainer(config, count, self.device)
            while self._goes_on(len(times), until):
                yield self.progress(what)
                before = time.perf_counter()
                trainer.train_step()  # waits for the loss, and so for the device
                times.append(time.perf_counter() - before)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            return []
        return times[1:] or times

    def _goes_on(self, count: int, until: float) -> bool:
        """Whether another step is to be timed after so many."""
        if count <= STEPS:
            return count == 0 or self.done < self.seconds
        return self.done < until


def _typical(times: list[float]) -> float:
    """The lower quartile: whatever else goes on makes single steps slower, never faster."""
    return sorted(times)[len(times) // 4]


def _changes(one: StudioConfig, other: StudioConfig) -> tuple[str, ...]:
    """What `fit` may change, where it has."""
    names = ("accumulation", "gradient_checkpointing")
    values = {name: (getattr(one.train, name), getattr(other.train, name)) for name in names}
    return tuple(
        f"train.{name}={str(new).lower()}" for name, (old, new) in values.items() if old != new
    )


def _trainer(config: StudioConfig, count: int, device: torch.device) -> Trainer:
    """One that makes steps of `count` pictures, of noise."""
    channels, height, width = config.pictures.shape
    pictures = torch.randint(
        256,
        (max(count, PICTURES), height, width, channels),
        generator=torch.Generator().manual_seed(0),
        dtype=torch.uint8,
    )
    return Trainer(config.changed("train", batch_size=count, accumulation=1), pictures, device)


@contextmanager
def _same_threads_after() -> Iterator[None]:
    threads = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(threads)
