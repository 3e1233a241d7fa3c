"""The grid of generated pictures: whole-number enlargement, a check mark on what is chosen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.widgets.trajectory import X_T, Trajectory

GAP, MARGIN = 8, 16  # between pictures, and around all of them
NEARLY = 0.85  # so much smaller may pictures be for the sake of full rows
CHECK_RADIUS, CHECK_INSET = 11.0, 7.0
TWO_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True)
class Arrangement:
    """How so many pictures fill an area. scale: device pixels for each of theirs."""

    columns: int
    rows: int
    scale: float

    @property
    def worth(self) -> tuple[int, float, int]:
        """Few empty places first, then large pictures, then a square grid."""
        return -self.columns * self.rows, self.scale, -abs(self.columns - self.rows)


@lru_cache(maxsize=8)  # it is asked for at every mouse move and for every picture
def arrange(
    count: int, picture: tuple[int, int], width: float, height: float, gap: float
) -> Arrangement:
    """Large pictures in full rows: enlarged by a whole number if they can be enlarged.

    All lengths in device pixels.
    """
    fitting = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        across = (width - gap * (columns - 1)) / columns / picture[0]
        down = (height - gap * (rows - 1)) / rows / picture[1]
        scale = max(0.0, min(across, down))
        fitting.append(Arrangement(columns, rows, math.floor(scale) if scale >= 1 else scale))
    largest = max(one.scale for one in fitting)
    return max((one for one in fitting if one.scale >= NEARLY * largest), key=lambda o: o.worth)


class SampleGrid(QWidget):
    """A click, or Enter, opens a picture; its round mark, Ctrl+click or Space chooses it."""

    opened = Signal(int)  # which picture is to be seen large
    chosen_changed = Signal()
    current_changed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(names.GENERATE_GRID)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(240, 160)
        self._theme = theme
        self._trajectory: Trajectory | None = None
        self._position, self._show = 0, X_T
        self._chosen: set[int] = set()
        self._current = 0  # where the keyboard is
        self._hovered: int | None = None
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

    # where things are

    def cell_rect(self, index: int) -> QRectF:
        """Where a picture is drawn, in this widget's coordinates."""
        ratio = self.devicePixelRatioF()
        how = self._arrangement()
        width, height = (side * how.scale for side in self._picture_size())
        gap = round(GAP * ratio)
        whole_width = how.columns * (width + gap) - gap
        whole_height = how.rows * (height + gap) - gap
        row, column = divmod(index, how.columns)
        left = round((self.width() * ratio - whole_width) / 2) + column * (width + gap)
        top = round((self.height() * ratio - whole_height) / 2) + row * (height + gap)
        return QRectF(left / ratio, top / ratio, width / ratio, height / ratio)

    def check_rect(self, index: int) -> QRectF:
        """The round place, in the corner of a picture, that chooses it."""
        corner = self.cell_rect(index).topRight()
        centre = corner + QPointF(-CHECK_INSET - CHECK_RADIUS, CHECK_INSET + CHECK_RADIUS)
        radius = min(CHECK_RADIUS, self.cell_rect(index).width() / 4)
        return QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)

    def index_at(self, point: QPoint | QPointF) -> int | None:
        where = QPointF(point)
        found = (index for index in range(self.count) if self.cell_rect(index).contains(where))
        return next(found, None)

    def _picture_size(self) -> tuple[int, int]:
        return self._trajectory.picture_size if self._trajectory is not None else (1, 1)

    def _arrangement(self) -> Arrangement:
        ratio = self.devicePixelRatioF()
        width, height = self.width() - 2 * MARGIN, self.height() - 2 * MARGIN
        return arrange(
            max(1, self.count),
            self._picture_size(),
            width * ratio,
            height * ratio,
            round(GAP * ratio),
        )

    # mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self.index_at(event.position())
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
        index = self.index_at(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or index is None:
            return
        before = self._current
        self.set_current(index)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            low, high = sorted((before, index))
            self.set_chosen(self._chosen | set(range(low, high + 1)))
        elif event.modifiers() & TWO_KEYS or self._near_check(index).contains(event.position()):
            self.toggle_chosen(index)
        else:
            self.opened.emit(index)

    def _near_check(self, index: int) -> QRectF:
        """A little more than the mark itself, since it is small."""
        return self.check_rect(index).adjusted(-5, -5, 5, 5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._arrangement().columns
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
        shrunk = self._arrangement().scale < 1
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrunk)
        for index, image in enumerate(self._trajectory.images(self._position, self._show)):
            draw_on_checkerboard(painter, self.cell_rect(index), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in range(self.count):
            self._paint_marks(painter, index)

    def _paint_marks(self, painter: QPainter, index: int) -> None:
        cell = self.cell_rect(index)
        is_chosen = index in self._chosen
        if is_chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("accent"), 3))
            painter.drawRect(cell.adjusted(-1.5, -1.5, 1.5, 1.5))
        if self.hasFocus() and index == self._current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self._theme.colour("text"), 2))
            painter.drawRect(cell.adjusted(-4, -4, 4, 4))
        if is_chosen or index == self._hovered:
            draw_check(painter, self._theme, self.check_rect(index), is_chosen)

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


def draw_check(painter: QPainter, theme: Theme, place: QRectF, is_chosen: bool) -> None:
    """A round mark that is seen on any picture: a filled one with a check, or an empty one."""
    painter.setPen(QPen(theme.colour("on_accent" if is_chosen else "text"), 1.5))
    ground = theme.colour("accent" if is_chosen else "window")
    ground.setAlphaF(1.0 if is_chosen else 0.7)
    painter.setBrush(ground)
    painter.drawEllipse(place)
    pen = QPen(theme.colour("on_accent" if is_chosen else "text"), 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    unit, middle = place.width() / 22, place.center()
    painter.drawPolyline(
        [middle + QPointF(x * unit, y * unit) for x, y in ((-4.5, 0.5), (-1.5, 3.5), (5, -3.5))]
    )
