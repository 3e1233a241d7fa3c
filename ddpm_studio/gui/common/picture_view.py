"""One grid of pictures, drawn as large as fits, its pixels crisp, with a little air between."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.images import paint_checkerboard
from ddpm_studio.gui.common.rings import has_ring, show_ring
from ddpm_studio.gui.common.theme import Theme

GAP, MARGIN, RADIUS = 4, 12, 10
KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -2, Qt.Key.Key_End: 2}


class PictureView(QWidget):
    """Shows an image that is a grid of tiles. Left and right arrows ask for its neighbours.

    A click, or Enter, shows one of the tiles alone, and the whole grid again; up and down lead to
    the next tile, Escape back.
    """

    stepped = Signal(int)  # -1 or 1: the one before or after; -2, 2: the first or last
    enlarged = Signal(int)  # the tile that is shown alone; -1: all are shown

    def __init__(self, theme: Theme, name: str, label: str, empty_text: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 160)
        self._theme, self._empty_text = theme, empty_text
        self._image = QImage()
        self._tile = QSize(1, 1)
        self._large = -1  # the tile that is shown alone
        self._near = 0  # the one that was so last
        self._pixmap = QPixmap()  # the image, scaled to the present size; null: to be made
        theme.changed.connect(self.update)

    def image(self) -> QImage:
        """What is shown, at its own size; a null image if nothing is."""
        return self._image

    def set_image(self, image: QImage, tile: QSize) -> None:
        """Show a grid of tiles of that size; a null image shows the words for nothing."""
        self._image, self._tile, self._pixmap = image, tile, QPixmap()
        if self._large >= self._columns * self._rows:
            self.enlarge(-1)
        self.update()

    @property
    def large(self) -> int:
        """The tile that is shown alone; -1 if all are shown."""
        return self._large

    def enlarge(self, tile: int) -> None:
        """Show one tile alone; -1: all of them."""
        self._pixmap = QPixmap()
        if tile != self._large:
            self._large, self._near = tile, max(tile, 0)
            self.enlarged.emit(tile)
        self.update()

    @property
    def _columns(self) -> int:
        return max(1, self._image.width() // max(1, self._tile.width()))

    @property
    def _rows(self) -> int:
        return max(1, self._image.height() // max(1, self._tile.height()))

    def set_empty_text(self, text: str) -> None:
        self._empty_text = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, count = Qt.Key(event.key()), self._columns * self._rows
        is_large = self._large >= 0
        if key in KEYS:
            show_ring(self)
            self.stepped.emit(KEYS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and count > 1:
            self.enlarge(-1 if is_large else min(self._near, count - 1))
        elif key == Qt.Key.Key_Escape and is_large:
            self.enlarge(-1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and is_large:
            self.enlarge((self._large + (1 if key == Qt.Key.Key_Down else -1)) % count)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        if self._large >= 0:
            self.enlarge(-1)
        elif self._columns * self._rows > 1:
            hit = [index for index, place in enumerate(self._places()) if place.contains(point)]
            if hit:
                self.enlarge(hit[0])

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(self.rect().adjusted(1, 1, -1, -1).toRectF(), RADIUS, RADIUS)
        painter.fillPath(frame, self._theme.colour("canvas"))
        colour, width = ("accent_text", 2) if has_ring(self) else ("border", 1)
        painter.strokePath(frame, QPen(self._theme.colour(colour), width))
        if self._image.isNull():
            painter.setPen(self._theme.colour("muted"))
            area = self.rect().adjusted(32, 0, -32, 0)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, flags, self._empty_text)
            return
        self._paint_tiles(painter)

    def _paint_tiles(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        image, (columns, rows) = self._seen(), self._shape()
        tile = self._tile_size(columns, rows)
        wanted = QSize(tile.width() * columns, tile.height() * rows) * ratio
        if self._pixmap.size() != wanted:
            self._pixmap = QPixmap.fromImage(scaled_crisply(image, wanted))
        for index, place in enumerate(self._places()):
            row, column = divmod(index, columns)
            source = QRect(QPoint(column * tile.width(), row * tile.height()) * ratio, tile * ratio)
            if self._pixmap.hasAlphaChannel():
                paint_checkerboard(painter, place.toRectF())
            painter.drawPixmap(place, self._pixmap, source)

    def _shape(self) -> tuple[int, int]:
        """Columns and rows that are shown."""
        return (1, 1) if self._large >= 0 else (self._columns, self._rows)

    def _seen(self) -> QImage:
        """What is shown of the image."""
        if self._large < 0:
            return self._image
        row, column = divmod(self._large, self._columns)
        corner = QPoint(column * self._tile.width(), row * self._tile.height())
        return self._image.copy(QRect(corner, self._tile))

    def _places(self) -> list[QRect]:
        """Where the tiles that are shown stand, row by row."""
        columns, rows = self._shape()
        tile = self._tile_size(columns, rows)
        across, down = tile.width() + GAP, tile.height() + GAP
        whole = QRect(QPoint(), QSize(across * columns - GAP, down * rows - GAP))
        whole.moveCenter(self.rect().center())
        return [
            QRect(whole.topLeft() + QPoint(column * across, row * down), tile)
            for row in range(rows)
            for column in range(columns)
        ]

    def _tile_size(self, columns: int, rows: int) -> QSize:
        """As large as the widget allows, in points."""
        width = self.width() - 2 * MARGIN - GAP * (columns - 1)
        height = self.height() - 2 * MARGIN - GAP * (rows - 1)
        room = QSize(max(1, width // columns), max(1, height // rows))
        return self._tile.scaled(room, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))


def scaled_crisply(image: QImage, size: QSize) -> QImage:
    """Enlarged without blur: whole multiples first, and only the small rest smoothly."""
    how = Qt.TransformationMode.FastTransformation
    keep = Qt.AspectRatioMode.IgnoreAspectRatio
    if size.width() > image.width():
        factor = -(-size.width() // image.width())
        image = image.scaled(image.size() * factor, keep, how)
    if image.size() == size:
        return image
    return image.scaled(size, keep, Qt.TransformationMode.SmoothTransformation)
