"""How large pictures are saved: as painted, crisp by whole factors, or smooth to a length."""

from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QStyleOptionComboBox

from ddpm_studio.config.enlargement import Enlargement, Sizing, as_painted
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.common.settings import Settings

PAINTED, TIMES = "painted", "x"
FACTORS = (2, 4, 8, 16)
LENGTHS = (256, 512, 1024, 2048, 4096)  # pixels of the longer side
WORDS = (
    {PAINTED: "as painted"}
    | {f"{TIMES}{factor}": f"×{factor} crisp" for factor in FACTORS}
    | {str(length): f"{length} smooth" for length in LENGTHS}
)
NAME = "Size"
AROUND = 46  # pixels: the padding, and the arrow
TIP = (
    "How large saved pictures are. Crisp: each pixel becomes a square of so many. Smooth: so many "
    "pixels on the longer side, softly. The recipe inside says which."
)
TERM = "nearest neighbour, or Lanczos"


def sizing_of(key: str) -> Sizing:
    """What one of `WORDS` means."""
    if key == PAINTED:
        return as_painted
    if key.startswith(TIMES):
        crisp = Enlargement(int(key.removeprefix(TIMES)))
        return lambda _width, _height: crisp
    return partial(Enlargement.to_side, int(key))


class SizeChoice(ComboBox):
    """A list that says what it is of, if it has room: "Size: ×8 crisp". Remembered."""

    def __init__(self, settings: Settings, name: str, remembered_as: str) -> None:
        super().__init__(name, WORDS)
        self.setStyleSheet("padding-right: 0")  # the arrow has its place beside it
        explain(self, NAME, TIP, TERM)
        settings.remember(self, remembered_as)

    @property
    def sizing(self) -> Sizing:
        return sizing_of(str(self.currentData()))

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        if self.width() >= self.sizeHint().width():
            option.currentText = f"{NAME}: {self.currentText()}"

    def sizeHint(self) -> QSize:
        return self._room_for(f"{NAME}: ")

    def minimumSizeHint(self) -> QSize:
        return self._room_for("")

    def _room_for(self, before: str) -> QSize:
        widths = (self.fontMetrics().horizontalAdvance(before + words) for words in WORDS.values())
        return QSize(max(widths) + AROUND, super().sizeHint().height())
