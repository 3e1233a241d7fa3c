"""What opens over the plot: the values where one points, and the card of a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.training_words import why_best
from ddpm_studio.gui.plot.marker_card import CardWords, MarkerCard
from ddpm_studio.gui.plot.markers import CHECKPOINT, PREVIEW, TITLES, Group, Marker, Markers
from ddpm_studio.gui.plot.quantities import readings
from ddpm_studio.gui.plot.readout import PlotReadout
from ddpm_studio.words import elapsed_in_words, size_in_words

if TYPE_CHECKING:  # these bring numpy and pyqtgraph along
    from ddpm_studio.gui.plot.canvas import LossCanvas
    from ddpm_studio.gui.plot.series import LossSeries

HINTS = {PREVIEW: "Click to see it.", CHECKPOINT: "Click for what can be done with it."}


class PlotPopups(QObject):
    """Listens to a canvas; `over` is the widget that lies around it."""

    preview_chosen = Signal(int)  # a person wants to see the preview of this step
    checkpoint_chosen = Signal(int)  # ... or to generate from the checkpoint of this step
    described = Signal(str)  # what is pointed at, for who cannot see it; "": nothing

    def __init__(self, theme: Theme, over: QWidget, canvas: LossCanvas) -> None:
        super().__init__(over)
        self._over, self._canvas = over, canvas
        self._series: LossSeries | None = None
        self._markers = Markers()
        self._shown: set[str] = set()
        self._readout = PlotReadout(theme, over)
        self._card = MarkerCard(theme, over)
        self._card.checkpoint_chosen.connect(self.checkpoint_chosen)
        self._card.closed.connect(self._on_card_closed)
        canvas.pointed.connect(self._on_pointed)
        canvas.marker_pointed.connect(self._on_marker_pointed)
        canvas.marker_chosen.connect(self._on_marker_chosen)
        canvas.pressed.connect(self.close)

    def set_run(self, series: LossSeries, markers: Markers) -> None:
        """Another run."""
        self.close()
        self._series, self._markers = series, markers

    def set_shown(self, keys: set[str]) -> None:
        """The keys of what the plot shows."""
        self._shown = keys

    def open_best(self) -> None:
        """The card of the best checkpoint, as if its star was clicked."""
        if self._markers.best is not None:
            self._open(Group(1, (Marker(self._markers.best, CHECKPOINT),)))

    def refresh(self) -> None:
        """Another measurement has come: what the card says may be other words."""
        self._card.refresh()

    def close(self) -> None:
        self._card.close_card()
        self._readout.hide()

    def _here(self, scene: QPointF) -> QPoint:
        """A place in the scene, in the widget around."""
        return self._canvas.mapTo(self._over, self._canvas.mapFromScene(scene))

    def _place_of(self, group: Group) -> QPoint:
        lanes = self._canvas.lanes
        return self._here(lanes.mapToScene(lanes.centre(group)))

    def _on_pointed(self, index: int) -> None:
        if index < 0 or self._series is None:
            self._readout.hide()
            self.described.emit("")
            return
        series, box = self._series, self._canvas.getViewBox()
        step = int(series.steps[index])
        title, seconds = f"step {step:,}", float(series.seconds[index])
        if seconds > 0:
            title += f"  ·  {elapsed_in_words(seconds)}"
        left = box.mapViewToScene(QPointF(step, 0)).x()
        at = self._here(QPointF(left, box.sceneBoundingRect().top()))
        values = readings(series, index, self._shown)
        self._readout.show_values(title, values, at, self._canvas.geometry())
        words = [f"step {step:,}", *(f"{one.words} {one.value}" for one in values)]
        self.described.emit(", ".join(words))

    def _on_marker_pointed(self, group: Group | None) -> None:
        if group is None or self._card.isVisible():
            self._readout.hide()
            self.described.emit("")
            return
        title = group.title()
        if group.lane == 1 and any(one.step == self._markers.best for one in group.markers):
            title += " ★ best so far"
        sentences = [one.message for one in group.markers if one.message][:3]
        text = " ".join(sentences) or HINTS.get(group.kind, "")
        self._readout.show_sentence(title, text, self._place_of(group), self._canvas.geometry())
        self.described.emit(f"{title}. {text}")

    def _on_marker_chosen(self, group: Group) -> None:
        if group.kind == PREVIEW:
            self.close()
            self.preview_chosen.emit(group.markers[-1].step)
        else:
            self._open(group)

    def _open(self, group: Group) -> None:
        steps, best = [marker.step for marker in group.markers], self._markers.best
        first = len(steps) - 1
        if group.lane == 1 and best in steps:
            first = steps.index(best)
        self._readout.hide()
        at = self._place_of(group)
        self._card.show_group(group, first, self._words, at, self._canvas.geometry())

    def _words(self, marker: Marker) -> CardWords:
        """What the card says of a mark."""
        title = f"{TITLES[marker.kind]}, step {marker.step:,}"
        if marker.kind != CHECKPOINT or self._series is None:
            return CardWords(title, marker.message)
        losses = [one.loss for one in self._series.held_out if one.step == marker.step]
        nbytes = self._markers.size_of(marker.step)
        size = f"{size_in_words(nbytes)} on disk" if nbytes else ""
        if marker.step == self._markers.best and losses:
            return CardWords(f"{title} ★", f"Best so far: {why_best(losses[0])}.", size)
        text = "How well it does on unseen pictures was not measured at this step."
        if losses:
            text = f"Loss on pictures it never saw: {losses[0]:.3g}."
        return CardWords(title, text, size)

    def _on_card_closed(self) -> None:
        if self._canvas.isVisible():
            self._canvas.setFocus()
