"""The wall of the folder's pictures, with what can be done with the chosen ones under it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, QTimer, Signal
from PySide6.QtGui import QResizeEvent

from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.common.layout import column, wide
from ddpm_studio.gui.common.progress import ProgressLine, Standing
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.actions import PictureActions
from ddpm_studio.gui.pictures.details import PictureDetails, crop_words
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.pictures.filter_bar import PictureFilter
from ddpm_studio.gui.pictures.query import SHOWN, TAKEN, PictureQuery, choose
from ddpm_studio.gui.pictures.work import Original
from ddpm_studio.gui.wall.filter_bar import Query, count_shown
from ddpm_studio.gui.wall.panel import WallPanel
from ddpm_studio.words import several

if TYPE_CHECKING:
    import numpy as np

KINDS = {1: "grey", 3: "colour", 4: "colour, with transparency"}
NARROW = 640  # points, below which some parts are left away
LEAST_WIDTH = 424  # what the smallest window leaves
SHORT_MS = 300  # reading that takes no longer is not worth a bar
ABOUT = "The pictures, as the network sees them"
NONE_LIKE_THAT = "No picture here is like that. Another choice above shows more."
NONE_TAKEN = "No picture is taken. Choose “All” above to see what is here, and take some."
TILE_TIP = "How large each pixel is drawn here; it changes nothing about the pictures."


class PicturesPanel(WallPanel[WallEntry]):
    """Asks for the file of the chosen picture by `picked`."""

    picked = Signal(object)  # WallEntry or None
    show_wanted = Signal(str)  # name: open its folder
    chooses_first = True
    filter: PictureFilter

    def __init__(self, theme: Theme, settings: Settings) -> None:
        bar = PictureFilter(theme)
        bar.set_query(PictureQuery(show=TAKEN))
        super().__init__(theme, settings, "pictures", ABOUT, "pictures.taken", bar)
        self._count_words = ""
        self._tile_of: dict[int, int] = {}  # where on the wall each position of `_entries` is
        # the chosen picture that was told of last, with source and shape
        self._said: tuple[WallEntry | None, object, tuple[int, int, int]] = (None, None, (1, 1, 3))
        self._has_pixels = False  # those of the chosen picture are shown
        self.choosing = PictureActions(theme)
        self._reading = ProgressLine("pictures.reading", "Progress of reading the pictures")
        self._reading.setFixedHeight(3)
        self._reading.hide()
        self._progress: Standing | None = None
        self._soon = QTimer(self, singleShot=True, interval=SHORT_MS)
        self._soon.timeout.connect(self._show_reading)
        self._details = PictureDetails(theme, self.choosing)
        self._details.folder.clicked.connect(self._on_show)
        canvas = self._canvas(140, TILE_TIP, self.choosing.history_buttons, self._reading)
        column(wide(canvas), self._details, spacing=16, of=self)

    def entry_named(self, name: str) -> WallEntry | None:
        """The picture of that name, shown or not."""
        return next((entry for entry in self._entries if entry.name == name), None)

    # what is shown

    def show_found(self, found: Sequence[str], shape: tuple[int, int, int]) -> None:
        """Reading has begun: a place for every file. shape: (H, W, C)."""
        self._count_words = ""
        super().set_entries([WallEntry(name, -1, True) for name in found], shape, None)

    def place(self, rows: Sequence[tuple[int, int]]) -> None:
        """Some pictures were read: (which of those found, where its pixels lie)."""
        self.wall.place([(self._tile_of[file], row) for file, row in rows if file in self._tile_of])

    def set_entries(
        self, entries: Sequence[WallEntry], shape: tuple[int, int, int], source: object
    ) -> None:
        """Show the verdicts; the same picture stays chosen, else the next. shape: (H, W, C)."""
        self.filter.set_counts(count_shown(entries, SHOWN))
        self._entries = entries  # before the labels: another one may be asked for then
        self._shape, self._source = shape, source
        self.filter.set_labels(sorted({entry.label for entry in entries if entry.label}))
        super().set_entries(entries, shape, source)
        height, width, channels = shape
        taken = sum(entry.is_taken for entry in entries)
        self._count_words = (
            f"{several(taken, 'picture')} taken, {width} × {height} pixels in {KINDS[channels]}"
        )
        self.show_progress(None)

    def clear(self) -> None:
        self._entries, self._tiles, self._count_words = (), [], ""
        self._shape, self._source = (1, 1, 3), None
        self.wall.set_tiles((), (1, 1, 3))
        self._said = (None, None, (1, 1, 3))
        self._details.clear()
        self.show_progress(None)

    def show_progress(self, progress: Standing | None) -> None:
        """How far the reading is, as a thin bar if it takes long; None when it is over."""
        self._progress = progress
        if progress is None:
            self._soon.stop()
            self._reading.hide()
            self._show_count()
        elif self._reading.isVisible():
            self._show_reading()
        elif not self._soon.isActive():
            self._soon.start()

    def _show_count(self) -> None:
        self._count.setText(self._search_words() or self._count_words)

    def _show_reading(self) -> None:
        progress = self._progress
        if progress is None:
            return
        self._reading.show()
        self._reading.set_fraction(progress.fraction, is_waiting=True)
        self._count.setText(progress.words("Looking at the folder…"))

    def add_tiles(self, number: int, pixels: np.ndarray, rows: np.ndarray) -> None:
        super().add_tiles(number, pixels, rows)
        self._show_pixels()

    def show_original(self, original: Original | None) -> None:
        """The file of the chosen picture, or None if it is gone."""
        entry = self.current
        if original is None or entry is None:
            self._details.show_gone()
            return
        image, part = image_on(original.pixels, premultiplied=True).copy(), QRectF(*original.part)
        words = crop_words(part, entry.crop.mode) if entry.is_taken else ""
        size = original.width, original.height
        self._details.show_original(image, part, size, self._shape[:2], words)

    def minimumSizeHint(self) -> QSize:
        """Of its narrow form, whatever it has now."""
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW
        self._details.set_narrow(is_narrow)
        self.choosing.set_narrow(is_narrow)

    # what the wall of any page asks for

    def _arranged(self, entries: Sequence[WallEntry], query: Query) -> list[int]:
        return choose(entries, query)

    def _nothing_words(self, query: Query) -> str:
        return NONE_TAKEN if query == PictureQuery(show=TAKEN) else NONE_LIKE_THAT

    def _on_filled(self, shown: list[int]) -> None:
        self._tile_of = {position: tile for tile, position in enumerate(shown)}
        if not self._reading.isVisible():
            self._show_count()

    def _show_chosen(self) -> None:
        self.choosing.show_entries(self.selected)
        entry = self.current
        if entry is not None and self._said == (entry, self._source, self._shape):
            return  # all of it is shown already
        self._said = (entry, self._source, self._shape)
        self._has_pixels = False
        if entry is None:
            self._details.clear()
        else:
            self._details.show_picture(entry.name, (entry.words,) if entry.words else ())
            self._show_pixels()
        self.picked.emit(entry)

    def _show_pixels(self) -> None:
        row = self.wall.currentIndex().row()
        image = None if self._has_pixels or row < 0 else self.wall.wall_model.image(row)
        if image is not None:
            self._details.show_pixels(image.copy())
            self._has_pixels = True

    def _on_show(self) -> None:
        if self.current is not None:
            self.show_wanted.emit(self.current.name)
