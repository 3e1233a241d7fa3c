"""The growing wall: pictures from fixed seeds, redrawn as the model learns, and their film."""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.inputs import Slider
from ddpm_studio.gui.common.label import label, use_tabular_figures
from ddpm_studio.gui.common.layout import column, row, wide
from ddpm_studio.gui.common.picture_view import PictureView
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import duration_in_words

ROOM_BYTES = 128 << 20  # of the film in memory
FRAME_MS = 160  # of the film when it plays
EMPTY_TEXT = "The first pictures appear soon after training has begun, and grow from then on."
NEXT_TIP = (
    "Often at first, when most happens, and then a few of them at a time, so that painting takes "
    "no more than 3 % of the training."
)
DEAR = "large ones take longer to paint"
QUICK_SIZE, LONG = 32, 30.0  # pixels, up to which they come often; seconds that are long
LOST_TEXT = "The pictures of this step cannot be read any more."


class PreviewFilm:
    """The film of the model learning: the steps of all previews, and the images near the present.

    It holds as many images as there is room for.
    """

    def __init__(self, room: int = ROOM_BYTES) -> None:
        self.steps: list[int] = []  # rising
        self._images: dict[int, QImage] = {}
        self._room = room
        self._nbytes = 0

    def __len__(self) -> int:
        return len(self.steps)

    def add_steps(self, steps: Iterable[int]) -> None:
        """Previews whose images are not there yet."""
        self.steps = sorted({*self.steps, *steps})

    def add_image(self, step: int, image: QImage, present: int) -> None:
        """Keep an image; those farthest from the `present` step make room for it."""
        self._drop(step)
        self._images[step] = image
        self._nbytes += image.sizeInBytes()
        while self._nbytes > self._room and len(self._images) > 1:
            self._drop(max(self._images, key=lambda other: abs(other - present)))

    def image(self, step: int) -> QImage | None:
        return self._images.get(step)

    def drop_after(self, step: int) -> None:
        """Training went back to a step: what came after it is no part of the film."""
        for later in [other for other in self.steps if other > step]:
            self._drop(later)
        self.steps = [other for other in self.steps if other <= step]

    def missing_near(self, present: int) -> list[int]:
        """The steps whose images are not there, as many as there is room for, nearest first."""
        missing = [step for step in self.steps if step not in self._images]
        missing.sort(key=lambda step: abs(step - present))
        if not self._images:
            return missing
        each = max(1, self._nbytes // len(self._images))
        return missing[: max(1, (self._room - self._nbytes) // each)]

    def _drop(self, step: int) -> None:
        image = self._images.pop(step, None)
        if image is not None:
            self._nbytes -= image.sizeInBytes()

    @property
    def nbytes(self) -> int:
        """What the images take in memory."""
        return self._nbytes


class GrowingWall(QWidget):
    """At the end of its slider it shows the newest preview; further back, earlier ones.

    `frames_wanted` asks for images that are not there yet, the most wanted first.
    """

    frames_wanted = Signal(list)
    export_wanted = Signal(list)  # the steps of its film

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._film = PreviewFilm()
        self._tile = QSize(1, 1)
        self._asked: set[int] = set()  # frames that are on their way, or cannot be had
        self._build()
        self._player = QTimer(self, interval=FRAME_MS)
        self._player.timeout.connect(self._on_tick)
        self._slider.valueChanged.connect(self._show_frame)
        self._view.stepped.connect(self._on_stepped)
        self._view.enlarged.connect(self._on_enlarged)
        self._play.clicked.connect(self._on_play)
        self._export.clicked.connect(lambda: self.export_wanted.emit(self.steps))
        self._show_frame()

    @property
    def step(self) -> int:
        """The step whose preview is chosen; -1 if there is none."""
        steps = self._film.steps
        return steps[self._slider.value()] if steps else -1

    @property
    def steps(self) -> list[int]:
        return list(self._film.steps)

    @property
    def is_playing(self) -> bool:
        return self._player.isActive()

    def start_film(self, tile: QSize) -> None:
        """Another project; tile: the size of one picture."""
        self.stop_playing()
        self._film = PreviewFilm()
        self._asked.clear()
        self._tile = tile
        self.set_progress(0, 0)
        self._set_range(0)
        self.show_next(None)

    def add_steps(self, steps: Iterable[int]) -> None:
        """Earlier previews, whose images are asked for when they are needed."""
        self._keeping_place(lambda: self._film.add_steps(steps))

    def show_step(self, step: int) -> None:
        """Go back, or forward, to the preview of a step."""
        if step in self._film.steps:
            self.stop_playing()
            self._slider.setValue(self._film.steps.index(step))

    def set_tile(self, tile: QSize) -> None:
        self._tile = tile

    def add_preview(self, step: int, image: QImage, earlier: Iterable[int] = ()) -> None:
        """A new preview; it is shown unless a person is looking at an earlier one.

        earlier: steps whose previews came just before it; their images are asked for when needed.
        """

        def add() -> None:
            self._film.add_steps((*earlier, step))
            self._film.add_image(step, image, step)
            self._asked.discard(step)

        self._keeping_place(add)

    def add_frame(self, step: int, image: QImage) -> None:
        """An image that was asked for; a null image if it cannot be had."""
        if step in self._film.steps:
            self._film.add_image(step, image, self.step)
            self._asked.discard(step)
            if step == self.step:
                self._show_frame()

    def drop_after(self, step: int) -> None:
        """Training went back to a step."""
        self._film.drop_after(step)
        if len(self._film) < 2:  # nothing is left to play
            self.stop_playing()
        self._set_range(min(self._slider.value(), len(self._film) - 1))

    def set_progress(self, done: int, total: int) -> None:
        """A preview is being made: `done` of `total`; it is finished when both are equal."""
        self._progress.setRange(0, max(1, total))
        self._progress.setValue(done if done < total else 0)
        self._progress.setVisible(0 <= done < total)

    def show_next(self, seconds: float | None) -> None:
        """When pictures are painted again; None if nobody knows."""
        words = ""
        if seconds is not None:
            which = "Next" if max(self._film.steps, default=0) else "First"
            when = f"in about {in_round_words(seconds)}" if seconds >= 1 else "now"
            words = f"{which} pictures {when}"
            if seconds >= LONG and max(self._tile.width(), self._tile.height()) > QUICK_SIZE:
                words += f"; {DEAR}"
        self._next.setText(words)
        self._next.setToolTip(tooltip(f"{words}. {NEXT_TIP}") if words else "")

    def stop_playing(self) -> None:
        self._player.stop()
        self._play.set_face("play", "Play", "Play the film of the model learning")

    def _build(self) -> None:
        self._view = PictureView(self._theme, "train.wall", "Growing wall", EMPTY_TEXT)
        self._view.setToolTip(
            "<p style='margin:0'>Pictures of the model, always from the same noise (fixed seeds, "
            "averaged weights). Left and right arrows go through earlier ones; a click, or Enter, "
            "shows one of them large.</p>"
        )
        words = "New pictures are being made"
        self._progress = ProgressLine("train.preview", words, keeps_place=True)
        self._progress.setToolTip("New pictures are being made from noise (preview)")
        self._progress.hide()
        self._play = IconButton(self._theme, "play", "train.play", "Play")
        tip = "Export the film of the model learning: GIF, WebP, MP4, film strip and more"
        self._export = IconButton(self._theme, "film", "train.export", "Export film…", tip)
        self._slider = Slider(0, 0)
        self._slider.setObjectName("train.history")
        tip = "Back through all pictures that the model has made while it learned."
        explain(self._slider, "Earlier pictures", tip, "previews from fixed seeds")
        self._label = label("", "caption", "train.wall_step")
        self._label.setMinimumWidth(self._label.fontMetrics().horizontalAdvance("step 888,888"))
        self._next = label("", "caption", "train.next_pictures", elided=True)
        self._next.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        use_tabular_figures(self._next)
        below = row(self._play, self._label, wide(self._next), self._export)
        column(wide(self._view), self._progress, self._slider, below, spacing=4, of=self)

    def _keeping_place(self, change: Callable[[], object]) -> None:
        """Change the film; who looks at its newest picture sees the newest one after that, too."""
        present = self.step
        is_newest = self._slider.value() == self._slider.maximum() and not self.is_playing
        change()
        steps = self._film.steps
        self._set_range(len(steps) - 1 if is_newest else steps.index(present))

    def _set_range(self, position: int) -> None:
        blocked = self._slider.blockSignals(True)
        self._slider.setRange(0, max(0, len(self._film) - 1))
        self._slider.setValue(max(0, position))
        self._slider.blockSignals(blocked)
        has_film = len(self._film) > 1
        self._slider.setEnabled(has_film)
        self._play.setEnabled(has_film)
        self._export.setEnabled(has_film)
        self._show_frame()

    def _show_frame(self) -> None:
        step = self.step
        if step < 0:
            self._view.set_empty_text(EMPTY_TEXT)
            self._view.set_image(QImage(), self._tile)
            self._label.setText("")
            self._view.setAccessibleDescription("There are no pictures yet")
            return
        words = f"step {step:,}"
        if self._view.large >= 0:
            words = f"{words}, picture {self._view.large + 1}"
        self._label.setText(words)
        self._view.setAccessibleDescription(f"Pictures of {words}")
        image = self._film.image(step)
        if image is not None:  # else the one before stays until it comes
            self._view.set_empty_text(LOST_TEXT)
            self._view.set_image(image, self._tile)
        self._ask(step, image is None)

    def _ask(self, step: int, is_urgent: bool) -> None:
        """Ask for what is missing, unless it is on its way."""
        if not is_urgent or step in self._asked:
            return
        wanted = [one for one in self._film.missing_near(step) if one != step]
        wanted = [step, *(one for one in wanted if one not in self._asked)]
        self._asked = set(wanted)
        self.frames_wanted.emit(wanted)

    def _on_enlarged(self, _tile: int) -> None:
        self._show_frame()

    def _on_stepped(self, step: int) -> None:
        last = self._slider.maximum()
        position = {-2: 0, 2: last}.get(step, self._slider.value() + step)
        self._slider.setValue(position)

    def _on_play(self) -> None:
        if self.is_playing:
            self.stop_playing()
            return
        if self._slider.value() == self._slider.maximum():
            self._slider.setValue(0)
        self._play.set_face("pause", "Pause", "Hold the film")
        self._player.start()

    def _on_tick(self) -> None:
        if self._film.image(self.step) is None and self.step in self._asked:
            return  # it is on its way
        self._slider.setValue(self._slider.value() + 1)
        if self._slider.value() == self._slider.maximum():
            self.stop_playing()


def in_round_words(seconds: float) -> str:
    """What is only known about, and counts down: "45 s", "40 s" ... "8 s", "7 s"."""
    return duration_in_words(seconds if seconds < 10 or seconds > 60 else 5 * round(seconds / 5))
