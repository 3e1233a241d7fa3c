"""What a wall of pictures holds: names, marks, and the pixels of what was loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, QStringListModel, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.images import image_on, turned

if TYPE_CHECKING:
    import numpy as np

CHUNK_BYTES = 1 << 20  # pictures are loaded in runs of about this much
CHUNK_MOST = 256  # pictures in a run, however small they are
KEPT_BYTES = 96 << 20  # what was seen last stays in memory
KEPT_MOVED = 8  # runs, from which tiles that have moved are shown until they are loaded again

Index = QModelIndex | QPersistentModelIndex


class Tile(Protocol):
    """One picture on a wall. Tips and badges are asked for only where they are seen."""

    @property
    def name(self) -> str: ...
    @property
    def row(self) -> int: ...  # where its pixels lie, -1: nowhere (yet)
    @property
    def tip(self) -> str: ...
    @property
    def badge(self) -> str: ...  # a few letters in its corner: "2 ×"
    @property
    def is_faint(self) -> bool: ...  # left out
    @property
    def still_turned(self) -> int: ...  # degrees clockwise, until its pixels are read anew


class WallModel(QStringListModel):
    """Names and notes of all pictures; pixels of those that were loaded, in runs ("chunks").

    Names are kept by Qt: a layout asks for every row, which would take 40 ms in Python.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: Sequence[Tile] = ()
        self._names: list[str] = []
        self._shape, self._detail = (1, 1, 3), 1
        self._source: object = None
        # pixels of each run, and where those of each tile were read from
        self._chunks: OrderedDict[int, tuple[np.ndarray, np.ndarray]] = OrderedDict()
        self._moved: list[tuple[np.ndarray, np.ndarray]] = []  # the last runs of before
        self._rows: np.ndarray | None = None
        self.chunk_size = 1

    def set_tiles(
        self,
        tiles: Sequence[Tile],
        shape: tuple[int, int, int],
        source: object = None,
        detail: int = 1,
    ) -> None:
        """Show others. shape: (H, W, C) of every one of them; detail: so many times finer than
        the pictures that they stand for.

        source: what their rows count in; pixels from the same one are kept. Nothing that was
        seen goes blank because one before it has left.
        """
        import numpy as np

        if source is None or (shape, source) != (self._shape, self._source):
            self._chunks.clear()
            self._moved.clear()
        if self._chunks:
            self._moved = list(self._chunks.values())[-KEPT_MOVED:]
        self._tiles, self._shape, self._source = tiles, shape, source
        self._detail = detail
        self._rows = np.fromiter((tile.row for tile in tiles), np.int64, len(tiles))
        height, width, channels = shape
        fitting = CHUNK_BYTES // (height * width * channels)
        self.chunk_size = max(1, min(CHUNK_MOST, fitting))
        names = [tile.name for tile in tiles]
        if names != self._names:
            self._names = names
            self.setStringList(names)

    def insert_tiles(self, at: int, tiles: Sequence[Tile]) -> None:
        """Some more, from row `at` on; those behind them move along with their pixels."""
        import numpy as np

        self._moved = list(self._chunks.values())[-KEPT_MOVED:] or self._moved
        new = np.fromiter((tile.row for tile in tiles), np.int64, len(tiles))
        self._tiles = [*self._tiles[:at], *tiles, *self._tiles[at:]]
        self._rows = np.concatenate([self.rows[:at], new, self.rows[at:]])
        names = [tile.name for tile in tiles]
        self._names = [*self._names[:at], *names, *self._names[at:]]
        self.insertRows(at, len(names))
        for row, name in enumerate(names, at):
            self.setData(self.index(row), name)

    def place(self, rows: Sequence[tuple[int, int]]) -> None:
        """Some pictures can be loaded now: (tile, where its pixels lie) of each."""
        if self._rows is None:
            return
        for tile, row in rows:
            if tile < len(self._rows):
                self._rows[tile] = row

    @property
    def rows(self) -> np.ndarray:
        """int64 (N,): where the pixels of each tile lie."""
        import numpy as np

        return np.zeros(0, np.int64) if self._rows is None else self._rows

    @property
    def picture_size(self) -> QSize:
        """In pixels, whose whole multiples are the sizes of tiles."""
        return QSize(self._shape[1] // self._detail, self._shape[0] // self._detail)

    @property
    def detail(self) -> int:
        """Pixels of a tile for each of a picture, along a side."""
        return self._detail

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
        image, tile = self._image(row), self.tile(row)
        if image is None or tile is None or not tile.still_turned:
            return image
        return turned(image, tile.still_turned)

    def _image(self, row: int) -> QImage | None:
        if self._rows is None or not 0 <= row < len(self._rows) or self._rows[row] < 0:
            return None
        chunk = self._chunks.get(row // self.chunk_size)
        place, wanted = row % self.chunk_size, self._rows[row]
        if chunk is not None and place < len(chunk[0]) and chunk[1][place] == wanted:
            return image_on(chunk[0][place], premultiplied=True)
        for pixels, rows in self._moved:
            for found in (rows == wanted).nonzero()[0]:
                return image_on(pixels[found], premultiplied=True)
        return None

    def add_chunk(self, number: int, pixels: np.ndarray, rows: np.ndarray | None = None) -> None:
        """Take a run that was loaded: uint8 (n, H, W, C), which nobody writes to again.

        rows: int64 (n,), from where each picture was read, None: from where it lies now; those
        that lie elsewhere by now are not shown. Says nothing: for `dataChanged` a list would lay
        out all of its rows again.
        """
        if pixels.shape[1:] != self._shape:
            return  # of a set that is no longer shown
        if rows is None:
            rows = self.rows[number * self.chunk_size :][: len(pixels)].copy()
        self._chunks[number] = pixels, rows
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
        return [number for number in wanted if not self._is_loaded(number)]

    def _is_loaded(self, number: int) -> bool:
        """Whether a run is there, as its tiles want it now. What lies nowhere is not waited for."""
        chunk = self._chunks.get(number)
        wanted = self.rows[number * self.chunk_size : (number + 1) * self.chunk_size]
        if chunk is None:
            return bool(len(wanted)) and bool((wanted < 0).all())
        _, rows = chunk
        return len(rows) == len(wanted) and bool((rows == wanted).all())


class Tiles(NamedTuple):
    """A run of a wall: uint8 (n, H, W, C), and where each of them lies, int64 (n,)."""

    chunk: int
    pixels: np.ndarray
    rows: np.ndarray


def load_tiles(
    store: np.ndarray | Path,
    shape: tuple[int, int, int],
    rows: np.ndarray,
    chunks: Sequence[int],
    chunk_size: int,
) -> Iterator[Tiles]:
    """Read tiles of the wall into memory.

    store: the records, or the file in which they are still being written, with `shape` (H, W, C).
    Chunk k holds the tiles from k * chunk_size on; rows says where each lies, -1: nowhere.
    """
    import numpy as np

    if isinstance(store, Path):
        nbytes = store.stat().st_size if store.exists() else 0
        records = nbytes // (shape[0] * shape[1] * shape[2])
        whole = (records, *shape)
        store = np.memmap(store, np.uint8, "r", shape=whole) if records else np.empty(whole)
    for chunk in chunks:
        wanted = rows[chunk * chunk_size : (chunk + 1) * chunk_size]
        is_there = (wanted >= 0) & (wanted < len(store))
        part = np.zeros((len(wanted), *store.shape[1:]), np.uint8)
        part[is_there] = store[wanted[is_there]]
        part.setflags(write=False)
        yield Tiles(chunk, part, wanted)
