"""What lies over the whole window for a while: "Saving…", and where to drop a folder."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import STRETCH, Placed, column
from ddpm_studio.gui.common.theme import Theme

MARGIN, RADIUS = 16, 16


class Overlay(QWidget):
    """Dims its parent and says one thing. With a dashed frame it is a place to drop something."""

    def __init__(
        self, theme: Theme, icon: str, heading: str, name: str, parent: QWidget, dashed: bool
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._theme, self._dashed = theme, dashed
        picture = Icon(theme, icon, 48, "accent_text")
        self.heading, self.text = label(heading, "heading"), label(kind="muted")
        centre = Qt.AlignmentFlag.AlignHCenter
        parts = [Placed(one, align=centre) for one in (picture, self.heading, self.text)]
        column(STRETCH, *parts, STRETCH, of=self)
        # what is dropped must reach the window below; "Saving…" keeps clicks away from it
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, dashed)
        parent.installEventFilter(self)
        self.hide()

    def appear(self, text: str = "") -> None:
        self.text.setText(text)
        parent = self.parentWidget()
        assert parent is not None
        self.setGeometry(parent.rect())
        self.raise_()
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            parent = self.parentWidget()
            assert parent is not None
            self.setGeometry(parent.rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground = QColor(self._theme.colour("window"))
        ground.setAlphaF(0.97)
        painter.fillRect(self.rect(), ground)
        if self._dashed:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(self._theme.colour("accent_text"), 2, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            frame = QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
            painter.drawRoundedRect(frame, RADIUS, RADIUS)
