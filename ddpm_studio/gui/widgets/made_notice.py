"""One line under the wall that says what was done, and takes it back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.button import Button, IconButton
from ddpm_studio.gui.widgets.elided_label import ElidedLabel


class MadeNotice(QFrame):
    """Hidden until there is something to say."""

    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._theme = theme
        self._icon = QLabel()
        self._words = ElidedLabel()
        self._words.setObjectName(names.MADE_NOTICE)
        self._undo = Button(
            theme, "Undo", names.MADE_UNDO, "Take it back (Ctrl+Z)", icon="undo", kind="quiet"
        )
        close = IconButton(theme, "close", names.MADE_NOTICE_CLOSE, "Close this line")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._undo)
        row.addWidget(close)
        self._undo.clicked.connect(self.undo_wanted)
        close.clicked.connect(self.hide)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def say(self, words: str, can_undo: bool) -> None:
        self._words.setText(words)
        self.setAccessibleName(words)
        self._undo.setVisible(can_undo)
        self.show()

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap("check", 20, "accent_text", ratio))
