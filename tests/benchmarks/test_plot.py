"""How fast the loss plot is with a million steps, and what it holds; run by hand:

pytest tests/benchmarks/test_plot.py -n 0 -s
"""

import statistics
import time
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.chips import PlotChip
from ddpm_studio.gui.plot.markers import Marker
from ddpm_studio.gui.plot.plot import LossPlot
from ddpm_studio.gui.plot.quantities import ALL
from ddpm_studio.gui.plot.series import OTHERS, LossSeries
from ddpm_studio.training.metrics import Measured

POINTS = 1_000_000
APPENDED = 20_000  # at 50 a second: more than six minutes
BATCH = 3  # points that arrive together: 50 a second in 20 batches
REDRAWS = 100
BYTES_OF_A_POINT = 50  # its step, loss, smoothed loss, time and four more, and their pyramids
LONGEST_REDRAW = 0.016  # seconds, a frame of 60 a second


@pytest.fixture
def plot(qtbot, qapp: QApplication) -> LossPlot:
    plot = LossPlot(Theme(qapp, "dark"))
    qtbot.addWidget(plot)
    plot.resize(1000, 600)
    plot.show()
    qtbot.waitExposed(plot)
    plot.prepare()
    plot.set_series(long_run())
    return plot


def long_run() -> LossSeries:
    """Losses that fall and scatter as those of a real run do."""
    steps = np.arange(1, POINTS + 1)
    scatter = np.random.default_rng(0).normal(0, 0.35, POINTS)
    series = LossSeries()
    others = {
        "rate": np.where(steps < 800_000, 1e-3, 5e-4),
        "gradient": np.exp(scatter),
        "speed": 140 + scatter,
        "memory": np.full(POINTS, 3e9),
    }
    losses = (0.5 * steps**-0.2 + 0.01) * np.exp(scatter)
    series.extend(steps, losses, steps * 0.02, others)
    return series


def show_everything(plot: LossPlot) -> None:
    """All that can be shown, and the marks of a run as long as this."""
    for step in range(500, POINTS, 500):
        plot.series.add_held_out([Measured(step, 0.03, (0.06, 0.03, 0.02, 0.01))])
    plot.add_previews(range(500, POINTS, 500))
    plot.set_checkpoints({2**power: 50_000_000 for power in range(20)})
    plot.add_events(Marker(step, "skipped", "It was.") for step in range(777, POINTS, 3001))
    for one in ALL:
        plot.findChild(PlotChip, names.item(names.TRAIN_PLOT, one.key)).setChecked(True)
    plot.redraw()
    assert plot.canvas.lanes.isVisible()


def redraw_times(plot: LossPlot, change: Callable[[int], None]) -> list[float]:
    """Seconds of each redraw, painting included, after a change."""
    times = []
    for index in range(REDRAWS):
        started = time.perf_counter()
        change(index)
        plot.canvas.refresh()
        plot.canvas.viewport().repaint()
        times.append(time.perf_counter() - started)
    return times


@pytest.mark.parametrize("shows_everything", [False, True], ids=["as at first", "everything"])
def test_a_million_points_are_redrawn_in_a_frame(plot: LossPlot, shows_everything: bool) -> None:
    """While points arrive, while a person zooms in, and while a person pans."""
    if shows_everything:
        show_everything(plot)
    series, canvas = plot.series, plot.canvas

    def append(_index: int) -> None:
        newest = int(series.steps[-1])
        steps = [newest + 1 + k for k in range(BATCH)]
        series.extend(steps, [0.03] * BATCH, [0.0] * BATCH, {key: [1.0] * BATCH for key in OTHERS})

    def zoom(index: int) -> None:
        half = POINTS / 2 * 0.92**index + 50
        canvas.getViewBox().setXRange(POINTS / 2 - half, POINTS / 2 + half)

    def pan(index: int) -> None:
        canvas.getViewBox().setXRange(1000 * index, 1000 * index + 300_000)

    print()
    for name, follows, change in (
        ("following", True, append),
        ("zooming", False, zoom),
        ("panning", False, pan),
    ):
        canvas.set_follows(follows)
        times = redraw_times(plot, change)
        middle, worst = statistics.median(times), max(times)
        print(
            f"{name}: redraw {1000 * middle:.1f} ms in the median, {1000 * worst:.1f} ms at worst"
        )
        assert middle < LONGEST_REDRAW


def test_memory_grows_with_the_data_and_with_nothing_else(plot: LossPlot) -> None:
    """Points are appended as they come, with a redraw after each few of them."""
    tracemalloc.start()
    plot.set_series(long_run())
    series = plot.series
    before_points, before_bytes = len(series), series.nbytes
    before_traced, _ = tracemalloc.get_traced_memory()
    started = time.perf_counter()
    for index in range(APPENDED // BATCH):
        newest = int(series.steps[-1])
        series.extend([newest + 1 + k for k in range(BATCH)], [0.03] * BATCH, [0.0] * BATCH)
        if index % 100 == 0:
            plot.canvas.refresh()
            plot.canvas.viewport().repaint()
    spent = time.perf_counter() - started
    traced, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    arrays = series.nbytes - before_bytes
    others = traced - before_traced - arrays
    added = len(series) - before_points
    print(
        f"\n{before_points:,} points in {before_bytes / 1e6:.1f} MB of arrays; {added:,} more: "
        f"the arrays grew by {arrays / 1e6:.1f} MB (their room doubles), all else by "
        f"{others / 1e6:.2f} MB; {1e6 * spent / added:.0f} microseconds a point, tracing included"
    )
    assert series.nbytes < 2.5 * BYTES_OF_A_POINT * len(series)
    assert others < 1_000_000
