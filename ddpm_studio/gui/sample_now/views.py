"""Two views side by side: what averaged and plain weights paint from the same noise."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import WEIGHTS
from ddpm_studio.events import BothPainted
from ddpm_studio.gui.common.images import image_of
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, row, wide
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import several

TITLES = {
    "sample_now.averaged": f"{WEIGHTS['ema'].capitalize()} weights (EMA)",
    "sample_now.plain": f"{WEIGHTS['model'].capitalize()} weights",
}
WAITING = "The pictures grow here out of noise."


class BothViews(QWidget):
    """Pictures of averaged and of plain weights side by side, as they grow from the same noise."""

    enlarged = Signal()  # one of them is shown alone, or all again

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._views = [PictureView(theme, name, title, WAITING) for name, title in TITLES.items()]
        sides = []
        for view, title in zip(self._views, TITLES.values(), strict=True):
            words = label(title, "label")
            words.setBuddy(view)
            sides.append(wide(column(words, wide(view), spacing=4)))
        row(*sides, spacing=16, of=self)
        for view in self._views:
            view.enlarged.connect(self._on_enlarged)

    @property
    def large(self) -> tuple[int, int] | None:
        """The side and the picture that is shown alone; None if none is."""
        return next(
            ((side, view.large) for side, view in enumerate(self._views) if view.large >= 0), None
        )

    def _on_enlarged(self, picture: int) -> None:
        """On one side only: that is the one that is kept."""
        if picture >= 0:
            for view in self._views:
                if view is not self.sender():
                    view.enlarge(-1)
        self.enlarged.emit()

    def show_both(self, event: BothPainted) -> None:
        """The pictures as they are now."""
        for view, pictures in zip(self._views, (event.averaged, event.plain), strict=True):
            count, height, width, _ = pictures.shape
            view.set_image(image_of(pictures), QSize(width, height))
            view.setAccessibleDescription(f"{several(count, 'picture')} of step {event.step:,}")

    def set_empty_text(self, text: str) -> None:
        """What is said where there are no pictures."""
        for view in self._views:
            view.set_empty_text(text)
