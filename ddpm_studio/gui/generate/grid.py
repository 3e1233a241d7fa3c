"""The grid of generated pictures: whole-number enlargement, a check mark on what is chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from ddpm_studio.gui.common.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.view import WIPE, CompareView, draw_waiting, draw_wipe
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory
from ddpm_studio.gui.generate.grid_places import GridPlaces
from ddpm_studio.gui.generate.round_marks import (
    check_place,
    draw_check,
    draw_keep,
    is_near,
    keep_place,
)

TWO_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class SampleGrid(QWidget):
    """A click, or Enter, opens a picture; its round mark, Ctrl+click or Space chooses it.

    While two runs are compared, each picture is seen of both.
    """

    opened = Signal(int)  # which picture is to be seen large
    chosen_changed = Signal()
    current_changed = Signal(int)
    keep_wanted = Signal(int, object)  # a picture, and the Trajectory that it is seen of

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("generate.grid")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 120)
        self._theme = theme
        self._trajectory: Trajectory | None = None
        self._position, self._show = 0, X_T
        self._chosen: set[int] = set()
        self._current = 0  # where the keyboard is
        self._hovered: tuple[int, int] | None = None  # a picture, in which half
        self._mouse = QPointF()
        self._pressed: tuple[int, QPointF] | None = None  # a picture that is opened or wiped
        self._is_wiping = False
        self._compare = CompareView(self)
        theme.changed.connect(self.update)
        self._describe()

    # what is shown

    @property
    def trajectory(self) -> Trajectory | None:
        return self._trajectory

    @property
    def count(self) -> int:
        """How many pictures there are."""
        return (
            len(self._trajectory.seeds)
            if self._trajectory is not None and len(self._trajectory)
            else 0
        )

    @property
    def position(self) -> int:
        """Which frame is shown."""
        return self._position

    def set_trajectory(self, trajectory: Trajectory | None) -> None:
        """Other pictures; nothing of them is chosen, unless they come from the same seeds."""
        same = (
            trajectory is not None
            and self._trajectory is not None
            and trajectory.seeds == self._trajectory.seeds
        )
        self._trajectory, self._position = trajectory, 0
        if not same:
            self._current = 0
            self.set_chosen(set())
        self._describe()
        self.update()

    def follow(self, compare: CompareView) -> None:
        """Paint with this one while it compares."""
        self._compare = compare
        compare.changed.connect(self.update)

    def show_frame(self, position: int, show: str) -> None:
        """Show x_t or pred_x_0 of a frame that is there."""
        self._position, self._show = position, show
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
            self.current_changed.emit(index)
            self.update()

    @property
    def pointed(self) -> tuple[int, Trajectory] | None:
        """The picture under the mouse, else that of the keyboard, and of which run it is seen."""
        if self._hovered is not None:
            index, half = self._hovered
            return self._seen(index, half, self._mouse.x())
        if self.hasFocus() and self.count and self._trajectory is not None:
            return self._current, self._trajectory
        return None

    def _seen(self, index: int, half: int, x: float) -> tuple[int, Trajectory] | None:
        run = self._trajectory
        if self._compare.is_on:
            run = self._compare.side_at(self.cell_rect(index, half), x, half)
        return (index, run) if run is not None else None

    # where things are

    def cell_rect(self, index: int, half: int = 0) -> QRectF:
        """Where a picture is drawn; half: 1 for its other one, when two are side by side."""
        return self._halves()[half].cell(index)

    def check_rect(self, index: int, half: int = 0) -> QRectF:
        """The round place, in the corner of a picture, that chooses it."""
        return check_place(self.cell_rect(index, half))

    def index_at(self, point: QPoint | QPointF) -> int | None:
        found = self._place_at(QPointF(point))
        return found[0] if found is not None else None

    def _place_at(self, point: QPointF) -> tuple[int, int] | None:
        for half, places in enumerate(self._halves()):
            index = places.index_at(point)
            if index is not None:
                return index, half
        return None

    def _halves(self) -> list[GridPlaces]:
        """The whole of this widget, or its two halves while two runs are side by side."""
        count = self._compare.sides if self._compare.is_on else 1
        size = self._trajectory.picture_size if self._trajectory is not None else (1, 1)
        width, ratio = self.width() / count, self.devicePixelRatioF()
        return [
            GridPlaces(self.count, size, QRectF(half * width, 0, width, self.height()), ratio)
            for half in range(count)
        ]

    # mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        if self._pressed is not None:
            self._wipe_to(*self._pressed)
            return
        hovered = self._place_at(self._mouse)
        if hovered != self._hovered:
            self._hovered = hovered
            shape = Qt.CursorShape.ArrowCursor if hovered is None else _HAND
            self.setCursor(shape)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place, point = self._place_at(event.position()), event.position()
        if event.button() is not Qt.MouseButton.LeftButton or place is None:
            return
        index, half = place
        before = self._current
        self.set_current(index)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = sorted((before, index))
            self.set_chosen(self._chosen | set(range(low, high + 1)))
        elif event.modifiers() & TWO_KEYS or is_near(self.check_rect(index, half), point):
            self.toggle_chosen(index)
        elif self._can_keep and is_near(keep_place(self.cell_rect(index, half)), point):
            self._want_keep(self._seen(index, half, point.x()))
        elif self._is_wipe:
            self._pressed = index, point  # a drag wipes, a click opens
        else:
            self.opened.emit(index)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        pressed, was_wiping = self._pressed, self._is_wiping
        self._pressed, self._is_wiping = None, False
        if pressed is not None and not was_wiping:
            self.opened.emit(pressed[0])

    @property
    def _can_keep(self) -> bool:
        """One's own picture on its way into the noise is a file already."""
        return self._trajectory is not None and not self._trajectory.is_forward

    @property
    def _is_wipe(self) -> bool:
        return self._compare.b is not None and self._compare.view == WIPE

    def _wipe_to(self, index: int, start: QPointF) -> None:
        apart = abs(self._mouse.x() - start.x())
        self._is_wiping = self._is_wiping or apart >= QApplication.startDragDistance()
        if self._is_wiping:
            cell = self.cell_rect(index)
            self._compare.set_wipe((self._mouse.x() - cell.left()) / max(1.0, cell.width()))

    def _want_keep(self, seen: tuple[int, Trajectory] | None) -> None:
        if seen is not None:
            self.keep_wanted.emit(*seen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._halves()[0].arrangement.columns
        by = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }
        key = Qt.Key(event.key())
        if not self.count:
            super().keyPressEvent(event)
        elif key in by:
            self.set_current(self._current + by[key])
        elif key == Qt.Key.Key_Home:
            self.set_current(0)
        elif key == Qt.Key.Key_End:
            self.set_current(self.count - 1)
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

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    # drawing

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self.count or self._trajectory is None:
            return
        painter = QPainter(self)
        halves, compare = self._halves(), self._compare
        shrunk = halves[0].arrangement.scale < 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        cells = [[places.cell(index) for places in halves] for index in range(self.count)]
        if compare.is_on:
            for index, both in enumerate(cells):
                compare.paint(painter, both, index)
                if self._is_wipe:
                    draw_wipe(painter, both[0], compare.split(both[0]), with_grip=False)
        else:
            images = self._trajectory.images(self._position, self._show)
            for both, image in zip(cells, images, strict=True):
                draw_on_checkerboard(painter, both[0], image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = halves if compare.b is not None else halves[:1]
        for index, both in enumerate(cells):
            for half in range(len(shown)):
                self._paint_marks(painter, index, half, both[half])
        if len(halves) > len(shown):
            draw_waiting(painter, halves[1].area)

    def _paint_marks(self, painter: QPainter, index: int, half: int, cell: QRectF) -> None:
        is_chosen, is_hovered = index in self._chosen, self._hovered == (index, half)
        if is_chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 3))
            painter.drawRect(cell.adjusted(-1.5, -1.5, 1.5, 1.5))
        if self.hasFocus() and index == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("text"), 2))
            painter.drawRect(cell.adjusted(-4, -4, 4, 4))
        if is_chosen or is_hovered:
            draw_check(painter, self._theme, check_place(cell), is_chosen)
        if is_hovered and self._can_keep:
            draw_keep(painter, self._theme, keep_place(cell))

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


_HAND = Qt.CursorShape.PointingHandCursor
