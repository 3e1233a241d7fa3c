"""What is seen while the sample pictures are painted: how many there are, and the latest."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import STRETCH, Gap, column, row
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.theme import Theme

SIDE, GAP, HEIGHT, BAR = 64, 8, 64, 320


class SampleView(QWidget):
    """Follows the job that paints them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._strip = Strip()
        self._line = ProgressLine("start.sample_progress", "Progress of the sample pictures")
        self._line.setFixedWidth(BAR)
        self._words = label(kind="muted", name="start.sample_words")
        tip = "Stop painting; what was painted is thrown away"
        self.cancel = Button(theme, "Cancel", "start.sample_cancel", tip)
        heading = label("Painting little planets", "heading")
        centred = [row(STRETCH, one, STRETCH) for one in (heading, self._line, self._words)]
        foot = row(STRETCH, self.cancel, STRETCH)
        column(STRETCH, *centred, Gap(8), self._strip, Gap(8), foot, STRETCH, of=self, margins=8)

    def follow(self, job: Job) -> None:
        self._strip.clear()
        self._show(job)
        job.changed.connect(lambda: self._show(job))

    def add(self, image: QImage) -> None:
        """One more picture; the latest stands on the left."""
        self._strip.add(image)

    def _show(self, job: Job) -> None:
        standing = job.progress
        self._line.set_fraction(standing.fraction)
        self._words.setText(standing.words("They are drawn here, from nothing but numbers"))


class Strip(QWidget):
    """As many of the latest pictures as have room, in the middle."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(HEIGHT)
        self.setAccessibleName("The latest sample pictures")
        self._pictures: list[QPixmap] = []

    def clear(self) -> None:
        self._pictures.clear()

    def add(self, image: QImage) -> None:
        self._pictures.insert(0, QPixmap.fromImage(image))
        del self._pictures[32:]
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(SIDE, HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = min(len(self._pictures), (self.width() + GAP) // (SIDE + GAP))
        left = (self.width() - room * (SIDE + GAP) + GAP) // 2
        for place, picture in enumerate(self._pictures[:room]):
            corner = QPoint(left + place * (SIDE + GAP), 0)
            scaled = picture.size().scaled(SIDE, SIDE, Qt.AspectRatioMode.KeepAspectRatio)
            painter.drawPixmap(QRect(corner, scaled), picture)
