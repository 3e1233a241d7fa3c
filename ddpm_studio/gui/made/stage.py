"""Where pictures are looked at: one, or two side by side that move together; a film plays below."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame

from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.common.zoom_view import LargeCanvas, View
from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.film_bar import FilmBar

COMING = "being read…"


class Stage(QFrame):
    """What is done to one of the two is done to both. It can go to a window of its own."""

    viewed = Signal(object)  # View, as it was changed here
    dragged = Signal()

    def __init__(self, theme: Theme, settings: Settings, player: FilmPlayer) -> None:
        super().__init__()
        self.canvases = LargeCanvas(), LargeCanvas()
        self.titles = [label(kind="caption", elided=True, plain=True) for _ in self.canvases]
        self._sides = [
            holder(column(wide(canvas), row(title, margins=(16, 0, 16, 0)), spacing=0))
            for canvas, title in zip(self.canvases, self.titles, strict=True)
        ]
        for at, canvas in enumerate(self.canvases):
            canvas.setObjectName(f"made.picture.{at}")
            canvas.viewed.connect(self.viewed)
            canvas.dragged.connect(self.dragged)
        film = row(FilmBar(theme, player, "made.large_film", settings), margins=(12, 4, 12, 8))
        column(wide(row(*map(wide, self._sides), spacing=0)), film, spacing=0, of=self)
        self.set_titles([""])

    def set_titles(self, titles: list[str]) -> None:
        """One, or two that are compared; what they are called is said only then."""
        is_pair, self._titles = len(titles) > 1, titles
        for at, title in enumerate(titles):
            is_here = self.canvases[at].image is not None
            self.titles[at].setText(title if is_here or not is_pair else f"{title}  ·  {COMING}")
            self.titles[at].setVisible(is_pair)
            self.canvases[at].setAccessibleName(title)
        self._sides[1].setVisible(is_pair)
        if not is_pair:
            self.canvases[1].show_image(None)

    def show_image(self, image: QImage | None, size: QSize | None, at: int = 0) -> None:
        """None: it is on its way, and what was there before is not shown in its place."""
        self.canvases[at].show_image(image, size)
        is_pair = not self._sides[1].isHidden()
        words = self._titles[at] if at < len(self._titles) else ""
        self.titles[at].setText(f"{words}  ·  {COMING}" if is_pair and image is None else words)

    def set_view(self, view: View) -> None:
        for canvas in self.canvases:
            canvas.set_view(view)
