"""Comparing: how fast the window shows one frame after the other of two runs in lock-step.

.venv/bin/pytest -n 0 -s tests/benchmarks/test_compare.py
"""

import time

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QComboBox

from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.view import DIFFERENCE, FLICKER, SIDES, WIPE
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

PICTURES, SIZE = 64, 64
STEPS = 100, 40  # of A and of B
FRAME_MS = 16.0


def noise_trajectory(steps, seed):
    random = np.random.default_rng(seed)
    moments = [Moment(i, steps - 1 - i, 1 - i / steps) for i in range(steps + 1)]
    trajectory = Trajectory(moments, range(PICTURES))
    for moment in moments:
        pixels = random.integers(0, 256, (PICTURES, SIZE, SIZE, 3), np.uint8)
        trajectory.add(TrajectoryFrame(moment.index, moment.t, pixels, pixels))
    return trajectory


@pytest.mark.parametrize("view", [SIDES, WIPE, FLICKER, DIFFERENCE])
@pytest.mark.parametrize("area", [(1280, 800), (1920, 1080)], ids=lambda area: f"{area[0]}")
def test_two_runs_of_64_pictures_are_painted_within_16_ms(
    qapp, qtbot, tmp_path, monkeypatch, view, area
):
    """The painting of the grid alone, and the whole way from the slider to the screen."""
    stage = Stage(Theme(qapp), Settings(tmp_path / "window.ini"))
    qtbot.addWidget(stage)
    stage.resize(area[0] - 460, area[1] - 130)  # what the window's other parts leave
    stage.show()
    qtbot.waitExposed(stage)
    a, b = (noise_trajectory(steps, seed) for seed, steps in enumerate(STEPS))
    stage.set_trajectory(a)
    stage.set_comparison(a, b)
    views = stage.findChild(QComboBox, "compare.view")
    views.setCurrentIndex(views.findData(view))
    paint, painting = SampleGrid.paintEvent, []

    def timed(grid, event):
        start = time.thread_time()  # it waits for nothing, so others on the machine do not count
        paint(grid, event)
        painting.append(1000 * (time.thread_time() - start))

    monkeypatch.setattr(SampleGrid, "paintEvent", timed)
    stage.scrubber.timeline.setValue(0)
    QApplication.processEvents()
    painting.clear()
    whole = []
    for position in range(1, STEPS[0] + 1):
        start = time.perf_counter()
        stage.scrubber.timeline.setValue(position)
        QApplication.processEvents()  # paints
        whole.append(1000 * (time.perf_counter() - start))
    assert len(painting) == STEPS[0]
    median = np.median(painting)
    print(
        f"\n{view}, window {area[0]} x {area[1]}: painted in {median:.1f} ms (99th percentile "
        f"{np.percentile(painting, 99):.1f}), {np.median(whole):.1f} ms from the slider on"
    )
    if area == (1280, 800):
        assert median < FRAME_MS
