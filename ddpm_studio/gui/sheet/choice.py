"""What a sheet compares: two axes, the pictures of a cell, and what is the same in all of them."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.sheet.axis_editor import AxisEditor, AxisValues
from ddpm_studio.sheets import COUNTS, Axis, Value
from ddpm_studio.words import several, why_best

SEEDS, FIRST_SEEDS, FIRST_MODELS = 8, 4, 5  # offered, and chosen at first
COUNT_WIDTH = 184


class SheetChoice(QWidget):
    """`changed`: something else is chosen. `take_wanted`: the page's settings are to be used."""

    changed = Signal()
    take_wanted = Signal()

    def __init__(
        self, theme: Theme, settings: Settings, most_steps: int, has_eta: bool = True
    ) -> None:
        """has_eta: whether the sampler of the page has one, else it is no axis at first."""
        super().__init__()
        self._values = AxisValues(settings, self)
        self._values.set_most_steps(most_steps)
        self._x = AxisEditor(theme, self._values, settings, "Across", "sheet.x", "steps")
        self._y = AxisEditor(theme, self._values, settings, "Down", "sheet.y", "eta")
        if self._x.key == self._y.key:  # kept by another program, or by hand
            self._y.set_axis("eta" if self._x.key != "eta" else "steps")
        for editor, other in ((self._x, self._y), (self._y, self._x)):
            if editor.key == "eta" and not has_eta and other.key != "sampler":
                editor.set_axis("seed" if other.key != "seed" else "checkpoint")
        self._make_fields(theme, settings)
        self._lay_out()
        self._connect()
        self._on_changed()

    # what is chosen

    @property
    def problem(self) -> str:
        """Why there can be no sheet yet; "" if there can."""
        return self._x.problem or self._y.problem

    def axes(self) -> tuple[Axis, Axis]:
        """Across and down. Raises ConfigError while there is a problem."""
        return self._x.axis(), self._y.axis()

    @property
    def count(self) -> int:
        """Pictures in each cell."""
        return int(self._count.currentData())

    # what the dialog tells

    def offer_checkpoints(self, steps: Sequence[int], best: tuple[int, float] | None) -> None:
        """Those that there are, the oldest first. best: step and held-out loss of one."""
        every = range(FIRST_MODELS)
        places = {round(part * (len(steps) - 1) / every[-1]) for part in every} if steps else set()
        notes: Mapping[Value, str] = {} if best is None else {best[0]: why_best(best[1])}
        self._values.offer("checkpoint", steps, [steps[i] for i in sorted(places)], notes)

    def offer_seeds(self, first: int) -> None:
        """Those from a seed on."""
        offered = range(first, first + SEEDS)
        self._values.offer("seed", offered, offered[:FIRST_SEEDS])

    def set_fixed(self, words: str) -> None:
        """The settings that are the same in all cells."""
        self._fixed.setText(f"The same in all: {words}" if words else "")

    def set_page_is_other(self, is_other: bool) -> None:
        """Whether the page is set so that it would make another sheet."""
        self._take.setVisible(is_other)

    # building

    def _make_fields(self, theme: Theme, settings: Settings) -> None:
        swap = "Swap", "sheet.swap", "Columns become rows"
        self._swap = Button(theme, *swap, icon="loop", kind="quiet")
        words = {count: f"{several(count, 'picture')} a cell" for count in COUNTS}
        self._count = choice("sheet.count", words)
        self._count.setFixedWidth(COUNT_WIDTH)
        explain(self._count, "Pictures in each cell", "How many seeds each cell shows.", "count")
        settings.remember(self._count, "sheet/count")
        self._fixed = label(kind="muted", name="sheet.fixed", elided=True)
        tip = "The page Generate is set otherwise now; compare around what it has"
        self._take = Button(theme, "Use the page’s settings", "sheet.take", tip)
        self._take.hide()

    def _lay_out(self) -> None:
        same = row(self._count, self._swap, wide(self._fixed), self._take, spacing=12)
        column(self._x, self._y, same, of=self)

    def _connect(self) -> None:
        for editor in (self._x, self._y):
            editor.changed.connect(self._on_changed)
        self._count.currentIndexChanged.connect(self._on_changed)
        self._swap.clicked.connect(self._on_swap)
        self._take.clicked.connect(self.take_wanted)

    # what happens

    def _on_changed(self) -> None:
        self._x.set_taken(self._y.key)
        self._y.set_taken(self._x.key)
        self.changed.emit()

    def _on_swap(self) -> None:
        across, down = self._x.key, self._y.key
        for editor, key in ((self._x, down), (self._y, across)):
            editor.blockSignals(True)
            editor.set_axis(key)
            editor.blockSignals(False)
        self._on_changed()
