"""One line that says what was done, with what can be done about it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import Placed, row
from ddpm_studio.gui.common.passing import PASS_MS, WITH_UNDO_MS, Passing
from ddpm_studio.gui.common.theme import Theme


class NoticeLine(QFrame):
    """Hidden until there is something to say; it can be closed, and closes itself in time."""

    def __init__(
        self,
        theme: Theme,
        name: str,
        close_name: str,
        *buttons: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        """name: of the words; buttons: behind them."""
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._words = label(name=name, elided=True, plain=True)
        close = IconButton(theme, "close", close_name, "Close this line")
        middle = Qt.AlignmentFlag.AlignVCenter
        words = (
            Placed(Icon(theme, "check", 20, "accent_text"), align=middle),
            Placed(self._words, 1, middle),
        )
        row(*words, *buttons, close, margins=(16, 4, 8, 4), of=self)
        close.clicked.connect(self.hide)
        self._passing = Passing(self)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def show_words(self, words: str, milliseconds: int = PASS_MS) -> None:
        """They go by themselves after so long."""
        self._words.setText(words)
        self.setAccessibleName(self.text)
        self.show()
        self._passing.begin(milliseconds)


class UndoNotice(NoticeLine):
    """Says what was done, and may take it back."""

    undo_wanted = Signal()

    def __init__(self, theme: Theme, name: str, undo_name: str) -> None:
        tip = "Take it back (Ctrl+Z)"
        self._undo = Button(theme, "Undo", undo_name, tip, icon="undo", kind="quiet")
        super().__init__(theme, name, f"{name}.close", self._undo)
        self._undo.clicked.connect(self.undo_wanted)

    def say(self, words: str, can_undo: bool) -> None:
        self._undo.setVisible(can_undo)
        self.show_words(words, WITH_UNDO_MS if can_undo else PASS_MS)
