"""Background work of the Train page."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psutil
from PySide6.QtGui import QImage

from ddpm_studio.config import KindConfig, StudioConfig
from ddpm_studio.gui.common.device_turns import LentModel
from ddpm_studio.gui.train.pace import LoadMeter
from ddpm_studio.project import Project, step_of

if TYPE_CHECKING:  # these bring numpy and torch along
    from ddpm_studio.gui.plot.series import LossSeries
    from ddpm_studio.training.metrics import Happened

MEMORY_EVERY = 2.0  # seconds
LOGGED = {  # the names of LossSeries.others in the log
    "rate": "learning_rate",
    "gradient": "grad_norm",
    "speed": "pictures_per_second",
    "memory": "memory",
}


@dataclass(frozen=True)
class MemoryUsed:
    """How much memory training takes: of the GPU, else of the whole program."""

    nbytes: int


@dataclass(frozen=True)
class History:
    """What earlier runs of a project left: its curves, the steps that have a preview, events."""

    series: LossSeries
    previews: list[int] = field(default_factory=list)
    happened: list[Happened] = field(default_factory=list)


@dataclass(frozen=True)
class PreviewFrame:
    """An earlier preview; a null image if it cannot be read. Nobody draws into it again."""

    step: int
    image: QImage


def train_project(
    project: Project,
    steps: int | None = None,
    seconds: float | None = None,
    lent: LentModel | None = None,
) -> Generator[Any, None, Any]:
    """Train for so many more steps or seconds, or until stopped.

    The events of `train`, and now and then a MachineLoad and a MemoryUsed. lent: gets the model.
    """
    from ddpm_studio.training import train
    from ddpm_studio.training.live import Live

    live = Live()
    if lent is not None:
        lent.live = live
    training = train(project, steps=steps, seconds=seconds, live=live)
    asked_at, load = time.monotonic() - MEMORY_EVERY, LoadMeter()
    try:
        while True:
            try:
                event = next(training)
            except StopIteration as end:
                return end.value
            yield event
            passed = time.monotonic() - asked_at
            if passed >= MEMORY_EVERY:
                asked_at = time.monotonic()
                yield load.measure(passed)
                yield memory_used()
    finally:
        training.close()  # which saves


def load_history(project: Project) -> Generator[None, None, History]:
    """What all earlier runs have logged, and which previews there are."""
    from ddpm_studio.gui.plot.series import LossSeries
    from ddpm_studio.training.metrics import read_log

    paths = sorted(project.samples.glob("step_*.png"), key=step_of)
    previews = [step_of(path) for path in paths if step_of(path) >= 0]
    yield None
    log = read_log(project.metrics_path)
    yield None
    series = LossSeries()
    known = [entry for entry in log.steps if _is_number(entry.get("loss"))]
    series.extend(
        [entry["step"] for entry in known],
        [entry["loss"] for entry in known],
        [entry["seconds"] if _is_number(entry.get("seconds")) else 0.0 for entry in known],
        {key: [_logged(entry.get(name)) for entry in known] for key, name in LOGGED.items()},
    )
    series.add_held_out(log.held_out)
    return History(series, previews, log.happened)


def load_previews(project: Project, steps: Sequence[int]) -> Iterator[PreviewFrame]:
    """The previews of some steps, one after the other."""
    for step in steps:
        yield PreviewFrame(step, QImage(str(project.preview_path(step))))


def count_weights(configs: Sequence[StudioConfig]) -> Iterator[tuple[KindConfig, int]]:
    """How many weights the model of each of some settings has."""
    import torch

    from ddpm_studio.models import kind_of

    for config in configs:
        with torch.device("meta"):  # no memory is taken
            network = kind_of(config).build(config)
        yield config.model, sum(parameter.numel() for parameter in network.parameters())


def memory_used() -> MemoryUsed:
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available() and torch.cuda.is_initialized():
        return MemoryUsed(torch.cuda.memory_reserved())
    return MemoryUsed(psutil.Process().memory_info().rss)


def _logged(value: Any) -> float:
    """NaN where nothing, or nothing that is a number, was logged."""
    return float(value) if _is_number(value) and value else math.nan


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and value == value  # not NaN
