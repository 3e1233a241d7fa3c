"""The grid of generated pictures: whole-number enlargement, a check mark on what is chosen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from ddpm_studio.gui.common.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.common.grid_places import GridPlaces, draw_ring
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.compare.view import CompareView
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory
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
        run = self._trajectory
        return len(run.seeds) if run is not None and len(run) else 0

    @property
    def position(self) -> int:
        """Which frame is shown."""
        return self._position

    def set_trajectory(self, trajectory: Trajectory | None) -> None:
        """Other pictures; nothing of them is chosen, unless they come from the same seeds."""
        before, self._trajectory, self._position = self._trajectory, trajectory, 0
        if trajectory is None or before is None or trajectory.seeds != before.seeds:
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
        size = self._trajectory.picture_size if self._trajectory is not None else (1, 1)
        parts, ratio = self._compare.parts(self.rect().toRectF()), self.devicePixelRatioF()
        return [GridPlaces(self.count, size, part, ratio) for part in parts]

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
        elif self._compare.is_wipe:
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

    def _wipe_to(self, index: int, start: QPointF) -> None:
        apart = abs(self._mouse.x() - start.x())
        self._is_wiping = self._is_wiping or apart >= QApplication.startDragDistance()
        if self._is_wiping:
            self._compare.drag_wipe(self.cell_rect(index), self._mouse.x())

    def _want_keep(self, seen: tuple[int, Trajectory] | None) -> None:
        if seen is not None:
            self.keep_wanted.emit(*seen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, target = event.key(), self._halves()[0].after(event.key(), self._current)
        if not self.count:
            super().keyPressEvent(event)
        elif target is not None:
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
        if not self.count or self._trajectory is None:
            return
        painter = QPainter(self)
        halves, compare = self._halves(), self._compare
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, halves[0].is_shrunk)
        cells = [[places.cell(index) for places in halves] for index in range(self.count)]
        if compare.is_on:
            for index, both in enumerate(cells):
                compare.paint(painter, both, index)
        else:
            images = self._trajectory.images(self._position, self._show)
            for both, image in zip(cells, images, strict=True):
                draw_on_checkerboard(painter, both[0], image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, both in enumerate(cells):
            for half, cell in enumerate(both if compare.b is not None else both[:1]):
                self._paint_marks(painter, index, half, cell)
        compare.paint_waiting(painter, [places.area for places in halves])

    def _paint_marks(self, painter: QPainter, index: int, half: int, cell: QRectF) -> None:
        is_chosen, is_hovered = index in self._chosen, self._hovered == (index, half)
        if is_chosen:
            draw_ring(painter, cell, self._theme.colour("accent"), 3, 1.5)
        if self.hasFocus() and index == self._current:
            draw_ring(painter, cell, self._theme.colour("text"), 2, 4)
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
