"""One picture: the whole file with what is cropped away, what the network sees, what was done."""

import math
from collections.abc import Sequence
from html import escape
from pathlib import PurePath

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.images import draw_on_checkerboard
from ddpm_studio.gui.common.label import Icon, label
from ddpm_studio.gui.common.layout import Gap, column, row, wide
from ddpm_studio.gui.common.theme import Theme

HEIGHT, WHOLE_WIDTH, RADIUS, MARGIN = 128, 176, 4, 12
DIMMED = 0.72  # how much of what is cropped away is hidden
WHOLE = QRectF(0, 0, 1, 1)


def crop_words(frame: QRectF, mode: str = "centre") -> str:
    """What the crop does to this picture, as a sentence. mode: of `Crop`."""
    lost = {"left and right": 1 - frame.width(), "at top and bottom": 1 - frame.height()}
    where = max(lost, key=lambda place: lost[place])
    if mode == "pad":
        return "The whole picture is used, with a border where it needs one."
    if lost[where] < 0.005:
        return "The whole picture is used."
    percent = max(1, round(100 * lost[where]))
    if mode == "box":
        percent = max(1, round(100 * (1 - frame.width() * frame.height())))
        return f"Your own frame is used: {percent} % lies outside of it."
    what = "The part with most detail" if mode == "smart" else "The middle"
    return f"{what} is used: {percent} % is cut off {where}."


class PictureDetails(QFrame):
    """Its button that shows the file in its folder is heard by the panel."""

    def __init__(self, theme: Theme, actions: QWidget, turns: QWidget) -> None:
        """actions: what can be done with the chosen pictures; stands at the foot.

        turns: buttons that turn them, beside those of the file.
        """
        super().__init__()
        self.setProperty("kind", "panel")
        self._actions, self._turns = actions, turns
        self._crop = CropView(theme)
        self._arrow = Icon(theme, "chevron-right", 16)
        self._seen = TileView(theme)
        self._name = label(kind="heading", name="pictures.details.name", elided=True)
        self._text = label(kind="muted", name="pictures.details.text", wrap=True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        tip = "Open the folder that holds this picture"
        self.folder = IconButton(
            theme, "folder-open", "pictures.details.show_in_folder", "Show in folder", tip
        )
        tip = "See the whole file large (Space)"
        self.large = IconButton(theme, "zoom-in", "pictures.details.large", "See it large", tip)
        self._lay_out()
        self.clear()

    def set_narrow(self, is_narrow: bool) -> None:
        """Where there is little room, the words and buttons need it more than the whole file."""
        self._crop.setHidden(is_narrow)
        self._arrow.setHidden(is_narrow)

    def clear(self) -> None:
        self._name.setText("No picture chosen")
        self._say("Click a picture to see what was done to it.")
        self._crop.set_original(None)
        self._seen.set_image(None)
        self.folder.setEnabled(False)
        self.large.setEnabled(False)

    def show_picture(self, name: str, notes: Sequence[str], *, is_other: bool = True) -> None:
        """Another picture is chosen; its pixels and its file follow when they are loaded.

        is_other: than the one before; else its file and pixels stay until there are new ones.
        """
        self._name.setText(PurePath(name).name)
        self.folder.setToolTip(tooltip(f"Open the folder that holds {escape(name)}"))
        self._notes = notes
        self._say(_sentences(notes))
        if is_other:
            self._crop.set_original(None)
            self._seen.set_image(None)
        self.folder.setEnabled(True)

    def show_pixels(self, image: QImage) -> None:
        """What the network sees of it."""
        self._seen.set_image(image)

    def show_gone(self) -> None:
        """The file cannot be read."""
        self._say("The file cannot be read any more; look at the folder again (F5).")

    def show_original(
        self,
        image: QImage | None,
        frame: QRectF,
        size: tuple[int, int],
        shape: tuple[int, int],
        crop: str,
    ) -> None:
        """The whole file. frame: what is used, in parts of its sides; crop: the same in words.

        crop is "" where nothing of it is used. size: its width and height. shape: (H, W) of what
        it becomes.
        """
        self._crop.set_original(image, frame)
        becomes = f" become {shape[1]} × {shape[0]}" if crop else ""
        facts = f"{size[0]} × {size[1]} pixels{becomes}."
        self._say(" ".join(filter(None, (facts, crop, _sentences(self._notes)))))

    def _say(self, text: str) -> None:
        self._text.setText(text)
        self._text.setToolTip(tooltip(escape(text)))  # should it be too long for its place

    def _lay_out(self) -> None:
        head = row(wide(self._name), self._turns, self.large, self.folder, spacing=4)
        words = column(head, wide(self._text), self._actions, spacing=0)
        pictures = self._crop, self._arrow, self._seen
        row(*pictures, Gap(12), wide(words), margins=MARGIN, of=self)
        self.setFixedHeight(HEIGHT + 2 * MARGIN + 2)  # or the wall would move with each text


class TileView(QWidget):
    """A prepared picture, enlarged by a whole factor."""

    def __init__(self, theme: Theme, width: int = HEIGHT) -> None:
        super().__init__()
        explain(self, "As the network sees it", "All the pixels that the model learns from.")
        self.setFixedSize(width, HEIGHT)
        self._theme = theme
        self.image: QImage | None = None
        theme.changed.connect(self.update)

    def set_image(self, image: QImage | None) -> None:
        """image: its own copy of the pixels."""
        self.image = image
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        _paint_ground(painter, self.rect(), self._theme)
        if self.image is not None:
            self._paint(painter, self.image)

    def _paint(self, painter: QPainter, image: QImage) -> None:
        _draw(painter, image, QRectF(self.rect()))


class CropView(TileView):
    """The whole picture; what is cropped away is dimmed, and what is kept has a frame.

    Attributes: frame, what is kept, in parts of the picture's sides.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, WHOLE_WIDTH)
        self.setObjectName("pictures.details.crop")
        tip = "The whole picture, with a frame around what the model learns from."
        explain(self, "Crop", tip, "crop")
        self.frame = WHOLE

    def set_original(self, image: QImage | None, frame: QRectF = WHOLE) -> None:
        self.frame = frame
        self.set_image(image)

    def _paint(self, painter: QPainter, image: QImage) -> None:
        area = _draw(painter, image, QRectF(self.rect()).adjusted(1, 1, -1, -1))
        part, wide, high = self.frame, area.width(), area.height()
        corner = area.topLeft() + QPointF(part.x() * wide, part.y() * high)
        kept = QRectF(corner, QSizeF(part.width() * wide, part.height() * high))
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


def _paint_ground(painter: QPainter, area: QRect, theme: Theme) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("canvas"))
    painter.drawRoundedRect(QRectF(area), RADIUS, RADIUS)
    painter.restore()


def _draw(painter: QPainter, image: QImage, room: QRectF) -> QRectF:
    """Draw an image in the middle of the room and say where: as large as a whole factor makes it.

    Larger ones than the room are scaled down, smoothly.
    """
    ratio = painter.device().devicePixelRatio()
    scale = ratio * min(room.width() / image.width(), room.height() / image.height())
    if scale >= 1:
        scale = math.floor(scale)
    else:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    area = QRectF(0, 0, image.width() * scale / ratio, image.height() * scale / ratio)
    area.moveCenter(room.center())
    if scale >= 1:  # from a pixel of the screen on
        area.moveTo(round(area.left() * ratio) / ratio, round(area.top() * ratio) / ratio)
    draw_on_checkerboard(painter, area, image)
    return area


def _sentences(notes: Sequence[str]) -> str:
    return " ".join(f"{note[:1].upper()}{note[1:]}." for note in notes)
