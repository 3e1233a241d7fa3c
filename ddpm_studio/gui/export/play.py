"""How a film plays: its speed, its rest, its pace, how often, and whether it goes back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.inputs import DoubleSpinBox, SpinBox, Switch
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.export.kinds import LOOPS, ORDER, PACE, REPEATS, Kind
from ddpm_studio.gui.export.rows import FIELDS, combo, decimal, line, number, row_of

EVEN_STEPS = "t"
FOR_EVER, ONCE, OFTEN = "for_ever", "once", "often"
NUMBER = 96  # pixels


@dataclass(frozen=True)
class Play:
    """fps: frames a second; hold: seconds; loops: 0 is for ever. easing: "t" or "change"."""

    fps: float
    hold: float
    easing: str
    ping_pong: bool
    loops: int


class ExportPlay(QWidget):
    """All of it is remembered."""

    changed = Signal()

    def __init__(self, settings: Settings, back: str) -> None:
        """back: what the way back is called."""
        super().__init__()
        self._kind: Kind | None = None
        self._back = back
        self._make_pace()
        self._make_times()
        for control, key in (
            (self._fps, "fps"),
            (self._hold, "hold"),
            (self._easing, "easing"),
            (self._times, "times"),
            (self._loops, "loops"),
            (self._repeats, "repeats"),
            (self.loop_back, "loop_back"),
        ):
            settings.remember(control, f"export/{key}")
        self._lay_out()
        self._connect()

    def play(self, kind: Kind) -> Play:
        """What is set, as far as it means something for a kind of file."""
        return Play(
            fps=float(min(self._fps.value(), kind.most_fps)),
            hold=self._hold.value() if PACE in kind.options else 0.0,
            easing=str(self._easing.currentData()) if ORDER in kind.options else EVEN_STEPS,
            ping_pong=self.loop_back.isChecked() and ORDER in kind.options,
            loops=self._how_often(kind),
        )

    def _how_often(self, kind: Kind) -> int:
        if REPEATS in kind.options:
            return self._repeats.value()
        times = {FOR_EVER: 0, ONCE: 1}.get(str(self._times.currentData()), self._loops.value())
        return times if LOOPS in kind.options else 0

    def show_for(self, kind: Kind) -> None:
        """Only what means something for a kind of file is seen."""
        self._kind = kind
        for row in (self._fps_row, self._hold_row):
            row.setVisible(PACE in kind.options)
        self._easing_row.setVisible(ORDER in kind.options)
        self.setVisible(ORDER in kind.options)
        self.loop_back.setVisible(ORDER in kind.options)
        self._times_row.setVisible(LOOPS in kind.options)
        is_often = self._times.currentData() == OFTEN
        self._loops_row.setVisible(LOOPS in kind.options and is_often)
        self._repeats_row.setVisible(REPEATS in kind.options)

    def _make_pace(self) -> None:
        self._fps = number("export.fps", SpinBox(1, 60), 12, " fps")
        self._hold = decimal("export.hold", DoubleSpinBox(0, 30, decimals=1), 1.5, " s")
        self._hold.setSingleStep(0.5)
        self._easing = combo("export.easing", FIELDS["easing"].choices)

    def _make_times(self) -> None:
        times = {FOR_EVER: "For ever", ONCE: "Once", OFTEN: "n times"}
        self._times = combo("export.times", times)
        self._loops = number("export.loops", SpinBox(2, 999), 3, " ×")
        self._repeats = number("export.repeats", SpinBox(1, 99), 1, " ×")
        self.loop_back = Switch(self._back)
        self.loop_back.setObjectName("export.loop_back")
        about = FIELDS["ping_pong"]
        explain(self.loop_back, self._back, about.tip, about.term)

    def _lay_out(self) -> None:
        self._fps_row, self._hold_row = row_of("fps", self._fps), row_of("hold", self._hold)
        self._easing_row = row_of("easing", self._easing)
        self._times_row = row_of("loops", self._times)
        self._loops_row = ControlRow("Times", self._loops, "How often it plays.", "loop count")
        self._repeats_row = ControlRow(
            "Plays", self._repeats, "A video ends by itself; so often the film is in it.", "loops"
        )
        for row in (self._fps_row, self._hold_row, self._loops_row, self._repeats_row):
            row.setFixedWidth(NUMBER)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(
            line(
                (self._fps_row, 0),
                (self._hold_row, 0),
                (self._easing_row, 1),
                (self._times_row, 1),
                (self._loops_row, 0),
                (self._repeats_row, 0),
            )
        )

    def _connect(self) -> None:
        for field in (self._fps, self._hold, self._loops, self._repeats):
            field.valueChanged.connect(self.changed)
        for one in (self._easing, self._times):
            one.currentIndexChanged.connect(self._on_list_changed)
        self.loop_back.toggled.connect(self.changed)

    def _on_list_changed(self) -> None:
        if self._kind is not None:
            self.show_for(self._kind)
        self.changed.emit()
