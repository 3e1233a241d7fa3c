"""One grid of pictures, drawn as large as fits, its pixels crisp, with a little air between."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.images import paint_checkerboard
from ddpm_studio.gui.common.rings import has_ring, show_ring
from ddpm_studio.gui.common.theme import Theme

GAP, MARGIN, RADIUS = 4, 12, 10
KEYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Home: -2, Qt.Key.Key_End: 2}


class PictureView(QWidget):
    """Shows an image that is a grid of tiles. Left and right arrows ask for its neighbours."""

    stepped = Signal(int)  # -1 or 1: the one before or after; -2, 2: the first or last

    def __init__(self, theme: Theme, name: str, label: str, empty_text: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(200, 200)
        self._theme, self._empty_text = theme, empty_text
        self._image = QImage()
        self._tile = QSize(1, 1)
        self._pixmap = QPixmap()  # the image, scaled to the present size; null: to be made
        theme.changed.connect(self.update)

    def image(self) -> QImage:
        """What is shown, at its own size; a null image if nothing is."""
        return self._image

    def set_image(self, image: QImage, tile: QSize) -> None:
        """Show a grid of tiles of that size; a null image shows the words for nothing."""
        self._image, self._tile, self._pixmap = image, tile, QPixmap()
        self.update()

    def set_empty_text(self, text: str) -> None:
        self._empty_text = text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = KEYS.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            show_ring(self)
            self.stepped.emit(step)

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
        columns = max(1, self._image.width() // self._tile.width())
        rows = max(1, self._image.height() // self._tile.height())
        tile = self._tile_size(columns, rows)
        wanted = QSize(tile.width() * columns, tile.height() * rows) * ratio
        if self._pixmap.size() != wanted:
            self._pixmap = QPixmap.fromImage(scaled_crisply(self._image, wanted))
        whole = QSize(
            tile.width() * columns + GAP * (columns - 1), tile.height() * rows + GAP * (rows - 1)
        )
        corner = QRect(QPoint(), whole)
        corner.moveCenter(self.rect().center())
        for row in range(rows):
            for column in range(columns):
                x = corner.x() + column * (tile.width() + GAP)
                y = corner.y() + row * (tile.height() + GAP)
                source = QRect(
                    QPoint(column * tile.width(), row * tile.height()) * ratio, tile * ratio
                )
                place = QRect(QPoint(x, y), tile)
                if self._pixmap.hasAlphaChannel():
                    paint_checkerboard(painter, place.toRectF())
                painter.drawPixmap(place, self._pixmap, source)

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
