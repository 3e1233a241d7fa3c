"""A switch between two things, with both of their names in view."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from ddpm_studio.gui.theme import Theme

HEIGHT, PADDING, RADIUS, INSET = 32, 12, 6.0, 3.0


class TwoWay(QAbstractButton):
    """A click, or Space, goes to the other one; checked means the second."""

    def __init__(
        self, theme: Theme, first: str, second: str, name: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._theme, self._words = theme, (first, second)
        self.toggled.connect(self._on_toggled)
        theme.changed.connect(self.update)
        self._on_toggled(False)

    def sizeHint(self) -> QSize:
        return QSize(round(sum(self._widths())), HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _widths(self) -> tuple[float, float]:
        first, second = (self._metrics_width(words) + 2 * PADDING for words in self._words)
        return first, second

    def _metrics_width(self, words: str) -> float:
        return float(self.fontMetrics().horizontalAdvance(words))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        focused = self.hasFocus()
        painter.setPen(QPen(self._theme.colour("accent_text" if focused else "outline"), 1))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        width = self._widths()[0]
        left = QRectF(0, 0, width, self.height())
        right = QRectF(width, 0, self.width() - width, self.height())
        chosen = right if self.isChecked() else left
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("selected" if self.isEnabled() else "hover"))
        inset = chosen.adjusted(INSET, INSET, -INSET, -INSET)
        painter.drawRoundedRect(inset, RADIUS - 2, RADIUS - 2)
        painter.setFont(QFont(self.font()))
        for words, area in zip(self._words, (left, right), strict=True):
            role = "text" if area is chosen else "muted"
            painter.setPen(self._theme.colour(role if self.isEnabled() else "disabled"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        if focused:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent_text"), 2))
            painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)

    def _on_toggled(self, is_second: bool) -> None:
        first, second = self._words
        chosen = self._words[is_second]
        self.setAccessibleName(f"Show {first} or {second}: {chosen}")
        self.update()
