"""What a page says when there is nothing to show yet: what it is for, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import REST, Gap, Placed, column, row, wide
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
        self._heading = label(heading, "heading")
        self._text = label(text, "muted", wrap=True, plain=True)
        self._text.setMaximumWidth(TEXT_WIDTH)
        centre = Qt.AlignmentFlag.AlignHCenter
        for words in (self._icon, self._heading, self._text):
            words.setAlignment(centre)
        column(
            *(Gap(stretch=2), self._icon, Gap(4), self._heading),
            # in a row of its own: an aligned label would not be asked for its height
            row(REST, wide(self._text, TEXT_WIDTH), REST),
            Gap(12),
            *(Placed(button, align=centre) for button in buttons),
            Gap(stretch=3),
            margins=24,
            of=self,
        )
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_words(self, heading: str, text: str) -> None:
        self._heading.setText(heading)
        self._text.setText(text)

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap(self._icon_name, ICON_PIXELS, "outline", ratio))
