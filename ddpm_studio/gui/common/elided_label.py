"""A label of one line that ends in "…" where the room ends."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel

from ddpm_studio.gui.common.plain_tip import plain_tip


class ElidedLabel(QLabel):
    """The whole text is the tooltip when it does not fit."""

    def __init__(
        self, text: str = "", *, elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight
    ) -> None:
        """elide: where "…" stands."""
        super().__init__(text)
        self._elide = elide

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._elide, area.width())
        self.setToolTip(plain_tip(self.text()) if text != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(area, self.alignment(), text)
