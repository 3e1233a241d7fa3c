"""Where generated pictures are looked at: the grid or one of them, and the scrubber under both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QWidget

from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.layout import column, holder, wide
from ddpm_studio.gui.common.picture_menu import is_bare
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.bar import CompareBar
from ddpm_studio.gui.compare.lock_step import lock_step
from ddpm_studio.gui.compare.run_label import Word
from ddpm_studio.gui.compare.view import FLICKER, CompareView
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.caption import StageCaption
from ddpm_studio.gui.generate.grid import SampleGrid
from ddpm_studio.gui.generate.scrubber import Scrubber
from ddpm_studio.gui.generate.single_view import PictureViewer
from ddpm_studio.gui.generate.stage_head import StageHead

READY = (
    "Ready to paint",
    "Press Generate and watch pictures appear from noise. Then move steps and eta, and scrub back "
    "and forth.",
)
LEAST = 98  # points of height for pictures
PAINTING = "Painting", "The first pictures appear here in a moment."


@dataclass(frozen=True)
class Seen:
    """Pictures as they are on the stage: which ones, of which frame, and what of it."""

    trajectory: Trajectory
    position: int
    show: str
    indices: tuple[int, ...]

    @property
    def is_painted(self) -> bool:
        """Whether the model made it: not one's own picture on its way into the noise."""
        return self.trajectory.is_painted(self.position, self.show)

    @property
    def finished(self) -> Seen | None:
        """These, painted to the end; of one's own picture, what the model makes of it, as seen.

        None: there is no such thing by now.
        """
        run = self.trajectory
        if run.is_forward:
            return self if self.is_painted else None
        if not run.is_complete:
            return None
        return dataclasses.replace(self, position=len(run) - 1, show=X_T)


class Stack(QStackedWidget):
    """Pictures need less room than words, and the page is not to jump when they come."""

    def hasHeightForWidth(self) -> bool:
        return False


class Stage(QWidget):
    """Shows a trajectory while it grows and afterwards, or two of them in lock-step."""

    changed = Signal()  # other pictures are chosen, or one is seen large, or all are again
    keep_wanted = Signal(object)  # Seen: keep these; None: there are pictures, but no one is meant
    menu_wanted = Signal(object, object)  # Seen, and where on the screen
    drag_wanted = Signal(object)  # Seen: to be dragged out to another program
    frame_shown = Signal()  # another frame, or of another picture

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trajectory: Trajectory | None = None  # in a comparison: B, once it is there
        self.scrubber = Scrubber(theme, settings)
        self.compare = CompareView(self)
        self._is_painted = True  # what is seen, by the model
        self._on_slider: Trajectory | None = None  # whose frames the scrubber counts
        self._grid = SampleGrid(theme, self.compare)
        self._viewer = PictureViewer(theme, settings, self.compare)
        self.bar = CompareBar(theme, settings, self.compare)
        self.head = StageHead(theme, self._viewer, self.bar)
        self.caption = StageCaption(theme)
        self._ready = EmptyState(theme, "generate", *READY)
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def is_single(self) -> bool:
        """Whether one picture is seen large."""
        return self._stack.currentWidget() is self._viewer

    @property
    def pictures(self) -> tuple[QWidget, ...]:
        """Those of which one is seen, once there are pictures."""
        return self._viewer, self._grid

    @property
    def chosen(self) -> tuple[int, ...]:
        return self._grid.chosen

    @property
    def current(self) -> int:
        """The picture that was looked at or gone to last."""
        return self._grid.current

    @property
    def wanted(self) -> tuple[int, ...]:
        """What is to be saved: the chosen, else the one that is seen large, else all."""
        if self._grid.chosen or self.trajectory is None:
            return self._grid.chosen
        if self.is_single:
            return (self._viewer.index,)
        return tuple(range(len(self.trajectory.seeds)))

    @property
    def letter(self) -> str:
        """Of the run in front, "A" or "B", while two are compared, else ""."""
        if not self.compare.is_on:
            return ""
        return "A" if self.compare.b is None else "B"

    @property
    def to_save(self) -> Seen | None:
        """What a button saves that is about finished pictures; None: there are none."""
        seen = self._as_seen(self.trajectory, self.wanted)
        return None if seen is None else seen.finished

    # what the page tells

    def set_trajectory(self, trajectory: Trajectory | None, follow_to: float = 1.0) -> None:
        """Show another one, or nothing. follow_to: see `Scrubber.set_trajectory`."""
        if self.compare.is_on:
            self.compare.set_runs(None, None)
        self._set_front(trajectory)
        self._on_slider = trajectory
        self.scrubber.set_trajectory(trajectory, follow_to)
        self.scrubber.set_beside(())
        self._show_frame()
        self._refresh()

    def set_comparison(
        self,
        a: Trajectory,
        b: Trajectory | None = None,
        words: tuple[Sequence[Word], Sequence[Word]] = ((), ()),
    ) -> None:
        """Show two runs of the same seeds; B is None until something was painted.

        words: their settings. The slider stays at its level of noise.
        """
        self.compare.set_runs(a, b)
        self.head.show_runs(*words)
        self._set_front(self.compare.front)
        self._lead()
        self._refresh()

    def end_comparison(self, run: Trajectory | None = None) -> None:
        """Go on with this one of both, by default with the one in front."""
        self.compare.set_runs(None, None)
        if run is not None:
            self._set_front(run)
        self._lead()
        self._refresh()

    def show_painting(self, is_running: bool) -> None:
        """Whether something is painted, which is said while there is nothing to see of it."""
        self._ready.set_words(*(PAINTING if is_running else READY))

    def grow(self) -> None:
        """A trajectory has more frames now."""
        self.scrubber.grow()
        if self.compare.is_on:
            self.compare.refresh()
            self._lead()

    def back(self) -> None:
        """From one picture to all of them."""
        self._look_anew()
        self._stack.setCurrentWidget(self._grid)
        self._grid.setFocus()
        self._refresh()

    def toggle_chosen(self, index: int) -> None:
        """Choose a picture, or no more."""
        self._grid.toggle_chosen(index)

    def keep(self) -> None:
        """Ask to keep what is seen: the chosen, the large one, or what is pointed at."""
        if self.trajectory is not None:
            self.keep_wanted.emit(self.seen)

    # building

    def _lay_out(self) -> None:
        self._stack = Stack()
        self._stack.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._stack.setMinimumHeight(LEAST)
        for widget in (self._ready, self._grid, self._viewer):
            self._stack.addWidget(widget)
        self.canvas = holder(column(self._stack, margins=1), "canvas")
        pictures = column(wide(self.canvas), self.caption, spacing=0)
        column(self.head, wide(pictures), self.scrubber, spacing=8, of=self)

    def _connect(self) -> None:
        self.scrubber.moved.connect(self._show_frame)
        self.scrubber.show_changed.connect(self._show_frame)
        self._grid.opened.connect(self.open)
        self._grid.chosen_changed.connect(self._on_chosen_changed)
        self._grid.keep_wanted.connect(self._on_keep_one)
        self._grid.menu_wanted.connect(self._on_menu)
        self._viewer.menu_wanted.connect(self._on_menu)
        for canvas in (self._grid, self._viewer):
            canvas.drag_wanted.connect(self._on_drag)
        self._viewer.back_wanted.connect(self.back)
        self._viewer.play_wanted.connect(self.scrubber.toggle_play)
        self._viewer.index_changed.connect(self._on_viewed)
        self._viewer.choose_wanted.connect(self._grid.toggle_chosen)
        self.compare.turned.connect(self._show_turn)
        self.compare.changed.connect(self._show_turn)
        self.head.keep.clicked.connect(self.keep)

    # showing

    def _set_front(self, trajectory: Trajectory | None) -> None:
        self.trajectory = trajectory
        self._grid.set_trajectory(trajectory)
        self._viewer.set_trajectory(trajectory)
        if trajectory is None:
            self._stack.setCurrentWidget(self._ready)
        elif self._stack.currentWidget() is self._ready:
            self._stack.setCurrentWidget(self._grid)

    def _lead(self) -> None:
        """Let the slider count the frames of the right run, at the same level of noise."""
        leader = self.compare.leader if self.compare.is_on else self.trajectory
        before = self._on_slider
        if leader is not None and leader is not before:
            part = 1.0
            if before is not None:
                position = lock_step(before.moments, leader.moments)[self.scrubber.position]
                part = position / max(1, len(leader.moments) - 1)
            was_playing = self.scrubber.player.is_playing
            self._on_slider = leader
            self.scrubber.set_trajectory(leader, part)
            if was_playing:
                self.scrubber.toggle_play()
        runs = (self.compare.a, self.compare.b)
        beside = [run for run in runs if run is not None and run is not leader]
        self.scrubber.set_beside(beside)
        self._show_frame()

    def _show_frame(self) -> None:
        front, leader = self.trajectory, self._on_slider
        if front is None or leader is None or not len(front) or not len(leader):
            return
        position, show = min(self.scrubber.position, len(leader) - 1), self.scrubber.show_what
        if self.compare.is_on:
            self.compare.show_frame(leader, position, show)
            position = self.compare.position_of(front)
        self._grid.show_frame(position, show)
        self._viewer.show_frame(position, show)
        if front.is_painted(position, show) != self._is_painted:
            self._is_painted = not self._is_painted
            self._refresh()  # other things can be done with it
        self.frame_shown.emit()

    def image(self, index: int) -> QImage | None:
        """A picture as it is seen now, of the run in front."""
        seen = self._as_seen(self.trajectory, (index,))
        return None if seen is None else seen.trajectory.images(seen.position, seen.show)[index]

    def _show_turn(self) -> None:
        compare = self.compare
        is_flicker = compare.view == FLICKER and compare.b is not None
        self.head.show_turn(("b" if compare.shows_b else "a") if is_flicker else "")

    def _refresh(self) -> None:
        count = len(self._grid.chosen) or int(self.is_single or self._count == 1)
        letter = self.letter
        is_there, is_single = self.trajectory is not None, self.is_single
        self.head.show_state(
            letter, count, is_there=is_there, is_painted=self._is_painted, is_single=is_single
        )
        self.changed.emit()

    @property
    def _count(self) -> int:
        return len(self.trajectory.seeds) if self.trajectory is not None else 0

    # what a person does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.compare.is_on or not is_bare(event) or not self.bar.press(event.key()):
            super().keyPressEvent(event)

    @property
    def seen(self) -> Seen | None:
        """What is pointed at, or chosen; where there is only one picture, that one."""
        if self.is_single:
            return self._as_seen(self._viewer.pointed, (self._viewer.index,))
        pointed = self._grid.pointed
        run = pointed[1] if pointed is not None else self.trajectory
        if self._grid.chosen:
            return self._as_seen(run, self._grid.chosen)
        if pointed is None and self._count != 1:
            return None
        return self._as_seen(run, (pointed[0] if pointed is not None else 0,))

    def _as_seen(self, run: Trajectory | None, indices: tuple[int, ...]) -> Seen | None:
        if run is None or not len(run):
            return None
        position = self.scrubber.position
        if self.compare.is_on:
            position = self.compare.position_of(run)
        return Seen(run, min(position, len(run) - 1), self.scrubber.show_what, indices)

    def _on_keep_one(self, index: int, run: Trajectory) -> None:
        seen = self._as_seen(run, (index,))
        if seen is not None:
            self.keep_wanted.emit(seen)

    def _on_menu(self, index: int, run: Trajectory, where: QPoint) -> None:
        seen = self._meant(index, run)
        if seen is not None:
            self.menu_wanted.emit(seen, where)

    def _on_drag(self, index: int, run: Trajectory) -> None:
        seen = self._meant(index, run)
        if seen is not None and seen.is_painted:
            self.drag_wanted.emit(seen)

    def _meant(self, index: int, run: Trajectory) -> Seen | None:
        """It is about the picture under the hand; about all that are chosen if that is, too."""
        is_one = self.is_single or index not in self._grid.chosen
        return self._as_seen(run, (index,) if is_one else self._grid.chosen)

    def open(self, index: int) -> None:
        """See one of the pictures large."""
        self._viewer.show_picture(index)
        self._stack.setCurrentWidget(self._viewer)
        self._viewer.setFocus()
        self._refresh()

    def _look_anew(self) -> None:
        """What is not in memory of other pictures than before is to be asked for."""
        for run in (self.trajectory, self.compare.a, self.compare.b):
            if run is not None:
                run.look_anew()

    def _on_viewed(self, index: int) -> None:
        self._look_anew()
        self._grid.set_current(index)
        self.frame_shown.emit()
        self._viewer.set_chosen(index in self._grid.chosen)

    def _on_chosen_changed(self) -> None:
        self._viewer.set_chosen(self._viewer.index in self._grid.chosen)
        self._refresh()
