"""The left side of the Train page: start and stop, what happens, and what is set."""

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.gui.common.amount import MINUTES, STEPS, TIMES, AmountPicker, Unit
from ddpm_studio.gui.common.button import Button, MainButton
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.efforts import CUSTOM, EFFORTS, effort_of, with_effort, with_size
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import STRETCH, column, holder, keep_room, row, scrolled, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.train.advanced import AdvancedSettings

WIDTH = 324
SIZES = (16, 32, 64, 128, 256)
EFFORT_WORDS = {
    "quick": "Quick sketch",
    "balanced": "Balanced",
    "thorough": "Thorough",
    CUSTOM: "As set below",
}
SIZE_TIP = "Width and height of the pictures. Larger ones take much longer to learn."
EFFORT_TIP = "A larger model can learn more and takes longer for each step."
LOCKED_TIP = "The model is trained with this; make a new project to change it."
LENGTH_TIP = "Training saves itself all the time, and can go on later from where it was."
FACES = {  # of the large button: icon and tooltip
    "Start": ("play", "Begin to learn from the pictures (Ctrl+Enter)"),
    "Pause": ("pause", "Hold after the present step; the model stays in memory (Ctrl+Enter)"),
    "Continue": ("play", "Go on where it was left (Ctrl+Enter)"),
}
GENERATE = "Generate pictures", "generate", "The model paints: to the next page"
LENGTHS = {
    **TIMES,
    STEPS: Unit(
        "steps", 2000, tuple(factor * 10**power for power in range(2, 7) for factor in (1, 2, 5))
    ),
    "until_stopped": Unit("until I stop it", 30),
}
MOST_STEPS = 10_000_000


class Phase(Enum):
    """What training is doing, as the page shows it."""

    READY = auto()
    STARTING = auto()
    RUNNING = auto()
    PAUSED = auto()
    LENT = auto()  # another job has the device for a moment
    STOPPING = auto()
    DONE = auto()  # it ran for as long as it should
    STOPPED = auto()
    FAILED = auto()
    ELSEWHERE = auto()  # another process trains this project


BUSY = {Phase.STARTING, Phase.RUNNING, Phase.PAUSED, Phase.LENT}


class LengthPicker(AmountPicker):
    """How long to train: minutes, hours, steps, or until somebody stops it."""

    def __init__(self, settings: Settings) -> None:
        keys = "train/length", "train/length_unit"
        super().__init__("train.length", LENGTHS, MINUTES, MOST_STEPS, settings, keys)
        # as wide as there is room, not as its longest number
        self.number.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.number.setMinimumWidth(88)
        explain(self.unit, "How long, in what", "Minutes, hours, steps, or no end by itself.")
        row(wide(self.number, 2), wide(self.unit, 3), of=self)

    def say_more(self, is_more: bool) -> None:
        """Whether it comes on top of what was trained already: "30 more minutes"."""
        for index in range(self.unit.count()):
            about = LENGTHS[self.unit.itemData(index)]
            more = "more " if is_more and about.round else ""
            self.unit.setItemText(index, f"{more}{about.words}")

    @property
    def steps(self) -> int | None:
        """None if it is not in steps."""
        return self.number.value() if self.unit.currentData() == STEPS else None


class TrainControls(QFrame):
    """Says which settings a person wants; the page does it, and hears the buttons.

    Attributes: start (the large button, whatever it says at the moment), stop, generate; now
    (before the training of another project); length.
    """

    change_wanted = Signal(object)  # what makes other settings, a StudioConfig, of the present ones

    def __init__(self, theme: Theme, settings: Settings, jobs: JobRunner) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.setFixedWidth(WIDTH)
        self.length = LengthPicker(settings)
        self._make_buttons(theme)
        self._make_fields()
        self.advanced = AdvancedSettings(theme, settings, jobs)
        self.advanced.changed.connect(lambda config: self._want(lambda _: config))
        self._lay_out()
        self.show_phase(Phase.READY, "", is_trained=False)

    def add_below_length(self, widget: QWidget) -> None:
        """Something that belongs to how long to train."""
        self._below_length.addWidget(widget)

    def main_click(self) -> None:
        """What Ctrl+Enter does: the button that stands out."""
        button = self.generate if self.generate.property("kind") == "primary" else self.start
        button.animateClick()

    def show_phase(self, phase: Phase, sentence: str, *, is_trained: bool) -> None:
        """Other faces of the buttons, and what happens as a sentence."""
        is_done = phase is Phase.DONE
        running = phase in BUSY and phase is not Phase.PAUSED
        idle_face = "Continue" if is_trained or phase is Phase.PAUSED else "Start"
        face = "Pause" if running else idle_face
        self.start.show_face(face, *FACES[face], is_main=not (is_done or running))
        is_free = phase not in (Phase.STOPPING, Phase.ELSEWHERE)
        self.start.setEnabled(is_free)
        self.stop.setEnabled(phase in BUSY)
        self.generate.show_face(*GENERATE, is_main=is_done)
        self.generate.setEnabled(is_trained or is_done)
        self.length.setEnabled(phase not in BUSY and is_free)
        self.length.say_more(is_trained)
        set_kind(self._state, "danger" if phase is Phase.FAILED else "muted")
        if self._state.text() != sentence:
            self._state.setText(sentence)

    def show_progress(self, fraction: float | None) -> None:
        """How far the run is; None if there is none, or it has no end."""
        self._progress.setVisible(fraction is not None)
        self._progress.set_fraction(fraction)

    def show_saved(self, step: int) -> None:
        """The step that is safe on disk; -1 if nothing is."""
        self._saved.setText(f"Saved at step {step:,}")
        self._saved.setVisible(step >= 0)

    def show_config(
        self, config: StudioConfig, default: StudioConfig, weights: Mapping[str, int], locked: bool
    ) -> None:
        """weights: how many each effort means, as far as that is known; "" for the present one."""
        for combo in (self._size, self._effort):
            combo.blockSignals(True)  # only a person's choice counts
        self._show_size(config, locked)
        self._show_effort(config, weights, locked)
        for combo in (self._size, self._effort):
            combo.blockSignals(False)
        self.advanced.set_config(config, default, locked)

    def _make_buttons(self, theme: Theme) -> None:
        icon, tip = FACES["Start"]
        look: dict[str, Any] = {"kind": "primary", "large": True}
        self.start = MainButton(theme, "Start", "train.start", tip, icon=icon, **look)
        tip = "Save and end; training can go on from here later"
        self.stop = Button(theme, "Stop", "train.stop", tip, icon="stop", large=True)
        words, icon, tip = GENERATE
        self.generate = MainButton(theme, words, "train.generate", tip, icon=icon)
        tip = "The other one waits meanwhile, and goes on by itself when this one ends"
        self.now = Button(theme, "Train this one now", "train.now", tip, icon="play")
        self.now.hide()
        self._state = label("", "muted", "train.state", wrap=True)
        self._state.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # two lines, whatever is said: what stands below must not move while somebody aims at it
        self._state.setMinimumHeight(2 * self._state.fontMetrics().lineSpacing())
        self._state.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._progress = ProgressLine("train.progress", "How far training is", keeps_place=True)
        self._progress.hide()
        self._saved = keep_room(label("", "caption", "train.saved"))
        self._saved.setToolTip("What was learned until then is safe on disk (checkpoint)")

    def _make_fields(self) -> None:
        self._size, self._effort = choice("train.size", {}), choice("train.effort", {})
        self._size.currentIndexChanged.connect(self._on_size)
        self._effort.currentIndexChanged.connect(self._on_effort)
        self._weights = label(name="train.weights")

    def _lay_out(self) -> None:
        self._below_length = column(self.length)
        size = ControlRow("Picture size", self._size, SIZE_TIP, "pictures.size")
        effort = ControlRow(
            "Effort", self._effort, EFFORT_TIP, "width of the U-Net", value=self._weights
        )
        words, below = (LENGTH_TIP, "budget of this run"), holder(self._below_length)
        length = ControlRow("How long", self.length.number, *words, holder=below)
        rows = column(
            size, effort, length, self.advanced, STRETCH, spacing=16, margins=(16, 0, 16, 8)
        )
        buttons = row(wide(self.start), self.stop)
        head = column(
            *(buttons, self._state, self._progress, self._saved, self.generate, self.now),
            margins=16,
        )
        column(head, wide(scrolled(rows)), spacing=0, margins=(1, 1, 1, 8), of=self)

    def _show_size(self, config: StudioConfig, locked: bool) -> None:
        size, height = config.pictures.size, config.pictures.height
        is_square = height in (0, size)
        self._size.clear()
        for each in sorted({*SIZES, size}):
            shown = height if each == size and not is_square else each
            self._size.addItem(f"{each} × {shown} pixels", each)
        self._size.setCurrentIndex(self._size.findData(size))
        self._size.setEnabled(is_square and not locked)
        tip = LOCKED_TIP if locked else SIZE_TIP
        explain(self._size, "Picture size", tip, "pictures.size")

    def _show_effort(self, config: StudioConfig, weights: Mapping[str, int], locked: bool) -> None:
        present = effort_of(config)
        efforts = [*EFFORTS, CUSTOM] if present == CUSTOM else list(EFFORTS)
        self._effort.clear()
        for effort in efforts:
            self._effort.addItem(EFFORT_WORDS[effort], effort)
            if effort in weights:
                tip = f"A model of {million(weights[effort])} weights"
                self._effort.setItemData(self._effort.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self._effort.setCurrentIndex(efforts.index(present))
        self._effort.setEnabled(not locked)
        self._weights.setText(f"{million(weights[''])} weights" if "" in weights else "")
        explain(self._effort, "Effort", LOCKED_TIP if locked else EFFORT_TIP, "width of the U-Net")

    def _want(self, make: Callable[[StudioConfig], StudioConfig]) -> None:
        self.change_wanted.emit(make)

    def _on_size(self) -> None:
        size = self._size.currentData()
        self._want(lambda config: with_size(config, size))

    def _on_effort(self) -> None:
        effort = self._effort.currentData()
        if effort != CUSTOM:
            self._want(lambda config: with_effort(config, effort))


def million(count: int) -> str:
    """A number of weights for people: "0.03 million", "2.7 million", "61 million"."""
    millions = count / 1e6
    digits = 0 if millions >= 10 else 1 if millions >= 0.1 else 3
    return f"{millions:.{digits}f} million"
