"""The method: which of the field's papers a model learns by, what that means, and its noise."""

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import DiffusionConfig
from ddpm_studio.config.methods import CUSTOM, DEFAULT_METHOD, METHODS, method_of
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column
from ddpm_studio.gui.common.noise_curve import Curve, NoiseCurve, curves_of
from ddpm_studio.gui.common.theme import Theme

CURVES = "noise_curves"  # name of a job
TITLES = {name: method.title for name, method in METHODS.items()}
OWN_TITLE = "As set below"
OWN = "Noise and loss are set by hand; to choose a method sets them anew."
TIP = "How the model learns, after which paper. The first one is best for most folders."
TERM = "process, loss and variance"
LOCKED_TIP = "The model is trained with this; make a new project to change it."


class MethodChoice(QWidget):
    """A list, a sentence, the papers, and the noise drawn over that of the usual method."""

    chosen = Signal(str)  # its name, by a person

    def __init__(self, theme: Theme, jobs: JobRunner, name: str) -> None:
        super().__init__()
        self._jobs = jobs
        self._diffusion = self._usual = DiffusionConfig()
        self._known: dict[DiffusionConfig, Curve] = {}
        self._combo = choice(name, TITLES)
        self._sentence = label("", "caption", f"{name}_words", wrap=True)
        self._papers = label("", "caption", f"{name}_papers", wrap=True)
        self._papers.linkActivated.connect(lambda link: QDesktopServices.openUrl(QUrl(link)))
        self._curve = NoiseCurve(theme, f"{name}_curve")
        row = ControlRow("Method", self._combo, TIP, TERM)
        column(row, self._sentence, self._papers, self._curve, spacing=4, of=self)
        self._combo.currentIndexChanged.connect(self._on_chosen)
        self._say()

    @property
    def method(self) -> str:
        """The name of the one that is chosen, or CUSTOM."""
        return str(self._combo.currentData())

    def show_settings(self, diffusion: DiffusionConfig, *, is_locked: bool = False) -> None:
        """What a project has, or would have."""
        method = method_of(diffusion)
        with QSignalBlocker(self._combo):  # only a person's choice counts
            present = self._combo.findData(CUSTOM)
            if method == CUSTOM and present < 0:
                self._combo.addItem(OWN_TITLE, CUSTOM)
            elif method != CUSTOM and present >= 0:
                self._combo.removeItem(present)
            self._combo.setCurrentIndex(self._combo.findData(method))
        self._combo.setEnabled(not is_locked)
        explain(self._combo, "Method", LOCKED_TIP if is_locked else TIP, TERM)
        self._diffusion = diffusion
        self._usual = replace(diffusion, **METHODS[DEFAULT_METHOD].values)
        self._say()
        self._draw()

    def _on_chosen(self) -> None:
        method = self._combo.currentData()
        if method != CUSTOM:
            self.chosen.emit(method)

    def _say(self) -> None:
        method = METHODS.get(self._combo.currentData())
        self._sentence.setText(method.tip if method else OWN)
        links = (
            [f"<a href='{one.where}'>{one.words}</a>" for one in method.papers] if method else []
        )
        self._papers.setText(", ".join(links))
        self._papers.setVisible(bool(links))

    def _draw(self) -> None:
        """At once if it is known; else a job finds out, since that needs the engine."""
        wanted = self._diffusion, self._usual
        unknown = [one for one in dict.fromkeys(wanted) if one not in self._known]
        if not unknown:
            present, usual = (self._known[one] for one in wanted)
            self._curve.show_curves(present, usual)
        elif self.isVisible():
            job = self._jobs.start(CURVES, lambda: curves_of(unknown), replace=True, quiet=True)
            job.events.connect(self._on_curves)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _on_curves(self, curves: list[tuple[DiffusionConfig, Curve]]) -> None:
        self._known.update(curves)
        if self._diffusion in self._known and self._usual in self._known:
            self._draw()
