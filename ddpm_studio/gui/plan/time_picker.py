"""How much time there is: a number that moves through round values, and its unit."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.train.length_picker import HOURS, MINUTES, ROUND, RoundSpinBox

DAYS = "days"
SECONDS = {MINUTES: 60.0, HOURS: 3600.0, DAYS: 86400.0}
FIRST = {MINUTES: 30, HOURS: 2, DAYS: 1}
ROUND_TIMES = {**ROUND, DAYS: (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 28)}
MOST = 9999


class TimePicker(QWidget):
    """ "I have 2 hours". What was set is there again next time."""

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.number = RoundSpinBox()
        self.number.setObjectName("plan.time")
        self.number.setMaximum(MOST)
        self.number.setValue(FIRST[HOURS])
        self.number.setFixedWidth(88)
        tip = "How long this machine may train. Training can be stopped at any time."
        explain(self.number, "I have", tip)
        self.unit = ComboBox()
        self.unit.setObjectName("plan.time_unit")
        for unit in SECONDS:
            self.unit.addItem(unit, unit)
        self.unit.setCurrentIndex(list(SECONDS).index(HOURS))
        self.unit.setMinimumWidth(112)
        explain(self.unit, "I have, in what", "Minutes, hours or days.")
        settings.remember(self.unit, "plan/unit")
        settings.remember(self.number, "plan/time")
        self.number.round = ROUND_TIMES[self.unit.currentData()]
        words = QLabel("I have")
        words.setBuddy(self.number)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (words, self.number, self.unit):
            row.addWidget(widget)
        row.addStretch()
        self.unit.currentIndexChanged.connect(self._on_unit_changed)
        self.number.valueChanged.connect(lambda _: self.changed.emit())

    @property
    def seconds(self) -> float:
        return self.number.value() * SECONDS[self.unit.currentData()]

    def _on_unit_changed(self, _index: int) -> None:
        unit = self.unit.currentData()
        self.number.round = ROUND_TIMES[unit]
        self.number.setValue(FIRST[unit])
        self.changed.emit()
