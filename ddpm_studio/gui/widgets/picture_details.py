"""One picture: the whole file with what is cropped away, what the network sees, what was done."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import PurePath

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.button import IconButton
from ddpm_studio.gui.widgets.checkerboard import draw_on_checkerboard
from ddpm_studio.gui.widgets.control_row import explain, tooltip
from ddpm_studio.gui.widgets.elided_label import ElidedLabel

HEIGHT, WHOLE_WIDTH, RADIUS, MARGIN = 128, 176, 4, 12
DIMMED = 0.72  # how much of what is cropped away is hidden


def crop_frame(width: int, height: int, shape: tuple[int, int]) -> QRectF:
    """What is kept of a file, in parts of its sides. shape: (H, W) of the prepared picture.

    The largest centred part with the right aspect, as the reader takes it.
    """
    scale = min(width / shape[1], height / shape[0])
    kept = shape[1] * scale / width, shape[0] * scale / height
    return QRectF((1 - kept[0]) / 2, (1 - kept[1]) / 2, *kept)


def crop_words(frame: QRectF) -> str:
    """What the crop does to this picture, as a sentence."""
    lost = {"left and right": 1 - frame.width(), "at top and bottom": 1 - frame.height()}
    where = max(lost, key=lambda place: lost[place])
    if lost[where] < 0.005:
        return "The whole picture is used."
    percent = max(1, round(100 * lost[where]))
    return f"The centre is used: {percent} % is cut off {where}."


class PictureDetails(QFrame):
    """Says when the file is wanted in its folder."""

    show_wanted = Signal()

    def __init__(self, theme: Theme, actions: QWidget, parent: QWidget | None = None) -> None:
        """actions: what can be done with the chosen pictures; stands at the foot."""
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._theme, self._actions = theme, actions
        self._crop = CropView(theme)
        self._arrow = QLabel()
        self._seen = TileView(theme)
        self._name = ElidedLabel()
        self._name.setObjectName(names.PICTURES_DETAILS_NAME)
        self._name.setProperty("kind", "heading")
        self._text = QLabel()
        self._text.setObjectName(names.PICTURES_DETAILS_TEXT)
        self._text.setProperty("kind", "muted")
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._show = IconButton(
            theme,
            "folder-open",
            names.PICTURES_DETAILS_SHOW,
            "Show in folder",
            "Open the folder that holds this picture",
        )
        self._show.clicked.connect(self.show_wanted)
        theme.changed.connect(self._on_theme_changed)
        self._lay_out()
        self._on_theme_changed()
        self.clear()

    def clear(self) -> None:
        self._name.setText("No picture chosen")
        self._say("Click a picture to see what was done to it.")
        self._crop.set_original(None, QRectF(0, 0, 1, 1))
        self._seen.set_image(None)
        self._show.setEnabled(False)

    def show_picture(self, name: str, notes: Sequence[str]) -> None:
        """Another picture is chosen; its pixels and its file follow when they are loaded."""
        self._name.setText(PurePath(name).name)
        self._show.setToolTip(tooltip(f"Open the folder that holds {escape(name)}"))
        self._notes = notes
        self._say(_sentences(notes))
        self._crop.set_original(None, QRectF(0, 0, 1, 1))
        self._seen.set_image(None)
        self._show.setEnabled(True)

    def show_pixels(self, image: QImage) -> None:
        """What the network sees of it."""
        self._seen.set_image(image)

    def show_original(
        self, image: QImage | None, size: tuple[int, int], shape: tuple[int, int]
    ) -> None:
        """The whole file; None if it is gone. size: its width and height. shape: (H, W)."""
        if image is None:
            self._say("The file cannot be read any more; look at the folder again (F5).")
            return
        frame = crop_frame(*size, shape)
        self._crop.set_original(image, frame)
        facts = f"{size[0]} × {size[1]} pixels become {shape[1]} × {shape[0]}."
        self._say(f"{facts} {crop_words(frame)} {_sentences(self._notes)}".strip())

    def _say(self, text: str) -> None:
        self._text.setText(text)
        self._text.setToolTip(tooltip(escape(text)))  # should it be too long for its place

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._name, 1)
        head.addWidget(self._show)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(head)
        words.addWidget(self._text, 1)
        words.addWidget(self._actions)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        layout.setSpacing(8)
        layout.addWidget(self._crop)
        layout.addWidget(self._arrow)
        layout.addWidget(self._seen)
        layout.addSpacing(12)
        layout.addLayout(words, 1)
        self.setFixedHeight(HEIGHT + 2 * MARGIN + 2)  # or the wall would move with each text

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._arrow.setPixmap(self._theme.pixmap("chevron-right", 16, "muted", ratio))


class CropView(QWidget):
    """The whole picture; what is cropped away is dimmed, and what is kept has a frame."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName(names.PICTURES_DETAILS_CROP)
        explain(
            self,
            "Crop",
            "The whole picture, with a frame around what the model learns from: the largest part "
            "in the middle that has the right shape.",
            "centre crop",
        )
        self.setFixedSize(WHOLE_WIDTH, HEIGHT)
        self._theme = theme
        self._image: QImage | None = None
        self._frame = QRectF(0, 0, 1, 1)
        theme.changed.connect(self.update)

    @property
    def frame(self) -> QRectF:
        """What is kept, in parts of the picture's sides."""
        return self._frame

    @property
    def image(self) -> QImage | None:
        return self._image

    def set_original(self, image: QImage | None, frame: QRectF) -> None:
        self._image, self._frame = image, frame
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_ground(painter, self.rect(), self._theme)
        if self._image is None:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = _fitted(self._image.size(), QRectF(self.rect()).adjusted(1, 1, -1, -1))
        draw_on_checkerboard(painter, area, self._image)
        kept = QRectF(
            area.x() + self._frame.x() * area.width(),
            area.y() + self._frame.y() * area.height(),
            self._frame.width() * area.width(),
            self._frame.height() * area.height(),
        )
        shade = QColor(self._theme.colour("canvas"))
        shade.setAlphaF(DIMMED)
        for lost in (
            QRectF(area.topLeft(), kept.bottomLeft()),
            QRectF(kept.topRight(), area.bottomRight()),
            QRectF(area.topLeft(), kept.topRight()),
            QRectF(kept.bottomLeft(), area.bottomRight()),
        ):
            painter.fillRect(lost, shade)
        painter.setPen(QPen(self._theme.colour("accent_text"), 2))
        painter.drawRect(kept)


class TileView(QWidget):
    """A prepared picture, enlarged by a whole factor."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        explain(self, "As the network sees it", "All the pixels that the model learns from.")
        self.setFixedSize(HEIGHT, HEIGHT)
        self._theme = theme
        self._image: QImage | None = None
        theme.changed.connect(self.update)

    def set_image(self, image: QImage | None) -> None:
        """image: its own copy of the pixels."""
        self._image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_ground(painter, self.rect(), self._theme)
        if self._image is None:
            return
        ratio = self.devicePixelRatioF()
        longest = max(self._image.width(), self._image.height())
        scale = int(HEIGHT * ratio / longest) / ratio
        size = QSize(self._image.width(), self._image.height())
        if not scale:  # larger than the place for it
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            draw_on_checkerboard(painter, _fitted(size, QRectF(self.rect())), self._image)
            return
        area = QRectF(0, 0, size.width() * scale, size.height() * scale)
        left = round((self.width() - area.width()) / 2 * ratio) / ratio
        top = round((self.height() - area.height()) / 2 * ratio) / ratio
        draw_on_checkerboard(painter, area.translated(left, top), self._image)


def _paint_ground(painter: QPainter, area: QRect, theme: Theme) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("canvas"))
    painter.drawRoundedRect(QRectF(area), RADIUS, RADIUS)
    painter.restore()


def _fitted(size: QSize, area: QRectF) -> QRectF:
    """The largest centred part of `area` with the aspect of `size`."""
    scale = min(area.width() / size.width(), area.height() / size.height())
    fitted = QRectF(0, 0, size.width() * scale, size.height() * scale)
    fitted.moveCenter(area.center())
    return fitted


def _sentences(notes: Sequence[str]) -> str:
    return " ".join(f"{note[:1].upper()}{note[1:]}." for note in notes)
