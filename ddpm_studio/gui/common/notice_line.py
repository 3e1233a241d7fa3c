"""One line that says what was done, with what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.elided_label import ElidedLabel
from ddpm_studio.gui.common.theme import Theme


class NoticeLine(QFrame):
    """Hidden until there is something to say; it can be closed."""

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
        self._theme = theme
        self._icon = QLabel()
        self._words = ElidedLabel()
        self._words.setObjectName(name)
        close = IconButton(theme, "close", close_name, "Close this line")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (*buttons, close):
            row.addWidget(button)
        close.clicked.connect(self.hide)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

    def show_words(self, words: str) -> None:
        self._words.setText(words)
        self.setAccessibleName(self.text)
        self.show()

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap("check", 20, "accent_text", ratio))
