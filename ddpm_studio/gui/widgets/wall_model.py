"""What a wall of pictures holds: names, marks, and the pixels of what was loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, QStringListModel, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.widgets.images import image_on

if TYPE_CHECKING:
    import numpy as np

CHUNK_BYTES = 1 << 20  # pictures are loaded in runs of about this much
CHUNK_MOST = 256  # pictures in a run, however small they are
KEPT_BYTES = 96 << 20  # what was seen last stays in memory

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Tile:
    """One picture on a wall. row: where its pixels lie, -1: nowhere (yet)."""

    name: str
    row: int = -1
    tip: str = ""
    badge: str = ""  # a few letters in its corner: "2 ×"
    is_faint: bool = False  # left out


class WallModel(QStringListModel):
    """Names and notes of all pictures; pixels of those that were loaded, in runs ("chunks").

    Names are kept by Qt: a layout asks for every row, which would take 40 ms in Python.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: Sequence[Tile] = ()
        self._shape = (1, 1, 3)
        self._chunks: OrderedDict[int, np.ndarray] = OrderedDict()
        self._rows: np.ndarray | None = None
        self.chunk_size = 1

    def set_tiles(self, tiles: Sequence[Tile], shape: tuple[int, int, int]) -> None:
        """Show others. shape: (H, W, C) of every one of them."""
        import numpy as np

        rows, before = np.array([tile.row for tile in tiles], np.int64), self._rows
        if before is None or shape != self._shape or not np.array_equal(rows, before):
            self._chunks.clear()
        self._tiles, self._shape, self._rows = tiles, shape, rows
        height, width, channels = shape
        fitting = CHUNK_BYTES // (height * width * channels)
        self.chunk_size = max(1, min(CHUNK_MOST, fitting))
        names = [tile.name for tile in tiles]
        if names != self.stringList():
            self.setStringList(names)

    def place(self, rows: Sequence[tuple[int, int]]) -> None:
        """Some pictures can be loaded now: (tile, where its pixels lie) of each."""
        if self._rows is None:
            return
        for tile, row in rows:
            if tile < len(self._rows):
                self._rows[tile] = row
                self._chunks.pop(tile // self.chunk_size, None)

    @property
    def rows(self) -> np.ndarray:
        """int64 (N,): where the pixels of each tile lie."""
        import numpy as np

        return np.zeros(0, np.int64) if self._rows is None else self._rows

    @property
    def picture_size(self) -> QSize:
        return QSize(self._shape[1], self._shape[0])

    def tile(self, row: int) -> Tile | None:
        return self._tiles[row] if 0 <= row < len(self._tiles) else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) & ~Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            image = self.image(index.row())
            return None if image is None else image.copy()  # whoever asks may keep it
        if role == Qt.ItemDataRole.ToolTipRole:
            tile = self.tile(index.row())
            return tile.tip if tile is not None else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            role = Qt.ItemDataRole.DisplayRole
        return super().data(index, role)

    def image(self, row: int) -> QImage | None:
        """The pixels of a picture, or None while they are not loaded, or if there are none.

        The image lies on the memory of its run; who keeps it longer than that must copy it.
        """
        chunk = self._chunks.get(row // self.chunk_size)
        place = row % self.chunk_size
        if chunk is None or self._rows is None or row < 0 or place >= len(chunk):
            return None
        return image_on(chunk[place], premultiplied=True) if self._rows[row] >= 0 else None

    def add_chunk(self, number: int, pixels: np.ndarray) -> None:
        """Take a run that was loaded: uint8 (n, H, W, C), which nobody writes to again.

        Says nothing: for `dataChanged` a list would lay out all of its rows again.
        """
        if pixels.shape[1:] != self._shape:
            return  # of a set that is no longer shown
        self._chunks[number] = pixels
        self._chunks.move_to_end(number)
        most = max(8, KEPT_BYTES // max(1, pixels.nbytes))
        while len(self._chunks) > most:
            self._chunks.popitem(last=False)

    def missing_chunks(self, first: int, last: int) -> list[int]:
        """The runs that hold pictures first .. last and are not loaded; the others are kept."""
        wanted = range(first // self.chunk_size, last // self.chunk_size + 1)
        for number in wanted:
            if number in self._chunks:
                self._chunks.move_to_end(number)
        return [number for number in wanted if number not in self._chunks]
