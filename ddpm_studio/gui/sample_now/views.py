"""Two views side by side: what averaged and plain weights paint from the same noise."""

from functools import partial

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

    enlarged = Signal()  # one of them is shown alone, on both sides, or all again

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._views = [PictureView(theme, name, title, WAITING) for name, title in TITLES.items()]
        sides = []
        for view, title in zip(self._views, TITLES.values(), strict=True):
            words = label(title, "label")
            words.setBuddy(view)
            sides.append(wide(column(words, wide(view), spacing=4)))
        row(*sides, spacing=16, of=self)
        self._side = 0  # where one was chosen last
        self._is_following = False
        for side, view in enumerate(self._views):
            view.enlarged.connect(partial(self._on_enlarged, side))

    @property
    def large(self) -> tuple[int, int] | None:
        """The picture that is shown alone, and the side where it was chosen; None if none is."""
        picture = self._views[self._side].large
        return (self._side, picture) if picture >= 0 else None

    def show_all(self) -> None:
        """All pictures again."""
        self._views[0].enlarge(-1)

    def _on_enlarged(self, side: int, picture: int) -> None:
        """On both sides, so that they can be compared; the one that was clicked is kept."""
        if self._is_following:
            return
        self._is_following, self._side = True, side
        for view in self._views:
            view.enlarge(picture)
        self._is_following = False
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
