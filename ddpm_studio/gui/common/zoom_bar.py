"""The buttons that bring a large picture nearer, and how near it is."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import row
from ddpm_studio.gui.common.theme import Theme


class ZoomBar(QWidget):
    """Says what is wanted of a `LargeCanvas`; its owner does it and tells the scale."""

    stepped = Signal(int)  # 1: nearer, -1: further away
    scale_wanted = Signal(object)  # of `View`: a number, or None for as large as fits

    def __init__(self, theme: Theme, name: str) -> None:
        """name: with which those of its buttons begin."""
        super().__init__()

        def icon(face: str, own: str, *words: str) -> IconButton:
            return IconButton(theme, face, f"{name}.{own}", *words)

        further = icon("zoom-out", "zoom_out", "Further away", "Further away (-, wheel)")
        nearer = icon("zoom-in", "zoom_in", "Nearer", "Nearer (+, wheel)")
        fit = icon("fit", "fit", "Fit", "As large as there is room for it (0)")
        actual = icon("actual-size", "actual", "100 %", "Each pixel as one of the screen (1)")
        self._scale = label(kind="caption", name=f"{name}.scale")
        self._scale.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scale.setMinimumWidth(self._scale.fontMetrics().horizontalAdvance("6400 %") + 4)
        row(further, self._scale, nearer, fit, actual, spacing=4, of=self)
        further.clicked.connect(lambda: self.stepped.emit(-1))
        nearer.clicked.connect(lambda: self.stepped.emit(1))
        fit.clicked.connect(lambda: self.scale_wanted.emit(None))
        actual.clicked.connect(lambda: self.scale_wanted.emit(1.0))

    def show_scale(self, scale: float) -> None:
        self._scale.setText(f"{100 * scale:.0f} %")
