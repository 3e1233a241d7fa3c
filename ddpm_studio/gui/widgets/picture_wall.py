"""A wall of very many small pictures of one size, drawn pixel by pixel, loaded where it is seen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.widgets.images import (
    drawable,
    image_on,  # wall_panel asks for it here
)

if TYPE_CHECKING:
    import numpy as np

CHUNK_BYTES = 1 << 20  # pictures are loaded in runs of about this much
CHUNK_MOST = 256  # pictures in a run, however small they are
KEPT_BYTES = 96 << 20  # what was seen last stays in memory
GAP = 6  # between pictures, in points; the ring around the chosen one needs 2
SMALLEST_TILE, LARGEST_TILE = 48, 384  # points, where whole factors allow it
MOST_TILE = 512  # points; pictures with more pixels than that are reduced

Index = QModelIndex | QPersistentModelIndex


class WallModel(QStringListModel):
    """Names and notes of all pictures; pixels of those that were loaded, in runs ("chunks").

    Names are kept by Qt: a layout asks for every row, which would take 40 ms in Python.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tips: Sequence[str] = ()
        self._shape = (1, 1, 3)
        self._chunks: OrderedDict[int, np.ndarray] = OrderedDict()
        self.chunk_size = 1

    def set_pictures(
        self, names: Sequence[str], tips: Sequence[str], shape: tuple[int, int, int]
    ) -> None:
        """Show others. shape: (H, W, C) of every one of them."""
        self._tips, self._shape = tips, shape
        self._chunks.clear()
        height, width, channels = shape
        fitting = CHUNK_BYTES // (height * width * channels)
        self.chunk_size = max(1, min(CHUNK_MOST, fitting))
        self.setStringList(names)

    @property
    def picture_size(self) -> QSize:
        return QSize(self._shape[1], self._shape[0])

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) & ~Qt.ItemFlag.ItemIsEditable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DecorationRole:
            image = self.image(index.row())
            return None if image is None else image.copy()  # whoever asks may keep it
        if role == Qt.ItemDataRole.ToolTipRole and 0 <= index.row() < len(self._tips):
            return self._tips[index.row()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            role = Qt.ItemDataRole.DisplayRole
        return super().data(index, role)

    def image(self, row: int) -> QImage | None:
        """The pixels of a picture, or None while they are not loaded.

        The image lies on the memory of its run; who keeps it longer than that must copy it.
        """
        chunk = self._chunks.get(row // self.chunk_size)
        if chunk is None:
            return None
        return image_on(chunk[row % self.chunk_size], premultiplied=True)

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


class Cells(QStyledItemDelegate):
    """Tells the list how much room a picture takes; the wall draws them itself."""

    def __init__(self, wall: PictureWall) -> None:
        super().__init__(wall)
        self._wall = wall

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self._wall.gridSize()


class PictureWall(QListView):
    """The wall. It asks for what is about to be seen, and is given it by `add_chunk`."""

    chunks_wanted = Signal(list)  # numbers of runs, those in view first
    picked = Signal(int)  # the picture that is chosen now, -1: none

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.wall_model = WallModel(self)
        self._factor = 1
        self._columns = 1
        self._hovered = -1  # the picture under the mouse
        self._theme = theme
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Fixed)  # lay_out says when it is needed
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setItemDelegate(Cells(self))
        # it fills its ground itself, so what was drawn moves along when it is scrolled
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setModel(self.wall_model)
        self._asking = QTimer(self)  # once a turn of the event loop, however much has changed
        self._asking.setSingleShot(True)
        self._asking.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.entered.connect(self._on_entered)
        theme.changed.connect(self.viewport().update)

    def set_pictures(
        self, names: Sequence[str], tips: Sequence[str], shape: tuple[int, int, int]
    ) -> None:
        """Show other pictures. shape: (H, W, C) of every one; pixels come by `add_chunk`."""
        self.wall_model.set_pictures(names, tips, shape)
        self.lay_out()
        self.scrollToTop()

    def add_chunk(self, number: int, pixels: np.ndarray) -> None:
        self.wall_model.add_chunk(number, pixels)
        self.viewport().update()

    def refresh(self) -> None:
        """Ask again for what is in view and missing, when a request was answered."""
        self._asking.start()

    # the size of the tiles

    @property
    def factor(self) -> int:
        """Device pixels on the screen for each pixel of a picture, along a side."""
        return self._factor

    def factors(self) -> tuple[int, int]:
        """The least and the most that are useful for pictures of this size."""
        longest = max(self.wall_model.picture_size.toTuple())
        ratio = self.devicePixelRatioF()
        least = max(1, -int(-SMALLEST_TILE * ratio // longest))
        return least, max(least, int(LARGEST_TILE * ratio // longest))

    def set_factor(self, factor: int) -> None:
        """Enlarge by another whole factor; the picture in the corner stays about there."""
        if factor == self._factor:
            return
        corner = self.visible_rows()[0]
        current = self.currentIndex()
        in_view = current.isValid() and self.visualRect(current).intersects(self.viewport().rect())
        self._factor = factor
        self.lay_out()
        keep = current if in_view else self.wall_model.index(corner)
        hint = QAbstractItemView.ScrollHint
        self.scrollTo(keep, hint.PositionAtCenter if in_view else hint.PositionAtTop)

    def tile_size(self) -> tuple[float, float]:
        """Width and height of a tile, in points."""
        size = self.wall_model.picture_size
        longest = max(size.width(), size.height())
        room = max(
            8, min(MOST_TILE, self.width() - self.verticalScrollBar().sizeHint().width() - 2 * GAP)
        )
        scale = min(self._factor / self.devicePixelRatioF(), room / longest)
        return size.width() * scale, size.height() * scale

    def tile_rect(self, cell: Any) -> QRectF:
        """Where the picture lies within its cell, on whole device pixels."""
        width, height = self.tile_size()
        ratio = self.devicePixelRatioF()
        left = round((cell.x() + (cell.width() - width) / 2) * ratio) / ratio
        top = round((cell.y() + GAP / 2) * ratio) / ratio
        return QRectF(left, top, width, height)

    def visible_rows(self) -> tuple[int, int]:
        """The first and last picture that can be seen; (0, -1) if there are none."""
        count, cell = self.wall_model.rowCount(), self.gridSize().height()
        top = self.verticalScrollBar().value()
        first = top // cell * self._columns
        last = ((top + self.viewport().height()) // cell + 1) * self._columns - 1
        return min(first, max(count - 1, 0)), min(last, count - 1)

    def lay_out(self) -> None:
        """As many columns as fit; what is left of the width goes to both sides evenly."""
        width, height = self.tile_size()
        bar = self.verticalScrollBar().sizeHint().width()
        room = max(1, self.width() - bar - 1)
        least = int(width + 0.999) + GAP
        columns = max(1, room // least)
        grid = QSize(least, int(height + 0.999) + GAP)
        side = max(0, (room - columns * least) // 2)
        self._asking.start()
        if self.viewportMargins().left() != side:
            self.setViewportMargins(side, GAP, 0, 0)
        if (grid, columns) != (self.gridSize(), self._columns):
            self._columns = columns
            self.setGridSize(grid)
            self.scheduleDelayedItemsLayout()
            # a notch of the wheel, three steps, is a row
            self.verticalScrollBar().setSingleStep(max(1, grid.height() // 3))

    # what Qt calls

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tiles in the exposed part; a delegate would take three times as long."""
        painter = QPainter(self.viewport())
        exposed = event.rect()
        painter.fillRect(exposed, self._theme.colour("canvas"))
        first, last = self.visible_rows()
        if last < first:
            return
        model, empty = self.wall_model, self._theme.colour("surface")
        cell = self.visualRect(model.index(first))
        across, down = cell.width(), cell.height()
        tile = self.tile_rect(cell)
        width, height = tile.width(), tile.height()
        ratio = self.devicePixelRatioF()
        is_reduced = width * ratio < model.picture_size.width() - 0.5
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
        for row in range(first, last + 1):
            line, column = divmod(row - first, self._columns)
            x = round((tile.x() + column * across) * ratio) / ratio
            y = round((tile.y() + line * down) * ratio) / ratio
            if not exposed.intersects(QRect(int(x), int(y), int(width) + 2, int(height) + 2)):
                continue
            image = model.image(row)
            if image is None:
                painter.fillRect(QRectF(x, y, width, height), empty)
            else:
                area = QRectF(x, y, width, height)
                draw_on_checkerboard(painter, area, drawable(image))
        self._draw_rings(painter)

    def _draw_rings(self, painter: QPainter) -> None:
        """Around the picture under the mouse, and the chosen one."""
        for index, role, width in (
            (self.wall_model.index(self._hovered), "muted", 1),
            (self.currentIndex(), "accent_text", 2),
        ):
            if not index.isValid():
                continue
            pen = QPen(self._theme.colour(role), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            tile = self.tile_rect(self.visualRect(index))
            out = 1 + width / 2
            painter.drawRect(tile.adjusted(-out, -out, out, out))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._on_entered(QModelIndex())

    # private

    def _on_scrolled(self, _value: int) -> None:
        self._asking.start()  # connected directly, the value would become its milliseconds

    def _ask(self) -> None:
        first, last = self.visible_rows()
        if last < first or not self.isVisible():
            return
        seen = self.wall_model.missing_chunks(first, last)
        count = (last - first + 1) // 2  # and half as much again above and below
        before = max(0, first - count), last
        after = first, min(last + count, self.wall_model.rowCount() - 1)
        around = [
            *self.wall_model.missing_chunks(*after),
            *self.wall_model.missing_chunks(*before),
        ]
        wanted = list(dict.fromkeys([*seen, *around]))
        if wanted:
            self.chunks_wanted.emit(wanted)

    def _on_current_changed(self, current: QModelIndex) -> None:
        self.picked.emit(current.row())

    def _on_entered(self, index: QModelIndex) -> None:
        self.update(self.wall_model.index(self._hovered))
        self._hovered = index.row()
        self.update(index)
