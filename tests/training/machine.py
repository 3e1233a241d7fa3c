"""A computer that is not there: a training on it takes the time that a test wants it to take."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ddpm_studio.errors import CheckpointError
from ddpm_studio.events import PreviewSaved, Progress, Work
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, TrainEvent, saver, stopwatch, train
from ddpm_studio.training.checkpoints import Snapshot
from ddpm_studio.training.preview import Wall
from ddpm_studio.training.trainer import StepResult


@dataclass
class Machine:
    """A computer with a clock of its own: how long steps, previews and writes take."""

    step: float
    write: float
    preview: float
    jitter: float = 0.0  # of steps and writes, as a share
    fails: Callable[[int], bool] = lambda _step: False  # whether the disk takes this one
    now: float = 0.0
    made_at: dict[int, float] = field(default_factory=lambda: {0: 0.0})
    on_disk: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0)])
    asleep: float = 0.0  # in the next step
    pause: float = 0.0  # before the next event is asked for
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    def perf_counter(self) -> float:
        return self.now

    def _takes(self, seconds: float) -> float:
        return seconds * (1 + self.jitter * self.chance.uniform(-1, 1))

    def train_step(self, trainer: Trainer) -> StepResult:
        self.now += self._takes(self.step) + self.asleep
        self.asleep = 0.0
        trainer.step += 1
        self.made_at[trainer.step] = self.now
        return StepResult(1.0, 1.0, 1e-3, True)

    def paint(self, trainer: Trainer, share: float = 1.0) -> Iterator[Progress]:
        """share: of a whole preview."""
        for done in range(4):
            self.now += share * self.preview / 4
            yield Progress(Work.PREVIEW, done, 4, step=trainer.step)

    def write_checkpoint(self, path: Path, snapshot: Snapshot) -> None:
        self.now += self._takes(self.write)
        if self.fails(snapshot.step):
            raise CheckpointError(f"{path} cannot be written: No space left on device.")
        self.on_disk.append((self.now, snapshot.step))

    def worst(self) -> float:
        """The most seconds that were ever between the state on disk and the moment."""
        times = [*(ready for ready, _ in self.on_disk[1:]), self.now]
        return max(
            ready - self.made_at[step] for ready, (_, step) in zip(times, self.on_disk, strict=True)
        )


class Later:
    """What a writer promised for a moment of the machine's clock."""

    def __init__(self, machine: Machine, work: Callable[..., Any], *arguments: Any) -> None:
        self._machine, began = machine, machine.now
        self._error: CheckpointError | None = None
        try:
            self._value = work(*arguments)
        except CheckpointError as error:
            self._error = error
        self._ready, machine.now = machine.now, began

    def done(self) -> bool:
        return self._machine.now >= self._ready

    def result(self) -> Any:
        self._machine.now = max(self._machine.now, self._ready)
        if self._error is not None:
            raise self._error
        return self._value


def train_on(machine: Machine, project: Project, **length: Any) -> list[TrainEvent]:
    """A training on that machine, with everything real but what takes time."""

    class Writer:
        def __init__(self, *_: Any) -> None:
            pass

        def submit(self, *work: Any) -> Later:
            return Later(machine, *work)

        def shutdown(self) -> None:
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stopwatch, "time", machine)
        patch.setattr(saver, "time", machine)
        patch.setattr(saver, "ThreadPoolExecutor", Writer)
        patch.setattr(saver, "write_checkpoint", machine.write_checkpoint)
        patch.setattr(
            Wall,
            "paint",
            lambda wall, trainer, seeds, steps: machine.paint(
                trainer, len(seeds) * steps / (wall.count * project.config.train.preview_steps)
            ),
        )
        patch.setattr(Wall, "save", lambda _, step, path, seeds: PreviewSaved(step, path, None))
        patch.setattr(Trainer, "train_step", lambda trainer: machine.train_step(trainer))
        events = []
        for event in train(project, device="cpu", **length):
            events.append(event)
            machine.now += machine.pause
            machine.pause = 0.0
        return events
