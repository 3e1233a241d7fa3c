"""The scrubber: a timeline from noise to picture, with what plays it and what is shown."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.settings import Settings
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.button import IconButton
from ddpm_studio.gui.widgets.inputs import ComboBox
from ddpm_studio.gui.widgets.player import Player
from ddpm_studio.gui.widgets.timeline import Timeline
from ddpm_studio.gui.widgets.trajectory import PRED_X_0, X_T, Trajectory
from ddpm_studio.gui.widgets.two_way import TwoWay

SPEEDS = (6, 12, 24, 60)  # frames a second
USUAL_SPEED = 24


class Scrubber(QFrame):
    """Says which frame of a trajectory is wanted, and whether x_t or pred_x_0 of it.

    While a trajectory grows, it follows the newest frame until somebody moves it; then it stays.
    """

    moved = Signal(int)  # a position in the trajectory
    show_changed = Signal(str)  # trajectory.X_T or trajectory.PRED_X_0

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._trajectory: Trajectory | None = None
        self._follows_to: int | None = None  # the last position to follow to; None: does not
        self._is_moving = False  # by itself, not by a person
        self.timeline = Timeline(theme, names.SCRUBBER_SLIDER)
        self.player = Player(self)
        self._make_controls(theme)
        self._lay_out()
        settings.remember(self._loop, "scrubber/loop")
        settings.remember(self._speed, "scrubber/speed")
        settings.remember(self._show, "scrubber/show")
        self.player.is_looping = self._loop.isChecked()
        self.player.fps = float(self._speed.currentData())
        self._connect()
        self._refresh()

    @property
    def position(self) -> int:
        return self.timeline.value()

    @property
    def show_what(self) -> str:
        """trajectory.X_T or trajectory.PRED_X_0."""
        return PRED_X_0 if self._show.isChecked() else X_T

    @property
    def part_wanted(self) -> float:
        """How far on the way a person looks, 0 to 1; who follows the newest frame: the end."""
        last = len(self._trajectory.moments) - 1 if self._trajectory is not None else 0
        position = self.position if self._follows_to is None else self._follows_to
        return position / last if last > 0 else 1.0

    # what the page tells

    def set_trajectory(self, trajectory: Trajectory | None, follow_to: float = 1.0) -> None:
        """Another trajectory. follow_to: how far to follow it while it grows, as a part of it."""
        self.pause()
        self._trajectory = trajectory
        moments = trajectory.moments if trajectory is not None else ()
        self._follows_to = round(follow_to * max(0, len(moments) - 1))
        self._is_moving = True
        self.timeline.set_levels([moment.noise for moment in moments])
        self._is_moving = False
        self.grow()

    def grow(self) -> None:
        """The trajectory has more frames now."""
        available = len(self._trajectory) if self._trajectory is not None else 0
        self._is_moving = True
        self.timeline.set_available(available)
        if self._follows_to is not None and available:
            self.timeline.setValue(min(available - 1, self._follows_to))
        self._is_moving = False
        self._refresh()

    # what a person does

    def toggle_play(self) -> None:
        if self.player.is_playing:
            self.pause()
        elif self.timeline.maximum() > 0:
            self._follows_to = None
            self.player.play(self.timeline.maximum() + 1, self.position)
            self._refresh()

    def pause(self) -> None:
        self.player.stop()
        self._refresh()

    def step(self, by: int) -> None:
        """So many frames on, or back."""
        self.timeline.setValue(self.position + by)

    def _make_controls(self, theme: Theme) -> None:
        self._back = IconButton(
            theme, "step-back", names.SCRUBBER_BACK, "Back one step", "Back one step (Left)"
        )
        self._play = IconButton(theme, "play", names.SCRUBBER_PLAY, "Play", role="text")
        self._forward = IconButton(
            theme, "step-forward", names.SCRUBBER_FORWARD, "On one step", "On one step (Right)"
        )
        self._loop = IconButton(
            theme, "loop", names.SCRUBBER_LOOP, "Loop", "Play again and again", checkable=True
        )
        self._loop.setChecked(True)
        self._speed = ComboBox()
        self._speed.setObjectName(names.SCRUBBER_SPEED)
        self._speed.setAccessibleName("Speed")
        self._speed.setToolTip("How fast it plays, in frames a second (fps)")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed} fps", speed)
        self._speed.setCurrentIndex(SPEEDS.index(USUAL_SPEED))
        self._show = TwoWay(theme, "Noisy picture", "What the model believes", names.SCRUBBER_SHOW)
        self._show.setToolTip(
            "The picture on its way out of the noise (x_t), or the finished picture that the "
            "model expects from there (pred_x_0)"
        )
        self._label = QLabel()
        self._label.setObjectName(names.SCRUBBER_LABEL)
        self._label.setProperty("kind", "caption")
        self._label.setFont(tabular(self._label.font()))
        self._label.setToolTip("The step, its timestep (t), and how much noise is left")

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(4)
        middle = Qt.AlignmentFlag.AlignVCenter
        for button in (self._back, self._play, self._forward, self._loop):
            row.addWidget(button, 0, middle)
        row.addSpacing(8)
        row.addWidget(self._speed, 0, middle)
        row.addStretch()
        row.addWidget(self._show, 0, middle)
        words = QHBoxLayout()
        words.setContentsMargins(8, 0, 8, 0)
        words.addWidget(_caption("noise x_T"), 1)
        words.addWidget(self._label, 0, Qt.AlignmentFlag.AlignHCenter)
        words.addWidget(_caption("picture x_0", Qt.AlignmentFlag.AlignRight), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 12)
        layout.setSpacing(0)
        layout.addWidget(self.timeline)
        layout.addLayout(words)
        layout.addSpacing(12)
        layout.addLayout(row)

    def _connect(self) -> None:
        self.timeline.valueChanged.connect(self._on_value_changed)
        self.timeline.sliderPressed.connect(self._on_taken)
        self.timeline.play_wanted.connect(self.toggle_play)
        self.player.moved.connect(self._on_played)
        self.player.ended.connect(self._refresh)
        self._play.clicked.connect(self.toggle_play)
        self._back.clicked.connect(lambda: self.step(-1))
        self._forward.clicked.connect(lambda: self.step(1))
        self._loop.toggled.connect(self._on_loop_toggled)
        self._speed.currentIndexChanged.connect(self._on_speed_changed)
        self._show.toggled.connect(self._on_show_toggled)

    def _on_taken(self) -> None:
        self._follows_to = None
        self.pause()

    def _on_value_changed(self, position: int) -> None:
        if not self._is_moving:
            self._on_taken()
        self._refresh()
        self.moved.emit(position)

    def _on_played(self, position: int) -> None:
        self._is_moving = True
        self.timeline.setValue(position)
        self._is_moving = False

    def _on_loop_toggled(self, is_looping: bool) -> None:
        self.player.is_looping = is_looping

    def _on_speed_changed(self) -> None:
        self.player.set_fps(float(self._speed.currentData()))

    def _on_show_toggled(self) -> None:
        self.show_changed.emit(self.show_what)

    def _refresh(self) -> None:
        is_playing = self.player.is_playing
        icon, word = ("pause", "Pause") if is_playing else ("play", "Play")
        if self._play.accessibleName() != word:
            self._play.set_face(icon, word, f"{word} (Space on the timeline)")
        can_move = self.timeline.maximum() > 0
        for control in (self._back, self._play, self._forward):
            control.setEnabled(can_move)
        self._label.setText(self._words())

    def _words(self) -> str:
        trajectory = self._trajectory
        if trajectory is None or not len(trajectory):
            return ""
        moment, last = trajectory.moments[self.position], trajectory.moments[-1]
        where = f"step {moment.index} of {last.index}"
        if moment.t < 0:
            return f"{where}  ·  finished"
        return f"{where}  ·  t = {moment.t}  ·  {moment.noise:.0%} noise"


def _caption(text: str, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> QLabel:
    caption = QLabel(text)
    caption.setProperty("kind", "caption")
    caption.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return caption


def tabular(font: QFont) -> QFont:
    """The font with digits that are all of one width, so that counting does not shake."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
