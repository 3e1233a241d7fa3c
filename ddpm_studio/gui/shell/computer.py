"""The device button of the status line: what computes, and what could compute instead."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.computer import Computer, ComputerChoice
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.inputs import SpinBox, choice
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, holder
from ddpm_studio.gui.common.theme import Theme

PRECISIONS = {
    "auto": "The fastest that is good (auto)",
    "fp32": "32 bits, the exactest (float32)",
    "bf16": "16 bits, wide (bfloat16)",
    "fp16": "16 bits (float16)",
}


class ComputerDialog(Dialog):
    """Device, threads and precision; a choice holds from the next work on."""

    def __init__(self, theme: Theme, choices: ComputerChoice, parent: QWidget) -> None:
        super().__init__("computer", "What computes", parent)
        self._choices = choices
        known = choices.known
        assert known is not None  # the button is pressed only when it says what computes
        device, threads, precision = choices.wish
        self._device = choice(
            "computer.device", {"auto": "The best (auto)", **known.devices}, device
        )
        self._threads = SpinBox(0, known.most_threads)
        self._threads.setObjectName("computer.threads")
        self._threads.setSpecialValueText("As many as are good")
        self._threads.setValue(threads)
        offered = {key: PRECISIONS[key] for key in ("auto", *known.precisions)}
        self._precision = choice("computer.precision", offered, precision)
        rows = (
            ControlRow("Device", self._device, "What trains and paints", "device"),
            ControlRow(
                "Threads of the processor",
                self._threads,
                "Fewer leave the machine to other programs",
                "torch.set_num_threads",
            ),
            ControlRow(
                "Precision", self._precision, "Unless the project says another", "train.precision"
            ),
        )
        close = Button(theme, "Close", "computer.close", "Close this (Esc)", kind="primary")
        self.set_buttons(close, close)
        about = (
            f"Now: {known.words}. A choice holds from the next work on; what runs goes on as it is."
        )
        card = [self._card(theme, known)] if known.card else []
        self.fill(*rows, *card, foot=(close,), heading="What computes", about=about)
        self._device.currentIndexChanged.connect(self._on_changed)
        self._threads.valueChanged.connect(self._on_changed)
        self._precision.currentIndexChanged.connect(self._on_changed)

    def _on_changed(self) -> None:
        device, precision = self._device.currentData(), self._precision.currentData()
        self._choices.choose((device, self._threads.value(), precision))

    @staticmethod
    def _card(theme: Theme, known: Computer) -> QWidget:
        """The one command that puts an idle card to work."""
        words = label(
            f"There is an {known.card} graphics card in this machine, but this PyTorch computes on "
            "processors only. This command changes that; start the program again afterwards:",
            "warning",
            "computer.card",
            wrap=True,
        )
        command = label(known.command, "muted", "computer.command", wrap=True, plain=True)
        tip = "Copy the command"
        copy = Button(theme, "Copy the command", "computer.copy", tip, icon="copy")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(known.command))
        return holder(column(words, command, copy))
