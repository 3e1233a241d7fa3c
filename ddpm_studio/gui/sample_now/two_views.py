"""Pictures of averaged and of plain weights side by side, from the same noise."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.config import WEIGHTS
from ddpm_studio.events import BothPainted
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.common.theme import Theme

TITLES = {
    "sample_now.averaged": f"{WEIGHTS['ema'].capitalize()} weights (EMA)",
    "sample_now.plain": f"{WEIGHTS['model'].capitalize()} weights",
}
WAITING = "The pictures grow here out of noise."


class BothViews(QWidget):
    """Shows them as they grow."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._views = []
        for name, title in TITLES.items():
            label = QLabel(title)
            label.setProperty("kind", "label")
            view = PictureView(theme, name, title, WAITING)
            label.setBuddy(view)
            column = QVBoxLayout()
            column.setSpacing(4)
            column.addWidget(label)
            column.addWidget(view, 1)
            row.addLayout(column, 1)
            self._views.append(view)

    def show_both(self, event: BothPainted) -> None:
        """The pictures as they are now."""
        for view, pictures in zip(self._views, (event.averaged, event.plain), strict=True):
            count, height, width, _ = pictures.shape
            view.set_image(image_of(pictures), QSize(width, height))
            view.setAccessibleDescription(f"{count} pictures of step {event.step:,}")

    def set_empty_text(self, text: str) -> None:
        """What is said where there are no pictures."""
        for view in self._views:
            view.set_empty_text(text)

    def clear(self) -> None:
        """Show none."""
        for view in self._views:
            view.set_image(QImage(), QSize(1, 1))
            view.setAccessibleDescription("There are no pictures yet")
