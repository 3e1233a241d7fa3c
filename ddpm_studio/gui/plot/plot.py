"""The live plot of a run: losses, how it goes, and what happened, over one axis of steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.chips import BestButton, PlotChips
from ddpm_studio.gui.plot.markers import Marker, Markers
from ddpm_studio.gui.plot.popups import PlotPopups
from ddpm_studio.gui.plot.quantities import ALL, readings, why_missing

if TYPE_CHECKING:  # these bring numpy, pyqtgraph and torch along
    from ddpm_studio.gui.plot.canvas import LossCanvas
    from ddpm_studio.gui.plot.series import LossSeries
    from ddpm_studio.training.metrics import Measured

REDRAW_MS = 750  # a redraw takes 6 ms of a core that training on the CPU wants too
MOST_WAITS = 3  # so many rounds at most, if the new steps are less than a pixel wide
HEAD_HEIGHT = 38  # with the ring of what stands in it
FOLLOW_TOP, FOLLOW_RIGHT = 8, 32


class LossPlot(QFrame):
    """Follows the newest step until a person zooms or pans; then a button leads back."""

    preview_chosen = Signal(int)  # a person wants to see the preview of this step
    checkpoint_chosen = Signal(int)  # ... or to generate from the checkpoint of this step
    best_changed = Signal(int, float)  # step and held-out loss of the best checkpoint; -1: none

    def __init__(
        self, theme: Theme, settings: Settings | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(names.TRAIN_PLOT)
        self.setProperty("kind", "canvas")
        self.setAccessibleName("Loss")
        self.setMinimumHeight(200)
        self._theme = theme
        self.canvas: LossCanvas | None = None  # the drawing itself, once `prepare` was called
        self._popups: PlotPopups | None = None
        self._series: LossSeries | None = None
        self.markers = Markers()
        self._build(settings)
        self._waits = 0  # rounds in which there was too little new to draw
        self._timer = QTimer(self, singleShot=True, interval=REDRAW_MS)
        self._timer.timeout.connect(self._redraw)
        theme.changed.connect(self._on_theme_changed)

    @property
    def series(self) -> LossSeries:
        """What is drawn. Its first use imports numpy."""
        if self._series is None:
            from ddpm_studio.gui.plot.series import LossSeries

            self._series = LossSeries()
        return self._series

    @property
    def last_step(self) -> int:
        """The last one that is known; -1 if none is."""
        return -1 if self._series is None else self._series.last_step

    @property
    def follows(self) -> bool:
        return self.canvas is None or self.canvas.follows

    def prepare(self) -> None:
        """Build the drawing; call it when pyqtgraph is imported, for that takes a while."""
        if self.canvas is not None:
            return
        from ddpm_studio.gui.plot.canvas import LossCanvas

        canvas = LossCanvas()
        canvas.setAccessibleName("Loss at each step")
        canvas.viewport().setAccessibleName("Loss at each step")
        canvas.setToolTip("")
        canvas.moved.connect(self._on_moved)
        popups = PlotPopups(self._theme, self, canvas)
        popups.preview_chosen.connect(self.preview_chosen)
        popups.checkpoint_chosen.connect(self.checkpoint_chosen)
        popups.described.connect(self._describe)
        self._best.clicked.connect(popups.open_best)
        self.canvas, self._popups = canvas, popups
        self._place.addWidget(canvas)
        self._on_theme_changed()
        self._on_shown_changed()
        self._show_run()
        self._show_newest()

    # what is in it

    def set_series(self, series: LossSeries) -> None:
        """Another run; it belongs to the plot from now on. The marks stay."""
        self._series = series
        self._show_run()
        self.follow()
        self._find_best()
        self._show_newest()

    def clear(self) -> None:
        self._series, self.markers = None, Markers()
        self.set_series(self.series)
        self.best_changed.emit(-1, 0.0)

    def extend(
        self,
        steps: Sequence[int],
        losses: Sequence[float],
        seconds: Sequence[float],
        others: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """New steps; they are drawn in a moment."""
        self.series.extend(steps, losses, seconds, others)
        self._want_redraw()

    def add_held_out(self, measured: Measured) -> None:
        """A measurement on pictures that are never learned from."""
        self.series.add_held_out([measured])
        self._find_best()
        self._want_redraw_soon()

    def add_previews(self, steps: Iterable[int]) -> None:
        self.markers.add_previews(steps)
        self._want_redraw_soon()

    def set_checkpoints(self, sizes: dict[int, int]) -> None:
        """Those that are on disk: bytes by step."""
        self.markers.set_checkpoints(sizes)
        self._find_best()
        self._want_redraw_soon()

    def add_events(self, events: Iterable[Marker]) -> None:
        """Something happened on the way."""
        self.markers.add_events(events)
        self._want_redraw_soon()

    def truncate(self, step: int) -> None:
        """Training went back to a step."""
        self.markers.truncate(step)
        if self._series is not None:
            self._series.truncate(step)
            self._find_best()
            self._want_redraw_soon()

    def follow(self) -> None:
        """Show the whole run and keep the newest step in view."""
        self._follow.hide()
        if self.canvas is not None:
            self.canvas.set_follows(True)

    def redraw(self) -> None:
        """Draw everything that has come, now."""
        self._waits = MOST_WAITS
        self._redraw()

    # as a widget

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._popups is not None:
            self._popups.close()
        self._place_follow()

    def _place_follow(self) -> None:
        """It floats over the top right corner of the drawing."""
        self._follow.adjustSize()
        left = self.width() - self._follow.width() - FOLLOW_RIGHT
        top = self.canvas.y() if self.canvas is not None else 0
        self._follow.move(left, top + FOLLOW_TOP)
        self._follow.raise_()

    def _build(self, settings: Settings | None) -> None:
        title = label("Loss", "label")
        title.setToolTip("How far the model's guesses are from the truth; lower is better (loss)")
        self._now = label("", "caption", "train.loss", elided=True)
        self._best = BestButton(self._theme)
        head = holder(row(title, wide(self._now), self._best, margins=(16, 0, 8, 0)))
        head.setFixedHeight(HEAD_HEIGHT)
        self._chips = PlotChips(self._theme, settings)
        self._chips.changed.connect(self._on_shown_changed)
        follow = "Follow", "train.follow", "Show the whole run again and keep up with it (F)"
        self._follow = Button(self._theme, *follow, icon="follow", parent=self)
        self._follow.setShortcut("F")
        self._follow.clicked.connect(self.follow)
        self._follow.hide()
        words = "The loss of every step appears here while the model learns."
        self._empty = label(words, "muted", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setContentsMargins(16, 0, 16, 16)
        self._place = column(wide(self._empty), margins=(4, 4, 1, 8))
        chips = column(self._chips, margins=(12, 0, 12, 0))
        column(head, chips, wide(self._place), spacing=4, margins=(0, 8, 0, 0), of=self)

    # drawing

    def _want_redraw(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _want_redraw_soon(self) -> None:
        """Something that must be seen, however narrow."""
        self._waits = MOST_WAITS
        self._want_redraw()

    def _redraw(self) -> None:
        canvas = self.canvas
        if canvas is None or not self.isVisible():
            return
        self._waits += 1
        if canvas.is_behind() or self._waits > MOST_WAITS or not canvas.isVisible():
            self._waits = 0
            canvas.refresh()
        self._show_newest()

    def _show_run(self) -> None:
        """Another series, or other marks."""
        if self.canvas is not None and self._popups is not None:
            self.canvas.set_series(self.series)
            self.canvas.set_markers(self.markers)
            self._popups.close()

    def _show_newest(self) -> None:
        is_empty = self._series is None or not len(self._series)
        self._empty.setVisible(is_empty or self.canvas is None)
        if self.canvas is not None:
            self.canvas.setVisible(not is_empty)
        if self._series is not None:
            why = {one.key: why_missing(self._series, one.key) for one in ALL}
            self._chips.set_missing(why)
        self._now.setText("" if is_empty else f"{float(self.series.smooth[-1]):.3g}")
        if self.canvas is None or self.canvas.index < 0:
            self._describe()

    def _describe(self, words: str = "") -> None:
        """For who cannot see it: what is pointed at, else the newest step."""
        if not words and (self._series is None or not len(self._series)):
            words = "No step was made yet"
        elif not words:
            values = readings(self.series, -1, self._chips.shown)
            newest = [f"step {int(self.series.steps[-1]):,}"]
            words = ", ".join([*newest, *(f"{one.words} {one.value}" for one in values)])
        self.setAccessibleDescription(words)

    # the best checkpoint

    def _find_best(self) -> None:
        """Tell who wants to know when it is another one."""
        before, found, loss = self.markers.best, None, 0.0
        if self._series is not None and self._series.held_out:
            from ddpm_studio.training.metrics import best_checkpoint

            held_out = self._series.held_out
            found = best_checkpoint(held_out, set(self.markers.sizes))
            loss = next((one.loss for one in held_out if one.step == found), 0.0)
        self.markers.best = found
        self._best.show_best(found, loss)
        if found != before:
            self._want_redraw_soon()
            self.best_changed.emit(-1 if found is None else found, loss)
        if self._popups is not None:
            self._popups.refresh()

    def _on_shown_changed(self) -> None:
        if self.canvas is not None:
            self.canvas.set_shown(self._chips.shown)

    def _on_moved(self) -> None:
        if self._popups is not None:
            self._popups.close()
        self._follow.show()
        self._place_follow()

    def _on_theme_changed(self) -> None:
        if self.canvas is not None:
            self.canvas.set_palette(self._theme.palette)
