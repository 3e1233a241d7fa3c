"""The loss plot: what it keeps, what it draws of it, and when it follows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QLabel, QPushButton

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.palette import DARK, LIGHT
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.axes import loss_ticks, short_number
from ddpm_studio.gui.plot.plot import LossPlot
from ddpm_studio.gui.plot.series import Growing, LossSeries
from ddpm_studio.training.metrics import Measured


def series_of(count: int, part: int = 1000, seed: int = 0) -> LossSeries:
    """A run of so many steps, appended in parts."""
    losses = np.exp(np.random.default_rng(seed).normal(size=count)).astype(np.float32)
    series = LossSeries()
    for start in range(0, count, part):
        steps = np.arange(start, min(count, start + part)) + 1
        series.extend(steps, losses[start : start + part], steps * 0.1)
    return series


@given(
    count=st.integers(1, 1500),
    part=st.sampled_from([7, 64, 1000]),
    columns=st.integers(16, 200),
    ends=st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
def test_no_extreme_in_view_is_lost_however_few_columns_there_are(
    count: int, part: int, columns: int, ends: tuple[float, float]
) -> None:
    series = series_of(count, part)
    first, last = sorted(1 + end * (count - 1) for end in ends)
    curves = series.curves(first, last, columns)
    inside = (series.steps >= first) & (series.steps <= last)
    if inside.any():
        assert curves.raw_y.max() >= series.losses[inside].max()
        assert curves.raw_y.min() <= series.losses[inside].min()
    assert len(curves.raw_x) == len(curves.raw_y) <= 6 * columns
    assert len(curves.smooth_x) == len(curves.smooth_y) <= columns + 1
    assert np.all(np.diff(curves.raw_x) >= 0)
    assert np.isin(curves.raw_y, series.losses).all()


@given(count=st.integers(1, 900), back_to=st.integers(0, 900), more=st.integers(1, 300))
def test_going_back_and_on_is_the_same_as_never_having_been_there(
    count: int, back_to: int, more: int
) -> None:
    back_to = min(back_to, count)
    other = series_of(back_to + more, seed=1)
    went_back = series_of(count, seed=1)
    went_back.truncate(back_to)
    tail = slice(back_to, None)
    went_back.extend(other.steps[tail], other.losses[tail], other.seconds[tail])
    for one, two in (
        (went_back.steps, other.steps),
        (went_back.losses, other.losses),
        (went_back.smooth, other.smooth),
        (went_back.curves(0, 3000, 16).raw_y, other.curves(0, 3000, 16).raw_y),
    ):
        np.testing.assert_array_equal(one, two)


def test_a_step_that_is_there_already_takes_the_place_of_all_from_it_on() -> None:
    series = series_of(10)
    series.extend([4], [9.0], [1.0])
    assert series.steps.tolist() == [1, 2, 3, 4]
    assert series.losses[-1] == 9.0


def test_the_smoothed_curve_runs_the_same_way_through_a_log_of_every_tenth_step() -> None:
    """An earlier run is read from the log, a live one is known step by step."""
    every, tenth = LossSeries(), LossSeries()
    steps = np.arange(1, 5001)
    losses = 0.1 + np.random.default_rng(0).random(5000)
    every.extend(steps, losses, steps)
    tenth.extend(steps[9::10], losses.reshape(-1, 10).mean(1), steps[9::10])
    assert abs(every.smooth[-1] - tenth.smooth[-1]) < 0.02
    assert abs(every.smooth[-1] - 0.6) < 0.05


@given(
    numbers=st.lists(st.floats(-1e3, 1e3, width=32) | st.just(math.nan), min_size=1, max_size=400),
    part=st.sampled_from([3, 64, 400]),
    columns=st.integers(16, 60),
)
def test_a_strip_keeps_every_extreme_and_passes_over_what_is_not_known(
    numbers: list[float], part: int, columns: int
) -> None:
    track = Growing()
    for start in range(0, len(numbers), part):
        track.append(numbers[start : start + part])
    known = [number for number in numbers if not math.isnan(number)]
    assert track.is_known == bool(known)
    spans = track.spans(0, len(numbers), columns)
    assert len(spans.entries) <= 2 * columns + 1
    assert np.all(np.diff(spans.entries) >= 0)
    if known:
        assert np.nanmax(spans.high) == np.float32(max(known))
        assert np.nanmin(spans.low) == np.float32(min(known))
    finite = np.isfinite(spans.mean)
    assert np.all(spans.mean[finite] >= spans.low[finite] - 1e-2)
    assert np.all(spans.mean[finite] <= spans.high[finite] + 1e-2)


def test_what_is_known_of_steps_goes_and_comes_with_them() -> None:
    series = LossSeries()
    series.extend([1, 2], [0.5, 0.5], [1, 2])  # an old log, without memory
    assert not series.is_known("memory")
    series.extend([3, 4], [0.5, 0.5], [3, 4], {"memory": [7e8, 8e8], "rate": [1e-3, 1e-3]})
    assert series.is_known("memory")
    assert series.other("memory")[2:].tolist() == [7e8, 8e8]
    assert np.isnan(series.other("memory")[:2]).all()
    series.truncate(2)
    assert not series.is_known("memory")
    assert len(series.other("rate")) == 2


def test_measurements_become_a_table_with_gaps_where_no_bands_are_known() -> None:
    series = LossSeries()
    series.add_held_out([Measured(10, 0.5, (4.0, 3.0, 2.0, 1.0)), Measured(20, 0.25)])
    assert series.measured[0].tolist() == [10, 0.5, 4, 3, 2, 1]
    assert series.measured[1][:2].tolist() == [20, 0.25]
    assert np.isnan(series.measured[1][2:]).all()
    series.add_held_out([Measured(20, 0.125)])  # again, after training went back
    assert series.measured[:, 1].tolist() == [0.5, 0.125]
    series.truncate(15)
    assert series.measured[:, 0].tolist() == [10]


def test_memory_is_bounded_by_the_data() -> None:
    series = series_of(100_000, 500)
    arrays = (series.steps, series.losses, series.smooth, *series.others().values())
    data = sum(array.nbytes for array in arrays)
    assert series.nbytes < 4 * data


@pytest.mark.parametrize(("lowest", "highest"), [(-1.5, 0.0), (-1.02, -1.0), (-8, 3), (0.1, 0.4)])
def test_the_loss_axis_has_a_few_round_numbers_inside(lowest: float, highest: float) -> None:
    ticks = loss_ticks(lowest, highest, 8)
    assert 2 <= len(ticks) <= 12
    assert all(10**lowest * 0.999 <= tick <= 10**highest * 1.001 for tick in ticks)
    assert all(float(f"{tick:.3g}") == pytest.approx(tick) for tick in ticks)


def test_steps_are_written_short() -> None:
    assert [short_number(n) for n in (0, 500, 1000, 12_500, 2e6)] == [
        *("0", "500", "1k", "12.5k", "2M")
    ]


@pytest.fixture
def plot(qtbot, qapp) -> LossPlot:
    plot = LossPlot(Theme(qapp, "dark"))
    qtbot.addWidget(plot)
    plot.resize(600, 400)
    plot.show()
    qtbot.waitExposed(plot)
    plot.prepare()
    return plot


def view_of(plot: LossPlot) -> tuple[float, float]:
    return tuple(plot.canvas.getViewBox().viewRange()[0])


def test_it_follows_the_newest_step_until_a_person_moves_it(plot, qtbot, find) -> None:
    plot.set_series(series_of(100))
    follow = find(plot, QPushButton, "train.follow")
    assert view_of(plot)[1] == 100
    assert follow.isHidden()
    plot.extend([200], [0.5], [1.0])
    qtbot.waitUntil(lambda: view_of(plot)[1] == 200)

    qtbot.keyClick(plot.canvas, Qt.Key.Key_Plus)
    held = view_of(plot)
    assert held[1] < 200
    assert follow.isVisible()
    plot.extend([300], [0.4], [2.0])
    qtbot.waitUntil(lambda: "step 300" in plot.accessibleDescription())
    assert view_of(plot) == held

    qtbot.mouseClick(follow, Qt.MouseButton.LeftButton)
    assert view_of(plot)[1] == 300
    assert follow.isHidden()


def test_the_wheel_zooms_and_a_drag_pans(plot, qtbot, qapp) -> None:
    from PySide6.QtGui import QWheelEvent

    plot.set_series(series_of(1000))
    viewport = plot.canvas.viewport()
    centre = QPointF(viewport.rect().center())
    event = QWheelEvent(
        centre,
        viewport.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    qapp.sendEvent(viewport, event)
    first, last = view_of(plot)
    assert last - first < 1000
    assert not plot.follows
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Right)
    assert view_of(plot)[0] > first


def test_pointing_reads_out_the_step_and_its_loss(plot, qtbot, find) -> None:
    series = series_of(1000)
    plot.set_series(series)
    canvas = plot.canvas
    box = canvas.getViewBox()
    place = canvas.mapFromScene(box.mapViewToScene(QPointF(500, box.viewRange()[1][0])))
    qtbot.mouseMove(canvas.viewport(), place)
    qtbot.waitUntil(lambda: canvas.index >= 0)
    readout = find(plot, QLabel, names.item(names.TRAIN_PLOT, "readout"))
    step, loss = series.steps[canvas.index], series.losses[canvas.index]
    assert abs(step - 500) <= 3
    assert readout.isVisible()
    assert plot.rect().contains(readout.geometry())
    assert f"step {step}" in readout.text()
    assert f"{loss:.3g}" in readout.text()
    assert plot.accessibleDescription().startswith(f"step {step}, training {loss:.3g}")
    canvas.leaveEvent(QEvent(QEvent.Type.Leave))
    assert readout.isHidden()


def test_an_empty_plot_says_what_will_be_there(plot) -> None:
    plot.clear()
    texts = [label.text() for label in plot.findChildren(QLabel) if label.isVisible()]
    assert any("appears here" in text for text in texts)
    assert not plot.canvas.isVisible()


@pytest.mark.parametrize("loss", [0.0, 1e-30, 1e30])
def test_odd_losses_are_drawn_without_a_warning(plot, loss: float) -> None:
    plot.extend([1, 2, 3], [1.0, loss, 1.0], [0, 0, 0])
    plot.canvas.refresh()
    plot.grab()
    assert all(math.isfinite(end) for end in plot.canvas.getViewBox().viewRange()[1])


def test_the_theme_changes_the_drawing_at_once(plot, qapp) -> None:
    plot.set_series(series_of(50))
    # the plot has no window here, whose theme it would be
    theme = plot._theme
    for choice, palette in (("light", LIGHT), ("dark", DARK)):
        theme.set_choice(choice)
        assert plot.canvas.backgroundBrush().color().name() == palette.canvas
        # a curve of pyqtgraph, drawn and not named
        assert plot.canvas._smooth.opts["pen"].color().name() == palette.accent_text


def test_many_steps_are_drawn_from_a_few_thousand_points(plot) -> None:
    """The benchmark measures the time of a million; here it is the amount of work."""
    plot.set_series(series_of(200_000, 50_000))
    # how many points are drawn, which the picture hides
    assert len(plot.canvas._raw.getData()[0]) <= 6 * plot.canvas.width()
