"""What a film is: the kind of file, which pictures are in it, and what of them is shown."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.inputs import SpinBox
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.export.kinds import BY_KEY, KINDS, Kind
from ddpm_studio.gui.export.rows import combo, line, number
from ddpm_studio.gui.export.sources import BOTH, CHOSEN, GRID, ONE, Filmed, Part

MOST_STAGES = 32
NARROW = 104  # pixels, of a number


class ExportContent(QWidget):
    """Proposes what is looked at on the page; the kind of file is that of last time."""

    changed = Signal()
    kind_changed = Signal()

    def __init__(self, filmed: Filmed, settings: Settings) -> None:
        super().__init__()
        self._filmed = filmed
        self._settings = settings
        self._make_kind()
        self._make_part()
        self._lay_out()
        self._connect()
        self._refresh()

    @property
    def kind(self) -> Kind:
        return BY_KEY[str(self._format.currentData())]

    @property
    def part(self) -> Part:
        """Which pictures, and what of them."""
        return self._filmed.part(
            str(self._what.currentData()),
            self._number.value() - 1,
            str(self._show.currentData()) if self._filmed.shows else "",
            self.kind.is_page,
        )

    @property
    def stages(self) -> int:
        """How many are on the page of a film strip."""
        return self._stages.value()

    def _make_kind(self) -> None:
        self._format = combo("export.format", {kind.key: kind.words for kind in KINDS})
        self._settings.remember(self._format, "export/format")
        self._stages = number("export.stages", SpinBox(2, MOST_STAGES), 8)
        self._settings.remember(self._stages, "export/stages")

    def _make_part(self) -> None:
        filmed = self._filmed
        self._sets = {}
        if len(filmed.chosen) > 1:
            self._sets[CHOSEN] = f"The {len(filmed.chosen)} chosen"
        if filmed.count > 1:
            self._sets[GRID] = f"All {filmed.count} pictures"
        self._sets[ONE] = "One picture"
        self._what = combo("export.what", self._sets)
        self._what.setCurrentIndex(self._what.findData(filmed.proposed))
        one = SpinBox(1, filmed.count)
        self._number = number("export.number", one, filmed.one + 1)
        self._show = combo("export.show", filmed.shows)
        seen = BOTH if self._settings.get("export/both", False) else filmed.show
        self._show.setCurrentIndex(max(0, self._show.findData(seen)))

    def _lay_out(self) -> None:
        self._stages_row = ControlRow(
            "Stages",
            self._stages,
            "How many pictures on the way are on the page, evenly from noise to picture.",
        )
        self._number_row = ControlRow(
            "Number", self._number, "Which of the pictures, counted row by row."
        )
        for row in (self._stages_row, self._number_row):
            row.setFixedWidth(NARROW)
        format_row = ControlRow("Format", self._format, "The kind of file.")
        self._show_row = ControlRow(
            "Shown",
            self._show,
            "The picture on its way out of the noise, what the model expects of it, or both.",
            "x_t, pred_x_0",
        )
        what_row = ControlRow("Of", self._what, "Which pictures are in it.")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(line((format_row, 1), (self._stages_row, 0)))
        layout.addLayout(line((what_row, 1), (self._number_row, 0), (self._show_row, 1)))

    def _connect(self) -> None:
        for one in (self._format, self._what, self._show):
            one.currentIndexChanged.connect(self._on_changed)
        for field in (self._number, self._stages):
            field.valueChanged.connect(self._on_changed)
        self._format.currentIndexChanged.connect(self.kind_changed)
        self._show.currentIndexChanged.connect(self._on_show_changed)

    def _on_changed(self) -> None:
        self._refresh()
        self.changed.emit()

    def _on_show_changed(self) -> None:
        self._settings.set("export/both", self._show.currentData() == BOTH)

    def _refresh(self) -> None:
        """What means nothing is not there."""
        explain(self._format, "Format", self.kind.tip)
        together = ", in rows" if self.kind.is_page else ", as a grid"
        for index, (of, words) in enumerate(self._sets.items()):
            self._what.setItemText(index, words if of == ONE else words + together)
        self._stages_row.setVisible(self.kind.is_page)
        self._number_row.setVisible(self._what.currentData() == ONE and self._filmed.count > 1)
        self._show_row.setVisible(bool(self._filmed.shows))
