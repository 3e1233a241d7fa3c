"""What a page says when there is nothing to show yet: what it is for, and what to do next."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import REST, Gap, Placed, column, row, wide
from ddpm_studio.gui.common.theme import Theme

ICON_PIXELS = 48
TEXT_WIDTH = 420
ROOM_FOR_ICON = 200  # points of height; words come first


class EmptyState(QWidget):
    """An icon, a heading, one or two sentences, and the buttons that lead on."""

    def __init__(
        self, theme: Theme, icon: str, heading: str, text: str, *buttons: QWidget, name: str = ""
    ) -> None:
        super().__init__()
        self.setObjectName(name)
        self._picture = picture = Icon(theme, icon, ICON_PIXELS, "outline")
        self._heading = label(heading, "heading")
        self._text = label(text, "muted", wrap=True, plain=True)
        self._text.setMaximumWidth(TEXT_WIDTH)
        centre = Qt.AlignmentFlag.AlignHCenter
        for words in (picture, self._heading, self._text):
            words.setAlignment(centre)
        column(
            *(Gap(stretch=2), picture, Gap(4), self._heading),
            # in a row of its own: an aligned label would not be asked for its height
            row(REST, wide(self._text, TEXT_WIDTH), REST),
            Gap(12),
            *(Placed(button, align=centre) for button in buttons),
            Gap(stretch=3),
            margins=24,
            of=self,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_high = self.height() >= ROOM_FOR_ICON
        self._picture.setVisible(is_high)
        edge = 24 if is_high else 4
        self.layout().setContentsMargins(24, edge, 24, edge)  # type: ignore[union-attr]

    def set_words(self, heading: str, text: str) -> None:
        self._heading.setText(heading)
        self._text.setText(text)
