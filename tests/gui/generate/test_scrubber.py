"""The scrubber leads from noise to picture, by hand, by key and by the clock."""

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.gui.common.player import Player
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.store import PRED_EPS, PRED_X_0, X_T, FramePlan, FrameStore
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.scrubber import Scrubber
from ddpm_studio.gui.generate.timeline import CURVE, TOP
from ddpm_studio.sampling.trajectory import Moment, TrajectoryFrame

LEFT = Qt.MouseButton.LeftButton


def moments(steps):
    noisy = [Moment(i, 1000 - 1000 * i // steps - 1, 1 - i / steps) for i in range(steps)]
    return [*noisy, Moment(steps, -1, 0.0)]


def frame(index, count=2):
    pixels = np.full((count, 4, 4, 3), index, np.uint8)
    return TrajectoryFrame(index, -1, pixels, 255 - pixels)


def filled(steps=20, frames=None):
    trajectory = Trajectory(moments(steps), [1, 2])
    for index in range(steps + 1 if frames is None else frames):
        trajectory.add(frame(index))
    return trajectory


@pytest.fixture
def scrubber(qapp, qtbot, settings):
    window = QWidget()
    layout = QVBoxLayout(window)
    other = QComboBox()
    scrubber = Scrubber(Theme(qapp), settings)
    layout.addWidget(other)
    layout.addWidget(scrubber)
    window.resize(800, 200)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    other.setFocus()
    scrubber.keep = window
    yield scrubber
    scrubber.pause()


@pytest.fixture
def timeline(scrubber, find):
    return find(scrubber, QSlider, "scrubber.slider")


def test_keys_move_by_one_by_ten_and_to_both_ends(scrubber, timeline, qtbot):
    scrubber.set_trajectory(filled(20))
    assert timeline.value() == timeline.maximum() == 20
    seen: list[Any] = []
    scrubber.moved.connect(seen.append)
    for key in ("Left", "Left", "Right", "PageDown", "Home", "PageUp", "End"):
        qtbot.keyClick(timeline, getattr(Qt.Key, f"Key_{key}"))
    assert seen == [19, 18, 19, 9, 0, 10, 20]


def test_the_buttons_step_and_stop_at_the_ends(scrubber, timeline, find, qtbot):
    scrubber.set_trajectory(filled(3))
    back = find(scrubber, QToolButton, "scrubber.back")
    forward = find(scrubber, QToolButton, "scrubber.forward")
    for _ in range(5):
        qtbot.mouseClick(back, LEFT)
    assert timeline.value() == 0
    for _ in range(2):
        qtbot.mouseClick(forward, LEFT)
    assert timeline.value() == 2


def test_the_words_say_step_timestep_and_noise(scrubber, timeline, find):
    label = find(scrubber, QLabel, "scrubber.label")
    assert label.text() == ""
    scrubber.set_trajectory(filled(20))
    assert label.text() == "step 20 of 20  ·  finished"
    timeline.setValue(5)
    assert label.text() == "step 5 of 20  ·  t = 749  ·  75% noise"


def test_dragging_reaches_every_frame_but_none_that_is_not_there(scrubber, timeline, qtbot):
    scrubber.set_trajectory(filled(20, frames=11))
    y = timeline.height() // 2
    qtbot.mousePress(timeline, LEFT, pos=QPoint(round(timeline.x_of(3)), y))
    assert timeline.value() == 3
    for position in range(11):
        qtbot.mouseMove(timeline, QPoint(round(timeline.x_of(position)), y))
        assert timeline.value() == position
    qtbot.mouseMove(timeline, QPoint(timeline.width() + 50, y))
    assert timeline.value() == 10
    qtbot.mouseMove(timeline, QPoint(-50, y))
    assert timeline.value() == 0
    qtbot.mouseRelease(timeline, LEFT)


def test_it_follows_a_growing_trajectory_until_somebody_moves_it(scrubber, timeline, qtbot):
    trajectory = filled(20, frames=1)
    scrubber.set_trajectory(trajectory)
    for index in range(1, 6):
        trajectory.add(frame(index))
        scrubber.grow()
        assert timeline.value() == index
    qtbot.keyClick(timeline, Qt.Key.Key_Left)
    trajectory.add(frame(6))
    scrubber.grow()
    assert (timeline.value(), timeline.maximum()) == (4, 6)


def test_it_follows_only_to_the_moment_that_was_looked_at(scrubber, timeline):
    scrubber.set_trajectory(filled(20))
    timeline.setValue(10)
    trajectory = filled(40, frames=1)
    scrubber.set_trajectory(trajectory, follow_to=scrubber.part_wanted)
    for index in range(1, 41):
        trajectory.add(frame(index))
        scrubber.grow()
    assert timeline.value() == 20


def test_playing_shows_every_frame_in_turn_and_stops_at_the_last(scrubber, timeline, find, qtbot):
    find(scrubber, QToolButton, "scrubber.loop").setChecked(False)
    speed = find(scrubber, QComboBox, "scrubber.speed")
    speed.setCurrentIndex(speed.findData(60))
    scrubber.set_trajectory(filled(8))
    seen: list[Any] = []
    play = find(scrubber, QToolButton, "scrubber.play")
    scrubber.moved.connect(seen.append)
    qtbot.mouseClick(play, LEFT)  # at the end: it begins again
    assert play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: not scrubber.player.is_playing)
    assert timeline.value() == 8
    assert seen[0] == 0
    assert seen == sorted(set(seen))
    assert play.accessibleName() == "Play"


def test_space_plays_and_pauses_and_a_hand_on_the_timeline_pauses(scrubber, timeline, qtbot):
    scrubber.set_trajectory(filled(20))
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    assert scrubber.player.is_playing
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    assert not scrubber.player.is_playing
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    qtbot.keyClick(timeline, Qt.Key.Key_End)
    assert not scrubber.player.is_playing
    qtbot.keyClick(timeline, Qt.Key.Key_Space)
    with qtbot.waitSignal(scrubber.moved):  # goes round: the end is not the end
        pass
    assert scrubber.player.is_playing


def test_a_late_look_at_the_clock_leaves_frames_out_and_keeps_the_time(qapp):
    player = Player(qapp, hold=1.0)
    player.fps, player.is_looping = 10.0, False
    player.play(20)
    # which frame is due, without waiting for it
    assert [player._due(s) for s in (0, 0.05, 0.1, 0.95, 1.0, 5.0)] == [0, 0, 1, 9, 10, 19]
    player.is_looping = True  # a round is 2 s and 1 s of rest
    assert [player._due(s) for s in (1.95, 2.5, 2.99, 3.0, 3.1)] == [19, 19, 19, 0, 1]
    player.stop()


def test_the_choice_goes_between_the_three_things_a_step_knows(scrubber, find, qtbot):
    show = find(scrubber, QComboBox, "scrubber.show")
    seen: list[Any] = []
    scrubber.show_changed.connect(seen.append)
    assert scrubber.show_what == X_T
    for area in show.areas()[::-1]:
        qtbot.mouseClick(show, LEFT, pos=area.center().toPoint())
    show.setFocus()
    for key in ("Right", "Right", "Right", "Left", "Space", "Space"):
        qtbot.keyClick(show, getattr(Qt.Key, f"Key_{key}"))
    hand, keys = seen[:3], seen[3:]
    assert hand == [PRED_EPS, PRED_X_0, X_T]
    assert keys == [PRED_X_0, PRED_EPS, PRED_X_0, PRED_EPS, X_T]
    assert show.width() >= show.minimumSizeHint().width()


def test_the_choice_keeps_its_words_where_room_is_scarce(scrubber, find, qtbot):
    show = find(scrubber, QComboBox, "scrubber.show")
    wide = [area.width() for area in show.areas()]
    scrubber.keep.resize(scrubber.keep.minimumSizeHint())
    qtbot.waitUntil(lambda: scrubber.keep.width() < 800)
    assert show.width() >= show.minimumSizeHint().width()
    assert [area.width() for area in show.areas()] == wide
    assert round(show.areas()[-1].right()) == show.width()


def test_speed_loop_and_toggle_come_back(scrubber, find, qapp, qtbot, settings):
    find(scrubber, QComboBox, "scrubber.show").setCurrentIndex(1)
    find(scrubber, QToolButton, "scrubber.loop").setChecked(False)
    find(scrubber, QComboBox, "scrubber.speed").setCurrentIndex(0)
    again = Scrubber(Theme(qapp), settings)
    qtbot.addWidget(again)
    assert again.show_what == PRED_X_0
    assert (again.player.is_looping, again.player.fps) == (False, 6.0)


def test_the_wheel_moves_nothing_by_accident(scrubber, timeline):
    scrubber.set_trajectory(filled(20))
    timeline.setValue(10)
    assert not timeline.hasFocus()
    middle = QPointF(timeline.rect().center())
    wheel = QWheelEvent(
        middle,
        timeline.mapToGlobal(middle),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(timeline, wheel)
    assert timeline.value() == 10


def test_without_frames_nothing_can_be_pressed(scrubber, timeline, find, qtbot):
    scrubber.set_trajectory(None)
    assert not timeline.isEnabled()
    assert not find(scrubber, QToolButton, "scrubber.play").isEnabled()
    scrubber.toggle_play()
    assert not scrubber.player.is_playing


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(5, 3), (8, 8), (7, 13)])
def test_images_have_the_pixels_of_their_arrays(qapp, channels, size):
    width, height = size
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (3, height, width, channels), np.uint8)
    trajectory = Trajectory(moments(1), [1, 2, 3])
    trajectory.add(TrajectoryFrame(0, 1, pixels, pixels))
    for image, array in zip(trajectory.images(0), pixels, strict=True):
        for y in range(height):
            for x in range(width):
                colour = image.pixelColor(x, y)
                assert [colour.red(), colour.green(), colour.blue()] == [
                    *np.broadcast_to(array[y, x], 3)
                ]


def test_kept_frames_are_marked_where_not_all_are_kept(scrubber, timeline):
    scrubber.set_trajectory(filled(20))
    # which places have a mark is only drawn
    assert list(timeline._marked(21)) == list(range(21))
    store = FrameStore(21)
    store.set_plan(FramePlan(frozenset({0, 7, 14, 20}), frozenset({7, 14})))
    thinned = Trajectory(moments(20), [1, 2], store)
    for index in (0, 7, 14, 20):
        thinned.add(frame(index))
    scrubber.set_trajectory(thinned)
    assert list(timeline._marked(21)) == [0, 7, 14, 20]
    assert timeline.maximum() == 20  # every position can be gone to
    shades = []
    for position in (6, 14):
        timeline.setValue(position)
        shades.append(np.unique(thinned.pictures(position)).tolist())
    assert shades == [[7], [14]]


def test_the_curve_falls_with_the_noise_over_every_position(scrubber, timeline):
    scrubber.set_trajectory(filled(20))
    timeline.setValue(0)
    image = timeline.grab().toImage()
    ground = image.pixelColor(image.width() // 2, 1)
    heights = []
    for position in range(2, 19):
        x = round(timeline.x_of(position) * image.devicePixelRatio())
        column = [image.pixelColor(x, y) != ground for y in range(1, round(TOP + CURVE))]
        heights.append(sum(column))
    assert heights == sorted(heights, reverse=True)
    for position, height in zip(range(2, 19), heights, strict=True):
        assert height == pytest.approx((1 - position / 20) * CURVE, abs=2.5)
