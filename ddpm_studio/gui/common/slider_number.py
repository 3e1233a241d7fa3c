"""A slider and a number that are one value: the slider for the hand, the number to be exact."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.inputs import DoubleSpinBox, Slider, SpinBox
from ddpm_studio.gui.common.layout import row, wide

TICKS = 1000  # places of the slider
NUMBER_WIDTH = 84


class SliderNumber(QWidget):
    """The number holds the value; the slider follows it, and a person may move either.

    bend: 1 for an even slider; 2 gives its lower end more room. The slider may end below the
    largest number that can be typed.
    """

    def __init__(
        self, number: SpinBox | DoubleSpinBox, name: str, *, most: float = 1.0, bend: float = 1.0
    ) -> None:
        super().__init__()
        self.number = number
        self.number.setObjectName(name)
        self.number.setFixedWidth(NUMBER_WIDTH)
        self.slider = Slider(0, TICKS)
        self.slider.setObjectName(f"{name}.slider")
        self._most, self._bend = most, bend
        self._is_following = False
        row(wide(self.slider), number, spacing=12, of=self)
        self.slider.valueChanged.connect(self._on_slid)
        number.valueChanged.connect(self._on_number_changed)
        self._on_number_changed()

    def set_most(self, most: float) -> None:
        """Where the slider ends; the number's own range is its own matter."""
        self._most = most
        self._on_number_changed()

    def set_words(self, label: str, tip: str) -> None:
        """The slider's words; those of the number are its row's."""
        self.slider.setAccessibleName(label)
        self.slider.setToolTip(tip)

    def _on_slid(self, place: int) -> None:
        if self._is_following:
            return
        low = self.number.minimum()
        value = low + (self._most - low) * (place / TICKS) ** self._bend
        self._is_following = True  # the slider stays where the hand is
        if isinstance(self.number, SpinBox):
            self.number.setValue(round(value))
        else:
            self.number.setValue(value)
        self._is_following = False

    def _on_number_changed(self) -> None:
        if self._is_following:
            return
        low = self.number.minimum()
        part = (self.number.value() - low) / max(1e-9, self._most - low)
        self._is_following = True
        self.slider.setValue(round(TICKS * min(1.0, max(0.0, part)) ** (1 / self._bend)))
        self._is_following = False
