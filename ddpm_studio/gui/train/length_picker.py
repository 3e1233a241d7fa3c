"""How long to train: a number that moves through round values, and its unit."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox, SpinBox
from ddpm_studio.gui.common.settings import Settings

MINUTES, HOURS, STEPS, UNTIL_STOPPED = "minutes", "hours", "steps", "until_stopped"
UNITS = {
    MINUTES: "minutes",
    HOURS: "hours",
    STEPS: "steps",
    UNTIL_STOPPED: "until I stop it",
}
FIRST = {MINUTES: 30, HOURS: 2, STEPS: 2000, UNTIL_STOPPED: 30}
ROUND = {
    MINUTES: (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440),
    HOURS: (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 36, 48, 72, 96, 120, 168),
    STEPS: tuple(factor * 10**power for power in range(2, 7) for factor in (1, 2, 5)),
}
MOST = 10_000_000


class RoundSpinBox(SpinBox):
    """Its arrows go to the next round number; any other can be typed."""

    def __init__(self) -> None:
        super().__init__(1, MOST)
        self.round: tuple[int, ...] = ROUND[MINUTES]

    def stepBy(self, steps: int) -> None:
        for _ in range(abs(steps)):
            value = self.value()
            if steps > 0:
                place = bisect_right(self.round, value)
                self.setValue(self.round[place] if place < len(self.round) else value)
            else:
                place = bisect_left(self.round, value) - 1
                self.setValue(self.round[place] if place >= 0 else value)
        self.selectAll()


class LengthPicker(QWidget):
    """minutes, hours, steps, or until somebody stops it."""

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.number = RoundSpinBox()
        self.number.setObjectName("train.length")
        self.number.setValue(FIRST[MINUTES])
        # as wide as there is room, not as its longest number
        self.number.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.number.setMinimumWidth(88)
        self.unit = ComboBox()
        self.unit.setSizeAdjustPolicy(
            ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.unit.setMinimumContentsLength(8)
        self.unit.setObjectName("train.length_unit")
        for unit, words in UNITS.items():
            self.unit.addItem(words, unit)
        explain(self.unit, "How long, in what", "Minutes, hours, steps, or no end by itself.")
        settings.remember(self.unit, "train/length_unit")
        settings.remember(self.number, "train/length")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.number, 2)
        row.addWidget(self.unit, 3)
        self._show_unit()
        self.unit.currentIndexChanged.connect(self._on_unit_changed)
        self.number.valueChanged.connect(lambda _: self.changed.emit())

    @property
    def seconds(self) -> float | None:
        """The end in seconds of training; None if it has none, or is in steps."""
        factor = {MINUTES: 60.0, HOURS: 3600.0}.get(self.unit.currentData())
        return None if factor is None else factor * self.number.value()

    @property
    def steps(self) -> int | None:
        return self.number.value() if self.unit.currentData() == STEPS else None

    @property
    def state(self) -> tuple[str, int]:
        """Unit and number, for `set_state`."""
        return self.unit.currentData(), self.number.value()

    def set_state(self, state: tuple[str, int]) -> None:
        """Another unit and number, as if they were set by hand."""
        unit, number = state
        self.unit.setCurrentIndex(self.unit.findData(unit))
        self.number.setValue(number)

    def set_steps(self, steps: int) -> None:
        self.set_state((STEPS, steps))

    def _show_unit(self) -> None:
        unit = self.unit.currentData()
        self.number.setVisible(unit != UNTIL_STOPPED)
        self.number.round = ROUND.get(unit, self.number.round)

    def _on_unit_changed(self, _index: int) -> None:
        self._show_unit()
        self.number.setValue(FIRST[self.unit.currentData()])
        self.changed.emit()
