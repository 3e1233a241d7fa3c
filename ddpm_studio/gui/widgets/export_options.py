"""What is in a film, how it plays and which kind of file it becomes; says so when that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.settings import Settings
from ddpm_studio.gui.widgets.control_row import ControlRow, explain
from ddpm_studio.gui.widgets.inputs import ComboBox, DoubleSpinBox, SpinBox, Switch
from ddpm_studio.gui.widgets.trajectory import PRED_X_0, X_T, Trajectory
from ddpm_studio.gui.work import export as work

FORMATS = {
    ".gif": "GIF: plays everywhere, 256 colours",
    ".webp": "WebP: small, exact colours",
    ".png": "APNG: exact colours, large",
    ".mp4": "MP4: for phones and films",
}
GRID, CHOSEN, ONE = "grid", "chosen", "one"
SHOWN_SIDE = 512  # pixels: the enlargement that is proposed comes near to this
LARGEST_SIDE = 4096
WITH_ALPHA = 4  # channels
OPAQUE = (".mp4",)  # formats that cannot be transparent
GIF_FPS = 50  # viewers slow down a GIF that asks for more


@dataclass(frozen=True)
class Filmed:
    """What can be filmed. chosen: pictures marked by the artist; current: the one seen large."""

    trajectory: Trajectory
    chosen: tuple[int, ...] = ()
    current: int | None = None
    show: str = X_T
    background: str = "#ffffff"  # behind transparent pictures in films that cannot be transparent

    @property
    def has_alpha(self) -> bool:
        return self.trajectory.pictures(0).shape[-1] == WITH_ALPHA

    @property
    def sets(self) -> Mapping[str, tuple[int, ...]]:
        """Which pictures are meant by all of them, the chosen ones, and one."""
        one = self.chosen[0] if len(self.chosen) == 1 else self.current or 0
        return {
            GRID: tuple(range(len(self.trajectory.seeds))),
            CHOSEN: self.chosen,
            ONE: (one,),
        }

    @property
    def proposed(self) -> str:
        """Which set the artist most likely wants."""
        if len(self.chosen) > 1:
            return CHOSEN
        if self.chosen or self.current is not None or len(self.trajectory.seeds) == 1:
            return ONE
        return GRID


class ExportOptions(QWidget):
    """Every option of a film in rows. Nothing has to be set: what is proposed is a good film."""

    changed = Signal()
    format_changed = Signal()

    def __init__(self, filmed: Filmed, settings: Settings) -> None:
        """settings: where format, speed, rest and way back are remembered."""
        super().__init__()
        self._filmed = filmed
        self._make_content()
        self._make_play()
        self._remember(settings)
        self._lay_out()
        self._propose_scale()
        self._connect()

    @property
    def suffix(self) -> str:
        """What the file's name ends in, such as ".gif"."""
        return str(self._format.currentData())

    @property
    def ground(self) -> str | None:
        """The colour that transparent pictures lie on; None where they stay transparent."""
        is_laid = self._filmed.has_alpha and self.suffix in OPAQUE
        return self._filmed.background if is_laid else None

    def plan(self) -> work.FilmPlan:
        """What is set."""
        fps = min(self._fps.value(), GIF_FPS) if self.suffix == ".gif" else self._fps.value()
        return work.FilmPlan(
            self._filmed.trajectory.frames(str(self._show.currentData())),
            self._filmed.sets[str(self._what.currentData())],
            fps=float(fps),
            hold=self._hold.value(),
            scale=self._size.value(),
            loop_back=self._loop_back.isChecked(),
            background=self._filmed.background,
        )

    # building

    def _make_content(self) -> None:
        """The kind of file, and what is in it."""
        self._format = _combo(names.EXPORT_FORMAT)
        for suffix, words in FORMATS.items():
            self._format.addItem(words, suffix)
        self._what = _combo(names.EXPORT_WHAT)
        count, chosen = len(self._filmed.trajectory.seeds), self._filmed.chosen
        if len(chosen) > 1:
            self._what.addItem(f"The {len(chosen)} chosen pictures, as a grid", CHOSEN)
        if count > 1:
            self._what.addItem(f"All {count} pictures, as a grid", GRID)
        self._what.addItem(f"One picture (number {self._filmed.sets[ONE][0] + 1})", ONE)
        self._what.setCurrentIndex(self._what.findData(self._filmed.proposed))
        self._show = _combo(names.EXPORT_SHOW)
        self._show.addItem("The noisy picture (x_t)", X_T)
        self._show.addItem("What the model believes (pred_x_0)", PRED_X_0)
        self._show.setCurrentIndex(self._show.findData(self._filmed.show))

    def _make_play(self) -> None:
        """How it plays, and how large."""
        self._fps = SpinBox(1, 60)
        self._fps.setObjectName(names.EXPORT_FPS)
        self._fps.setValue(12)
        self._fps.setSuffix(" fps")
        self._hold = DoubleSpinBox(0, 30, decimals=1)
        self._hold.setObjectName(names.EXPORT_HOLD)
        self._hold.setValue(1.5)
        self._hold.setSingleStep(0.5)
        self._hold.setSuffix(" s")
        self._size = SpinBox(1, 64)
        self._size.setObjectName(names.EXPORT_SIZE)
        self._size.setPrefix("× ")
        self._loop_back = Switch("And back to noise")
        self._loop_back.setObjectName(names.EXPORT_LOOP_BACK)
        back_tip = "After the picture, play the same way back to noise, so that it loops smoothly."
        explain(self._loop_back, "And back to noise", back_tip, "ping-pong")

    def _remember(self, settings: Settings) -> None:
        for control, key in (
            (self._format, "format"),
            (self._fps, "fps"),
            (self._hold, "hold"),
            (self._loop_back, "loop_back"),
        ):
            settings.remember(control, f"export/{key}")

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(ControlRow("Format", self._format, "The kind of file.", "format"))
        layout.addWidget(ControlRow("Of", self._what, "What is in the trajectory.", ""))
        show_tip = "The picture on its way, or what the model expects of it."
        layout.addWidget(ControlRow("Shown", self._show, show_tip, ""))
        numbers = QHBoxLayout()
        numbers.setSpacing(12)
        for label, control, tip, term in (
            ("Speed", self._fps, "Frames a second; GIF shows 50 at most.", "fps"),
            ("Rest", self._hold, "How long the finished picture stays.", "hold"),
            (
                "Enlarge",
                self._size,
                "Each pixel becomes a square of so many, without any blur.",
                "nearest neighbour",
            ),
        ):
            numbers.addWidget(ControlRow(label, control, tip, term), 1)
        layout.addLayout(numbers)
        layout.addWidget(self._loop_back)

    def _connect(self) -> None:
        self._what.currentIndexChanged.connect(self._propose_scale)
        for combo in (self._what, self._show, self._format):
            combo.currentIndexChanged.connect(self.changed)
        for number in (self._fps, self._hold, self._size):
            number.valueChanged.connect(self.changed)
        self._loop_back.toggled.connect(self.changed)
        self._format.currentIndexChanged.connect(self.format_changed)

    def _propose_scale(self) -> None:
        """An enlargement with which the film is as large as is pleasant to look at."""
        side = max(self.plan().compose(0).shape[:2])
        self._size.setMaximum(max(1, LARGEST_SIDE // side))
        self._size.setValue(max(1, round(SHOWN_SIDE / side)))


def _combo(name: str) -> ComboBox:
    combo = ComboBox()
    combo.setObjectName(name)
    return combo
