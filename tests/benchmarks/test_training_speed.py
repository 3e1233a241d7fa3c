"""Training speed on the CPU, measured side by side with diffusers; run by hand:

pytest tests/benchmarks -n 0 -s
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.device import freed_memory_kept, select_precision
from ddpm_studio.events import TrainStep
from ddpm_studio.nn import UNet
from ddpm_studio.project import Project
from ddpm_studio.training import Trainer, train, trainer
from tests.benchmarks.recipes import DiffusersTrainer

CPU = torch.device("cpu")
ROUNDS = 60
WARM_UP = 4
PICTURES = 500


def sketch(precision: str) -> StudioConfig:
    return with_settings(
        preset("sketch"), [f"train.precision={precision}", "diffusion.schedule=cosine",
                           "diffusion.prediction=v", "diffusion.min_snr_gamma=5"]
    )  # fmt: skip


def random_pictures(size: int = 32) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(256, (PICTURES, size, size, 3), generator=generator, dtype=torch.uint8)


def pair(precision: str) -> tuple[Trainer, DiffusersTrainer]:
    """Both with the same weights, a few steps after the zeros of the start."""
    ours = Trainer(sketch(precision), random_pictures(), CPU)
    for _ in range(3):
        ours.train_step()
    return ours, DiffusersTrainer(ours)


def alternate(*works: Callable[[], object]) -> list[float]:
    """Milliseconds of each, the median over many rounds in which they take turns."""
    taken: list[list[float]] = [[] for _ in works]
    for number in range(WARM_UP + ROUNDS):
        for work, times in zip(works, taken, strict=True):
            started = time.perf_counter()
            work()
            if number >= WARM_UP:
                times.append((time.perf_counter() - started) * 1000)
    return [statistics.median(times) for times in taken]


def test_both_compute_the_same_loss() -> None:
    """Else the comparison below would mean nothing."""
    ours, theirs = pair("fp32")
    x_0 = ours.batch(torch.arange(16))
    t, eps = ours.noise(x_0)
    with torch.no_grad():
        assert ours.loss(x_0, t, eps).item() == pytest.approx(
            theirs.loss(x_0, t, eps).item(), rel=1e-4
        )


@pytest.fixture(scope="module")
def table() -> Iterator[list[str]]:
    """Lines that are printed when all is measured."""
    lines: list[str] = []
    yield lines
    print("\n\n" + "\n".join(lines))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("precision", ["fp32", "auto"])
def test_a_training_step_is_not_slower_than_in_diffusers(precision: str, table: list[str]) -> None:
    """Preset sketch, batch 16, 32 pixels; in float32, and in what this CPU does best."""
    ours, theirs = pair(precision)
    with freed_memory_kept(CPU):  # for both: it holds for the process
        mine, other = alternate(ours.train_step, theirs.train_step)
    name = str(select_precision(precision, CPU)).removeprefix("torch.")
    table.append(
        f"a step in {name:<9} ours {mine:6.1f} ms   diffusers {other:6.1f} ms   "
        f"ratio {mine / other:.3f}   ({torch.get_num_threads()} threads)"
    )
    assert mine <= other


class Stopwatch:
    """Adds up the time spent in the network, its loss, their gradients and the optimizer."""

    def __init__(self) -> None:
        self.milliseconds = 0.0

    def timed(self, work: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object, **options: object) -> object:
            started = time.perf_counter()
            try:
                return work(*arguments, **options)
            finally:
                self.milliseconds += (time.perf_counter() - started) * 1000

        return run


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder of 500 pictures in preset sketch, as it comes."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for index, pixels in enumerate(random_pictures().numpy().astype(np.uint8)):
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return Project.create(tmp_path / "project", folder, preset("sketch"))


@pytest.mark.timeout(900)
def test_little_time_is_spent_outside_the_network(
    project: Project, monkeypatch: pytest.MonkeyPatch, table: list[str]
) -> None:
    """Batches, noising, clipping, EMA, log lines and events take under 5 % of a step."""
    watch = Stopwatch()
    inside = [(UNet, "forward"), (trainer, "l_simple"), (Tensor, "backward")]
    for owner, name in [*inside, (torch.optim.AdamW, "step")]:
        monkeypatch.setattr(owner, name, watch.timed(getattr(owner, name)))
    shares, totals, started = [], [], None
    for event in train(project, device="cpu", steps=WARM_UP + ROUNDS):
        is_step = isinstance(event, TrainStep)
        if is_step and started is not None and event.step > WARM_UP:  # type: ignore[operator]
            totals.append((time.perf_counter() - started) * 1000)
            shares.append(1 - watch.milliseconds / totals[-1])
        watch.milliseconds = 0.0
        started = time.perf_counter() if is_step else None  # previews do not count
    share, step = statistics.median(shares), statistics.median(totals)
    table.append(f"outside the network  {share:.1%} of {step:.1f} ms")
    assert share < 0.05


COUNT_FAULTS = """
import contextlib, resource, statistics, sys, time, torch
from ddpm_studio.config.presets import preset
from ddpm_studio.training import Trainer
from ddpm_studio.device import freed_memory_kept

torch.set_num_threads(1)
cpu = torch.device("cpu")
pictures = torch.zeros(100, 32, 32, 3, dtype=torch.uint8)
trainer = Trainer(preset("sketch"), pictures, cpu)
with freed_memory_kept(cpu) if sys.argv[1] == "kept" else contextlib.nullcontext():
    for _ in range(4):
        trainer.train_step()
    times, before = [], resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        started = time.perf_counter()
        trainer.train_step()
        times.append((time.perf_counter() - started) * 1000)
faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(statistics.median(times), faults / len(times))
"""


@pytest.mark.timeout(900)
@pytest.mark.skipif(sys.platform != "linux", reason="needs glibc")
def test_keeping_freed_memory_saves_time(table: list[str]) -> None:
    """Processes that take turns, with the system's usual way and with ours."""
    results: dict[str, list[tuple[float, float]]] = {"usual": [], "kept": []}
    for way in ["usual", "kept"] * 4:
        answer = subprocess.run(
            [sys.executable, "-c", COUNT_FAULTS, way], capture_output=True, text=True, check=True
        ).stdout
        milliseconds, faults = map(float, answer.split())
        results[way].append((milliseconds, faults))
    medians = {way: [statistics.median(row) for row in zip(*rows, strict=True)]
               for way, rows in results.items()}  # fmt: skip
    for way, (milliseconds, faults) in medians.items():
        table.append(f"freed memory, {way:<6} {milliseconds:6.1f} ms, {faults:7.0f} new pages")
    assert medians["kept"][1] < medians["usual"][1] / 10
