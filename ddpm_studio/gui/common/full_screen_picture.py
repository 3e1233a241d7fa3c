"""One picture on the whole screen, and nothing else."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QCoreApplication, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QShortcut,
)
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.images import draw_on_checkerboard


class FullScreenPicture(QWidget):
    """Esc, F11 or a double click leaves; all other keys go to whoever showed it."""

    def __init__(
        self,
        image: Callable[[], QImage | None],
        owner: QWidget,
        keys: Mapping[str, Callable[[], object]] | None = None,
    ) -> None:
        """image: what is to be seen by now. keys: shortcuts that hold here, too."""
        super().__init__(owner.window(), Qt.WindowType.Window)
        self.setObjectName("full_screen")
        self.setWindowTitle("Full screen")
        self.setAccessibleName(f"{owner.accessibleName()}, full screen")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._image, self._owner = image, owner
        for text, act in (keys or {}).items():
            QShortcut(QKeySequence(text), self).activated.connect(act)
        self.showFullScreen()
        self.activateWindow()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self.close()
        else:  # as if it had been pressed there; who ignores it hands it to what holds it
            QCoreApplication.sendEvent(self._owner, event)
            self.update()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.close()

    def picture_rect(self, image: QImage) -> QRectF:
        """In the middle: enlarged by whole device pixels, or as large as the screen."""
        ratio, room = self.devicePixelRatioF(), QSizeF(self.size())
        scale = min(room.width() / image.width(), room.height() / image.height()) * ratio
        size = QSizeF(image.size()) * ((int(scale) if scale >= 1 else scale) / ratio)
        left, top = (room.width() - size.width()) / 2, (room.height() - size.height()) / 2
        return QRectF(round(left), round(top), size.width(), size.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, image = QPainter(self), self._image()
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Dark))
        if image is not None and not image.isNull():
            area = self.picture_rect(image)
            is_smaller = area.width() * self.devicePixelRatioF() < image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_smaller)
            draw_on_checkerboard(painter, area, image)
