"""Paint many: how many pictures, and what that takes in time and on the disk."""

from __future__ import annotations

import dataclasses
import shutil
from contextlib import suppress

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ddpm_studio.config import WEIGHTS, SampleConfig
from ddpm_studio.gallery.batch import MOST, picture_bytes
from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.batch.batches import TURNS_TIP
from ddpm_studio.gui.batch.turns import TURN_MS, in_turns
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.inputs import ComboBox, SpinBox
from ddpm_studio.gui.common.job_names import TRAIN
from ddpm_studio.gui.common.seed_field import MOST_TYPED
from ddpm_studio.gui.common.slider_number import SliderNumber
from ddpm_studio.gui.frames.request import SampleRequest
from ddpm_studio.gui.session import Session
from ddpm_studio.project import step_of
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.words import duration_in_words, several, size_in_words

WIDTH = 480
USUAL = 200  # pictures
RESERVE = 200 << 20  # bytes of the disk that stay free


class BatchDialog(QDialog):
    """Emits `wanted` with the SampleRequest, of which count and first seed were chosen here."""

    wanted = Signal(object)

    def __init__(
        self, session: Session, batching: Batching, request: SampleRequest, parent: QWidget
    ) -> None:
        """request: what would be painted as the controls are set now."""
        super().__init__(parent)
        self._session, self._batching, self._request = session, batching, request
        self._free = _free_bytes(request)
        self.setObjectName("batch")
        self.setWindowTitle("Paint many")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields()
        self._lay_out()
        self._count.number.valueChanged.connect(self._show_facts)
        self._seed.valueChanged.connect(self._show_facts)
        self._turns.currentIndexChanged.connect(self._show_facts)
        self._show_facts()
        self._count.number.setFocus()
        self._count.number.selectAll()

    # building

    def _make_fields(self) -> None:
        theme, settings = self._session.theme, self._session.settings
        number = SpinBox(1, MOST)
        number.setGroupSeparatorShown(True)
        number.setValue(USUAL)
        settings.remember(number, "batch/count")
        self._count = SliderNumber(number, "batch.count", most=MOST, bend=3)
        self._count.set_words("Pictures", "From one to ten thousand.")
        self._seed = SpinBox(0, MOST_TYPED)
        self._seed.setObjectName("batch.seed")
        self._seed.setValue(self._request.sample.seed)
        self._turns = ComboBox()
        self._turns.setObjectName("batch.turns")
        self._turns.addItem("Take turns with training", False)
        self._turns.addItem("Paint first; training waits", True)
        self._turns.setCurrentIndex(int(self._batching.is_first))
        self._facts, self._problem = QLabel(), QLabel()
        self._facts.setObjectName("batch.facts")
        self._facts.setWordWrap(True)
        self._problem.setObjectName("batch.problem")
        self._problem.setProperty("kind", "warning")
        self._problem.setWordWrap(True)
        self._cancel = Button(theme, "Cancel", "batch.cancel", "Paint nothing (Esc)")
        self._paint = Button(
            theme,
            "Paint",
            "batch.paint",
            "Begins in the background; every picture is saved as soon as it is finished (Enter)",
            icon="batch",
            kind="primary",
        )
        self._paint.setDefault(True)
        self._cancel.clicked.connect(self.reject)
        self._paint.clicked.connect(self._on_paint)

    def _lay_out(self) -> None:
        heading = QLabel("Paint many pictures in the background")
        heading.setProperty("kind", "heading")
        settings = QLabel(_settings_words(self._request))
        settings.setProperty("kind", "muted")
        settings.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._paint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(settings)
        layout.addSpacing(4)
        count_tip = "How many are painted, one after another: from one to ten thousand."
        layout.addWidget(
            ControlRow("Pictures", self._count.number, count_tip, "count", holder=self._count)
        )
        seed_tip = "The first picture grows from this number, each next one from the next."
        layout.addWidget(ControlRow("First seed", self._seed, seed_tip, "seed"))
        turns = ControlRow("Beside training", self._turns, TURNS_TIP)
        turns.setVisible(self._session.jobs.get(TRAIN) is not None)
        layout.addWidget(turns)
        layout.addSpacing(4)
        layout.addWidget(self._facts)
        layout.addWidget(self._problem)
        layout.addStretch()
        layout.addLayout(buttons)
        self.setFixedWidth(WIDTH)

    # what happens

    @property
    def _chosen(self) -> SampleRequest:
        sample = dataclasses.replace(self._request.sample, seed=self._seed.value())
        return dataclasses.replace(
            self._request, sample=sample, count=int(self._count.number.value())
        )

    def _show_facts(self) -> None:
        request = self._chosen
        seconds = self._batching.seconds_for(request.sample, request.count)
        nbytes = request.count * picture_bytes(request.project.config.pictures.shape)
        time = "How long it takes is seen once it runs."
        if seconds is not None:
            in_half = self._turns.isVisibleTo(self) and not self._turns.currentData()
            takes = in_turns(seconds, TURN_MS / 1000) if in_half else seconds
            beside = ", in turns with training" if in_half else ""
            time = f"About {duration_in_words(takes)}{beside}, going by the pace of late."
        self._facts.setText(
            f"{time} About {size_in_words(nbytes)} on the disk, in the project's gallery. "
            "Every picture is saved as soon as it is finished; you can pause, stop, and finish "
            "the rest another day."
        )
        is_tight = self._free is not None and nbytes + RESERVE > self._free
        self._problem.setVisible(is_tight)
        if is_tight:
            self._problem.setText(
                f"Only {size_in_words(self._free or 0)} are free on this disk. What fits is "
                "painted, and the rest when there is room."
            )
        self._paint.setText(f"Paint {several(request.count, 'picture')}")

    def _on_paint(self) -> None:
        if self._turns.isVisible():
            self._batching.set_first(bool(self._turns.currentData()))
        self.wanted.emit(self._chosen)
        self.accept()


def _settings_words(request: SampleRequest) -> str:
    sample: SampleConfig = request.sample
    sampler = SAMPLERS[sample.sampler]
    model = "the newest model"
    if request.checkpoint is not None:
        model = f"the model of step {step_of(request.checkpoint):,}"
    eta = f", eta {sample.eta:g}" if "eta" in sampler.takes else ""
    return (
        f"With {model} ({WEIGHTS[request.which]} weights): {sampler.title}, "
        f"{sample.num_inference_steps:,} steps{eta}, as set on this page."
    )


def _free_bytes(request: SampleRequest) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(request.project.path).free
    return None
