"""A calm row of numbers with their names under them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.elided_label import ElidedLabel

NOTHING = "–"
NUMBER, WORDS = 3, 4  # shares of the width; the last figure is words


class Figures(QWidget):
    """Each figure has (objectName, name, what it is); the last one is in words."""

    def __init__(
        self, figures: Sequence[tuple[str, str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._values: dict[str, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        last = figures[-1][0]
        for name, words, tip in figures:
            value = ElidedLabel(NOTHING)
            value.setObjectName(name)
            value.setProperty("kind", "figure")
            value.setAccessibleName(words)
            _use_tabular_figures(value)
            caption = QLabel(words)
            caption.setProperty("kind", "caption")
            column = QWidget()
            column.setToolTip(tooltip(tip))
            column.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            lines = QVBoxLayout(column)
            lines.setContentsMargins(0, 0, 0, 0)
            lines.setSpacing(0)
            lines.addWidget(value)
            lines.addWidget(caption)
            row.addWidget(column, WORDS if name == last else NUMBER)
            self._values[name] = value

    def set(self, name: str, text: str) -> None:
        """Another value; '' for none."""
        label = self._values[name]
        if label.text() != (text or NOTHING):
            label.setText(text or NOTHING)

    def clear(self) -> None:
        for name in self._values:
            self.set(name, "")


def _use_tabular_figures(label: QLabel) -> None:
    """All digits as wide as each other, so that numbers that change do not tremble."""
    font = label.font()
    font.setFeature(QFont.Tag("tnum"), 1)
    label.setFont(font)
