"""The options of a film: what is proposed, and what a choice of format means."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QSpinBox

from ddpm_studio.gui import names
from ddpm_studio.gui.widgets.export_options import CHOSEN, GRID, ONE, ExportOptions, Filmed
from ddpm_studio.gui.widgets.trajectory import PRED_X_0, Trajectory
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame


def trajectory_of(count: int, channels: int = 3, side: int = 8) -> Trajectory:
    """A denoising of one step; x_t is black, pred_x_0 white."""
    trajectory = Trajectory([Moment(i, 1 - i, 1.0 - i) for i in range(2)], range(count))
    black = np.zeros((count, side, side, channels), np.uint8)
    for index in range(2):
        trajectory.add(TrajectoryFrame(index, 1 - index, black, black + 255))
    return trajectory


@pytest.fixture
def make_options(settings, qtbot):
    def make(filmed: Filmed) -> ExportOptions:
        options = ExportOptions(filmed, settings)
        qtbot.addWidget(options)
        return options

    return make


@pytest.mark.parametrize(
    ("count", "chosen", "current", "proposed", "pictures"),
    [
        (5, (), None, GRID, (0, 1, 2, 3, 4)),
        (5, (1, 3), None, CHOSEN, (1, 3)),
        (5, (1, 3), 2, CHOSEN, (1, 3)),
        (5, (3,), None, ONE, (3,)),
        (5, (), 2, ONE, (2,)),
        (1, (), None, ONE, (0,)),
    ],
)
def test_what_is_looked_at_is_what_is_proposed(
    make_options, count, chosen, current, proposed, pictures
) -> None:
    filmed = Filmed(trajectory_of(count), chosen, current)
    assert filmed.proposed == proposed
    assert make_options(filmed).plan().chosen == pictures


def test_every_change_is_told_and_is_in_the_plan(make_options, find, qtbot) -> None:
    options = make_options(Filmed(trajectory_of(5)))
    show = find(options, QComboBox, names.EXPORT_SHOW)
    with qtbot.waitSignal(options.changed):
        show.setCurrentIndex(show.findData(PRED_X_0))
    assert options.plan().frames[0].min() == 255
    with qtbot.waitSignal(options.changed):
        find(options, QSpinBox, names.EXPORT_FPS).setValue(7)
    assert options.plan().fps == 7.0
    kind = find(options, QComboBox, names.EXPORT_FORMAT)
    with qtbot.waitSignals([options.changed, options.format_changed]):
        kind.setCurrentIndex(kind.findData(".webp"))
    assert options.suffix == ".webp"


def test_one_picture_is_enlarged_more_than_a_grid(make_options, find) -> None:
    options = make_options(Filmed(trajectory_of(16)))
    assert options.plan().size == (512, 512)
    assert options.plan().scale == 16
    what = find(options, QComboBox, names.EXPORT_WHAT)
    what.setCurrentIndex(what.findData(ONE))
    assert options.plan().size == (512, 512)
    assert options.plan().scale == 64


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_only_transparent_pictures_in_an_mp4_lie_on_the_background(
    make_options, find, channels
) -> None:
    options = make_options(Filmed(trajectory_of(2, channels), background="#204060"))
    kind = find(options, QComboBox, names.EXPORT_FORMAT)
    grounds = {}
    for index in range(kind.count()):
        kind.setCurrentIndex(index)
        grounds[options.suffix] = options.ground
    laid = "#204060" if channels == 4 else None
    assert grounds == {".gif": None, ".webp": None, ".png": None, ".mp4": laid}
    assert options.plan().background == "#204060"
