"""What stands beside the pointer in the plot: the step, and all that is shown there."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.plot.quantities import BY_KEY, Reading

AWAY = 14  # points between pointer and card
SENTENCE_WIDTH = 240


class PlotReadout(QLabel):
    """A small card that keeps out of the pointer's way and takes no clicks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(names.item(names.TRAIN_PLOT, "readout"))
        self.setProperty("kind", "card")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setMargin(8)
        self._theme = theme
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
        self.hide()

    def show_values(self, title: str, readings: list[Reading], at: QPoint, inside: QRect) -> None:
        """The values of a step at a place of the parent."""
        rows = "".join(self._row(one) for one in readings)
        self.setWordWrap(False)
        self._show(f"{_heading(title)}<table cellspacing='0' cellpadding='0'>{rows}</table>")
        self._place(at, inside)

    def show_sentence(self, title: str, sentence: str, at: QPoint, inside: QRect) -> None:
        self.setWordWrap(bool(sentence))
        below = f"<div style='color:{self._theme.palette.muted}'>{escape(sentence)}</div>"
        self._show(_heading(title) + (below if sentence else ""))
        if sentence:
            width = min(SENTENCE_WIDTH, inside.width())
            self.resize(width, self.heightForWidth(width))
        self._place(at, inside)

    def _show(self, text: str) -> None:
        self.setText(f"<div style='font-size:12px'>{text}</div>")
        self.adjustSize()
        self.show()
        self.raise_()

    def _row(self, one: Reading) -> str:
        palette = self._theme.palette
        colour = _mixed(BY_KEY[one.key].colour(palette), palette.surface, one.strength)
        return (
            f"<tr><td style='color:{colour}'>&#9632;&nbsp;</td>"
            f"<td style='color:{palette.muted}'>{escape(one.words)}&nbsp;&nbsp;&nbsp;</td>"
            f"<td align='right'>{escape(one.value)}</td></tr>"
        )

    def _place(self, at: QPoint, inside: QRect) -> None:
        """Beside the pointer, on the side where there is room."""
        left = at.x() + AWAY
        if left + self.width() > inside.right():
            left = at.x() - AWAY - self.width()
        top = min(at.y() + AWAY, inside.bottom() - self.height())
        self.move(max(inside.left(), left), max(inside.top(), top))


def _heading(title: str) -> str:
    return f"<div style='font-weight:600'>{escape(title)}</div>"


def _mixed(colour: str, ground: str, part: float) -> str:
    one, other = QColor(colour), QColor(ground)
    pairs = (one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue())
    return QColor(*(round(part * a + (1 - part) * b) for a, b in pairs)).name()
