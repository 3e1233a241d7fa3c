"""The controls of the sampler, from the number of pictures to the button that makes them."""

import dataclasses
import random
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from ddpm_studio.config import WEIGHTS, SampleConfig
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.checkpoint_choice import CheckpointChoice
from ddpm_studio.gui.common.control_row import ControlRow, tooltip
from ddpm_studio.gui.common.form import Form
from ddpm_studio.gui.common.inputs import DoubleSpinBox, SliderNumber, SpinBox, choice
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import STRETCH, Placed, column, holder, keep_room, scrolled, wide
from ddpm_studio.gui.common.project_watch import Checkpoints
from ddpm_studio.gui.common.seed_field import SeedField
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.request import MOST_PICTURES
from ddpm_studio.gui.generate.painting_line import PaintingLine
from ddpm_studio.samplers import SAMPLERS, Sampler
from ddpm_studio.words import why_best

WIDTH = 304
MOST_SLID_STEPS = 250
CHECKPOINT_TIP = "How long the model had learned: the newest state, or an earlier one."
RUN_TIP = "Make new pictures from noise (Ctrl+Enter)"
WEIGHTS_HINTS = {"ema": "calmer", "model": "as they are"}
# why eta is grey: a line that always has its place, and what helps
NO_ETA = "{} always takes fresh noise", "Choose DDIM to set how much."
NEVER_FRESH = "{} takes no fresh noise", "Choose DDIM to add some."


class SampleControls(QFrame):
    """`changed` says that the same noise would now become other pictures.

    Attributes: run (the button), painting (the line that says how far it is), keeps_steps
    (another sampler does not propose its steps: while two runs are compared, one thing differs).
    """

    changed = Signal()

    def __init__(
        self, theme: Theme, settings: Settings, checkpoints: Checkpoints, dice: random.Random
    ) -> None:
        super().__init__()
        self.setProperty("kind", "panel")
        self.setFixedWidth(WIDTH)
        self._checkpoints = checkpoints
        self._count_once: int | None = None
        self.keeps_steps = False
        self.seed = SeedField(theme, settings, dice, "generate")
        self._make_fields()
        words = "Generate", "generate.run", RUN_TIP
        self.run = Button(theme, *words, icon="generate", kind="primary", large=True)
        self.painting = PaintingLine(theme)
        self._more = Button(theme, "More", "generate.more", "", kind="quiet")
        self._more.setCheckable(True)
        self._more.setStyleSheet("padding-left: 0; padding-right: 8px")  # in line with the rest
        self._lay_out()
        self._remember(settings)
        self._connect()
        self.show_checkpoints()
        self._show_sampler()
        self._on_more(self._more.isChecked())

    # what is set

    @property
    def count(self) -> int:
        return self._count_once or self._count.value()

    @property
    def sampler(self) -> Sampler:
        return SAMPLERS[self.sample_config(0).sampler]

    @property
    def which(self) -> str:
        """ "ema" or "model"."""
        return str(self._weights.currentData())

    @property
    def checkpoint(self) -> Path | None:
        """The chosen one; None for the newest."""
        return self._checkpoint.path

    def sample_config(self, seed: int) -> SampleConfig:
        sample: SampleConfig = self._form.value()
        return dataclasses.replace(sample, seed=seed)

    def set_sample(self, sample: SampleConfig) -> None:
        """Set all that `sample_config` gives, the seed among it."""
        before = self._form.value()
        self._form.set_value(sample)  # not the steps that the sampler proposes
        self._show_sampler()
        if self._form.value() != before:
            self.changed.emit()

    def set_count(self, count: int) -> None:
        """So many are painted from now on, but the next Generate paints as many as are set."""
        self._count_once = count

    def forget_count(self) -> None:
        """As many as are set."""
        self._count_once = None

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

    def show_checkpoints(self) -> None:
        """Those that there are now. The choice stays if it still exists."""
        newest, best = self._checkpoints.newest, self._checkpoints.best
        self._checkpoint.show_all("Newest" if newest is None else f"Newest (step {newest.step:,})")
        why = "" if best is None else f" ★ step {best[0]:,}: {why_best(best[1])}."
        size = f" {self._checkpoints.disk_words}" if newest is not None else ""
        self._checkpoint.setToolTip(tooltip(CHECKPOINT_TIP + why + size, "checkpoint"))

    def choose_checkpoint(self, step: int) -> bool:
        """Choose the checkpoint of a step, -1 for the newest; False if it is not there any more."""
        self.show_checkpoints()  # this may be heard before it is heard that there is one more
        return self._checkpoint.choose(step)

    def _make_fields(self) -> None:
        self._count = SpinBox(1, MOST_PICTURES)
        self._count.setObjectName("generate.count")
        self._count.setValue(16)
        self._steps = SliderNumber(SpinBox(1, 1000), "generate.steps", most=MOST_SLID_STEPS, bend=2)
        eta = DoubleSpinBox(0, 1)
        eta.setSingleStep(0.05)
        self._eta = SliderNumber(eta, "generate.eta")
        self._form = Form(
            SampleConfig(),
            "generate",
            special={"num_inference_steps": self._steps, "eta": self._eta, "seed": self.seed},
            called={"num_inference_steps": "steps"},
            parent=self,
        )
        self._no_eta = keep_room(label("", "caption", "generate.no_eta"))
        self._checkpoint = CheckpointChoice("generate.checkpoint", self._checkpoints, "Step {:,}")
        self._weights = choice(
            "generate.weights",
            {
                which: f"{WEIGHTS[which].capitalize()} ({hint})"
                for which, hint in WEIGHTS_HINTS.items()
            },
        )

    def _lay_out(self) -> None:
        rows = self._main_rows()
        self._rest = holder(column(*self._form.rest(), spacing=12))
        more = Placed(self._more, align=Qt.AlignmentFlag.AlignLeft)
        self._scroll = scrolled(
            column(*rows, more, self._rest, STRETCH, spacing=12, margins=(16, 16, 16, 8))
        )
        line = QFrame()
        line.setProperty("kind", "line")
        foot = column(self.painting, self.run, spacing=4, margins=(16, 4, 16, 16))
        column(wide(self._scroll), line, foot, spacing=0, margins=1, of=self)

    def _main_rows(self) -> list[QWidget]:
        row = self._form.row
        return [
            ControlRow("Pictures", self._count, "How many are made at once.", "count"),
            row("num_inference_steps"),
            holder(column(row("eta"), self._no_eta, spacing=4)),
            row("sampler"),
            row("seed"),
            ControlRow("Model", self._checkpoint, CHECKPOINT_TIP, "checkpoint"),
            ControlRow(
                "Weights",
                self._weights,
                "The average over the last part of training, or the weights as they are.",
                "ema / model",
            ),
        ]

    def _remember(self, settings: Settings) -> None:
        self._form.remember(settings)
        for control, key in (
            (self._count, "count"),
            (self._weights, "weights"),
            (self._more, "more"),
        ):
            settings.remember(control, f"generate/{key}")
        self.seed.take_shown()  # that of last time was used

    def _connect(self) -> None:
        self._form.changed.connect(self._on_changed)
        for combo in (self._checkpoint, self._weights):
            combo.currentIndexChanged.connect(self.changed)
        self._count.valueChanged.connect(self.forget_count)
        self._more.toggled.connect(self._on_more)

    def _on_changed(self, key: str) -> None:
        if key == "sampler":
            if not self.keeps_steps:
                self._propose_steps()
            self._show_sampler()
        if key != "seed":  # other noise, which somebody has to ask for
            self.changed.emit()

    def _propose_steps(self) -> None:
        """Another sampler usually takes so many, unless a person has set them by hand."""
        steps = self._steps.number
        if steps.value() == min(self._usual_steps, steps.maximum()):
            steps.setValue(self.sampler.usual_steps)

    def _show_sampler(self) -> None:
        """Each one looks at eta, at the variance, or at none of both."""
        sampler = self.sampler
        self._usual_steps = sampler.usual_steps
        self._eta.setEnabled("eta" in sampler.takes)
        why, help_words = NO_ETA if "variance" in sampler.takes else NEVER_FRESH
        self._no_eta.setText(why.format(sampler.title))
        self._no_eta.setToolTip(help_words)
        self._no_eta.setVisible("eta" not in sampler.takes)
        self._form.editor("variance").control.setEnabled("variance" in sampler.takes)

    def _on_more(self, is_open: bool) -> None:
        icon = "chevron-down" if is_open else "chevron-right"
        self._more.set_face("More", icon, "Settings that are seldom needed")
        self._rest.setVisible(is_open)
        if is_open:  # once it is laid out
            QTimer.singleShot(0, self._rest, self._show_rest)

    def _show_rest(self) -> None:
        if self._more.hasFocus():
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.maximum())
