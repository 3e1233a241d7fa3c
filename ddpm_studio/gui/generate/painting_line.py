"""How far the pictures are, with the way to cancel them."""

from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.layout import keep_room, row, wide
from ddpm_studio.gui.common.progress import ProgressLine, Standing
from ddpm_studio.gui.common.theme import Theme

CANCEL_TIP = "Stop here; the frames so far stay (Esc)"


class PaintingLine(QWidget):
    """There only while something is painted, but its place always is. `cancel` is a button."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._bar = ProgressLine("generate.progress", "How far the pictures are")
        words = "Cancel", "generate.cancel", CANCEL_TIP
        self.cancel = Button(theme, *words, icon="stop", kind="quiet")
        self.cancel.setAccessibleName("Cancel painting")
        row(wide(self._bar), self.cancel, of=self)
        keep_room(self)
        self.hide()

    def show_state(self, standing: Standing | None, *, is_stopping: bool = False) -> None:
        """standing: of what is painted; None: nothing is."""
        self.setVisible(standing is not None)
        if standing is not None:
            self._bar.set_fraction(standing.fraction)
            self.cancel.setEnabled(not is_stopping)
