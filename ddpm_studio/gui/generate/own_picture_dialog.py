"""One picture of the project's folder, chosen on a wall of all that the model learns from."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog, choose_file
from ddpm_studio.gui.common.drop_in import FileDrop
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.wall.filter_bar import fold
from ddpm_studio.gui.wall.model import load_tiles
from ddpm_studio.gui.wall.name_order import name_key
from ddpm_studio.gui.wall.wall import PictureWall
from ddpm_studio.words import several

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.choices import Crop
    from ddpm_studio.data import PictureSet

TILES = "own_tiles"  # the job that reads the wall's pixels
SIZE = (880, 640)
TITLE = "Choose a picture of yours"
ABOUT = (
    "You will see it sink into the noise, and what the model would make of it from every level. "
    "It is shown as the model learns it: cropped and reduced."
)
NONE_FOUND = "No picture has that in its name."
TILE_POINTS = 96
FOLDER = "own/folder"  # the key of a setting
ENDINGS = "*.png *.jpg *.jpeg *.webp *.avif *.tif *.tiff *.gif *.bmp"
FILES = f"Pictures ({ENDINGS});;All files (*)"


class OwnTile(NamedTuple):
    """A picture on the wall. row: of its pixels in the store."""

    name: str
    row: int
    crop: Crop
    badge: str = ""
    is_faint: bool = False
    still_turned: int = 0

    @property
    def tip(self) -> str:
        return self.name


class OwnPictureDialog(Dialog):
    """Emits `chosen` with the name of a picture, its Crop and its pixels, uint8 (H, W, C).

    Any other file is chosen with a button, or dropped here: `file_chosen`, with its Path.
    """

    chosen = Signal(str, object, object)
    file_chosen = Signal(object)

    def __init__(
        self,
        session: Session,
        pictures: PictureSet,
        dice: random.Random,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("own.dialog", TITLE, parent)
        self._session, self._pictures, self._dice = session, pictures, dice
        taken = sorted(pictures.taken, key=lambda one: name_key(one.name))  # crops keep theirs
        self._tiles = [OwnTile(one.name, one.row, one.crop) for one in taken]
        self._shown = self._tiles
        self._make_fields()
        self._lay_out()
        self._connect()
        self.resize(*SIZE)
        self._show(self._tiles)

    def done(self, result: int) -> None:
        """However it is closed, nothing is read for it any more."""
        self._session.jobs.discard(TILES)
        super().done(result)

    def _make_fields(self) -> None:
        theme = self._session.theme
        self._search = QLineEdit()
        self._search.setObjectName("own.dialog.search")
        self._search.setPlaceholderText("Search by name")
        self._search.setAccessibleName("Search by name")
        self._search.setClearButtonEnabled(True)
        self._wall = PictureWall(theme, "own.dialog.wall")
        self._wall.setAccessibleName("Your pictures, as the model learns them")
        self._wall.setSelectionMode(PictureWall.SelectionMode.SingleSelection)
        self._message = label(kind="muted", name="own.dialog.message")
        tip = "Any one of your pictures"
        self._any = Button(theme, "Surprise me", "own.dialog.any", tip, icon="dice")
        tip = "A picture from anywhere, which the model need not know; or drop one here"
        self._other = Button(theme, "Another file…", "own.dialog.other", tip, icon="folder")
        self._cancel = Button(theme, "Cancel", "own.dialog.cancel", "Change nothing (Esc)")
        tip = "See this one on its way into the noise (Enter)"
        self._use = Button(theme, "Use this picture", "own.dialog.use", tip, kind="primary")
        self.set_buttons(self._cancel, self._use)
        self._use.setEnabled(False)

    def _lay_out(self) -> None:
        canvas = holder(column(self._wall, margins=(6, 1, 1, 1)), "canvas")
        words = label(TITLE, "heading"), label(ABOUT, "muted", wrap=True)
        foot = row(self._any, self._other, wide(self._message), self._cancel, self._use)
        parts = *words, self._search, wide(canvas), foot
        column(*parts, spacing=12, margins=24, of=self)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._on_search)
        self._wall.chunks_wanted.connect(self._on_chunks_wanted)
        self._wall.picked.connect(self._on_picked)
        self._wall.opened.connect(self._on_use)
        self._any.clicked.connect(self._on_any)
        self._other.clicked.connect(self._on_other)
        FileDrop(self).dropped.connect(self._on_file)
        self._use.clicked.connect(self._on_use)

    def _show(self, tiles: list[OwnTile]) -> None:
        self._shown = tiles
        shape = self._pictures.records.shape[1:]
        self._wall.set_tiles(tiles, (shape[0], shape[1], shape[2]), "own")
        least, most = self._wall.factors()
        wanted = round(TILE_POINTS * self.devicePixelRatioF() / max(shape[0], shape[1]))
        self._wall.set_factor(min(most, max(least, wanted)))
        count = several(len(tiles), "picture")
        self._message.setText(count if tiles else NONE_FOUND)
        self._on_picked(self._wall.currentIndex().row())

    def _on_search(self, text: str) -> None:
        wanted = fold(text.strip())
        self._show([tile for tile in self._tiles if wanted in fold(tile.name)])
        if self._shown and text.strip():
            self._wall.setCurrentIndex(self._wall.wall_model.index(0))

    def _on_chunks_wanted(self, chunks: list[int]) -> None:
        model, store = self._wall.wall_model, self._pictures.records
        if self._session.jobs.get(TILES) is not None:
            return  # it asks again when they are there
        rows, size, shape = model.rows.copy(), model.chunk_size, store.shape[1:]
        job = self._session.jobs.start(
            TILES, lambda: load_tiles(store, shape, rows, chunks, size), quiet=True
        )
        job.events.connect(self._on_tiles)

    def _on_tiles(self, events: list[tuple[int, np.ndarray, np.ndarray]]) -> None:
        for number, pixels, rows in events:
            self._wall.add_chunk(number, pixels, rows)
        self._wall.refresh()

    def _on_picked(self, row: int) -> None:
        is_one = 0 <= row < len(self._shown)
        self._use.setEnabled(is_one)
        if is_one:
            self._message.setText(self._shown[row].name)

    def _on_any(self) -> None:
        if self._shown:
            self._choose(self._dice.choice(self._shown))

    def _on_use(self) -> None:
        row = self._wall.currentIndex().row()
        if 0 <= row < len(self._shown):
            self._choose(self._shown[row])

    def _on_other(self) -> None:
        settings = self._session.settings
        folder = settings.get(FOLDER, "")
        choose_file(self, "Begin with a picture", folder, FILES, self._on_file)

    def _on_file(self, path: Path) -> None:
        self._session.settings.set(FOLDER, str(path.parent))
        self.accept()
        self.file_chosen.emit(path)

    def _choose(self, tile: OwnTile) -> None:
        self.accept()
        self.chosen.emit(tile.name, tile.crop, self._pictures.records[tile.row])
