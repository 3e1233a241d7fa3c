"""The window while a real training runs on the CPU: how smooth it is, and what it costs.

Run by hand on a quiet machine: pytest tests/benchmarks/test_smooth.py -n 0 -s
"""

import os
import statistics
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox, QPushButton

from ddpm_studio.config.presets import preset
from ddpm_studio.config.text import with_settings
from ddpm_studio.data.sample_pictures import write_sample_pictures
from ddpm_studio.events import CheckpointSaved, PreviewSaved, TrainStep
from ddpm_studio.gui.app import create_window
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.jobs import TRAIN
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.main_window import MainWindow
from ddpm_studio.gui.train import work
from ddpm_studio.project import Project

SECONDS = 60
HEARTBEAT_MS = 4  # how often the event loop is asked whether it still turns
ORDINARY_GAP, LONGEST_GAP = 0.016, 0.100  # seconds: 99 of 100 gaps, and all of them
ROUNDS, STEPS = 8, 60  # of the comparison: so many turns each, of so many steps
WARM_UP = 40
SMALLEST_SHARE = 0.97


class Watch:
    """Notes when each step ended, and what else happened, wherever the generator is driven."""

    def __init__(self) -> None:
        self.ends: list[float] = []
        self.counts = {PreviewSaved: 0, CheckpointSaved: 0}

    def over(self, events: Generator[Any, None, Any]) -> Generator[Any, None, None]:
        try:
            for event in events:
                if isinstance(event, TrainStep):
                    self.ends.append(time.perf_counter())
                elif type(event) in self.counts:
                    self.counts[type(event)] += 1
                yield event
        finally:
            events.close()


@pytest.fixture(autouse=True)
def all_cores() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(os.cpu_count() or 1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., Project]:
    """Preset sketch on a hundred drawn planets: make_project(name, *settings)."""
    pictures = tmp_path / "planets"
    for _ in write_sample_pictures(pictures, 100):
        pass

    def make(name: str, *settings: str) -> Project:
        config = with_settings(preset("sketch"), settings)
        return Project.create(tmp_path / name, pictures, config)

    return make


@pytest.fixture
def open_window(qtbot, tmp_path: Path) -> Iterator[Callable[[Project], MainWindow]]:
    windows: list[MainWindow] = []

    def make(project: Project) -> MainWindow:
        window = create_window(project, settings=Settings(tmp_path / "window.ini"))
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(lambda: bool(window.session.device_name), timeout=60_000)
        window.show_page(names.NAV_TRAIN)
        unit = window.findChild(QComboBox, "train.length_unit")
        unit.setCurrentIndex(unit.findData("until_stopped"))
        return window

    yield make
    for window in windows:
        window.close()
        qtbot.waitUntil(lambda w=window: not w.session.jobs.is_busy(), timeout=60_000)
        window.close()


def start_watched(window: MainWindow, watch: Watch, monkeypatch, qtbot) -> None:
    train_project = work.train_project
    monkeypatch.setattr(
        work, "train_project", lambda *args, **options: watch.over(train_project(*args, **options))
    )
    button = window.findChild(QPushButton, "train.start")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(watch.ends) >= WARM_UP, timeout=120_000)


@pytest.mark.timeout(600)
def test_the_event_loop_turns_while_it_trains(
    make_project, open_window, monkeypatch, qtbot
) -> None:
    project = make_project("smooth", "train.preview_every=100", "train.checkpoint_seconds=10")
    window, watch = open_window(project), Watch()
    start_watched(window, watch, monkeypatch, qtbot)
    beats: list[float] = []
    heart = QTimer(window)
    heart.setTimerType(Qt.TimerType.PreciseTimer)
    heart.timeout.connect(lambda: beats.append(time.perf_counter()))
    first = len(watch.ends)
    heart.start(HEARTBEAT_MS)
    qtbot.wait(1000 * SECONDS)
    heart.stop()
    gaps = np.diff(beats)
    ordinary, longest = np.percentile(gaps, 99), gaps.max()
    print(
        f"\n{len(gaps):,} gaps in {SECONDS} s of training ({len(watch.ends) - first} steps, "
        f"{watch.counts[PreviewSaved]} previews, {watch.counts[CheckpointSaved]} checkpoints): "
        f"median {1000 * np.median(gaps):.1f} ms, 99th percentile {1000 * ordinary:.1f} ms, "
        f"longest {1000 * longest:.0f} ms; load {os.getloadavg()[0]:.1f}"
    )
    assert watch.counts[PreviewSaved] >= 2
    assert watch.counts[CheckpointSaved] >= 3
    assert ordinary <= ORDINARY_GAP
    assert longest <= LONGEST_GAP


@pytest.mark.timeout(1200)
def test_training_in_the_window_is_as_fast_as_without(
    make_project, open_window, monkeypatch, qtbot
) -> None:
    """Two runs of the same settings take turns: one in the window, one in a plain loop."""
    settings = (f"train.preview_every={STEPS}", "train.checkpoint_seconds=1000")
    window, in_window = open_window(make_project("window", *settings)), Watch()
    start_watched(window, in_window, monkeypatch, qtbot)
    job = window.session.jobs.get(TRAIN)
    job.set_paused(True)
    qtbot.waitUntil(lambda: job.is_resting, timeout=60_000)

    plain = Watch()
    headless = plain.over(work_without_window(make_project("headless", *settings)))
    while len(plain.ends) < WARM_UP:
        next(headless)

    ratios, rates = [], []
    print()
    for _ in range(ROUNDS):
        first = len(plain.ends)
        while len(plain.ends) < first + STEPS:
            next(headless)
        alone = plain.ends[-1] - plain.ends[first]

        first = len(in_window.ends)
        job.set_paused(False)
        qtbot.waitUntil(lambda: len(in_window.ends) >= first + STEPS, timeout=120_000)  # noqa: B023
        seen = in_window.ends[first + STEPS - 1] - in_window.ends[first]
        job.set_paused(True)
        qtbot.waitUntil(lambda: job.is_resting, timeout=60_000)
        ratios.append(alone / seen)
        rates.append((STEPS - 1) / alone)
        print(f"  alone {alone:.2f} s, in the window {seen:.2f} s: {alone / seen:.3f}")
    headless.close()
    share = statistics.median(ratios)
    print(
        f"in the window {100 * share:.1f} % of the speed without it, the median of {ROUNDS} turns "
        f"of {STEPS} steps ({statistics.median(rates):.1f} steps/s alone); "
        f"load {os.getloadavg()[0]:.1f}"
    )
    assert share >= SMALLEST_SHARE


def work_without_window(project: Project) -> Generator[Any, None, Any]:
    """What the command line drives."""
    from ddpm_studio.training import train

    return train(project, device="cpu")
