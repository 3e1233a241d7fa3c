"""The frame around a wall of pictures: a bar over it, what is asked for, and the wall."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import Slider


class WallCanvas(QFrame):
    """The first widget of the bar takes the room that is left. reading: a line under the bar."""

    def __init__(
        self,
        bar: Sequence[QWidget],
        asking: QWidget,
        wall: QWidget,
        nothing: QLabel,
        reading: QWidget | None = None,
    ) -> None:
        """asking: search and filter; nothing: seen instead of a wall without pictures."""
        super().__init__()
        self.setProperty("kind", "canvas")
        nothing.setProperty("kind", "muted")
        nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        nothing.hide()
        above = QHBoxLayout()
        above.setContentsMargins(16, 8, 16, 0)
        above.setSpacing(8)
        for index, widget in enumerate(bar):
            above.addWidget(widget, 0 if index else 1)
        asked = QHBoxLayout()
        asked.setContentsMargins(16, 0, 16, 8)
        asked.addWidget(asking)
        line = QFrame()
        line.setProperty("kind", "line")
        below = QVBoxLayout()
        below.setContentsMargins(8, 0, 2, 1)
        below.addWidget(nothing, 1)
        below.addWidget(wall, 1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        inside.addLayout(above)
        inside.addLayout(asked)
        inside.addWidget(line)
        if reading is not None:
            inside.addWidget(reading)
        inside.addLayout(below, 1)


def tile_slider(name: str, width: int, tip: str) -> Slider:
    """How large the tiles of a wall are."""
    slider = Slider(1, 2)
    slider.setObjectName(name)
    slider.setFixedWidth(width)
    slider.setPageStep(1)
    explain(slider, "Size of the tiles", tip, "Ctrl++ and Ctrl+-")
    return slider
