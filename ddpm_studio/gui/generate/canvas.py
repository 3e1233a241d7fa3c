"""What draws pictures of a denoising, alone or of two runs that are compared; and one, large."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ddpm_studio.gui.common.drag_out import is_far
from ddpm_studio.gui.common.grid_places import GridPlaces
from ddpm_studio.gui.common.images import draw_on_checkerboard
from ddpm_studio.gui.compare.view import CompareView
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.frames.trajectory import Trajectory

Place = tuple[int, int]  # of a picture, and the half that it is in: 1 on the right


class FrameCanvas(QWidget):
    """Pictures of one frame in their places; of both runs while two are compared.

    Attributes: trajectory, and the position of the frame that is shown.
    """

    drag_wanted = Signal(int, object)  # a picture, and the Trajectory that it is seen of

    def __init__(self, compare: CompareView | None = None) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.trajectory: Trajectory | None = None
        self.position, self._show = 0, X_T
        self._is_smooth = False
        self._compare = compare if compare is not None else CompareView(self)
        self._compare.changed.connect(self.update)

    def event(self, event: QEvent) -> bool:
        """F11 on a picture is about that, elsewhere about the window."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride
        if is_asked and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_F11:
            event.accept()
            return True
        return super().event(event)

    @property
    def count(self) -> int:
        """How many pictures there are."""
        run = self.trajectory
        return len(run.seeds) if run is not None and len(run) else 0

    def show_frame(self, position: int, show: str) -> None:
        """Show x_t or pred_x_0 of a frame that is there."""
        self.position, self._show = position, show
        self.update()

    def cell_rect(self, index: int, half: int = 0) -> QRectF:
        """Where a picture is drawn; half: 1 for its other one, when two are side by side."""
        return self._halves()[half].cell(index)

    def index_at(self, point: QPoint | QPointF) -> int | None:
        found = self._place_at(QPointF(point))
        return found[0] if found is not None else None

    def _halves(self) -> list[GridPlaces]:
        """The whole of this widget, or its two halves while two runs are side by side."""
        size = self.trajectory.picture_size if self.trajectory is not None else (1, 1)
        parts, ratio = self._compare.parts(self.rect().toRectF()), self.devicePixelRatioF()
        return [GridPlaces(self.count, size, part, ratio, self._is_smooth) for part in parts]

    def _place_at(self, point: QPointF) -> Place | None:
        for half, places in enumerate(self._halves()):
            index = places.index_at(point)
            if index is not None:
                return index, half
        return None

    def _run_at(self, place: Place, x: float) -> Trajectory | None:
        """Whose picture is seen at x in a place."""
        if not self._compare.is_on:
            return self.trajectory
        return self._compare.side_at(self.cell_rect(*place), x, place[1])

    def _paint_frames(
        self, painter: QPainter, pictures: Sequence[int], *, with_grip: bool = False
    ) -> list[list[QRectF]]:
        """Draw these pictures, one in each place. Returns the places, in one half or in both."""
        halves, run, compare = self._halves(), self.trajectory, self._compare
        smooth = self._is_smooth or halves[0].is_shrunk
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        cells = [[places.cell(index) for places in halves] for index in range(len(pictures))]
        alone = None
        if run is not None and not compare.is_on:
            alone = run.images(self.position, self._show)
        for both, picture in zip(cells, pictures, strict=True):
            if alone is None:
                compare.paint(painter, both, picture, with_grip=with_grip)
            else:
                draw_on_checkerboard(painter, both[0], alone[picture])
        compare.paint_waiting(painter, [places.area for places in halves])
        return cells


class PictureCanvas(FrameCanvas):
    """One picture, as large as it can be; a drag over it moves the wipe between A and B."""

    def __init__(self, compare: CompareView | None = None) -> None:
        super().__init__(compare)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.index = 0  # of the picture
        self._mouse: QPointF | None = None
        self._grasped: QPointF | None = None  # where it was pressed, perhaps to be dragged out
        self._compare.changed.connect(self._on_compare)

    @property
    def count(self) -> int:
        return 1

    def set_picture(self, trajectory: Trajectory | None, index: int) -> None:
        if trajectory is not self.trajectory:
            self.position = 0
        self.trajectory, self.index = trajectory, index
        self.update()

    def set_smooth(self, is_smooth: bool) -> None:
        self._is_smooth = is_smooth
        self.update()

    @property
    def pointed(self) -> Trajectory | None:
        """The run whose picture is under the mouse; else the one in front."""
        place = self._place_at(self._mouse) if self._mouse is not None else None
        if self._mouse is None or place is None:
            return self.trajectory
        return self._run_at(place, self._mouse.x())

    def picture_rect(self, half: int = 0) -> QRectF:
        """Where the picture is drawn: enlarged by a whole number of device pixels, or smoothly.

        half: 1 for the right one, when two are side by side.
        """
        return self.cell_rect(0, half)

    def _on_compare(self) -> None:
        is_wipe = self._compare.is_wipe
        shape = Qt.CursorShape.SplitHCursor if is_wipe else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._compare.is_wipe and event.button() is Qt.MouseButton.LeftButton:
            self._compare.drag_wipe(self.picture_rect(), event.position().x())
        else:
            if event.button() is Qt.MouseButton.LeftButton:
                self._grasped = event.position()
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grasped = None
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        if self._compare.is_wipe and event.buttons() & Qt.MouseButton.LeftButton:
            self._compare.drag_wipe(self.picture_rect(), event.position().x())
        elif self._grasped is not None and is_far(event, self._grasped):
            self._grasped = None
            if self.pointed is not None:
                self.drag_wanted.emit(self.index, self.pointed)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._mouse = event.position()
        super().enterEvent(event)

    def leaveEvent(self, _event: object) -> None:
        self._mouse = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.trajectory is not None and len(self.trajectory):
            self._paint_frames(QPainter(self), [self.index], with_grip=True)
