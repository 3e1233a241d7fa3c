"""An amount: a number that moves through round values, and its unit."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.inputs import SpinBox, choice
from ddpm_studio.gui.common.settings import Settings

MINUTES, HOURS, DAYS, STEPS = "minutes", "hours", "days", "steps"


@dataclass(frozen=True)
class Unit:
    """What an amount can be in. first: what is proposed; round: where the arrows lead.

    seconds: in one of it, None if it is no time. Without round numbers there is no number at all.
    """

    words: str
    first: int = 1
    round: tuple[int, ...] = ()
    seconds: float | None = None


TIMES = {
    MINUTES: Unit(
        "minutes",
        30,
        (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440),
        60.0,
    ),
    HOURS: Unit(
        "hours", 2, (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 36, 48, 72, 96, 120, 168), 3600.0
    ),
}


class RoundSpinBox(SpinBox):
    """Its arrows go to the next round number; any other can be typed."""

    def __init__(self, highest: int) -> None:
        super().__init__(1, highest)
        self.round: tuple[int, ...] = ()

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


class AmountPicker(QWidget):
    """Its two fields, which whoever makes it lays out. Emits `changed` for both of them.

    What was set last time is there again.
    """

    changed = Signal()

    def __init__(
        self,
        name: str,
        units: Mapping[str, Unit],
        first: str,
        highest: int,
        settings: Settings,
        keys: tuple[str, str],
    ) -> None:
        """name: of the number; first: the unit proposed; keys: of number and unit in settings."""
        super().__init__()
        self._units = units
        self.number = RoundSpinBox(highest)
        self.number.setObjectName(name)
        self.number.setValue(units[first].first)
        words = {key: unit.words for key, unit in units.items()}
        self.unit = choice(f"{name}_unit", words, first)
        settings.remember(self.unit, keys[1])
        settings.remember(self.number, keys[0])
        self._show_unit()
        self.unit.currentIndexChanged.connect(self._on_unit_changed)
        self.number.valueChanged.connect(lambda _: self.changed.emit())

    @property
    def seconds(self) -> float | None:
        """None if it is no time."""
        each = self._unit.seconds
        return None if each is None else each * self.number.value()

    @property
    def state(self) -> tuple[str, int]:
        """Unit and number, for `set_state`."""
        return self.unit.currentData(), self.number.value()

    def set_state(self, state: tuple[str, int]) -> None:
        """Another unit and number, as if they were set by hand."""
        unit, number = state
        self.unit.setCurrentIndex(self.unit.findData(unit))
        self.number.setValue(number)

    @property
    def _unit(self) -> Unit:
        return self._units[self.unit.currentData()]

    def _show_unit(self) -> None:
        self.number.round = self._unit.round
        self.number.setVisible(bool(self._unit.round))

    def _on_unit_changed(self, _index: int) -> None:
        self._show_unit()
        self.number.setValue(self._unit.first)
        self.changed.emit()
