"""How many pictures are taken and how many left out; a click shows those on the wall."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.label import use_tabular_figures
from ddpm_studio.gui.common.layout import row
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.query import LEFT_OUT, TAKEN

NAMES = {TAKEN: "pictures.show_taken", LEFT_OUT: "pictures.show_left_out"}
WORDS = {TAKEN: "taken", LEFT_OUT: "left out"}
TIPS = {
    TAKEN: "Show the pictures that the model learns from",
    LEFT_OUT: "Show what is left out, and why",
}


class TakenCounts(QWidget):
    """Says by `wanted` which of them are to be shown: TAKEN or LEFT_OUT."""

    wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._buttons = {
            show: Button(theme, "", name, TIPS[show], kind="link") for show, name in NAMES.items()
        }
        for show, button in self._buttons.items():
            use_tabular_figures(button)
            button.clicked.connect(lambda _=False, show=show: self.wanted.emit(show))
        row(*self._buttons.values(), spacing=12, margins=(0, 0, 4, 0), of=self)

    def show_counts(self, taken: int, total: int) -> None:
        """Of so many files in all; what stands beside the numbers stays where it is."""
        for show, count in ((TAKEN, taken), (LEFT_OUT, total - taken)):
            button = self._buttons[show]
            button.setText(f"{total:,} {WORDS[show]}")  # as wide as it may get
            button.ensurePolished()
            button.setFixedWidth(button.sizeHint().width())
            button.setText(f"{count:,} {WORDS[show]}")
            button.setAccessibleName(f"{button.text()}. {TIPS[show]}")
            button.setEnabled(count > 0)
