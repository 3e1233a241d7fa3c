"""The buttons over the plot: the best checkpoint, and a switch for each thing to show."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.label import small
from ddpm_studio.gui.common.layout import FlowLayout
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.quantities import (
    ALL,
    BAND_STRENGTHS,
    BANDS,
    HELD_OUT,
    STRIPS,
    TRAINING,
    PlotSeries,
)
from ddpm_studio.words import why_best

HEIGHT, SIDE, SWATCH, GAP = 24, 9, 14, 6  # of a switch
SPACING, MOST_ROWS = 4, 2


class BestButton(Button):
    """A star and a step; it opens what is known of the best checkpoint."""

    def __init__(self, theme: Theme) -> None:
        name = names.item(names.TRAIN_PLOT, "best")
        super().__init__(theme, "", name, "", icon="star-filled", kind="quiet")
        self.setStyleSheet("padding: 0 8px; font-size: 12px")
        self._role = "accent_text"
        self._on_theme_changed()
        self.hide()

    def show_best(self, step: int | None, loss: float) -> None:
        """None: there is none yet."""
        self.setVisible(step is not None)
        if step is not None:
            self.setText(f"Best: step {step:,}")
            self.setToolTip(tooltip(f"The best checkpoint so far: {why_best(loss)}."))
            self.setAccessibleName(f"Best checkpoint so far: step {step:,}")


class PlotChip(QAbstractButton):
    """Checked: shown. Disabled: there is nothing to show, and its tooltip says why."""

    def __init__(self, theme: Theme, series: PlotSeries) -> None:
        super().__init__()
        self._theme, self._series = theme, series
        self._is_short = False
        self.setText(series.words)
        self.setObjectName(names.item(names.TRAIN_PLOT, series.key))
        self.setCheckable(True)
        self.setChecked(series.is_on)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFont(small(self.font()))
        self.set_missing("")
        theme.changed.connect(self.update)

    def set_missing(self, why: str) -> None:
        """Why there is nothing to show; "" if there is."""
        self.setEnabled(not why)
        explain(self, self._series.words, self._series.tip, self._series.term)
        if why:
            self.setToolTip(tooltip(why, self._series.term))
            self.setAccessibleDescription(why)

    def sizeHint(self) -> QSize:
        return self.size_with(has_words=not self._is_short)

    def size_with(self, *, has_words: bool) -> QSize:
        """How large it is with its words, or with its line alone."""
        words = GAP + self.fontMetrics().horizontalAdvance(self.text()) + 1 if has_words else 0
        return QSize(SIDE + SWATCH + words + SIDE, HEIGHT)

    def shorten(self, is_short: bool) -> None:
        """Show only the line; its words are in the tooltip then."""
        if is_short != self._is_short:
            self._is_short = is_short
            self.updateGeometry()
            self.update()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = self._theme.palette
        is_on = self.isChecked() and self.isEnabled()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_ringed = has_ring(self)
        edge = palette.accent_text if is_ringed else palette.border
        painter.setPen(QPen(QColor(edge), 2 if is_ringed else 1))
        ground = palette.raised if is_on else palette.canvas
        if self.underMouse() and self.isEnabled():
            ground = palette.hover
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, 11)
        has_colour = is_on or (self._is_short and self.isEnabled())  # by which it is known
        colour = QColor(self._series.colour(palette) if has_colour else palette.disabled)
        self._paint_swatch(painter, colour)
        if self._is_short:
            return
        words = palette.text if is_on else palette.muted
        painter.setPen(QColor(words if self.isEnabled() else palette.disabled))
        left = SIDE + SWATCH + GAP
        place = QRectF(left, 0, self.width() - left, self.height())
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(place, flags, self.text())

    def _paint_swatch(self, painter: QPainter, colour: QColor) -> None:
        """The line as it looks in the plot."""
        middle = self.height() / 2
        if self._series.key == BANDS:
            for row, strength in enumerate(BAND_STRENGTHS):
                faint = QColor(colour)
                faint.setAlphaF(strength)
                painter.setPen(QPen(faint, 1.25))
                y = middle - 4.5 + 3 * row
                painter.drawLine(QPointF(SIDE, y), QPointF(SIDE + SWATCH, y))
            return
        pen = QPen(colour, 2 if self._series.key == TRAINING else 1.5)
        if self._series.key == HELD_OUT:
            pen.setDashPattern([2.5, 1.8])
        painter.setPen(pen)
        painter.drawLine(QPointF(SIDE, middle), QPointF(SIDE + SWATCH, middle))


class PlotChips(QWidget):
    """All of them in two rows at most; the choice is kept in the settings.

    Where the words have no room, those of the strips, which have titles of their own, go first.
    """

    changed = Signal()

    def __init__(self, theme: Theme, settings: Settings | None = None) -> None:
        super().__init__()
        layout = FlowLayout(self, spacing=SPACING)
        self._chips = {one.key: PlotChip(theme, one) for one in ALL}
        for key, chip in self._chips.items():
            layout.addWidget(chip)
            if settings is not None:
                settings.remember(chip, f"train/plot_{key}")
            chip.toggled.connect(self.changed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        chips = list(self._chips.values())
        for short in ([], chips[-len(STRIPS) :], chips[2:], chips[1:], chips):
            if self._rows(short) <= MOST_ROWS:
                break
        for chip in chips:
            chip.shorten(chip in short)

    def _rows(self, short: list[PlotChip]) -> int:
        """How many there are, if some chips show only their line."""
        rows, x = 1, 0
        for chip in self._chips.values():
            width = chip.size_with(has_words=chip not in short).width()
            if x and x + width > self.width():
                rows, x = rows + 1, 0
            x += width + SPACING
        return rows

    @property
    def shown(self) -> set[str]:
        """The keys of what is switched on and is there."""
        return {key for key, chip in self._chips.items() if chip.isChecked() and chip.isEnabled()}

    def set_missing(self, reasons: dict[str, str]) -> None:
        """Why each has nothing to show; "" if it has."""
        before = self.shown
        for key, why in reasons.items():
            self._chips[key].set_missing(why)
        if self.shown != before:
            self.changed.emit()
