"""The lower edge of what scrolls, which says that there is more below."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QScrollArea, QWidget

HEIGHT = 32  # points


class Fade(QWidget):
    """Lies over the foot of a scroll area for as long as it can be scrolled down."""

    def __init__(self, area: QScrollArea) -> None:
        super().__init__(area)
        self._area = area
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedHeight(HEIGHT)
        area.viewport().installEventFilter(self)
        bar = area.verticalScrollBar()
        for moved in (bar.valueChanged, bar.rangeChanged):
            moved.connect(self._follow)
        self._follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._follow()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        ground = self.palette().color(QPalette.ColorRole.Window)
        clear = QColor(ground)
        clear.setAlpha(0)
        gradient = QLinearGradient(0, 0, 0, self.height())
        gradient.setColorAt(0, clear)
        gradient.setColorAt(1, ground)
        QPainter(self).fillRect(self.rect(), gradient)

    def _follow(self) -> None:
        view, bar = self._area.viewport(), self._area.verticalScrollBar()
        self.setFixedWidth(view.width())
        self.move(view.geometry().bottomLeft() - QPoint(0, HEIGHT - 1))
        self.raise_()
        self.setVisible(bar.value() < bar.maximum())
