"""The row over the stage: from noise, or from a picture of one's own, and which one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.choice_bar import Choice, ChoiceBar
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import REST, row, wide
from ddpm_studio.gui.common.theme import Theme

NOISE, OWN = "noise", "own"
THUMB, ROOMY = 32, 480  # points; in a narrower row the words are short
PAINT_ON, BACK = ("Paint on from here", "Paint on"), ("Back to my picture", "Back")
PAINT_ON_TIP = (
    "Let the model paint on from this much noise: several pictures, each with noise of its own, "
    "the first as it is seen here"
)
BACK_TIP = "See your picture on its way into the noise again"
AT_THE_END = "Move the slider to the left first: here is no noise to paint on from"
CHOICES = (
    Choice(NOISE, "From noise", "Noise", "New pictures, grown out of pure noise"),
    Choice(
        OWN,
        "From a picture of mine",
        "My picture",
        "One of your own pictures on its way into the noise, and what the model makes of it",
        middle="From my picture",
    ),
)


class OwnPictureBar(QWidget):
    """Says what a person wants; whoever uses it tells what is so."""

    source_wanted = Signal(str)  # NOISE or OWN
    choose_wanted = Signal()
    surprise_wanted = Signal()
    paint_on_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_painted_on = self._is_terse = False
        self._can_paint_on = True
        self._switch = ChoiceBar(theme, "Where it begins", CHOICES, "own.switch")
        self._thumb = label()
        self._thumb.setFixedSize(THUMB, THUMB)
        self._thumb.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name = label(kind="muted", name="own.picture", elided=True)
        tip = "Choose another one of the pictures that the model learns from"
        self._choose = IconButton(theme, "pictures", "own.choose", "Choose a picture", tip)
        tip = "Any one of your pictures"
        self._surprise = IconButton(theme, "dice", "own.surprise", "Surprise me", tip)
        self._paint_on = Button(theme, PAINT_ON[0], "own.paint_on", PAINT_ON_TIP, icon="generate")
        buttons = self._choose, self._surprise, self._paint_on
        row(self._switch, self._thumb, wide(self._name), *buttons, REST, of=self)
        self._switch.currentIndexChanged.connect(self._on_switch)
        self._choose.clicked.connect(self.choose_wanted)
        self._surprise.clicked.connect(self.surprise_wanted)
        self._paint_on.clicked.connect(self._on_paint_on)
        self.show_source(NOISE)

    @property
    def source(self) -> str:
        """NOISE or OWN."""
        return self._switch.chosen

    def show_source(self, source: str) -> None:
        """Where it begins now."""
        self._switch.blockSignals(True)
        self._switch.setCurrentIndex(self._switch.findData(source))
        self._switch.blockSignals(False)
        self._switch.update()
        self._show_parts()

    def show_picture(self, name: str, image: QImage | None) -> None:
        """Which picture it is; None: none is chosen yet."""
        self._name.setText(name)
        if image is None:
            self._thumb.clear()
            return
        ratio = self.devicePixelRatioF()
        side = round(THUMB * ratio)
        keep, fast = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
        smooth = Qt.TransformationMode.SmoothTransformation
        is_small = max(image.width(), image.height()) <= side
        pixmap = QPixmap.fromImage(image.scaled(side, side, keep, fast if is_small else smooth))
        pixmap.setDevicePixelRatio(ratio)
        self._thumb.setPixmap(pixmap)

    def show_state(self, *, can_paint_on: bool, is_painted_on: bool) -> None:
        """Whether there is noise to paint on from, and whether that is what is seen."""
        self._is_painted_on, self._can_paint_on = is_painted_on, can_paint_on
        if is_painted_on:
            self._paint_on.set_face(BACK[self._is_terse], "undo", BACK_TIP)
        else:
            tip = PAINT_ON_TIP if can_paint_on else AT_THE_END
            self._paint_on.set_face(PAINT_ON[self._is_terse], "generate", tip)
        self._paint_on.setEnabled(is_painted_on or can_paint_on)
        self._show_parts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_terse = self.width() < ROOMY
        if is_terse != self._is_terse:
            self._is_terse = is_terse
            self.show_state(can_paint_on=self._can_paint_on, is_painted_on=self._is_painted_on)

    def _show_parts(self) -> None:
        """Another picture is chosen where this one is seen, not where it was painted on."""
        is_own = self.source == OWN
        for widget in (self._thumb, self._name, self._paint_on):
            widget.setVisible(is_own)
        self._choose.setVisible(is_own and not self._is_painted_on)
        self._surprise.setVisible(is_own and not self._is_painted_on)

    def _on_switch(self) -> None:
        self.source_wanted.emit(self.source)

    def _on_paint_on(self) -> None:
        (self.back_wanted if self._is_painted_on else self.paint_on_wanted).emit()
