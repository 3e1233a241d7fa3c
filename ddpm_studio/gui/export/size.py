"""How large a film is: each pixel a square of so many, or smoothly to a width."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.export.film.options import LARGEST_SCALE
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.inputs import SpinBox
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.export.rows import combo, line, number, row_of

CRISP, SMOOTH = "crisp", "smooth"
SHOWN_SIDE = 512  # pixels: the enlargement that is proposed comes near to this
LARGEST_SIDE = 4096
PAGE_SIDE = 1600  # the same for stages on a page
SIDE_KEYS = {False: ("export/side", SHOWN_SIDE), True: ("export/page_side", PAGE_SIDE)}
WAYS = {CRISP: "Crisp: whole pixels", SMOOTH: "Smooth: to a width"}


class ExportSize(QWidget):
    """Proposes a size near to that of last time, whatever the pictures are now."""

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._proposed = (1, 1, False)  # width, height, whether on a page
        self._is_proposing = False
        self._way = combo("export.enlarge", WAYS)
        self._scale = number("export.size", SpinBox(1, LARGEST_SCALE), 1)
        self._scale.setPrefix("× ")
        self._width = number("export.width", SpinBox(8, LARGEST_SIDE), SHOWN_SIDE, " px")
        self._width.setSingleStep(16)
        settings.remember(self._way, "export/enlarge")
        settings.remember(self._width, "export/width")
        self._lay_out()
        self._way.currentIndexChanged.connect(self._on_way_changed)
        self._scale.valueChanged.connect(self._on_scale_changed)
        self._width.valueChanged.connect(self.changed)
        self._refresh()

    @property
    def scale(self) -> int:
        """The whole-number enlargement; 1 where it is smooth."""
        return 1 if self.width_wanted is not None else self._scale.value()

    @property
    def width_wanted(self) -> int | None:
        """The width in pixels where it is smooth."""
        return self._width.value() if self._way.currentData() == SMOOTH else None

    def propose(self, width: int, height: int, is_page: bool) -> None:
        """What is enlarged has another size, in pixels: take what is pleasant for that."""
        if (width, height, is_page) == self._proposed:
            return
        self._proposed = width, height, is_page
        side, (key, usual) = max(width, height), SIDE_KEYS[is_page]
        self._is_proposing = True
        self._scale.setMaximum(max(1, min(LARGEST_SCALE, LARGEST_SIDE // side)))
        self._scale.setValue(max(1, round(self._settings.get(key, usual) / side)))
        self._is_proposing = False

    def _lay_out(self) -> None:
        way = ControlRow(
            "Enlarged",
            self._way,
            "Crisp: each pixel becomes a square of so many, without any blur. Smooth: to a width "
            "that you choose, softly.",
            "nearest neighbour, or Lanczos",
        )
        self._scale_row = row_of("scale", self._scale)
        self._width_row = row_of("width", self._width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(line((way, 2), (self._scale_row, 1), (self._width_row, 1)))

    def _on_way_changed(self) -> None:
        self._refresh()
        self.changed.emit()

    def _on_scale_changed(self, scale: int) -> None:
        if not self._is_proposing:
            width, height, is_page = self._proposed
            self._settings.set(SIDE_KEYS[is_page][0], scale * max(width, height))
            self.changed.emit()

    def _refresh(self) -> None:
        is_smooth = self.width_wanted is not None
        self._scale_row.setVisible(not is_smooth)
        self._width_row.setVisible(is_smooth)
