"""The sheet on the screen: cells that fill one by one, with labels that stay in view."""

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.grid_places import draw_ring
from ddpm_studio.gui.common.images import draw_on_checkerboard
from ddpm_studio.gui.common.label import small
from ddpm_studio.gui.common.rings import has_ring, show_ring
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.sheet.cell_menu import CellMenu
from ddpm_studio.gui.sheet.layout import GAP, PAD, SCALES, TEXT_PIXELS, SheetFace, SheetLayout
from ddpm_studio.sheets import Place
from ddpm_studio.words import several

FIT = 0.0
STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class SheetView(QAbstractScrollArea):
    """A click, or Enter, chooses a cell. Ctrl with the wheel, + and - zoom, 0 fits it all.

    Attributes: face (what is shown), scale (device pixels for each pixel of a picture).
    """

    chosen = Signal(int, int)  # column, row
    hovered = Signal(object)  # (column, row) under the mouse, or at the keyboard; None

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("kind", "plain")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 160)
        self.viewport().setMouseTracking(True)
        self._theme = theme
        self.face = SheetFace((), (), (1, 1))
        self._images: dict[Place, QImage] = {}
        self._gaps: dict[Place, str] = {}
        self._empty_text = ""
        self._zoom = FIT
        self._current: Place = (0, 0)
        self._used: Place | None = None
        self._hover: Place | None = None
        self._pressed: Place | None = None
        self._font = small(self.font())
        self.scale, self._layout = 1.0, self._lay_out(1.0)
        self._origin = QPointF()  # where the sheet begins: in the middle, if it is small
        theme.changed.connect(self.viewport().update)

    # what is shown

    def set_face(self, face: SheetFace) -> None:
        """Another sheet, of which nothing is there yet."""
        self.face, self._images, self._gaps = face, {}, {}
        self._used = self._hover = self._pressed = None
        columns, rows = max(1, len(face.columns)), max(1, len(face.rows))
        self._current = min(self._current[0], columns - 1), min(self._current[1], rows - 1)
        self._settle()

    def set_empty_text(self, words: str) -> None:
        """What stands there while there is no sheet."""
        self._empty_text = words
        self.viewport().update()

    def set_image(self, place: Place, image: QImage) -> None:
        self._images[place] = image
        self._gaps.pop(place, None)
        self.viewport().update()
        self._describe()

    def set_gap(self, place: Place, reason: str) -> None:
        """A cell that stays empty, and why."""
        self._gaps[place] = reason
        self.viewport().update()

    def set_used(self, place: Place | None) -> None:
        """The one whose settings the page has."""
        self._used = place
        self.viewport().update()

    @property
    def shown(self) -> frozenset[Place]:
        """The places that have their pictures."""
        return frozenset(self._images)

    # zoom

    @property
    def is_fitted(self) -> bool:
        return self._zoom == FIT

    def zoom(self, by: int, at: QPointF | None = None) -> None:
        """by: so many levels larger, or smaller. at: what stays where it is."""
        level = SCALES.index(self.scale) + by
        if 0 <= level < len(SCALES):
            self._set_zoom(SCALES[level], at)

    def fit(self) -> None:
        """As large as lets all of it be seen."""
        self._set_zoom(FIT, None)

    def _set_zoom(self, zoom: float, at: QPointF | None) -> None:
        bars = self.horizontalScrollBar(), self.verticalScrollBar()
        point = at or QPointF(self.viewport().rect().center())
        sides, before = (point.x(), point.y()), self._layout
        parts = [
            (bar.value() + sides[side] - before.bands[side]) / before.pitch[side]
            for side, bar in enumerate(bars)
        ]
        self._zoom = zoom
        self._settle()
        after = self._layout
        for side, bar in enumerate(bars):
            bar.setValue(round(parts[side] * after.pitch[side] - sides[side] + after.bands[side]))

    def _fits(self, scale: float) -> bool:
        size, area = self._lay_out(scale).size, self.maximumViewportSize()
        return size.width() <= area.width() and size.height() <= area.height()

    # where things are, in the viewport's coordinates

    def cell_rect(self, place: Place) -> QRectF:
        """Where a cell is drawn now."""
        scrolled = QPointF(self.horizontalScrollBar().value(), self.verticalScrollBar().value())
        return self._layout.cell(place).translated(self._origin - scrolled)

    def place_at(self, point: QPointF) -> Place | None:
        """The cell under a point, unless a label is there."""
        layout, at = self._layout, point - self._origin
        left, top = layout.bands
        if at.x() < left or at.y() < top:
            return None
        column = (at.x() - left + self.horizontalScrollBar().value()) // layout.pitch[0]
        row = (at.y() - top + self.verticalScrollBar().value()) // layout.pitch[1]
        place = int(column), int(row)
        is_there = column < len(self.face.columns) and row < len(self.face.rows)
        return place if is_there and self.cell_rect(place).contains(point) else None

    def _lay_out(self, scale: float) -> SheetLayout:
        return SheetLayout(self.face, self._font, scale, self.devicePixelRatioF())

    def _settle(self) -> None:
        """Everything follows what there is, and the room for it."""
        fitting = (scale for scale in reversed(SCALES) if self._fits(scale))
        self.scale = self._zoom or next(fitting, SCALES[0])
        self._layout = self._lay_out(self.scale)
        room = QSizeF(self.maximumViewportSize()) - self._layout.size
        self._origin = QPointF(max(0, room.width() // 2), max(0, room.height() // 2))
        view, whole_size = self.viewport().size(), self._layout.size
        for bar, whole, seen in (
            (self.horizontalScrollBar(), whole_size.width(), view.width()),
            (self.verticalScrollBar(), whole_size.height(), view.height()),
        ):
            bar.setRange(0, max(0, round(whole) - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(24)
        self.viewport().update()
        self._describe()

    # what a person does

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1, event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self.place_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self.place_at(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place, pressed = self.place_at(event.position()), self._pressed
        self._pressed = None
        if event.button() == Qt.MouseButton.LeftButton and place is not None and place == pressed:
            self._current = place
            self.chosen.emit(*place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place, where = self.place_at(QPointF(event.pos())), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self._current
            where = self.viewport().mapToGlobal(self.cell_rect(place).center().toPoint())
        menu = self._menu_of(place)
        if menu is not None:
            menu.show(self._theme, where)

    def _menu_of(self, place: Place | None) -> CellMenu | None:
        """None: nothing is painted there."""
        if place is None or place not in self._images:
            return None
        return CellMenu(self, self._images[place], lambda: self.chosen.emit(*place))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._set_hover(None)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self.place_at(QPointF(event.pos()))
            if place is None:
                QToolTip.hideText()
            else:
                # its settings stand under the sheet; here is only why it is empty or the same
                area = self.cell_rect(place).toRect()
                at, more = self.viewport().mapToGlobal(area.bottomLeft()), self._reason_of(place)
                QToolTip.showText(at, tooltip(more) if more else "", self.viewport(), area)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:  # on another screen
            self._settle()
        return super().viewportEvent(event)

    def words_of(self, place: Place) -> str:
        """Its settings, and why it is empty or repeats another one."""
        more = self._reason_of(place)
        return f"{self.face.words.get(place, '')}{'. ' * bool(more)}{more}"

    def _reason_of(self, place: Place) -> str:
        return self._gaps.get(place) or self.face.reasons.get(place, "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, menu = Qt.Key(event.key()), self._menu_of(self._hover or self._current)
        if menu is not None and menu.press(event):
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)  # a letter with Ctrl is somebody else's
        elif key in STEPS:
            show_ring(self)
            self._move(*STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(*self._current)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1)
        elif key == Qt.Key.Key_Minus:
            self.zoom(-1)
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    def _move(self, across: int, down: int) -> None:
        column, row = self._current[0] + across, self._current[1] + down
        if 0 <= column < len(self.face.columns) and 0 <= row < len(self.face.rows):
            self._current = column, row
            self._show_whole(self._current)
            self._set_hover(self._current)
            self._describe()

    def _show_whole(self, place: Place) -> None:
        """Scroll as little as brings a cell into view."""
        cell, view = self.cell_rect(place), self.viewport().size()
        left, top = self._layout.bands  # there is something to scroll, so it begins in the corner
        for bar, low, high, first, last in (
            (self.horizontalScrollBar(), cell.left(), cell.right(), left, view.width()),
            (self.verticalScrollBar(), cell.top(), cell.bottom(), top, view.height()),
        ):
            if high > last:
                bar.setValue(bar.value() + round(high - last) + GAP)
            if low < first:
                bar.setValue(bar.value() - round(first - low) - GAP)

    def _set_hover(self, place: Place | None) -> None:
        if place != self._hover:
            self._hover = place
            self.viewport().setCursor(
                Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor
            )
            self.viewport().update()
            self.hovered.emit(place)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def _describe(self) -> None:
        """What a screen reader says of it."""
        count = len(self.face.columns) * len(self.face.rows)
        words = f"Sheet of {several(count, 'cell')}, {len(self._images)} painted"
        self.setAccessibleName(f"{words}; {self.words_of(self._current)}")

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.scale < 1)
        area, x, y = self.viewport().rect(), int(self._origin.x()), int(self._origin.y())
        left, top = x + self._layout.bands[0], y + self._layout.bands[1]
        painter.setClipRect(area.adjusted(left - GAP, top - GAP, 0, 0))
        for row in range(len(self.face.rows)):
            for column in range(len(self.face.columns)):
                if self.cell_rect((column, row)).intersects(QRectF(area)):
                    self._paint_cell(painter, (column, row))
        painter.setFont(self._font)
        if not self.face.columns:
            painter.setClipping(False)
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._empty_text)
        painter.setClipRect(area.adjusted(left - GAP, 0, 0, 0))
        self._paint_columns(painter, top)
        painter.setClipRect(area.adjusted(0, top - GAP, 0, 0))
        self._paint_rows(painter, left, top)

    def _paint_columns(self, painter: QPainter, top: int) -> None:
        band = self._layout.bands[1]
        for column, words in enumerate(self.face.columns):
            cell = self.cell_rect((column, 0)).toRect()
            place = QRect(cell.center().x() - 400, top - band, 800, band)
            is_here = self._hover is not None and self._hover[0] == column
            painter.setPen(self._theme.colour("accent_text" if is_here else "text"))
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_rows(self, painter: QPainter, left: int, top: int) -> None:
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for row, words in enumerate(self.face.rows):
            cell = self.cell_rect((0, row)).toRect()
            seen = QRect(0, top, left - PAD, self.viewport().height() - top)
            place = QRect(0, cell.top(), left - PAD, cell.height())
            if seen.intersected(place).height() > TEXT_PIXELS:  # in the middle of what is seen
                place = seen.intersected(place)
            is_here = self._hover is not None and self._hover[1] == row
            painter.setPen(self._theme.colour("accent_text" if is_here else "text"))
            painter.drawText(place, flags, words)

    def _paint_cell(self, painter: QPainter, place: Place) -> None:
        cell, image = self.cell_rect(place), self._images.get(place)
        if image is not None:
            draw_on_checkerboard(painter, cell, image)
        else:
            painter.fillRect(cell, self._theme.colour("surface"))
            painter.setPen(QPen(self._theme.colour("border"), 1))
            painter.drawRect(cell.adjusted(0.5, 0.5, -0.5, -0.5))
        if place in self._gaps:
            painter.setPen(self._theme.colour("warning"))
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, "–")
        if self.face.copies.get(place, place) != place:
            self._paint_same(painter, cell)
        self._paint_ring(painter, place, cell)

    def _paint_same(self, painter: QPainter, cell: QRectF) -> None:
        """A "=" between a cell and the one before it."""
        painter.setPen(QPen(self._theme.colour("text"), 2))
        for off in (-2.5, 2.5):
            if self.face.copies_across:
                x = cell.left() - (self._layout.pitch[0] - cell.width()) / 2
                y = round(cell.center().y() + off) + 0.5
                painter.drawLine(QPointF(x - 3, y), QPointF(x + 3, y))
            else:
                x, y = round(cell.center().x() + off) + 0.5, cell.top() - GAP / 2
                painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))

    def _paint_ring(self, painter: QPainter, place: Place, cell: QRectF) -> None:
        if place == self._used:
            draw_ring(painter, cell, self._theme.colour("accent"), 3, 2.5)
        elif has_ring(self) and place == self._current:
            draw_ring(painter, cell, self._theme.colour("text"), 2, 3)
        elif place == self._hover:
            draw_ring(painter, cell, self._theme.colour("outline"), 2, 2)
