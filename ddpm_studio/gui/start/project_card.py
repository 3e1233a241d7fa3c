"""A project on the start screen: its newest picture, its name and a line about it."""

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFont,
    QImage,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from ddpm_studio.gui.common.images import paint_checkerboard
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.theme import Theme

WIDTH, PICTURE_HEIGHT, TEXT_HEIGHT, RADIUS = 216, 160, 64, 10


class ProjectCard(QAbstractButton):
    """Click, Enter or Space opens the project; a right click or the menu key asks for its menu.

    Attribute: is_lost, whether it is no longer where it was.
    """

    menu_wanted = Signal(QPoint)  # on the screen

    def __init__(
        self,
        theme: Theme,
        title: str,
        detail: str,
        name: str,
        parent: QWidget | None = None,
        is_lost: bool = False,
    ) -> None:
        """is_lost: it is no longer where it was."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setText(title)
        self.setAccessibleName(f"Open {title}")
        self.setFixedSize(WIDTH, PICTURE_HEIGHT + TEXT_HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self._detail = theme, ""
        self.set_detail(detail)
        self._picture = QPixmap()
        self.is_lost = is_lost
        theme.changed.connect(self.update)

    def set_detail(self, detail: str) -> None:
        """The line about it."""
        if detail != self._detail:
            self._detail = detail
            self.setAccessibleDescription(detail)
            self.update()

    def set_lost(self, is_lost: bool) -> None:
        """It has gone from where it was, or is there again; a lost one shows no picture."""
        if is_lost != self.is_lost:
            self.is_lost = is_lost
            self._picture = QPixmap()
            self.update()

    def set_picture(self, image: QImage) -> None:
        self._picture = QPixmap.fromImage(image)
        self.update()

    def has_picture(self) -> bool:
        return not self._picture.isNull()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        self.menu_wanted.emit(
            self.mapToGlobal(self.rect().center()) if is_key else event.globalPos()
        )

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        shape.addRoundedRect(frame, RADIUS, RADIUS)
        painter.setClipPath(shape)
        hovered = self.underMouse() or self.isDown()
        painter.fillRect(self.rect(), self._theme.colour("hover" if hovered else "surface"))
        self._paint_picture(painter, QRect(0, 0, self.width(), PICTURE_HEIGHT))
        self._paint_words(painter)
        painter.setClipping(False)
        focused = has_ring(self)
        colour = self._theme.colour("accent_text" if focused else "border")
        painter.strokePath(shape, QPen(colour, 2 if focused else 1))

    def _paint_picture(self, painter: QPainter, area: QRect) -> None:
        """The middle of the picture, as large as covers the area."""
        painter.fillRect(area, self._theme.colour("canvas"))
        if self._picture.isNull():
            ratio = self.devicePixelRatioF()
            icon_name = "warning" if self.is_lost else "pictures"
            icon = self._theme.pixmap(icon_name, 32, "outline", ratio)
            painter.drawPixmap(area.center().x() - 15, area.center().y() - 15, icon)
            return
        size = self._picture.size()
        part = area.size().scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        source = QRect(0, 0, part.width(), part.height())
        source.moveCenter(QRect(0, 0, size.width(), size.height()).center())
        if self._picture.hasAlphaChannel():
            paint_checkerboard(painter, QRectF(area))
        painter.drawPixmap(area, self._picture, source)

    def _paint_words(self, painter: QPainter) -> None:
        left, width = 12, self.width() - 24
        for text, top, weight, pixels, role in (
            (self.text(), PICTURE_HEIGHT + 10, QFont.Weight.DemiBold, 13, "text"),
            (self._detail, PICTURE_HEIGHT + 32, QFont.Weight.Normal, 12, "muted"),
        ):
            font = QFont(self.font())
            font.setWeight(weight)
            font.setPixelSize(pixels)
            painter.setFont(font)
            painter.setPen(QColor(self._theme.colour(role)))
            mode = Qt.TextElideMode.ElideRight
            words = painter.fontMetrics().elidedText(text, mode, width)
            painter.drawText(QRect(left, top, width, 20), Qt.AlignmentFlag.AlignVCenter, words)
