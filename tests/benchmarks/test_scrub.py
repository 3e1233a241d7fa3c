"""Scrubbing: how fast the window shows one frame after the other.

.venv/bin/pytest -n 0 -s tests/benchmarks/test_scrub.py
"""

import time

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.generate.stage import Stage
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

FRAMES, PICTURES = 251, 16


def noise_trajectory(pictures, size):
    random = np.random.default_rng(0)
    moments = [Moment(i, FRAMES - 2 - i, 1 - i / (FRAMES - 1)) for i in range(FRAMES)]
    trajectory = Trajectory(moments, range(pictures))
    for moment in moments:
        three = random.integers(0, 256, (3, pictures, size, size, 3), np.uint8)
        trajectory.add(TrajectoryFrame(moment.index, moment.t, *three))
    return trajectory


@pytest.mark.parametrize(("pictures", "size"), [(16, 64), (64, 64), (16, 128)])
@pytest.mark.parametrize("area", [(1280, 800), (1920, 1080)], ids=lambda area: f"{area[0]}")
def test_scrubbing_redraws_at_sixty_frames_a_second(
    qapp, qtbot, tmp_path, monkeypatch, pictures, size, area
):
    """Every frame of the trajectory, forth, from the slider's value to the painted grid.

    All three things that are seen of a frame are kept.
    """
    stage = Stage(Theme(qapp), Settings(tmp_path / "window.ini"))
    qtbot.addWidget(stage)
    stage.resize(area[0] - 460, area[1] - 130)  # what the window's other parts leave
    stage.show()
    qtbot.waitExposed(stage)
    stage.set_trajectory(noise_trajectory(pictures, size))
    painted, times = [], []
    paint = SampleGrid.paintEvent
    monkeypatch.setattr(
        SampleGrid, "paintEvent", lambda grid, event: (painted.append(1), paint(grid, event))[1]
    )
    stage.scrubber.timeline.setValue(0)
    QApplication.processEvents()
    painted.clear()
    for position in range(1, FRAMES):
        start = time.perf_counter()
        stage.scrubber.timeline.setValue(position)
        QApplication.processEvents()  # paints
        times.append(1000 * (time.perf_counter() - start))
    assert len(painted) == FRAMES - 1
    median, worst = np.median(times), np.percentile(times, 99)
    held = stage.trajectory.store.nbytes / 2**20
    print(
        f"\n{pictures} pictures of {size} px, window {area[0]} x {area[1]}: median {median:.1f} ms"
        f" a frame ({1000 / median:.0f} a second), 99th percentile {worst:.1f} ms,"
        f" {held:.0f} MB of frames"
    )
    if size == 64:
        assert median <= 1000 / 60
