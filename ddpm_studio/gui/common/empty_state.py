"""What a page says when there is nothing to show yet: what it is for, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.gui.common.theme import Theme

ICON_PIXELS = 48
TEXT_WIDTH = 420


class EmptyState(QWidget):
    """An icon, a heading, one or two sentences, and the buttons that lead on."""

    def __init__(
        self, theme: Theme, icon: str, heading: str, text: str, *buttons: QWidget, name: str = ""
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._theme, self._icon_name = theme, icon
        self._icon = QLabel()
        self._heading = QLabel(heading)
        self._heading.setProperty("kind", "heading")
        self._text = QLabel(text)
        self._text.setProperty("kind", "muted")
        self._text.setWordWrap(True)
        self._text.setMaximumWidth(TEXT_WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(8)
        layout.addStretch(2)
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self._icon, self._heading, self._text):
            label.setAlignment(centre)
        layout.addWidget(self._icon)
        layout.addSpacing(4)
        layout.addWidget(self._heading)
        # in a row of its own: an aligned label would not be asked for its height
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self._text, TEXT_WIDTH)
        row.addStretch()
        layout.addLayout(row)
        layout.addSpacing(12)
        for button in buttons:
            layout.addWidget(button, 0, centre)
        layout.addStretch(3)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_words(self, heading: str, text: str) -> None:
        self._heading.setText(heading)
        self._text.setText(text)

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, ICON_PIXELS, "outline", ratio))
