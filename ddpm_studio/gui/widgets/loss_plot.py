"""The live loss plot: each step thin, smoothed bold, and a read-out of what is pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.button import Button
from ddpm_studio.gui.widgets.control_row import tooltip
from ddpm_studio.gui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:  # these bring numpy and pyqtgraph along, which the first window does without
    from ddpm_studio.gui.widgets.loss_canvas import LossCanvas
    from ddpm_studio.gui.widgets.loss_series import LossSeries

REDRAW_MS = 750  # a redraw takes 6 ms of a core that training on the CPU wants too
MOST_WAITS = 3  # so many rounds at most, if the new steps are less than a pixel wide
HEAD_HEIGHT = 32
FOLLOW_TOP, FOLLOW_RIGHT = 56, 32


class LossPlot(QFrame):
    """Follows the newest step until a person zooms or pans; then a button leads back."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(names.TRAIN_PLOT)
        self.setProperty("kind", "canvas")
        self.setAccessibleName("Loss")
        self.setMinimumHeight(200)
        self._theme = theme
        self._canvas: LossCanvas | None = None
        self._series: LossSeries | None = None
        self._build()
        self._waits = 0  # rounds in which there was too little new to draw
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REDRAW_MS)
        self._timer.timeout.connect(self._redraw)
        theme.changed.connect(self._on_theme_changed)

    @property
    def series(self) -> LossSeries:
        """What is drawn. Its first use imports numpy."""
        if self._series is None:
            from ddpm_studio.gui.widgets.loss_series import LossSeries

            self._series = LossSeries()
        return self._series

    @property
    def follows(self) -> bool:
        return self._canvas is None or self._canvas.follows

    @property
    def canvas(self) -> LossCanvas | None:
        """The drawing itself, once `prepare` was called."""
        return self._canvas

    def prepare(self) -> None:
        """Build the drawing; call it when pyqtgraph is imported, for that takes a while."""
        if self._canvas is not None:
            return
        from ddpm_studio.gui.widgets.loss_canvas import LossCanvas

        canvas = LossCanvas()
        canvas.setAccessibleName("Loss at each step")
        canvas.setToolTip("")
        canvas.moved.connect(self._on_moved)
        canvas.pointed.connect(self._on_pointed)
        self._canvas = canvas
        self._place.addWidget(canvas)
        self._on_theme_changed()
        canvas.set_series(self.series)
        self._show_newest()

    def set_series(self, series: LossSeries) -> None:
        """Another run; it belongs to the plot from now on."""
        self._series = series
        if self._canvas is not None:
            self._canvas.set_series(series)
        self.follow()
        self._show_newest()

    def clear(self) -> None:
        self._series = None
        if self._canvas is not None:
            self._canvas.set_series(self.series)
        self.follow()
        self._show_newest()

    def extend(
        self, steps: Sequence[int], losses: Sequence[float], seconds: Sequence[float]
    ) -> None:
        """New steps; they are drawn in a moment."""
        self.series.extend(steps, losses, seconds)
        self._want_redraw()

    def add_held_out(self, step: int, loss: float) -> None:
        """A measurement on pictures that are never learned from."""
        self.series.add_held_out([(step, loss)])
        self._waits = MOST_WAITS
        self._want_redraw()

    def truncate(self, step: int) -> None:
        """Training went back to a step."""
        if self._series is not None:
            self._series.truncate(step)
            self._waits = MOST_WAITS
            self._want_redraw()

    def follow(self) -> None:
        """Show the whole run and keep the newest step in view."""
        self._follow.hide()
        if self._canvas is not None:
            self._canvas.set_follows(True)

    def redraw(self) -> None:
        """Draw everything that has come, now."""
        self._waits = MOST_WAITS
        self._redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_follow()

    def _place_follow(self) -> None:
        """It floats over the top right corner of the drawing."""
        self._follow.adjustSize()
        left = self.width() - self._follow.width() - FOLLOW_RIGHT
        self._follow.move(left, FOLLOW_TOP)
        self._follow.raise_()

    def _build(self) -> None:
        title = QLabel("Loss")
        title.setProperty("kind", "label")
        title.setToolTip("How far the model's guesses are from the truth; lower is better (loss)")
        self._readout = ElidedLabel()
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setObjectName(names.TRAIN_LOSS)
        self._readout.setProperty("kind", "caption")
        self._follow = Button(
            self._theme,
            "Follow",
            names.TRAIN_FOLLOW,
            "Show the whole run again and keep up with it (F)",
            icon="follow",
            parent=self,
        )
        self._follow.setShortcut("F")
        self._follow.clicked.connect(self.follow)
        self._follow.hide()
        head = QWidget()
        head.setFixedHeight(HEAD_HEIGHT)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(16)
        row.addWidget(title)
        self._legend = Legend(self._theme)
        row.addWidget(self._legend)
        row.addWidget(self._readout, 1)
        self._empty = QLabel("The loss of every step appears here while the model learns.")
        self._empty.setProperty("kind", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setContentsMargins(32, 0, 32, HEAD_HEIGHT)
        self._place = QVBoxLayout()
        self._place.setContentsMargins(4, 0, 1, 8)
        self._place.addWidget(self._empty, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(head)
        layout.addLayout(self._place, 1)

    def _want_redraw(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _redraw(self) -> None:
        canvas = self._canvas
        if canvas is None or not self.isVisible():
            return
        self._waits += 1
        if canvas.is_behind() or self._waits > MOST_WAITS or not canvas.isVisible():
            self._waits = 0
            canvas.refresh()
        self._show_newest()

    def _show_newest(self) -> None:
        is_empty = self._series is None or not len(self._series)
        self._empty.setVisible(is_empty or self._canvas is None)
        if self._canvas is not None:
            self._canvas.setVisible(not is_empty)
        self._describe(self._canvas.index if self._canvas is not None else -1)

    def _describe(self, index: int) -> None:
        """What stands above the plot: the entry that is pointed at, else the newest."""
        self._legend.setVisible(index < 0)  # room for what is pointed at
        if self._series is None or not len(self._series):
            self._readout.setText("")
            self.setAccessibleDescription("No step was made yet")
            return
        series = self._series
        step = f"step {int(series.steps[index]):,}"
        loss, smooth = float(series.losses[index]), float(series.smooth[index])
        text = f"{step}   loss {loss:.3g}   smoothed {smooth:.3g}"
        self._readout.setText(text if index >= 0 else f"{smooth:.3g}")
        self.setAccessibleDescription(text)

    def _on_moved(self) -> None:
        self._follow.show()
        self._place_follow()

    def _on_pointed(self, index: int) -> None:
        self._describe(index)

    def _on_theme_changed(self) -> None:
        if self._canvas is not None:
            self._canvas.set_palette(self._theme.palette)


class Legend(QWidget):
    """Which line is which: a thin grey one and a bold one, with their words."""

    WORDS = (
        ("each step", 1, "muted"),
        ("smoothed", 2, "accent_text"),
        ("unseen", 1, "text"),
    )
    TIP = (
        "The smoothed line is the loss of the pictures that the model learns from. The other one "
        "is that of a tenth which it never learns from: when it rises while the first still "
        "falls, the model begins to copy your pictures."
    )
    DASH, GAP, SPACE = 16, 6, 16

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
        self.setFixedSize(self._right_end(), HEAD_HEIGHT)
        self.setToolTip(tooltip(self.TIP, "training loss, held-out loss"))
        theme.changed.connect(self.update)

    def _right_end(self) -> int:
        words = sum(self.fontMetrics().horizontalAdvance(word) for word, _, _ in self.WORDS)
        return words + len(self.WORDS) * (self.DASH + self.GAP + self.SPACE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        x, middle = 0, self.height() // 2
        for word, width, role in self.WORDS:
            is_dashed = role == "text"
            style = Qt.PenStyle.DashLine if is_dashed else Qt.PenStyle.SolidLine
            painter.setPen(QPen(self._theme.colour(role), width, style))
            painter.drawLine(x, middle, x + self.DASH, middle)
            x += self.DASH + self.GAP
            painter.setPen(self._theme.colour("muted"))
            advance = painter.fontMetrics().horizontalAdvance(word)
            painter.drawText(x, 0, advance + 2, self.height(), Qt.AlignmentFlag.AlignVCenter, word)
            x += advance + self.SPACE
