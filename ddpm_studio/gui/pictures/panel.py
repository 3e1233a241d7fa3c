"""The wall of the folder's pictures, with what can be done with the chosen ones under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut

from ddpm_studio.gui.common.images import image_on, turned
from ddpm_studio.gui.common.layout import column, wide
from ddpm_studio.gui.common.progress import ProgressLine, Standing
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.actions import PictureActions
from ddpm_studio.gui.pictures.details import PictureDetails, crop_words
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.pictures.filter_bar import PictureFilter
from ddpm_studio.gui.pictures.query import SHOWN, TAKEN, PictureQuery, choose
from ddpm_studio.gui.pictures.taken_counts import TakenCounts
from ddpm_studio.gui.pictures.viewer import OriginalViewer
from ddpm_studio.gui.pictures.work import Original, blurred, crop_part
from ddpm_studio.gui.wall.filter_bar import Query, count_shown
from ddpm_studio.gui.wall.panel import WallPanel

if TYPE_CHECKING:
    import numpy as np

KINDS = {1: "grey", 3: "colour", 4: "colour, with transparency"}
NARROW = 640  # points, below which some parts are left away
SLIDER, NARROW_SLIDER = 140, 88
LEAST_WIDTH = 464  # what the smallest window leaves
SHORT_MS = 300  # reading that takes no longer is not worth a bar
ABOUT = "The pictures, as the network sees them"
NONE_LIKE_THAT = "No picture here is like that. Another choice above shows more."
NONE_TAKEN = "No picture is taken. Choose “All” above to see what is here, and take some."
TILE_TIP = "How large each pixel is drawn here; it changes nothing about the pictures."


class PicturesPanel(WallPanel[WallEntry]):
    """Asks for the file of the chosen picture by `picked`."""

    picked = Signal(object)  # WallEntry or None
    show_wanted = Signal(str)  # name: open its folder
    large_wanted = Signal(object)  # WallEntry: all pixels of its file, by `show_large`
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
        self._original: QImage | None = None  # the file of the chosen picture, once it was read
        self.choosing = PictureActions(theme)
        words = "Progress of reading the pictures"
        self._reading = ProgressLine("pictures.reading", words, keeps_place=True)
        self._reading.setFixedHeight(3)
        self._reading.hide()
        self._progress: Standing | None = None
        self._soon = QTimer(self, singleShot=True, interval=SHORT_MS)
        self._soon.timeout.connect(self._show_reading)
        self._details = PictureDetails(theme, self.choosing, self.choosing.turns)
        self._details.folder.clicked.connect(self._on_show)
        self._counts = TakenCounts(theme)
        self._counts.wanted.connect(self.show_only)
        beside = self.choosing.history_buttons
        self._around_wall = self._canvas(SLIDER, TILE_TIP, beside, self._reading, self._counts)
        self.viewer = OriginalViewer(theme)
        self.viewer.hide()
        self.viewer.step_wanted.connect(self._on_step)
        self.viewer.back_wanted.connect(self.close_large)
        self._details.large.clicked.connect(self.look_large)
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self.wall)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(self.look_large)
        parts = wide(self._around_wall), wide(self.viewer), self._details
        column(*parts, spacing=16, of=self)

    def entry_named(self, name: str) -> WallEntry | None:
        """The picture of that name, shown or not."""
        return next((entry for entry in self._entries if entry.name == name), None)

    def look_large(self) -> None:
        """The file of the current picture in place of the wall; once more: the wall again."""
        entry = self.current
        if not self.viewer.isHidden():
            self.close_large()
        elif entry is not None and entry.has_file:
            self._around_wall.hide()
            self.viewer.show()
            self.viewer.setFocus()
            self._show_in_viewer(entry)

    def close_large(self) -> None:
        """The wall again."""
        if not self.viewer.isHidden():
            has_focus = self.viewer.isAncestorOf(self.window().focusWidget() or self)
            has_focus |= self.viewer.hasFocus()
            self.viewer.hide()
            self._around_wall.show()
            if has_focus:
                self.wall.setFocus()

    def show_large(self, entry: WallEntry, original: Original | None) -> None:
        """All pixels of a file that was asked for; None: it is gone."""
        current = self.current
        if current is None or current.name != entry.name or original is None:
            return
        self.viewer.show_pixels(image_on(original.pixels, premultiplied=True).copy())

    def _show_in_viewer(self, entry: WallEntry, turned_by: int = 0) -> None:
        """What is known of it at once; its pixels follow. turned_by: it was shown before so."""
        if entry.facts is None:
            return
        size, near = QSize(entry.width, entry.height), self._original or blurred(entry.facts)
        if turned_by and self.viewer.canvas.image is not None:
            near = turned(self.viewer.canvas.image, turned_by)
        before, after = (self.file_beside(by) is not None for by in (-1, 1))
        self.viewer.show_picture(entry.name, size, near, (before, after))
        self.large_wanted.emit(entry)

    def _on_step(self, by: int) -> None:
        place = self.file_beside(by)
        if place is not None:
            self.wall.setCurrentIndex(self.wall.wall_model.index(place))

    def file_beside(self, by: int) -> int | None:
        """Where the next tile of another file that can be looked at is. by: -1 or 1."""
        here = self.wall.currentIndex().row()
        end = len(self._tiles) if by > 0 else -1
        for place in range(here + by, end, by):
            tile = self._tiles[place]
            if tile.has_file and tile.name != self._tiles[here].name:
                return place
        return None

    def show_only(self, show: str) -> None:
        """Those of a choice of the bar over the wall, whatever was searched for."""
        self.filter.set_query(replace(self.filter.query, show=show, text="", label=""))

    # what is shown

    def show_found(self, found: Sequence[str], shape: tuple[int, int, int]) -> None:
        """Reading has begun: a place for every file. shape: (H, W, C)."""
        self._count_words = ""
        super().set_entries([WallEntry(name, -1, True) for name in found], shape, None)

    def place(self, rows: Sequence[tuple[int, int]]) -> None:
        """Some pictures were read: (which of those found, where its pixels lie)."""
        self.wall.place([(self._tile_of[file], row) for file, row in rows if file in self._tile_of])

    def set_entries(
        self,
        entries: Sequence[WallEntry],
        shape: tuple[int, int, int],
        source: object,
        detail: int = 1,
    ) -> None:
        """Show the verdicts; the same picture stays chosen, else the next. shape: (H, W, C)."""
        self.filter.set_counts(count_shown(entries, SHOWN))
        self._entries = entries  # before the labels: another one may be asked for then
        self._shape, self._source = shape, source
        self.filter.set_labels(sorted({entry.label for entry in entries if entry.label}))
        super().set_entries(entries, shape, source, detail)
        height, width, channels = shape
        taken = sum(entry.is_taken for entry in entries)
        self._counts.show_counts(taken, len(entries))
        self._count_words = f"{width} × {height} pixels in {KINDS[channels]}"
        self.show_progress(None)

    def clear(self) -> None:
        self._entries, self._tiles, self._count_words = (), [], ""
        self.filter.set_counts({})
        self._shape, self._source = (1, 1, 3), None
        self.wall.set_tiles((), (1, 1, 3))
        self._said = (None, None, (1, 1, 3))
        self._original = None
        self._details.clear()
        self.close_large()
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
        searched = self._search_words()
        has_counts = bool(self._count_words) and not searched
        self._counts.setVisible(has_counts)
        self._count.setVisible(not has_counts or self.width() >= NARROW)
        self._count.setText(searched or self._count_words)

    def _show_reading(self) -> None:
        progress = self._progress
        if progress is None:
            return
        self._reading.show()
        self._reading.set_fraction(progress.fraction, is_waiting=True)
        if not self._count_words:  # how many, the line at the foot of the window counts
            self._count.setText("Reading the pictures…")

    def add_tiles(self, number: int, pixels: np.ndarray, rows: np.ndarray) -> None:
        super().add_tiles(number, pixels, rows)
        self._show_pixels()

    def show_original(self, original: Original | None) -> None:
        """The file of the chosen picture, or None if it is gone."""
        entry = self.current
        if original is None or entry is None:
            self._details.show_gone()
            return
        self._original = image_on(original.pixels, premultiplied=True).copy()
        self._say_original(entry)

    def _say_original(self, entry: WallEntry) -> None:
        """The whole of a picture and what of it is used; until its file is read, out of focus."""
        if entry.facts is None or entry.video:
            return
        height, width = self._shape[:2]
        part = QRectF(*crop_part(entry.facts, entry.crop, width, height))
        words = crop_words(part, entry.crop.mode) if entry.is_taken else ""
        image = blurred(entry.facts) if self._original is None else self._original
        size = entry.facts.width, entry.facts.height
        self._details.show_original(image, part, size, (height, width), words)

    def minimumSizeHint(self) -> QSize:
        """Of its narrow form, whatever it has now."""
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW
        self._details.set_narrow(is_narrow)
        self.choosing.set_narrow(is_narrow)
        self.filter.set_narrow(is_narrow)
        self._count.setVisible(not is_narrow or not self._counts.isVisibleTo(self))
        self._slider.setFixedWidth(NARROW_SLIDER if is_narrow else SLIDER)

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
        entry, said = self.current, self._said[0]
        if entry is not None and self._said == (entry, self._source, self._shape):
            return  # all of it is shown already
        self._said = (entry, self._source, self._shape)
        self._has_pixels = False
        is_same = (
            entry is not None
            and said is not None
            and (entry.name, entry.content) == (said.name, said.content)
        )
        is_other = not is_same
        by = (entry.turn - said.turn) % 360 if entry is not None and said is not None else 0
        if is_other:  # else its file stays in view, whatever was chosen for it
            self._original = None
        elif by and self._original is not None:
            self._original = turned(self._original, by)
        if entry is None:
            self._details.clear()
        else:
            words = (entry.words,) if entry.words else ()
            self._details.show_picture(entry.name, words, is_other=is_other)
            self._say_original(entry)
            self._show_pixels()
        self._details.large.setEnabled(entry is not None and entry.has_file)
        if is_other or by:  # what was being read has come too late
            self.picked.emit(entry)
            if not self.viewer.isHidden() and entry is not None and entry.has_file:
                self._show_in_viewer(entry, by if is_same else 0)
            else:
                self.close_large()

    def _show_pixels(self) -> None:
        row = self.wall.currentIndex().row()
        image = None if self._has_pixels or row < 0 else self.wall.wall_model.image(row)
        if image is not None:
            self._details.show_pixels(image.copy())
            self._has_pixels = True
        elif not self._has_pixels and row >= 0 and not self.viewer.isHidden():
            self.tiles_wanted.emit([row // self.wall.wall_model.chunk_size])  # no wall asks now

    def _on_show(self) -> None:
        if self.current is not None:
            self.show_wanted.emit(self.current.name)
