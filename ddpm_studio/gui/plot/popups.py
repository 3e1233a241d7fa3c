"""What opens over the plot: the values where one points, and the card of a mark."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.label import small
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.marker_card import CardWords, MarkerCard
from ddpm_studio.gui.plot.markers import CHECKPOINT, PREVIEW, Group, Marker
from ddpm_studio.gui.plot.quantities import BY_KEY, Reading, readings
from ddpm_studio.words import elapsed_in_words, size_in_words, why_best

if TYPE_CHECKING:  # it brings numpy and pyqtgraph along
    from ddpm_studio.gui.plot.canvas import LossCanvas

HINTS = {PREVIEW: "Click to see it.", CHECKPOINT: "Click for what can be done with it."}
AWAY = 14  # points between pointer and readout
EDGE = 8  # ... and between the plot and what lies beside it
SENTENCE_WIDTH = 240


class PlotReadout(QLabel):
    """A small card that keeps out of the pointer's way and takes no clicks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(names.item(names.TRAIN_PLOT, "readout"))
        self._over = parent
        parent.installEventFilter(self)
        self.setProperty("kind", "card")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMargin(8)
        self._theme = theme
        self.setFont(small(self.font()))
        self.hide()

    def show_values(self, title: str, readings: list[Reading], at: QPoint, inside: QRect) -> None:
        """The values of a step at a place of the parent."""
        rows = "".join(self._row(one) for one in readings)
        self.setWordWrap(False)
        self._show(f"{_heading(title)}<table cellspacing='0' cellpadding='0'>{rows}</table>")
        self._place_outside(at, inside)

    def show_sentence(self, title: str, sentence: str, at: QPoint, inside: QRect) -> None:
        self.setWordWrap(bool(sentence))
        below = f"<div style='color:{self._theme.palette.muted}'>{escape(sentence)}</div>"
        self._show(_heading(title) + (below if sentence else ""))
        if sentence:
            width = min(SENTENCE_WIDTH, inside.width())
            self.resize(width, self.heightForWidth(width))
        self._come_over(self._over)
        self._place(at, inside)

    def _show(self, text: str) -> None:
        self.setText(f"<div style='font-size:12px'>{text}</div>")
        self.adjustSize()
        self.show()
        self.raise_()

    def _row(self, one: Reading) -> str:
        palette = self._theme.palette
        colour = _mixed(BY_KEY[one.key].colour(palette), palette.surface, one.strength)
        line = "&#9473;"
        if one.is_raw:  # as it is drawn: a thin grey line
            colour, line = palette.muted, "&#9472;"
        return (
            f"<tr><td style='color:{colour}'>{line}&nbsp;</td>"
            f"<td style='color:{palette.muted}'>{escape(one.words)}&nbsp;&nbsp;&nbsp;</td>"
            f"<td align='right'>{escape(one.value)}</td></tr>"
        )

    def _place_outside(self, at: QPoint, inside: QRect) -> None:
        """Beside the plot, so that it covers nothing that it explains; else beside the pointer."""
        over, window = self._over, self._over.window()
        self._come_over(window)
        plot = QRect(over.mapTo(window, QPoint()), over.size())
        top = over.mapTo(window, at).y() + AWAY
        top = max(0, min(top, window.height() - self.height() - EDGE))
        for left in (plot.right() + EDGE, plot.left() - EDGE - self.width()):
            if left >= 0 and left + self.width() + EDGE <= window.width():
                self.move(left, top)
                return
        self._come_over(over)
        self._place(at, inside)

    def _come_over(self, widget: QWidget) -> None:
        if self.parentWidget() is not widget:
            self.setParent(widget)
            self.show()
            self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """It may lie over what is beside the plot, and goes with it."""
        if event.type() == QEvent.Type.Hide:
            self.hide()
        return super().eventFilter(watched, event)

    def _place(self, at: QPoint, inside: QRect) -> None:
        """Beside the pointer, on the side where there is room."""
        left = at.x() + AWAY
        if left + self.width() > inside.right():
            left = at.x() - AWAY - self.width()
        top = min(at.y() + AWAY, inside.bottom() - self.height())
        self.move(max(inside.left(), left), max(inside.top(), top))


class PlotPopups(QObject):
    """Listens to a canvas; `over` is the widget that lies around it."""

    preview_chosen = Signal(int)  # a person wants to see the preview of this step
    checkpoint_chosen = Signal(int)  # ... or to generate from the checkpoint of this step
    described = Signal(str)  # what is pointed at, for who cannot see it; "": nothing

    def __init__(self, theme: Theme, over: QWidget, canvas: LossCanvas) -> None:
        super().__init__(over)
        self._over, self._canvas = over, canvas
        self._readout = PlotReadout(theme, over)
        self._card = MarkerCard(theme, over)
        self._card.checkpoint_chosen.connect(self.checkpoint_chosen)
        self._card.closed.connect(self._on_card_closed)
        canvas.pointed.connect(self._on_pointed)
        canvas.marker_pointed.connect(self._on_marker_pointed)
        canvas.marker_chosen.connect(self._on_marker_chosen)
        canvas.pressed.connect(self.close)

    def open_best(self) -> None:
        """The card of the best checkpoint, as if its star was clicked."""
        best = self._canvas.markers.best
        if best is not None:
            self._open(Group(1, (Marker(best, CHECKPOINT),)))

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
        if index < 0:
            self._readout.hide()
            self.described.emit("")
            return
        series, box = self._canvas.series, self._canvas.getViewBox()
        step = int(series.steps[index])
        title, seconds = f"step {step:,}", float(series.seconds[index])
        if seconds > 0:
            title += f"  ·  {elapsed_in_words(seconds)}"
        left = box.mapViewToScene(QPointF(step, 0)).x()
        at = self._here(QPointF(left, box.sceneBoundingRect().top()))
        values = readings(series, index, self._canvas.shown)
        self._readout.show_values(title, values, at, self._canvas.geometry())
        words = [f"step {step:,}", *(f"{one.words} {one.value}" for one in values)]
        self.described.emit(", ".join(words))

    def _on_marker_pointed(self, group: Group | None) -> None:
        if group is None or self._card.isVisible():
            self._readout.hide()
            self.described.emit("")
            return
        title = group.title()
        if self._canvas.markers.has_best(group):
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
        """Its newest mark first, or the best."""
        steps, markers = [marker.step for marker in group.markers], self._canvas.markers
        first = len(steps) - 1
        if markers.has_best(group) and markers.best is not None:
            first = steps.index(markers.best)
        self._readout.hide()
        at = self._place_of(group)
        self._card.show_group(group, first, self._words, at, self._canvas.geometry())

    def _words(self, marker: Marker) -> CardWords:
        """What the card says of a mark."""
        title = marker.title
        if marker.kind != CHECKPOINT:
            return CardWords(title, marker.message)
        markers, held_out = self._canvas.markers, self._canvas.series.held_out
        losses = [one.loss for one in held_out if one.step == marker.step]
        nbytes = markers.sizes.get(marker.step)
        size = f"{size_in_words(nbytes)} on disk" if nbytes else ""
        if marker.step == markers.best and losses:
            return CardWords(f"{title} ★", f"Best so far: {why_best(losses[0])}.", size)
        text = "How well it does on unseen pictures was not measured at this step."
        if losses:
            text = f"Loss on pictures it never saw: {losses[0]:.3g}."
        return CardWords(title, text, size)

    def _on_card_closed(self) -> None:
        if self._canvas.isVisible():
            self._canvas.setFocus()


def _heading(title: str) -> str:
    return f"<div style='font-weight:600'>{escape(title)}</div>"


def _mixed(colour: str, ground: str, part: float) -> str:
    one, other = QColor(colour), QColor(ground)
    pairs = (one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue())
    return QColor(*(round(part * a + (1 - part) * b) for a, b in pairs)).name()
