"""One made picture, as large as whole pixels allow, with the way to its neighbours and back."""

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.images import draw_on_checkerboard
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import Gap, column, row, wide
from ddpm_studio.gui.common.theme import Theme

MARGIN = 16


class MadeViewer(QFrame):
    """Left and Right go to the neighbours, Esc goes back; Del and S are the page's."""

    back_wanted = Signal()
    step_wanted = Signal(int)  # -1: the one before, 1: the next
    play_wanted = Signal()  # a film, by the program that the system has for it
    trash_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("made.viewer")
        self.setProperty("kind", "canvas")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._canvas = LargeCanvas()
        self._back = Button(theme, "All", "made.back", "Back to the wall (Esc)", icon="grid")
        self._previous = IconButton(
            theme, "chevron-left", "made.previous", "Previous", "Previous one (Left)"
        )
        self._next = IconButton(theme, "chevron-right", "made.next", "Next", "Next one (Right)")
        tip = "Opens it in the program that this system has for films (Space)"
        self._play = Button(theme, "Play the film", "made.play", tip, icon="play")
        self._title = label(kind="muted", elided=True)
        self._lay_out()
        self._back.clicked.connect(self.back_wanted)
        self._play.clicked.connect(self.play_wanted)
        self._previous.clicked.connect(lambda: self.step_wanted.emit(-1))
        self._next.clicked.connect(lambda: self.step_wanted.emit(1))

    def show_title(self, title: str, has_previous: bool, has_next: bool, is_film: bool) -> None:
        """What is being shown; its picture may come later."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._previous.setEnabled(has_previous)
        self._next.setEnabled(has_next)
        self._play.setVisible(is_film)

    def show_image(self, image: QImage | None, size: QSize | None = None) -> None:
        """None: it cannot be shown. size: that it takes, if the image is a smaller one of it."""
        self._canvas.show_image(image, size)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Up:
                self.step_wanted.emit(-1)
            case Qt.Key.Key_Right | Qt.Key.Key_Down:
                self.step_wanted.emit(1)
            case Qt.Key.Key_Escape | Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.back_wanted.emit()
            case Qt.Key.Key_Space if self._play.isVisible():
                self.play_wanted.emit()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.trash_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def _lay_out(self) -> None:
        steps = Gap(8), self._previous, self._next, Gap(4)
        above = (self._back, *steps, wide(self._title), self._play)
        column(row(*above, margins=(12, 12, 16, 0)), wide(self._canvas), spacing=0, of=self)


class LargeCanvas(QWidget):
    """Draws an image in the middle: enlarged by whole pixels, or reduced smoothly."""

    def __init__(self, margin: int = MARGIN) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._margin = margin
        self.image: QImage | None = None
        self._size = QSize(1, 1)

    def show_image(self, image: QImage | None, size: QSize | None = None) -> None:
        self.image = image
        if image is not None:
            self._size = size or image.size()
        self.update()

    def picture_rect(self) -> QRectF:
        """Where it is drawn, on whole pixels of the screen."""
        width, height = self._size.width(), self._size.height()
        ratio = self.devicePixelRatioF()
        across = (self.width() - 2 * self._margin) * ratio / width
        down = (self.height() - 2 * self._margin) * ratio / height
        scale = max(0.0, min(across, down))
        scale = math.floor(scale) if scale >= 1 else scale
        left = round((self.width() * ratio - width * scale) / 2)
        top = round((self.height() * ratio - height * scale) / 2)
        return QRectF(left / ratio, top / ratio, width * scale / ratio, height * scale / ratio)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.image is None:
            return
        painter = QPainter(self)
        area = self.picture_rect()
        is_reduced = area.width() * self.devicePixelRatioF() < self.image.width() - 0.5
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, is_reduced)
        draw_on_checkerboard(painter, area, self.image)
