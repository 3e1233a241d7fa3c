"""One line under the wall that says what was done, and takes it back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.notice_line import NoticeLine
from ddpm_studio.gui.common.theme import Theme


class MadeNotice(NoticeLine):
    """Says what was done."""

    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        undo = Button(
            theme, "Undo", "made.undo", "Take it back (Ctrl+Z)", icon="undo", kind="quiet"
        )
        super().__init__(theme, "made.notice", "made.notice.close", undo, parent=parent)
        self._undo = undo
        self._undo.clicked.connect(self.undo_wanted)

    def say(self, words: str, can_undo: bool) -> None:
        self._undo.setVisible(can_undo)
        self.show_words(words)
