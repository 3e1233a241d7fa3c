"""The scrubber: a timeline from noise to picture, with what plays it and what is shown."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QLayout, QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.choice_bar import Choice, ChoiceBar
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.label import label, use_tabular_figures
from ddpm_studio.gui.common.layout import REST, Gap, Placed, column, holder, row, wide
from ddpm_studio.gui.common.player import Player
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.store import FINISHED, PRED_EPS, PRED_X_0, X_T
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.memory_choice import MemoryChoice
from ddpm_studio.gui.generate.timeline import Timeline
from ddpm_studio.words import time_in_words

SPEEDS = (6, 12, 24, 60)  # frames a second
USUAL_SPEED = 24
VIEWS = (  # one word each, whatever the room and however many there are
    Choice(X_T, "Noisy", "Noisy", "The picture on its way out of the noise (x_t)"),
    Choice(
        PRED_X_0,
        "Believed",
        "Believed",
        "What the model believes: the finished picture that it expects from there (pred_x_0)",
    ),
    Choice(
        PRED_EPS,
        "Its noise",
        "Its noise",
        "Predicted noise: what the model would take away; grey is none (pred_eps)",
    ),
)
FROM_HERE = Choice(
    FINISHED,
    "Finished",
    "Finished",
    "What the sampler makes of your picture when it is noised so far and painted again",
)


BESIDE, BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class TwoGroups(QWidget):
    """Two rows: beside each other, or one under the other where there is no room.

    Nothing in them is ever squeezed to less than it needs while there is room below.
    """

    def __init__(self, first: QLayout, second: QLayout, spacing: int = 4) -> None:
        super().__init__()
        self._holders = holder(first), holder(second)
        self._both = row(self._holders[0], wide(self._holders[1]), spacing=spacing, of=self)

    def minimumSizeHint(self) -> QSize:
        """As narrow as one under the other."""
        margins = self.contentsMargins()
        width = max(holder.minimumSizeHint().width() for holder in self._holders)
        height = super().minimumSizeHint().height()
        return QSize(width + margins.left() + margins.right(), height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def arrange(self) -> None:
        """Look again whether there is room; after something in a group became wider."""
        needed = sum(holder.minimumSizeHint().width() for holder in self._holders)
        has_room = self.contentsRect().width() >= needed + self._both.spacing()
        direction = BESIDE if has_room else BELOW
        if self._both.direction() != direction:
            self._both.setDirection(direction)
            self._both.activate()


class Scrubber(QFrame):
    """Says which frame of a trajectory is wanted, and what of it is shown.

    While a trajectory grows, it follows the newest frame until somebody moves it; then it stays.
    """

    moved = Signal(int)  # a position in the trajectory
    show_changed = Signal(str)  # frame_store.X_T, PRED_X_0, PRED_EPS or FINISHED

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._trajectory: Trajectory | None = None
        self._beside: tuple[Trajectory, ...] = ()  # others that are in memory, too
        self._soon = QTimer(self, singleShot=True, interval=0)  # once it is drawn
        self._follows_to: int | None = None  # the last position to follow to; None: does not
        self._is_moving = False  # by itself, not by a person
        self.timeline = Timeline(theme, "scrubber.slider")
        self.player = Player(self)
        self.memory = MemoryChoice(settings)
        self._make_controls(theme)
        self._lay_out()
        settings.remember(self._loop, "scrubber/loop")
        settings.remember(self._speed, "scrubber/speed")
        settings.remember(self._show, "scrubber/shown")
        self.player.is_looping = self._loop.isChecked()
        self.player.fps = float(self._speed.currentData())
        self._connect()
        self._refresh()

    @property
    def position(self) -> int:
        return self.timeline.value()

    @property
    def show_what(self) -> str:
        """frame_store.X_T, PRED_X_0, PRED_EPS or FINISHED."""
        return self._show.chosen

    def choose_show(self, show: str) -> None:
        """frame_store.X_T, PRED_X_0 or PRED_EPS."""
        self._show.setCurrentIndex(max(0, self._show.findData(show)))

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
        self._listen_to(trajectory)
        is_forward = trajectory is not None and trajectory.is_forward
        self._show.set_choices((*VIEWS, FROM_HERE) if is_forward else VIEWS)
        self._row.arrange()
        self._end.setText("your picture x_0" if is_forward else "picture x_0")
        moments = trajectory.moments if trajectory is not None else ()
        is_noise = not moments or not moments[0].index
        self._begin.setText("noise x_T" if is_noise else f"{moments[0].noise:.0%} noise")
        self._follows_to = round(follow_to * max(0, len(moments) - 1))
        self._is_moving = True
        self.timeline.set_levels([moment.noise for moment in moments])
        self._is_moving = False
        self.grow()

    def set_beside(self, others: Sequence[Trajectory]) -> None:
        """These share the memory with the trajectory on the slider, which must not be among them.

        From now on the figure is that of all, and each may take an equal part of the limit.
        """
        for one in self._beside:
            one.changed.disconnect(self._show_memory)
        self._beside = tuple(others)
        for one in self._beside:
            one.changed.connect(self._show_memory)
        self._share(self.memory.budget)

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
        words = "Back one step", "Back one step (Left)"
        self._back = IconButton(theme, "step-back", "scrubber.back", *words)
        self._play = IconButton(theme, "play", "scrubber.play", "Play", role="text")
        words = "On one step", "On one step (Right)"
        self._forward = IconButton(theme, "step-forward", "scrubber.forward", *words)
        words = "Loop", "Play again and again"
        self._loop = IconButton(theme, "loop", "scrubber.loop", *words, checkable=True)
        self._loop.setChecked(True)
        self._speed = ComboBox()
        self._speed.setObjectName("scrubber.speed")
        self._speed.setAccessibleName("Speed")
        self._speed.setToolTip("How fast it plays, in frames a second (fps)")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed} fps", speed)
        self._speed.setCurrentIndex(SPEEDS.index(USUAL_SPEED))
        self._show = ChoiceBar(theme, "What is shown", VIEWS, "scrubber.show")
        self._label = label(kind="caption", name="scrubber.label")
        use_tabular_figures(self._label)
        self._label.setToolTip("The step, its timestep (t), and how much noise is left")

    def _lay_out(self) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        buttons = (self._back, self._play, self._forward, self._loop)
        playing = [Placed(button, align=middle) for button in buttons]
        speed, memory, show = (
            Placed(one, align=middle) for one in (self._speed, self.memory, self._show)
        )
        self._row = TwoGroups(
            row(*playing, Gap(8), speed, REST, spacing=4), row(memory, REST, show, spacing=4)
        )
        self._row.setContentsMargins(8, 0, 8, 0)
        self._end = _caption("picture x_0", Qt.AlignmentFlag.AlignRight)
        now = Placed(self._label, align=Qt.AlignmentFlag.AlignHCenter)
        self._begin = _caption("noise x_T")
        words = row(wide(self._begin), now, wide(self._end), margins=(8, 0, 8, 0))
        parts = self.timeline, words, Gap(12), self._row
        column(*parts, spacing=0, margins=(8, 8, 8, 12), of=self)

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
        self._show.currentIndexChanged.connect(self._on_show_changed)
        self.memory.budget_changed.connect(self._share)
        self._soon.timeout.connect(self._show_words)

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

    def _on_show_changed(self) -> None:
        self._refresh()
        self.show_changed.emit(self.show_what)

    def _listen_to(self, trajectory: Trajectory | None) -> None:
        old, self._trajectory = self._trajectory, trajectory
        if old is not None:
            old.changed.disconnect(self._refresh)
            old.improved.disconnect(self._on_improved)
            old.looked.disconnect(self._soon.start)
        if trajectory is not None:
            trajectory.changed.connect(self._refresh)
            trajectory.improved.connect(self._on_improved)
            trajectory.looked.connect(self._soon.start)

    def _on_improved(self) -> None:
        """The frame that is shown has been computed again: draw it."""
        self._refresh()
        self.moved.emit(self.position)

    def _share(self, budget: int) -> None:
        """All that is in memory takes no more than that, in bytes."""
        for one in self._in_memory:
            if one.store.budget != budget // len(self._in_memory):
                one.set_budget(budget // len(self._in_memory))
        self._refresh()

    @property
    def _in_memory(self) -> tuple[Trajectory, ...]:
        return (self._trajectory, *self._beside) if self._trajectory is not None else self._beside

    def _show_memory(self) -> None:
        self.memory.set_used(sum(one.store.nbytes for one in self._in_memory))

    def _show_words(self) -> None:
        self._label.setText(self._words())

    def _refresh(self) -> None:
        is_playing = self.player.is_playing
        icon, word = ("pause", "Pause") if is_playing else ("play", "Play")
        if self._play.accessibleName() != word:
            self._play.set_face(icon, word, f"{word} (Space on the timeline)")
        can_move = self.timeline.maximum() > 0
        for control in (self._back, self._play, self._forward):
            control.setEnabled(can_move)
        self._show_words()
        self._show_memory()
        store = self._trajectory.store if self._trajectory is not None else None
        self.timeline.set_kept(None if store is None or store.is_whole else store.kept)

    def _words(self) -> str:
        trajectory = self._trajectory
        if trajectory is None or not len(trajectory):
            return ""
        moment, last = trajectory.moments[self.position], trajectory.moments[-1]
        where = f"step {moment.index} of {last.index}"
        if moment.t < 0:
            state = "your picture" if trajectory.is_forward else "finished"
        else:
            state = f"t = {time_in_words(moment.t)}  ·  {moment.noise:.0%} noise"
        return "  ·  ".join([where, state, *self._caveat(trajectory)])

    def _caveat(self, trajectory: Trajectory) -> list[str]:
        """What is to be said of a frame that is not the very one."""
        if trajectory.is_forward and trajectory.is_finishing and self.show_what == FINISHED:
            return ["still being painted"]
        follows = self._follows_to is not None and not trajectory.is_complete
        if follows or trajectory.is_shown_exactly(self.position):
            return []
        return ["recomputing…" if trajectory.can_compute(self.position) else "nearest kept frame"]


def _caption(text: str, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft) -> QLabel:
    caption = label(text, "caption")
    caption.setAlignment(side | Qt.AlignmentFlag.AlignVCenter)
    return caption
