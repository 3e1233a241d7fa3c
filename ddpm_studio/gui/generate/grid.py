"""The grid of generated pictures: whole-number enlargement, round marks on what is chosen."""

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication

from ddpm_studio.gui.common.drag_out import is_far
from ddpm_studio.gui.common.grid_places import draw_ring
from ddpm_studio.gui.common.picture_menu import is_bare
from ddpm_studio.gui.common.rings import has_ring, show_ring
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.view import CompareView
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.canvas import FrameCanvas, Place

TWO_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
RADIUS, INSET = 11.0, 7.0
SMALL, EDGE = 1 / 6, 1 / 12  # of a small picture
ROOM_FOR_MARKS = 96.0  # points that a picture must be wide to have marks that can be clicked


class SampleGrid(FrameCanvas):
    """A click, or Enter, opens a picture; its round mark, Ctrl+click or Space chooses it."""

    opened = Signal(int)  # which picture is to be seen large
    chosen_changed = Signal()
    keep_wanted = Signal(int, object)  # a picture, and the Trajectory that it is seen of
    menu_wanted = Signal(int, object, object)  # ... and where on the screen

    def __init__(self, theme: Theme, compare: CompareView | None = None) -> None:
        super().__init__(compare)
        self.setObjectName("generate.grid")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 96)
        self._theme = theme
        self._chosen: set[int] = set()
        self._current = 0  # where the keyboard is
        self._hovered: Place | None = None
        self._mouse = QPointF()
        self._pressed: tuple[int, QPointF] | None = None  # a picture that is opened or wiped
        self._is_wiping = False
        theme.changed.connect(self.update)
        self._describe()

    def set_trajectory(self, trajectory: Trajectory | None) -> None:
        """Other pictures; nothing of them is chosen, unless they come from the same seeds."""
        before, self.trajectory, self.position = self.trajectory, trajectory, 0
        if trajectory is None or before is None or trajectory.seeds != before.seeds:
            self._current = 0
            self.set_chosen(set())
        self._describe()
        self.update()

    # choosing

    @property
    def chosen(self) -> tuple[int, ...]:
        return tuple(sorted(self._chosen))

    @property
    def current(self) -> int:
        return self._current

    def set_chosen(self, chosen: set[int]) -> None:
        if chosen != self._chosen:
            self._chosen = set(chosen)
            self._describe()
            self.chosen_changed.emit()
            self.update()

    def toggle_chosen(self, index: int) -> None:
        self.set_chosen(self._chosen ^ {index})

    def set_current(self, index: int) -> None:
        if 0 <= index < self.count and index != self._current:
            self._current = index
            self._describe()
            self.update()

    @property
    def pointed(self) -> tuple[int, Trajectory] | None:
        """The picture under the mouse, else that of the keyboard, and of which run it is seen."""
        if self._hovered is not None:
            run = self._run_at(self._hovered, self._mouse.x())
            return (self._hovered[0], run) if run is not None else None
        if self.hasFocus() and self.count and self.trajectory is not None:
            return self._current, self.trajectory
        return None

    # mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        if self._pressed is not None:
            if self._compare.is_wipe:
                self._wipe_to(*self._pressed)
            elif is_far(event, self._pressed[1]):
                self._drag(self._pressed[0], self._pressed[1])
            return
        hovered = self._place_at(self._mouse)
        if hovered != self._hovered:
            self._hovered = hovered
            hand, arrow = Qt.CursorShape.PointingHandCursor, Qt.CursorShape.ArrowCursor
            self.setCursor(arrow if hovered is None else hand)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.setCursor(Qt.CursorShape.ArrowCursor)  # it may come back between two pictures
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, point = self._place_at(event.position()), event.position()
        if event.button() is not Qt.MouseButton.LeftButton or place is None:
            return
        index, _ = place
        before = self._current
        self.set_current(index)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = sorted((before, index))
            self.set_chosen(self._chosen | set(range(low, high + 1)))
        elif event.modifiers() & TWO_KEYS or self._is_on(check_place, place, point):
            self.toggle_chosen(index)
        elif self._can_keep and self._is_on(keep_place, place, point):
            run = self._run_at(place, point.x())
            if run is not None:
                self.keep_wanted.emit(index, run)
        else:
            self._pressed = index, point  # a drag wipes or goes to another program, a click opens

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.mouseReleaseEvent(event)  # its second half may come to the picture that it opened

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        pressed, was_wiping = self._pressed, self._is_wiping
        self._pressed, self._is_wiping = None, False
        if pressed is not None and not was_wiping:
            self.opened.emit(pressed[0])

    def _drag(self, index: int, start: QPointF) -> None:
        self._pressed, place = None, self._place_at(start)
        run = self._run_at(place, start.x()) if place is not None else None
        if run is not None:
            self.drag_wanted.emit(index, run)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place, where = self._place_at(QPointF(event.pos())), event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.count:
            place = self._current, 0
            where = self.mapToGlobal(self.cell_rect(self._current).center().toPoint())
        run = self._run_at(place, event.pos().x()) if place is not None else None
        if place is not None and run is not None:
            self.set_current(place[0])
            self.menu_wanted.emit(place[0], run, where)

    @property
    def _can_keep(self) -> bool:
        """One's own picture on its way into the noise is a file already."""
        run = self.trajectory
        return run is not None and run.is_painted(self.position, self._show)

    def _is_kept(self, place: Place, mark: QRectF) -> bool:
        """Whether what is seen of a picture where its mark is was saved."""
        run, position = self._run_at(place, mark.center().x()), self.position
        if run is None or not len(run):
            return False
        if self._compare.is_on:
            position = self._compare.position_of(run)
        return run.is_kept(position, self._show, place[0])

    def _is_on(self, mark: Callable[[QRectF], QRectF], place: Place, point: QPointF) -> bool:
        """Whether a click is meant for a mark of a picture."""
        cell = self.cell_rect(*place)
        return has_room(cell) and is_inside(mark(cell), point)

    def _wipe_to(self, index: int, start: QPointF) -> None:
        apart = abs(self._mouse.x() - start.x())
        self._is_wiping = self._is_wiping or apart >= QApplication.startDragDistance()
        if self._is_wiping:
            self._compare.drag_wipe(self.cell_rect(index), self._mouse.x())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, target = event.key(), self._halves()[0].after(event.key(), self._current)
        if not self.count or (key == Qt.Key.Key_C and not is_bare(event)):
            super().keyPressEvent(event)
        elif target is not None:
            show_ring(self)
            self.set_current(target)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & TWO_KEYS:
            self.opened.emit(self._current)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_C):
            self.toggle_chosen(self._current)
        elif key == Qt.Key.Key_A and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_chosen(set(range(self.count)))
        elif key == Qt.Key.Key_Escape and self._chosen:
            self.set_chosen(set())
        else:
            super().keyPressEvent(event)

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.count:
            return
        painter = QPainter(self)
        cells = self._paint_frames(painter, range(self.count))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, both in enumerate(cells):
            for half, cell in enumerate(both[: 1 if self._compare.b is None else 2]):
                self._paint_marks(painter, (index, half), cell)

    def _paint_marks(self, painter: QPainter, place: Place, cell: QRectF) -> None:
        index = place[0]
        is_chosen, is_hovered = index in self._chosen, self._hovered == place
        if is_chosen:
            draw_ring(painter, cell, self._theme.colour("accent"), 3, 1.5)
        if has_ring(self) and index == self._current:
            draw_ring(painter, cell, self._theme.colour("text"), 2, 4)
        has_marks = is_hovered and has_room(cell)
        if is_chosen or has_marks:
            draw_check(painter, self._theme, check_place(cell), is_chosen)
        is_kept = self._is_kept(place, keep_place(cell))
        if is_kept or (has_marks and self._can_keep):
            draw_keep(painter, self._theme, keep_place(cell), is_kept)

    def _describe(self) -> None:
        """What a screen reader says of it."""
        if not self.count:
            words = "Generated pictures: none yet"
        else:
            chosen = ", chosen" if self._current in self._chosen else ""
            words = (
                f"{self.count} generated pictures, {len(self._chosen)} chosen; "
                f"picture {self._current + 1}{chosen}"
            )
        self.setAccessibleName(words)


def check_place(cell: QRectF) -> QRectF:
    """The place, in the right corner of a picture, that chooses it."""
    return _place(cell, is_left=False)


def keep_place(cell: QRectF) -> QRectF:
    """The place, in the left corner of a picture, that keeps what is seen of it."""
    return _place(cell, is_left=True)


def has_room(cell: QRectF) -> bool:
    """Whether marks leave enough of a picture; of a smaller one, keys and the menu do it all."""
    return min(cell.width(), cell.height()) >= ROOM_FOR_MARKS


def is_inside(mark: QRectF, point: QPointF) -> bool:
    """Whether a point is on a round mark as it is drawn."""
    away = point - mark.center()
    return math.hypot(away.x(), away.y()) <= mark.width() / 2


def draw_check(painter: QPainter, theme: Theme, place: QRectF, is_chosen: bool) -> None:
    """A round mark that is seen on any picture: a filled one with a check, or an empty one."""
    _draw_disc(painter, theme, place, is_filled=is_chosen)
    pen = QPen(theme.colour("on_accent" if is_chosen else "text"), 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    unit, middle = place.width() / 22, place.center()
    painter.drawPolyline(
        [middle + QPointF(x * unit, y * unit) for x, y in ((-4.5, 0.5), (-1.5, 3.5), (5, -3.5))]
    )


def draw_keep(painter: QPainter, theme: Theme, place: QRectF, is_kept: bool = False) -> None:
    """The mark that keeps a picture, filled once that is done."""
    _draw_disc(painter, theme, place, is_filled=is_kept)
    size, role = round(place.width() * 0.64), "on_accent" if is_kept else "text"
    icon = theme.pixmap("keep", size, role, painter.device().devicePixelRatio())
    painter.drawPixmap(place.center() - QPointF(size / 2, size / 2), icon)


def _draw_disc(painter: QPainter, theme: Theme, place: QRectF, *, is_filled: bool) -> None:
    painter.setPen(QPen(theme.colour("on_accent" if is_filled else "text"), 1.5))
    ground = theme.colour("accent" if is_filled else "window")
    ground.setAlphaF(1.0 if is_filled else 0.7)
    painter.setBrush(ground)
    painter.drawEllipse(place)


def _place(cell: QRectF, *, is_left: bool) -> QRectF:
    side = min(cell.width(), cell.height())
    size, inset = 2 * min(RADIUS, side * SMALL), min(INSET, side * EDGE)
    x = cell.left() + inset if is_left else cell.right() - inset - size
    return QRectF(x, cell.top() + inset, size, size)
