"""What the plot of a run can show, its marks, and what a click on them does."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.chips import PlotChip
from ddpm_studio.gui.plot.marker_card import MarkerCard
from ddpm_studio.gui.plot.markers import Group, Marker, Markers
from ddpm_studio.gui.plot.plot import LossPlot
from ddpm_studio.gui.plot.popups import PlotReadout
from ddpm_studio.gui.plot.quantities import ALL, BAND_STRENGTHS, NO_HELD_OUT, readings, written
from ddpm_studio.gui.plot.series import LossSeries
from ddpm_studio.training.metrics import Measured

NAME = names.TRAIN_PLOT


def series_of(count: int = 1000) -> LossSeries:
    steps = np.arange(1, count + 1)
    series = LossSeries()
    others = {
        "rate": np.full(count, 1e-3),
        "gradient": 1 + np.sin(steps),
        "speed": np.full(count, 140.0),
        "memory": np.full(count, 2.2 * 2**30),
    }
    series.extend(steps, 1 / steps, steps * 2.0, others)
    return series


# without a window


@given(steps=st.sets(st.integers(0, 10_000), min_size=1, max_size=60), spacing=st.floats(0, 4000))
def test_every_mark_is_in_one_group_and_groups_stand_apart(steps: set[int], spacing: float) -> None:
    markers = Markers()
    markers.add_previews(steps)
    groups = markers.groups(0, spacing)
    assert [one.step for group in groups for one in group.markers] == sorted(steps)
    for group, following in itertools.pairwise(groups):
        assert following.markers[0].step - group.markers[0].step > spacing
        assert group.markers[-1].step - group.markers[0].step <= spacing


@given(
    steps=st.sets(st.integers(0, 10_000), min_size=1, max_size=60),
    spacing=st.floats(0.1, 400),
    ends=st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)),
)
def test_every_mark_in_view_is_found_once(
    steps: set[int], spacing: float, ends: tuple[int, int]
) -> None:
    first, last = sorted(ends)
    markers = Markers()
    markers.add_previews(steps)
    found = [one.step for group in markers.groups(0, spacing, first, last) for one in group.markers]
    assert found == sorted(set(found))
    assert {step for step in steps if first <= step <= last} <= set(found)


@pytest.mark.parametrize(
    ("markers", "title"),
    [
        ([Marker(2000, "preview")], "Preview, step 2,000"),
        ([Marker(n, "preview") for n in (1, 2, 3)], "3 previews, steps 1 to 3"),
        ([Marker(4, "skipped"), Marker(5, "skipped")], "2 steps skipped, steps 4 to 5"),
        ([Marker(4, "skipped"), Marker(4, "rolled_back")], "2 events, step 4"),
    ],
)
def test_a_group_says_what_it_is(markers: list[Marker], title: str) -> None:
    assert Group(2 if markers[0].kind != "preview" else 0, tuple(markers)).title() == title


def test_the_gravest_of_a_group_gives_it_its_sign() -> None:
    group = Group(2, (Marker(1, "resumed"), Marker(2, "rolled_back"), Marker(3, "skipped")))
    assert group.kind == "rolled_back"


def test_going_back_takes_marks_away_but_not_the_going_back() -> None:
    markers = Markers()
    markers.add_previews([10, 20, 30])
    markers.add_events([Marker(5, "skipped"), Marker(31, "skipped"), Marker(35, "rolled_back")])
    markers.set_checkpoints({10: 1, 30: 1})
    markers.truncate(20)
    assert [one.step for one in markers.lane(0)] == [10, 20]
    assert [one.step for one in markers.lane(1)] == [10, 30]  # they are still on disk
    assert [(one.step, one.kind) for one in markers.lane(2)] == [
        (5, "skipped"),
        (35, "rolled_back"),
    ]


def test_what_was_told_and_logged_is_marked_once() -> None:
    markers = Markers()
    markers.add_events([Marker(5, "skipped", "told")])
    markers.add_events([Marker(5, "skipped", "logged"), Marker(5, "batch_halved", "x")])
    assert [one.message for one in markers.lane(2)] == ["logged", "x"]


def test_the_readout_names_all_that_is_shown_and_nothing_else() -> None:
    series = series_of()
    series.add_held_out([Measured(400, 0.5, (0.8, 0.6, 0.4, 0.2)), Measured(800, 0.25)])
    found = {one.words: one.value for one in readings(series, 499, {one.key for one in ALL})}
    assert found == {
        "training": "0.002",
        "smoothed": found["smoothed"],
        "unseen at 400": "0.5",
        "little noise": "0.8",
        "some noise": "0.6",
        "much noise": "0.4",
        "almost only noise": "0.2",
        "rate": "0.001",
        "gradient": found["gradient"],
        "speed": "140 / s",
        "memory": "2.2 GB",
    }
    assert [one.words for one in readings(series, 799, {"held_out", "speed"})] == [
        *("unseen", "speed")
    ]


def test_small_numbers_stay_short() -> None:
    assert [written("rate", value) for value in (2e-4, 5e-5)] == ["0.0002", "5e-5"]
    assert written("speed", 1234.5) == "1,234 / s"


# in a window


@pytest.fixture
def plot(qtbot, qapp) -> LossPlot:
    plot = LossPlot(Theme(qapp, "dark"))
    qtbot.addWidget(plot)
    plot.resize(600, 500)
    plot.show()
    qtbot.waitExposed(plot)
    plot.prepare()
    plot.set_series(series_of())
    return plot


def chip(plot: LossPlot, key: str) -> PlotChip:
    return plot.findChild(PlotChip, names.item(NAME, key))


def click_mark(plot: LossPlot, qtbot, step: int, lane: int) -> None:
    """Move to a mark and click it, as a person does."""
    plot.redraw()
    lanes = plot.canvas.lanes
    (group,) = [
        one
        for one in lanes.groups()
        if one.lane == lane and any(marker.step == step for marker in one.markers)
    ]
    place = plot.canvas.mapFromScene(lanes.mapToScene(lanes.centre(group)))
    viewport = plot.canvas.viewport()
    qtbot.mouseMove(viewport, place + QPoint(0, -60))
    qtbot.mouseMove(viewport, place)
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)


def shown_words(plot: LossPlot) -> str:
    card = plot.findChild(MarkerCard)
    return " ".join(label.text() for label in card.findChildren(QLabel) if label.isVisible())


def test_training_and_unseen_are_shown_at_first_and_the_choice_is_kept(qapp, settings) -> None:
    for expected in ({"training", "held_out"}, {"training", "held_out", "speed"}):
        plot = LossPlot(Theme(qapp, "dark"), settings)
        on = {one.key for one in ALL if chip(plot, one.key).isChecked()}
        assert on == expected
        chip(plot, "speed").click()
        plot.deleteLater()


def test_strips_open_and_close_with_their_chips(plot) -> None:
    canvas = plot.canvas
    height = canvas.getViewBox().height()
    # the two strips have no name of their own
    assert not canvas._strips.isVisible()
    for key in ("rate", "gradient", "speed", "memory"):
        chip(plot, key).click()
    assert canvas._strips.isVisible()
    plot.grab()
    assert canvas.getViewBox().height() < height - 4 * 32
    for key in ("rate", "gradient", "speed", "memory"):
        chip(plot, key).click()
    assert not canvas._strips.isVisible()


def test_what_is_not_there_is_disabled_and_says_why(plot) -> None:
    old = LossSeries()
    old.extend([1, 2], [0.5, 0.25], [1, 2])
    plot.set_series(old)
    assert not chip(plot, "memory").isEnabled()
    assert chip(plot, "training").isEnabled()
    assert "after 25 steps" in chip(plot, "held_out").toolTip()
    plot.extend([30], [0.2], [3])  # nothing was measured till then, so nothing is kept out
    plot.redraw()
    assert not chip(plot, "held_out").isEnabled()
    assert chip(plot, "held_out").accessibleDescription() == NO_HELD_OUT
    assert "10 different pictures" in NO_HELD_OUT
    plot.add_held_out(Measured(2, 0.5, (1.0, 0.5, 0.25, 0.125)))
    plot.redraw()
    assert chip(plot, "held_out").isEnabled()
    assert chip(plot, "bands").isEnabled()
    assert "held_out" in plot.canvas.shown


def test_without_training_the_height_fits_what_is_left(plot) -> None:
    plot.add_held_out(Measured(100, 1e3))
    plot.add_held_out(Measured(900, 1e4))
    chip(plot, "training").click()
    plot.redraw()
    low, high = plot.canvas.getViewBox().viewRange()[1]
    assert 2.5 < low < 3
    assert 4 < high < 4.5
    chip(plot, "held_out").click()  # nothing at all is no error
    plot.grab()


def test_a_click_on_a_preview_asks_for_it(plot, qtbot) -> None:
    plot.add_previews([200, 500])
    with qtbot.waitSignal(plot.preview_chosen) as chosen:
        click_mark(plot, qtbot, 500, 0)
    assert chosen.args == [500]


def test_a_click_on_a_checkpoint_tells_of_it_and_offers_pictures(plot, qtbot, find) -> None:
    plot.add_held_out(Measured(200, 0.5))
    plot.add_held_out(Measured(600, 0.0312))
    plot.set_checkpoints({200: 48 << 20, 600: 48 << 20, 800: 3 << 29})
    click_mark(plot, qtbot, 200, 1)
    assert "Checkpoint, step 200" in shown_words(plot)
    assert "never saw: 0.5" in shown_words(plot)
    assert "48 MB on disk" in shown_words(plot)
    assert "★" not in shown_words(plot)
    click_mark(plot, qtbot, 800, 1)
    assert "not measured" in shown_words(plot)
    assert "1.5 GB" in shown_words(plot)
    click_mark(plot, qtbot, 600, 1)
    assert "★ Best so far: lowest loss on pictures it never saw: 0.0312." in shown_words(plot)
    generate = find(plot, QPushButton, names.item(names.item(NAME, "card"), "generate"))
    with qtbot.waitSignal(plot.checkpoint_chosen) as chosen:
        qtbot.mouseClick(generate, Qt.MouseButton.LeftButton)
    assert chosen.args == [600]
    assert plot.findChild(MarkerCard).isHidden()


def test_a_click_on_an_event_shows_its_sentence(plot, qtbot, find) -> None:
    plot.add_events([Marker(400, "batch_halved", "Memory ran out, so the batch was halved.")])
    click_mark(plot, qtbot, 400, 2)
    assert "Batch halved, step 400" in shown_words(plot)
    assert "Memory ran out" in shown_words(plot)
    card = names.item(NAME, "card")
    assert find(plot, QPushButton, names.item(card, "generate")).isHidden()
    qtbot.mouseClick(find(plot, QToolButton, names.item(card, "close")), Qt.MouseButton.LeftButton)
    assert plot.findChild(MarkerCard).isHidden()


def test_marks_too_close_together_are_leafed_through(plot, qtbot, find) -> None:
    plot.add_events(Marker(step, "skipped", f"Number {step}.") for step in (500, 501, 502))
    click_mark(plot, qtbot, 501, 2)
    assert "Number 502." in shown_words(plot)
    assert "3 of 3" in shown_words(plot)
    before = find(plot, QToolButton, names.item(names.item(NAME, "card"), "before"))
    qtbot.mouseClick(before, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(before, Qt.MouseButton.LeftButton)
    assert "Number 500." in shown_words(plot)
    assert not before.isEnabled()


def test_marks_are_reached_by_keys(plot, qtbot) -> None:
    plot.add_previews([300])
    plot.add_events([Marker(700, "skipped", "Step 700 was skipped.")])
    plot.redraw()
    canvas = plot.canvas
    canvas.setFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_Up)  # the newest
    assert "Step 700 was skipped." in plot.accessibleDescription()
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert "Step skipped, step 700" in shown_words(plot)
    qtbot.keyClick(plot.findChild(MarkerCard), Qt.Key.Key_Escape)
    assert plot.findChild(MarkerCard).isHidden()
    qtbot.keyClick(canvas, Qt.Key.Key_Up)
    with qtbot.waitSignal(plot.preview_chosen) as chosen:
        qtbot.keyClick(canvas, Qt.Key.Key_Return)
    assert chosen.args == [300]


def test_the_star_goes_to_the_lowest_and_moves_on_at_once(plot, find) -> None:
    told: list[tuple[int, float]] = []
    plot.best_changed.connect(lambda step, loss: told.append((step, loss)))
    best = find(plot, QPushButton, names.item(NAME, "best"))
    plot.set_checkpoints({200: 1})
    assert best.isHidden()
    plot.add_held_out(Measured(200, 0.5))
    plot.add_held_out(Measured(300, 0.1))  # has no checkpoint
    plot.set_checkpoints({200: 1, 400: 1})
    plot.add_held_out(Measured(400, 0.25))
    assert told == [(200, 0.5), (400, 0.25)]
    assert best.isVisible()
    assert best.text() == "Best: step 400"
    assert "never saw: 0.25" in best.toolTip()
    plot.truncate(350)
    assert told[-1] == (200, 0.5)
    plot.clear()
    assert told[-1][0] == -1
    assert best.isHidden()


def test_who_went_back_still_sees_where(plot) -> None:
    plot.add_events([Marker(1000, "rolled_back", "It went back.")])
    plot.truncate(600)
    plot.redraw()
    assert plot.canvas.getViewBox().viewRange()[0][1] == 1000
    assert [group.kind for group in plot.canvas.lanes.groups()] == ["rolled_back"]


@pytest.mark.parametrize(
    "change",
    [
        lambda plot: plot.truncate(5),
        lambda plot: plot.clear(),
        lambda plot: plot.set_checkpoints({}),
    ],
)
def test_what_changes_between_two_drawings_harms_none(
    plot, change: Callable[[LossPlot], None]
) -> None:
    """The drawing is made anew only now and then, but painted whenever Qt wants it."""
    plot.add_held_out(Measured(900, 0.5, (1.0, 0.5, 0.25, 0.125)))
    plot.add_previews([100, 900])
    plot.set_checkpoints({900: 1})
    plot.add_events([Marker(800, "skipped", "x")])
    for one in ALL:
        chip(plot, one.key).setChecked(True)
    plot.redraw()
    # as if the mouse were there, whose place depends on fonts
    plot.canvas._point_at(900)
    assert not plot.grab().isNull()
    change(plot)
    plot.canvas.viewport().update()
    assert not plot.grab().isNull()  # Qt's warnings, and what is raised in painting, fail the test
    plot.redraw()
    assert not plot.grab().isNull()


@pytest.mark.parametrize("width", [190, 240, 320, 520, 900])
def test_the_switches_take_two_rows_at_most(plot, qtbot, width: int) -> None:
    plot.resize(width + 30, 500)
    qtbot.waitUntil(lambda: plot.width() == width + 30)
    chips = plot.findChildren(PlotChip)
    qtbot.waitUntil(lambda: len({one.y() for one in chips}) <= 2)
    assert all(one.geometry().right() <= one.parentWidget().width() for one in chips)
    assert all(one.accessibleName() for one in chips)


def test_what_is_read_looks_as_it_is_drawn(plot) -> None:
    """The raw line is thin and grey, the smoothed one bold; all shades differ from the ground."""
    raw, smooth = readings(plot.series, 1, {"training"})
    assert (raw.words, raw.is_raw, smooth.words, smooth.is_raw) == (
        "training",
        True,
        "smoothed",
        False,
    )
    assert min(BAND_STRENGTHS) > 0.6


def test_the_card_stands_beside_the_plot_where_there_is_room(qtbot, qapp) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    plot = LossPlot(Theme(qapp, "dark"))
    plot.setParent(window)
    plot.setGeometry(0, 0, 400, 400)
    window.resize(800, 400)
    window.show()
    plot.prepare()
    plot.extend(range(1, 50), [0.5] * 49, range(1, 50))
    plot.redraw()
    plot.canvas._point_at(20)  # as the pointer does
    (card,) = window.findChildren(PlotReadout)
    assert card.isVisible()
    assert card.geometry().left() > plot.geometry().right()
    plot.hide()
    assert not card.isVisible()
