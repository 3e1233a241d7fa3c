"""A wall of very many small pictures of one size, drawn pixel by pixel, loaded where it is seen."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QModelIndex, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from ddpm_studio.gui.common.images import draw_covering, draw_on_checkerboard, drawable
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.wall.model import Index, Tile, WallModel

if TYPE_CHECKING:
    import numpy as np

GAP = 6  # between pictures, in points; the ring around the chosen one needs 2
SMALLEST_TILE, LARGEST_TILE = 48, 384  # points, where whole factors allow it
MOST_TILE = 512  # points; pictures with more pixels than that are reduced

FAINT = 0.72  # how much of the ground covers a picture that is left out
BADGE_HEIGHT, BADGE_PADDING, TEXT_PIXELS = 18, 6, 12
ICON, DISC = 16, 26  # points


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
    selected = Signal()  # more, fewer or other pictures are selected
    toggled = Signal()  # leave out what is selected, or take it back
    opened = Signal()  # the chosen picture is to be seen large
    menu_wanted = Signal(object)  # where on the screen
    hovered = Signal(int)  # the picture under the mouse, -1: none
    dragged = Signal()  # what is selected, away to another program; see `let_drag`

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.wall_model = WallModel(self)
        self.factor = 1  # device pixels for each pixel of a picture, along a side
        self._columns = 1
        self._hovered = -1  # the picture under the mouse
        self._moving: tuple[int, QImage] | None = None  # a film that plays on its tile
        self._chosen: list[int] | None = None  # None: not asked for since it changed
        self._theme = theme
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setUniformItemSizes(True)
        self.setResizeMode(QListView.ResizeMode.Fixed)  # lay_out says when it is needed
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setItemDelegate(Cells(self))
        # it fills its ground itself, so what was drawn moves along when it is scrolled
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setModel(self.wall_model)
        for moved in (self.wall_model.modelReset, self.wall_model.rowsInserted):
            moved.connect(self._forget_chosen)  # Qt knows by then, and says nothing of it
        # once a turn of the event loop, however much has changed
        self._asking = QTimer(self, singleShot=True)
        self._asking.timeout.connect(self._ask)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.entered.connect(self._on_entered)
        theme.changed.connect(self.viewport().update)

    def set_tiles(
        self,
        tiles: Sequence[Tile],
        shape: tuple[int, int, int],
        source: object = None,
        detail: int = 1,
    ) -> None:
        """Show other pictures. shape: (H, W, C) of every one; pixels come by `add_chunk`.

        What is in view stays there as far as it can. source: as `WallModel.set_tiles` has it.
        """
        place = self.verticalScrollBar().value()
        self.wall_model.set_tiles(tiles, shape, source, detail)
        self.lay_out()
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(place)
        self.viewport().update()
        self._asking.start()

    def insert_tiles(self, at: int, tiles: Sequence[Tile]) -> None:
        """Some more, from row `at` on, with the shape and source of the others.

        What is chosen stays chosen. It takes a tenth of the time of showing all of them anew.
        """
        place = self.verticalScrollBar().value()
        self.wall_model.insert_tiles(at, tiles)
        self.executeDelayedItemsLayout()
        self.verticalScrollBar().setValue(place)
        self.viewport().update()
        self._asking.start()

    def place(self, rows: Sequence[tuple[int, int]]) -> None:
        """Some pictures can be loaded now: (tile, where its pixels lie) of each."""
        self.wall_model.place(rows)
        self._asking.start()

    def chosen_rows(self) -> list[int]:
        """All that are selected, from the first to the last."""
        if self._chosen is None:  # by ranges: ten thousand indexes take longer than a frame
            ranges = self.selectionModel().selection()
            spans = [(one.top(), one.bottom() + 1) for one in ranges.toList()]
            rows = {row for span in spans for row in range(*span)}
            self._chosen = sorted(rows)
        return self._chosen

    def add_chunk(self, number: int, pixels: np.ndarray, rows: np.ndarray | None = None) -> None:
        """As `WallModel.add_chunk`, and draw it."""
        self.wall_model.add_chunk(number, pixels, rows)
        self.viewport().update()

    def refresh(self) -> None:
        """Ask again for what is in view and missing, when a request was answered."""
        self._asking.start()

    def let_drag(self) -> None:
        """Pictures can be dragged away; where to, `dragged` decides."""
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def show_moving(self, row: int, image: QImage | None) -> None:
        """A frame of the film on a tile, in place of its picture; None: its picture again."""
        self._moving = None if image is None else (row, image)
        self.update(self.wall_model.index(row))

    # the size of the tiles

    def factors(self) -> tuple[int, int]:
        """The least and the most that are useful for pictures of this size."""
        longest = max(self.wall_model.picture_size.toTuple())
        ratio = self.devicePixelRatioF()
        least = max(1, -int(-SMALLEST_TILE * ratio // longest))
        return least, max(least, int(LARGEST_TILE * ratio // longest))

    def set_factor(self, factor: int) -> None:
        """Enlarge by another whole factor; the picture in the corner stays about there."""
        if factor == self.factor:
            return
        corner = self.visible_rows()[0]
        current = self.currentIndex()
        in_view = current.isValid() and self.visualRect(current).intersects(self.viewport().rect())
        self.factor = factor
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
        scale = min(self.factor / self.devicePixelRatioF(), room / longest)
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
        is_reduced = width * ratio < model.detail * model.picture_size.width() - 0.5
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
        for row in range(first, last + 1):
            line, column = divmod(row - first, self._columns)
            x = round((tile.x() + column * across) * ratio) / ratio
            y = round((tile.y() + line * down) * ratio) / ratio
            if not exposed.intersects(QRect(int(x), int(y), int(width) + 2, int(height) + 2)):
                continue
            image, area = model.image(row), QRectF(x, y, width, height)
            if self._moving is not None and row == self._moving[0]:
                draw_covering(painter, area, self._moving[1])
            elif image is None:
                painter.fillRect(area, empty)
            else:
                draw_on_checkerboard(painter, area, drawable(image))
            mark = model.tile(row)
            if mark is not None and (mark.is_faint or mark.badge):
                paint_marks(painter, area, mark, self._theme, is_picture=image is not None)
        self._draw_rings(painter)

    def _draw_rings(self, painter: QPainter) -> None:
        """Around the picture under the mouse, and the chosen ones."""
        first, last = self.visible_rows()
        rows = self.chosen_rows()
        chosen = rows[bisect_left(rows, first) : bisect_right(rows, last)]
        rings = [(self._hovered, "muted", 1), (self.currentIndex().row(), "accent_text", 2)]
        for row, role, width in [*rings, *((row, "accent_text", 2) for row in chosen)]:
            index = self.wall_model.index(row)
            if not index.isValid():
                continue
            pen = QPen(self._theme.colour(role), width)
            pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
            painter.setPen(pen)
            tile = self.tile_rect(self.visualRect(index))
            out = 1 + width / 2
            painter.drawRect(tile.adjusted(-out, -out, out, out))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete leaves out or takes back, Enter opens the crop."""
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.toggled.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                self.opened.emit()
            case _:
                super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        if self.indexAt(event.position().toPoint()).isValid():
            self.opened.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

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
        around = [*self.wall_model.missing_chunks(*after), *self.wall_model.missing_chunks(*before)]
        wanted = list(dict.fromkeys([*seen, *around]))
        if wanted:
            self.chunks_wanted.emit(wanted)

    def _on_current_changed(self, current: QModelIndex) -> None:
        self.picked.emit(current.row())

    def _forget_chosen(self) -> None:
        self._chosen = None

    def _on_selection_changed(self) -> None:
        self._forget_chosen()
        self.viewport().update()
        self.selected.emit()

    def _on_entered(self, index: QModelIndex) -> None:
        self.update(self.wall_model.index(self._hovered))
        self._hovered = index.row()
        self.update(index)
        self.hovered.emit(self._hovered)

    def startDrag(self, _actions: Qt.DropAction) -> None:
        self.dragged.emit()


def paint_marks(
    painter: QPainter, area: QRectF, tile: Tile, theme: Theme, *, is_picture: bool
) -> None:
    """Over a tile that was drawn; is_picture: with its pixels."""
    if tile.is_faint:
        veil = QColor(theme.colour("canvas"))
        veil.setAlphaF(FAINT)
        painter.fillRect(area, veil)
        _paint_icon(painter, area, theme, "hidden" if is_picture else "warning")
    if tile.badge and area.width() >= 2 * BADGE_HEIGHT:
        _paint_badge(painter, area, tile.badge, theme)


def _paint_icon(painter: QPainter, area: QRectF, theme: Theme, name: str) -> None:
    pixmap = theme.pixmap(name, ICON, "muted", painter.device().devicePixelRatioF())
    middle = area.center()
    ground = QRectF(0, 0, DISC, DISC)
    ground.moveCenter(middle)
    painter.save()
    _paint_ground(painter, ground, DISC / 2, theme)
    painter.restore()
    painter.drawPixmap(QPointF(middle.x() - ICON / 2, middle.y() - ICON / 2), pixmap)


def _paint_badge(painter: QPainter, area: QRectF, words: str, theme: Theme) -> None:
    """At the foot on the left; letters of a size that can be read on any picture."""
    font = QFont(painter.font())
    font.setPixelSize(TEXT_PIXELS)
    painter.save()
    painter.setFont(font)
    width = round(QFontMetricsF(font).horizontalAdvance(words)) + 2 * BADGE_PADDING
    place = QRectF(area.left() + 3, area.bottom() - BADGE_HEIGHT - 3, width, BADGE_HEIGHT)
    _paint_ground(painter, place, 5, theme)
    painter.setPen(theme.colour("text"))
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)
    painter.restore()


def _paint_ground(painter: QPainter, place: QRectF, radius: float, theme: Theme) -> None:
    """Of the window's colour, with an edge that stands out from pictures and checkerboards."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("muted"), 1))
    painter.setBrush(theme.colour("canvas"))
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
