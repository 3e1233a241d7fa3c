"""The controls of the sampler, from the number of pictures to the button that makes them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from ddpm_studio.config import AUTO, SPACINGS, VARIANCES, WEIGHTS, SampleConfig
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.inputs import ComboBox, DoubleSpinBox, SpinBox, Switch
from ddpm_studio.gui.common.seed_field import SeedField
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.slider_number import SliderNumber
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.request import MOST_PICTURES
from ddpm_studio.gui.generate.checkpoint_choice import CHECKPOINT_TIP, CheckpointChoice
from ddpm_studio.samplers import SAMPLERS, Sampler

WIDTH = 304
MOST_SLID_STEPS = 250
SPACING_WORDS = {
    "auto": "What suits the sampler",
    "leading": "Leading (starts a little late)",
    "trailing": "Trailing (starts at pure noise)",
    "linspace": "Even (both ends)",
    "quadratic": "Quadratic (dense near the end)",
    "log_snr": "By noise level (best with few)",
}
VARIANCE_WORDS = {"posterior": "Small (posterior)", "beta": "Large (beta)"}
WEIGHTS_HINTS = {"ema": "calmer", "model": "as they are"}
ETA_TIP = (
    "How much fresh noise joins at each step: at 0 the same noise always becomes the same "
    "picture on a smooth way, at 1 chance has its say until the end."
)
NO_ETA = "{} always takes fresh noise; choose DDIM to set how much."


class SampleControls(QFrame):
    """`changed` says that the same noise would now become other pictures."""

    changed = Signal()
    run_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(
        self, theme: Theme, settings: Settings, dice: random.Random, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self.setFixedWidth(WIDTH)
        self._theme = theme
        self._is_running = False
        self._exact_eta = 0.0
        self.seed = SeedField(theme, settings, dice)
        self._make_fields()
        self._run = Button(theme, "", "generate.run", "", kind="primary", large=True)
        self._more = Button(theme, "More", "generate.more", "", kind="quiet")
        self._more.setCheckable(True)
        self._more.setStyleSheet("padding-left: 0; padding-right: 8px")  # in line with the rest
        self._lay_out()
        self._remember(settings)
        self._usual_steps = self.sampler.usual_steps
        self._connect()
        self.set_running(False)
        self._on_sampler_changed()
        self._on_more(self._more.isChecked())

    # what is set

    @property
    def count(self) -> int:
        return self._count.value()

    @property
    def sampler(self) -> Sampler:
        return SAMPLERS[self._sampler.currentData()]

    @property
    def which(self) -> str:
        """ "ema" or "model"."""
        return str(self._weights.currentData())

    @property
    def checkpoint(self) -> Path | None:
        """The chosen one; None for the newest."""
        return self._checkpoint.path

    def sample_config(self, seed: int) -> SampleConfig:
        eta = round(self._eta.number.value(), 2)
        return SampleConfig(
            sampler=self.sampler.name,
            num_inference_steps=int(self._steps.number.value()),
            eta=self._exact_eta if eta == round(self._exact_eta, 2) else eta,
            spacing=str(self._spacing.currentData()),
            variance=str(self._variance.currentData()),
            clip=self._clip.isChecked(),
            seed=seed,
        )

    def set_sample(self, sample: SampleConfig) -> None:
        """Set all that `sample_config` gives, the seed among it."""
        self._sampler.setCurrentIndex(self._sampler.findData(sample.sampler))
        self._steps.number.setValue(sample.num_inference_steps)  # not what the sampler proposes
        assert isinstance(self._eta.number, DoubleSpinBox)
        self._eta.number.setValue(sample.eta)
        self._exact_eta = sample.eta  # two digits are seen, but all of them count
        self._spacing.setCurrentIndex(self._spacing.findData(sample.spacing))
        self._variance.setCurrentIndex(self._variance.findData(sample.variance))
        self._clip.setChecked(sample.clip)
        if sample.seed != self.seed.number.value():
            self.seed.number.setValue(sample.seed)
            self.changed.emit()

    def set_count(self, count: int) -> None:
        self._count.setValue(count)

    def add_more(self, widget: QWidget) -> None:
        """Put something below what is seldom needed."""
        self._rest.layout().addWidget(widget)  # type: ignore[union-attr]

    def set_which(self, which: str) -> None:
        """ "ema" or "model"."""
        self._weights.setCurrentIndex(self._weights.findData(which))

    # what the page tells

    def set_timesteps(self, num_timesteps: int) -> None:
        """How many steps the model was trained for; there cannot be more."""
        self._steps.number.setMaximum(num_timesteps)
        self._steps.set_most(min(MOST_SLID_STEPS, num_timesteps))

    def set_checkpoints(self, paths: Sequence[Path]) -> None:
        """Those that there are, the oldest first. The choice stays if it still exists."""
        self._checkpoint.set_paths(paths)

    def set_best(self, step: int, loss: float) -> None:
        """The checkpoint that carries the star, and its loss on unseen pictures; -1: none."""
        self._checkpoint.set_best(step, loss)

    def choose_checkpoint(self, step: int) -> bool:
        """Choose the checkpoint of a step, -1 for the newest; False if it is not there any more."""
        return self._checkpoint.choose(step)

    def set_running(self, is_running: bool) -> None:
        """Generate, or Cancel while it runs."""
        self._is_running = is_running
        if is_running:
            self._run.set_face("Cancel", "stop", "Stop here; the frames so far stay (Esc)")
        else:
            tip = "Make new pictures from noise (Ctrl+Enter)"
            self._run.set_face("Generate", "generate", tip)
        self._run.setAccessibleName(self._run.text())

    def set_stopping(self, is_stopping: bool) -> None:
        """It was cancelled, and ends after the step that it is in."""
        self._run.setEnabled(not is_stopping)

    @property
    def has_run_focus(self) -> bool:
        return self._run.hasFocus()

    def _make_fields(self) -> None:
        usual = SampleConfig()
        self._count = SpinBox(1, MOST_PICTURES)
        self._count.setObjectName("generate.count")
        self._count.setValue(16)
        steps = SpinBox(1, 1000)
        steps.setValue(usual.num_inference_steps)
        self._steps = SliderNumber(steps, "generate.steps", most=MOST_SLID_STEPS, bend=2)
        eta = DoubleSpinBox(0, 1)
        eta.setSingleStep(0.05)
        eta.setValue(usual.eta)
        self._eta = SliderNumber(eta, "generate.eta")
        self._no_eta = QLabel()
        self._no_eta.setProperty("kind", "caption")
        self._no_eta.setWordWrap(True)
        words = {name: sampler.words for name, sampler in SAMPLERS.items()}
        self._sampler = _choice("generate.sampler", tuple(words), words, usual.sampler)
        self._checkpoint = CheckpointChoice()
        words = {
            key: f"{WEIGHTS[key].capitalize()} ({hint})" for key, hint in WEIGHTS_HINTS.items()
        }
        self._weights = _choice("generate.weights", tuple(WEIGHTS), words, "ema")
        self._spacing = _choice("generate.spacing", (AUTO, *SPACINGS), SPACING_WORDS, usual.spacing)
        self._variance = _choice("generate.variance", VARIANCES, VARIANCE_WORDS, usual.variance)
        self._clip = Switch("Keep to the range of colours")
        self._clip.setObjectName("generate.clip")
        self._clip.setChecked(usual.clip)

    def _lay_out(self) -> None:
        holder = QWidget()
        holder.setProperty("kind", "scrolled")
        rows = QVBoxLayout(holder)
        rows.setContentsMargins(16, 16, 16, 8)
        rows.setSpacing(12)
        for row in self._main_rows():
            rows.addWidget(row)
        rows.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self._rest = self._more_rows()
        rows.addWidget(self._rest)
        rows.addStretch()
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(holder)
        foot = QVBoxLayout()
        foot.setContentsMargins(16, 12, 16, 16)
        foot.addWidget(self._run)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addWidget(_line())
        layout.addLayout(foot)

    def _main_rows(self) -> list[QWidget]:
        steps_tip = "More steps give finer pictures and take longer; 50 are plenty to begin with."
        self._steps.set_words("Steps", steps_tip)
        self._eta.set_words("Freshness of noise (eta)", ETA_TIP)
        eta = ControlRow(
            "Freshness of noise (eta)", self._eta.number, ETA_TIP, "eta", holder=self._eta
        )
        layout = eta.layout()
        assert layout is not None
        layout.addWidget(self._no_eta)
        return [
            ControlRow("Pictures", self._count, "How many are made at once.", "count"),
            ControlRow(
                "Steps",
                self._steps.number,
                steps_tip,
                "num_inference_steps",
                holder=self._steps,
            ),
            eta,
            ControlRow(
                "Sampler", self._sampler, "The rule that leads from noise to picture.", "sampler"
            ),
            ControlRow(
                "Seed",
                self.seed.number,
                "The number that the noise grows from: the same seed, the same noise. "
                "Each next picture takes the next number.",
                "seed",
                holder=self.seed,
            ),
            ControlRow(
                "Model",
                self._checkpoint,
                CHECKPOINT_TIP,
                "checkpoint",
            ),
            ControlRow(
                "Weights",
                self._weights,
                "The average over the last part of training, or the weights as they are.",
                "ema / model",
            ),
        ]

    def _more_rows(self) -> QWidget:
        rest = QWidget()
        rows = QVBoxLayout(rest)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(12)
        clip_tip = "Cut what the model believes at black and white in every step."
        explain(self._clip, "Keep to the range of colours", clip_tip, "clip")
        for row in (
            ControlRow(
                "Choice of steps", self._spacing, "Which noise levels are visited.", "spacing"
            ),
            ControlRow(
                "Amount of noise in DDPM",
                self._variance,
                "How much fresh noise DDPM takes at each step.",
                "variance",
            ),
            self._clip,
        ):
            rows.addWidget(row)
        return rest

    def _remember(self, settings: Settings) -> None:
        for control, key in (
            (self._count, "count"),
            (self._steps.number, "steps"),
            (self._eta.number, "eta"),
            (self._sampler, "sampler"),
            (self._weights, "weights"),
            (self._spacing, "spacing"),
            (self._variance, "variance"),
            (self._clip, "clip"),
            (self._more, "more"),
        ):
            settings.remember(control, f"generate/{key}")

    def _connect(self) -> None:
        self._steps.number.valueChanged.connect(self.changed)
        self._eta.number.valueChanged.connect(self.changed)
        for combo in (self._checkpoint, self._weights, self._spacing, self._variance):
            combo.currentIndexChanged.connect(self.changed)
        self._sampler.currentIndexChanged.connect(self._propose_steps)
        self._sampler.currentIndexChanged.connect(self._on_sampler_changed)
        self._sampler.currentIndexChanged.connect(self.changed)
        self._clip.toggled.connect(self.changed)
        self._more.toggled.connect(self._on_more)
        self._run.clicked.connect(self._on_run)

    def _on_run(self) -> None:
        (self.cancel_wanted if self._is_running else self.run_wanted).emit()

    def _propose_steps(self) -> None:
        """Another sampler usually takes so many, unless a person has set them by hand."""
        steps = self._steps.number
        if steps.value() == min(self._usual_steps, steps.maximum()):
            steps.setValue(self.sampler.usual_steps)
        self._usual_steps = self.sampler.usual_steps

    def _on_sampler_changed(self) -> None:
        """Each one looks at eta, at the variance, or at none of both."""
        sampler = self.sampler
        self._eta.setEnabled("eta" in sampler.takes)
        self._no_eta.setText(NO_ETA.format(sampler.title))
        self._no_eta.setVisible("variance" in sampler.takes)
        self._variance.setEnabled("variance" in sampler.takes)

    def _on_more(self, is_open: bool) -> None:
        icon = "chevron-down" if is_open else "chevron-right"
        self._more.set_face("More", icon, "Settings that are seldom needed")
        self._rest.setVisible(is_open)
        if is_open:  # once it is laid out
            QTimer.singleShot(0, self._rest, self._show_rest)

    def _show_rest(self) -> None:
        scroll = self.findChild(QScrollArea)
        if scroll is not None and self._more.hasFocus():
            scroll.verticalScrollBar().setValue(scroll.verticalScrollBar().maximum())


def _choice(name: str, keys: Sequence[str], words: dict[str, str], chosen: str) -> ComboBox:
    combo = _combo(name)
    for key in keys:
        combo.addItem(words.get(key, key.upper()), key)
    combo.setCurrentIndex(list(keys).index(chosen))
    return combo


def _combo(name: str) -> ComboBox:
    """As wide as its place, not as its longest entry."""
    combo = ComboBox()
    combo.setObjectName(name)
    combo.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    return combo


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("kind", "line")
    return line
