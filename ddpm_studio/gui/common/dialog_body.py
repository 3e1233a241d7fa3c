"""What a dialog holds above its buttons; it scrolls where there is little room."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from ddpm_studio.gui.common.fade import Fade
from ddpm_studio.gui.common.layout import holder

LEAST_HEIGHT = 120  # points
MARGIN = 24  # points, around what is brought into view


class DialogBody(QScrollArea):
    """Scrolls up and down only. Its scroll bar stands in the margin, so that no word wraps anew."""

    changed = Signal()  # what is inside may need another size

    def __init__(self, layout: QVBoxLayout) -> None:
        """layout: with the margins of the dialog; on the right side there is room for the bar."""
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside, self._margins = layout, layout.contentsMargins()
        self._whole = holder(layout, "scrolled")
        self.setWidget(self._whole)
        Fade(self)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def height_for(self, width: int) -> int:
        """With which nothing of it has to be scrolled. In points, as the width."""
        inside = self._inside
        inside.activate()  # what has just been changed counts
        if inside.hasHeightForWidth():
            return inside.totalMinimumHeightForWidth(width)
        return inside.totalMinimumSize().height()

    def wanted_height(self, width: int) -> int:
        """With which all of it has the size that it likes best."""
        inside = self._inside
        inside.activate()  # what has just been changed counts
        if inside.hasHeightForWidth():
            return inside.totalHeightForWidth(width)
        return inside.totalSizeHint().height()

    def sizeHint(self) -> QSize:
        return self._inside.totalSizeHint() + QSize(self._bar, 0)

    def minimumSizeHint(self) -> QSize:
        least = self._inside.totalMinimumSize() + QSize(self._bar, 0)
        return least.boundedTo(QSize(least.width(), LEAST_HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._fit()
            self.changed.emit()
        return super().viewportEvent(event)

    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        """Qt brings into view only what has the focus after something else in here."""
        if now is None or not self._whole.isAncestorOf(now):
            return
        is_small = now.height() < self.viewport().height() / 2
        if is_small or now.visibleRegion().isEmpty():
            self.ensureWidgetVisible(now, 0, MARGIN)

    @property
    def _bar(self) -> int:
        """Points of the right margin that the scroll bar has taken."""
        return self._margins.right() - self._inside.contentsMargins().right()

    def _fit(self) -> None:
        room = self.maximumViewportSize()
        height = self.height_for(room.width() - self._bar)
        bar = self.verticalScrollBar().sizeHint().width() if height > room.height() else 0
        if bar != self._bar:
            margins = self._margins
            sides = margins.left(), margins.top(), margins.right() - bar, margins.bottom()
            self._inside.setContentsMargins(*sides)
        self._whole.resize(room.width() - bar, max(room.height(), height))
