"""Two runs in lock-step: which frame of each is seen, and how both are painted in one place."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPalette, QPen, QPolygonF

from ddpm_studio.gui.common.images import draw_on_checkerboard, drawable, image_on
from ddpm_studio.gui.compare.lock_step import difference, lock_step
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory

SIDES, WIPE, FLICKER, DIFFERENCE = "sides", "wipe", "flicker", "difference"
CALM_RATE = 3  # changes a second; more of them can harm, and are shown only to who asks for them
WAITING = "Change a setting on the right, and B is painted here from the same noise."
GRIP = 13.0  # the radius of the wipe's handle on a large picture


class CompareView(QObject):
    """A and B, in one of four views. The grid and the large picture paint with it.

    Attributes: a, b (b is None until something was painted), view, wipe (how much of a picture
    A has, 0 to 1), shows_b (whose turn it is in a flicker).
    """

    changed = Signal()  # something else is to be painted
    turned = Signal()  # in a flicker it is the other one's turn, or it rests

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.a: Trajectory | None = None
        self.b: Trajectory | None = None
        self.view = SIDES
        self.wipe = 0.5
        self.shows_b = False
        self._leader: Trajectory | None = None
        self._position, self._show = 0, X_T
        self._steps: dict[int, tuple[int, ...]] = {}  # by id of the run that follows the leader
        self._differences: dict[int, QImage] = {}  # of what is seen now, by picture
        self._clock = QTimer(self)
        self._clock.timeout.connect(self.turn)
        self.set_rate(2)

    # what is compared

    @property
    def is_on(self) -> bool:
        return self.a is not None

    @property
    def front(self) -> Trajectory | None:
        """The one that the controls paint, once it is there."""
        return self.b if self.b is not None else self.a

    def parts(self, stage: QRectF) -> list[QRectF]:
        """The whole of a stage, or its two halves while A and B are side by side."""
        if not self.is_on or self.view != SIDES:
            return [stage]
        left, right = QRectF(stage), QRectF(stage)
        left.setWidth(stage.width() / 2)
        right.setLeft(left.right())
        return [left, right]

    @property
    def leader(self) -> Trajectory | None:
        """Whose frames the slider counts: the finer run of those that are finished, else A."""
        runs = [run for run in (self.a, self.b) if run is not None]
        whole = [run for run in runs if run.is_complete]
        return max(whole or runs[:1], key=lambda run: len(run.moments), default=None)

    def set_runs(self, a: Trajectory | None, b: Trajectory | None) -> None:
        """Compare these from now on; (None, None): nothing."""
        for run in (self.a, self.b):
            if run is not None:
                run.improved.disconnect(self.refresh)
        self.a, self.b = a, b
        for run in (a, b):
            if run is not None:
                run.improved.connect(self.refresh)
        self._steps.clear()
        self._leader = None
        if a is None:
            self.set_flickering(False)
        self.refresh()

    def refresh(self) -> None:
        """A run has other or more frames now."""
        self._differences = {}
        self.changed.emit()

    def show_frame(self, leader: Trajectory, position: int, show: str) -> None:
        """Show a frame of the one run, and of the other what has as much noise left."""
        if leader is not self._leader:
            self._leader = leader
            self._steps.clear()
        self._position, self._show = position, show
        self.refresh()

    def position_of(self, run: Trajectory) -> int:
        """The frame of a run that is seen now, among those that are there."""
        wanted = self._position
        if run is not self._leader and self._leader is not None:
            if id(run) not in self._steps:
                self._steps[id(run)] = lock_step(self._leader.moments, run.moments)
            wanted = self._steps[id(run)][min(wanted, len(self._leader.moments) - 1)]
        return max(0, min(wanted, len(run) - 1))

    # how it is seen

    def set_view(self, view: str) -> None:
        """One of SIDES, WIPE, FLICKER and DIFFERENCE. A flicker begins at rest, always."""
        self.view, self.shows_b = view, False
        self.set_flickering(False)
        self.changed.emit()

    @property
    def is_wipe(self) -> bool:
        """Whether a line parts A and B that can be dragged."""
        return self.b is not None and self.view == WIPE

    def set_wipe(self, part: float) -> None:
        self.wipe = min(1.0, max(0.0, part))
        self.changed.emit()

    def drag_wipe(self, area: QRectF, x: float) -> None:
        """Bring the line to x in the place of a picture."""
        self.set_wipe((x - area.left()) / max(1.0, area.width()))

    def set_rate(self, rate: int) -> None:
        """rate: changes from one to the other a second, 1 to 8."""
        self._clock.setInterval(round(1000 / rate))

    @property
    def is_flickering(self) -> bool:
        return self._clock.isActive()

    def set_flickering(self, is_on: bool) -> None:
        if is_on:
            self._clock.start()
        else:
            self._clock.stop()
        self.turned.emit()

    def turn(self) -> None:
        """The other one, in a flicker."""
        self.shows_b = not self.shows_b
        self.turned.emit()
        self.changed.emit()

    def side_at(self, area: QRectF, x: float, half: int = 0) -> Trajectory | None:
        """Whose picture is seen at x in the place of a picture; half: 1 on the right one."""
        if self.b is None or (self.view == SIDES and not half):
            return self.a
        if self.view == WIPE and x < self.split(area):
            return self.a
        return self.a if self.view == FLICKER and not self.shows_b else self.b

    def split(self, area: QRectF) -> float:
        """Where A ends and B begins, in the place of a picture."""
        return area.left() + self.wipe * area.width()

    # painting

    def paint(
        self, painter: QPainter, areas: Sequence[QRectF], index: int, *, with_grip: bool = False
    ) -> None:
        """Picture `index` in its place, or in its two places: one in each of the `parts`.

        with_grip: the line of the wipe has one, which says that it can be dragged.
        """
        first = self._image(self.a, index)
        second = self._image(self.b, index) if self.b is not None else None
        area = areas[0]
        if first is None:
            return
        if self.view == SIDES or second is None:
            draw_on_checkerboard(painter, area, first)
            if second is not None:
                draw_on_checkerboard(painter, areas[1], second)
        elif self.view == WIPE:
            draw_on_checkerboard(painter, area, first)
            painter.save()
            right = QRectF(area)
            right.setLeft(self.split(area))
            painter.setClipRect(right)
            draw_on_checkerboard(painter, area, second)
            painter.restore()
            _draw_wipe(painter, area, self.split(area), with_grip=with_grip)
        elif self.view == FLICKER or first.size() != second.size():
            draw_on_checkerboard(painter, area, second if self.shows_b else first)
        else:
            painter.drawImage(area, self._difference(index))

    def _image(self, run: Trajectory | None, index: int) -> QImage | None:
        if run is None or not len(run):
            return None
        return run.images(self.position_of(run), self._show)[index]

    def _difference(self, index: int) -> QImage:
        if index not in self._differences:
            first, second = (
                run.pixels_to_draw(self.position_of(run), index, self._show)[0]
                for run in (self.a, self.b)
                if run is not None
            )
            self._differences[index] = drawable(image_on(difference(first, second)))
        return self._differences[index]

    def paint_waiting(self, painter: QPainter, parts: Sequence[QRectF]) -> None:
        """What stands in B's half until something was painted."""
        if self.b is None and len(parts) > 1:
            palette = QGuiApplication.palette()  # the theme's
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(parts[1].adjusted(24, 0, -24, 0), flags, WAITING)


def _draw_wipe(painter: QPainter, area: QRectF, x: float, *, with_grip: bool) -> None:
    """The line between A and B, seen on any picture; with a grip that says it can be dragged."""
    light, dark = QColor(255, 255, 255, 235), QColor(0, 0, 0, 150)
    x = round(x)  # whole pixels are painted many times as fast as soft edges
    painter.fillRect(QRectF(x - 2, area.top(), 4, area.height()), dark)
    painter.fillRect(QRectF(x - 1, area.top(), 2, area.height()), light)
    if not with_grip:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    centre = QPointF(x, area.center().y())
    painter.setPen(QPen(dark, 1.5))
    painter.setBrush(light)
    painter.drawEllipse(centre, GRIP, GRIP)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(40, 40, 40))
    for way in (-1, 1):
        tip = centre + QPointF(way * 9, 0)
        wings = [centre + QPointF(way * 4, -5), centre + QPointF(way * 4, 5)]
        painter.drawPolygon(QPolygonF([tip, *wings]))
    painter.restore()
