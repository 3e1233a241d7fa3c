"""Paint many: the button, and a dialog: how many, and what that takes in time and on the disk."""

import dataclasses
import shutil
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import WEIGHTS, SampleConfig
from ddpm_studio.gallery.batch import MOST, picture_bytes
from ddpm_studio.gui.batch.batch import batching_of
from ddpm_studio.gui.batch.batches import TURNS_TIP
from ddpm_studio.gui.batch.turns import TURN_MS, in_turns
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.inputs import SliderNumber, SpinBox, choice
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import REST, Gap
from ddpm_studio.gui.common.seed_field import MOST_TYPED
from ddpm_studio.gui.frames.request import SampleRequest
from ddpm_studio.gui.session import Session
from ddpm_studio.project import step_of
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.words import duration_in_words, several, size_in_words

WIDTH = 480
USUAL = 200  # pictures
RESERVE = 200 << 20  # bytes of the disk that stay free

TIP = "Up to ten thousand pictures with these settings, in the background, each saved at once"
BUSY_TIP = "A batch is being painted already; the page Made (Ctrl+4) shows how far it is"


class PaintMany(QObject):
    """Paints with what the page is set to; the pictures come up on the page Made."""

    def __init__(
        self, session: Session, request: Callable[[], SampleRequest | None], page: QWidget
    ) -> None:
        """request: what would be painted as the page is set; None without a project."""
        super().__init__(page)
        self._session, self._request, self._page = session, request, page
        self._batching = batching_of(session)
        self.button = Button(
            session.theme, "Paint many…", "generate.many", TIP, icon="batch", kind="quiet"
        )
        self.button.clicked.connect(self._on_clicked)
        self._batching.changed.connect(self._on_changed)

    def _on_clicked(self) -> None:
        request = self._request()
        if request is not None:
            dialog = BatchDialog(self._session, request, self._page.window())
            dialog.wanted.connect(self._on_wanted)
            dialog.open()

    def _on_wanted(self, request: SampleRequest) -> None:
        self._batching.begin(request)
        self._session.want_page(names.NAV_MADE)

    def _on_changed(self) -> None:
        is_busy = self._batching.job is not None
        self.button.setEnabled(not is_busy)
        self.button.setToolTip(BUSY_TIP if is_busy else TIP)


class BatchDialog(Dialog):
    """Emits `wanted` with the SampleRequest, of which count and first seed were chosen here."""

    wanted = Signal(object)

    def __init__(self, session: Session, request: SampleRequest, parent: QWidget) -> None:
        """request: what would be painted as the controls are set now."""
        super().__init__("batch", "Paint many", parent)
        self._session, self._request = session, request
        self._batching = batching_of(session)
        self._free = _free_bytes(request)
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
        number = SpinBox(1, MOST)
        number.setGroupSeparatorShown(True)
        number.setValue(USUAL)
        self._session.settings.remember(number, "batch/count")
        self._count = SliderNumber(number, "batch.count", most=MOST, bend=3)
        self._count.set_words("Pictures", "From one to ten thousand.")
        self._seed = SpinBox(0, MOST_TYPED)
        self._seed.setObjectName("batch.seed")
        self._seed.setValue(self._request.sample.seed)
        turns = {False: "Take turns with training", True: "Paint first; training waits"}
        self._turns = choice("batch.turns", turns, self._batching.is_first)
        self._facts = label(name="batch.facts", wrap=True)
        self.message.setObjectName("batch.problem")

    def _lay_out(self) -> None:
        theme = self._session.theme
        cancel = Button(theme, "Cancel", "batch.cancel", "Paint nothing (Esc)")
        tip = "Begins in the background; every picture is saved as soon as it is finished (Enter)"
        self._paint = Button(theme, "Paint", "batch.paint", tip, icon="batch", kind="primary")
        self.set_buttons(cancel, self._paint)
        self._paint.clicked.connect(self._on_paint)
        count_tip = "How many are painted, one after another: from one to ten thousand."
        seed_tip = "The first picture grows from this number, each next one from the next."
        turns = ControlRow("Beside training", self._turns, TURNS_TIP)
        turns.setVisible(self._session.device.training is not None)
        self.fill(
            Gap(4),
            ControlRow("Pictures", self._count.number, count_tip, "count", holder=self._count),
            ControlRow("First seed", self._seed, seed_tip, "seed"),
            turns,
            Gap(4),
            self._facts,
            self.message,
            REST,
            foot=(cancel, self._paint),
            heading="Paint many pictures in the background",
            about=_settings_words(self._request),
            spacing=12,
        )
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
        problem = (
            f"Only {size_in_words(self._free or 0)} are free on this disk. What fits is painted, "
            "and the rest when there is room."
        )
        self.say(problem if is_tight else "", "warning")
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
        f"{several(sample.num_inference_steps, 'step')}{eta}, as set on this page."
    )


def _free_bytes(request: SampleRequest) -> int | None:
    with suppress(OSError):
        return shutil.disk_usage(request.project.path).free
    return None
