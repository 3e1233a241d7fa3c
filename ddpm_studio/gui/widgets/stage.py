"""Where generated pictures are looked at: the grid or one of them, and the scrubber under both."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from ddpm_studio.gui.settings import Settings
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.empty_state import EmptyState
from ddpm_studio.gui.widgets.picture_viewer import PictureViewer
from ddpm_studio.gui.widgets.sample_grid import SampleGrid
from ddpm_studio.gui.widgets.saved_line import SavedLine
from ddpm_studio.gui.widgets.scrubber import Scrubber
from ddpm_studio.gui.widgets.trajectory import Trajectory


class Stage(QWidget):
    """Shows a trajectory while it grows and afterwards."""

    changed = Signal()  # other pictures are chosen, or one is seen large, or all are again

    def __init__(self, theme: Theme, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.trajectory: Trajectory | None = None
        self.scrubber = Scrubber(theme, settings)
        self.saved = SavedLine(theme)
        self._grid = SampleGrid(theme)
        self._viewer = PictureViewer(theme, settings)
        self._ready = EmptyState(
            theme,
            "generate",
            "Ready to paint",
            "Press Generate and watch pictures appear from noise. Then move steps and eta, and "
            "scrub back and forth.",
        )
        self._stack = QStackedWidget()
        for widget in (self._ready, self._grid, self._viewer):
            self._stack.addWidget(widget)
        canvas = QFrame()
        canvas.setProperty("kind", "canvas")
        inside = QVBoxLayout(canvas)
        inside.setContentsMargins(1, 1, 1, 1)
        inside.addWidget(self._stack)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(canvas, 1)
        layout.addWidget(self.saved)
        layout.addWidget(self.scrubber)
        self._connect()

    @property
    def is_single(self) -> bool:
        """Whether one picture is seen large."""
        return self._stack.currentWidget() is self._viewer

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

    def set_trajectory(self, trajectory: Trajectory | None, follow_to: float = 1.0) -> None:
        """Show another one, or nothing. follow_to: see `Scrubber.set_trajectory`."""
        self.trajectory = trajectory
        self._grid.set_trajectory(trajectory)
        self._viewer.set_trajectory(trajectory)
        self.scrubber.set_trajectory(trajectory, follow_to)
        self._show_frame()
        if trajectory is None:
            self._stack.setCurrentWidget(self._ready)
        elif self._stack.currentWidget() is self._ready:
            self._stack.setCurrentWidget(self._grid)
        self.changed.emit()

    def grow(self) -> None:
        """The trajectory has more frames now."""
        self.scrubber.grow()

    def back(self) -> None:
        """From one picture to all of them."""
        self._stack.setCurrentWidget(self._grid)
        self._grid.setFocus()
        self.changed.emit()

    def _connect(self) -> None:
        self.scrubber.moved.connect(self._show_frame)
        self.scrubber.show_changed.connect(self._show_frame)
        self._grid.opened.connect(self._on_opened)
        self._grid.chosen_changed.connect(self._on_chosen_changed)
        self._viewer.back_wanted.connect(self.back)
        self._viewer.play_wanted.connect(self.scrubber.toggle_play)
        self._viewer.index_changed.connect(self._on_viewed)
        self._viewer.choose_wanted.connect(self._grid.toggle_chosen)

    def _show_frame(self) -> None:
        if self.trajectory is not None and len(self.trajectory):
            position = min(self.scrubber.position, len(self.trajectory) - 1)
            self._grid.show_frame(position, self.scrubber.show_what)
            self._viewer.show_frame(position, self.scrubber.show_what)

    def _on_opened(self, index: int) -> None:
        self._viewer.show_picture(index)
        self._stack.setCurrentWidget(self._viewer)
        self._viewer.setFocus()
        self.changed.emit()

    def _on_viewed(self, index: int) -> None:
        self._grid.set_current(index)
        self._viewer.set_chosen(index in self._grid.chosen)

    def _on_chosen_changed(self) -> None:
        self._viewer.set_chosen(self._viewer.index in self._grid.chosen)
        self.changed.emit()
