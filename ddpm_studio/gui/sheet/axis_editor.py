"""One axis of a sheet: which setting, and its values, each a chip to take in or out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QStandardItemModel
from PySide6.QtWidgets import QAbstractButton, QStackedWidget, QWidget

from ddpm_studio.config import WEIGHTS
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.inputs import DoubleSpinBox, SpinBox, choice
from ddpm_studio.gui.common.label import label, small
from ddpm_studio.gui.common.layout import FlowLayout, Gap, Placed, keep_room, row, wide
from ddpm_studio.gui.common.rings import has_ring
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.samplers import SAMPLERS
from ddpm_studio.sheets import AXES, AXIS_NAMES, MOST_VALUES, Axis, Value, value_words

CHIP_HEIGHT, CHIP_SIDE = 26, 11
USUAL_NUMBER = 30  # of steps
LABEL_WIDTH, COMBO_WIDTH, NUMBER_WIDTH = 56, 232, 84
MOST_TYPED = 2**31 - 1
KEY = "sheet"  # in the settings
USUAL: dict[str, tuple[tuple[Value, ...], tuple[Value, ...]]] = {  # offered, and chosen at first
    "steps": ((5, 10, 20, 50, 100, 250), (5, 10, 20, 50)),
    "eta": ((0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0)),
    "sampler": (tuple(SAMPLERS), tuple(SAMPLERS)),
    "weights": (tuple(WEIGHTS), tuple(WEIGHTS)),
}
TERMS = {
    "steps": "num_inference_steps",
    "eta": "eta",
    "sampler": "sampler",
    "seed": "seed",
    "checkpoint": "checkpoint",
    "weights": "ema / model",
}


@dataclass
class Values:
    """Of one axis. notes: why a value has a star."""

    offered: list[Value]
    chosen: set[Value]
    notes: Mapping[Value, str] = field(default_factory=dict)


class AxisValues(QObject):
    """Of all axes, for both sides of a sheet. `changed` names the one that has other values.

    Seeds and checkpoints belong to a project, so they are not kept.
    """

    changed = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._values = {key: Values([], set()) for key in AXES}
        self._values |= {key: self._remembered(key) for key in USUAL}
        self.most_steps = 1000

    def of(self, key: str) -> Values:
        return self._values[key]

    def chosen(self, key: str) -> tuple[Value, ...]:
        """In the order that they are offered in."""
        values = self._values[key]
        return tuple(value for value in values.offered if value in values.chosen)

    def choose(self, key: str, value: Value, is_chosen: bool) -> None:
        """Take a value in or out; one of a person's own is offered from now on."""
        values = self._values[key]
        if value not in values.offered:
            values.offered = _in_order([*values.offered, value])
        (values.chosen.add if is_chosen else values.chosen.discard)(value)
        if key in USUAL:
            self._settings.set(f"{KEY}/{key}", [str(value) for value in self.chosen(key)])
        self.changed.emit(key)

    def offer(
        self,
        key: str,
        offered: Sequence[Value],
        chosen: Sequence[Value],
        notes: Mapping[Value, str] | None = None,
    ) -> None:
        """What there is; `chosen` is chosen of it, unless something of it is already."""
        kept = self._values[key].chosen & set(offered)
        self._values[key] = Values(list(offered), kept or set(chosen), notes or {})
        self.changed.emit(key)

    def set_most_steps(self, most: int) -> None:
        """No sampler takes more steps than the model was trained for."""
        self.most_steps, steps = most, self._values["steps"]
        steps.offered = [value for value in steps.offered if int(value) <= most] or [most]
        steps.chosen &= set(steps.offered)
        self.changed.emit("steps")

    def _remembered(self, key: str) -> Values:
        offered, chosen = USUAL[key]
        known = {str(value): value for value in offered}
        words = self._settings.get(f"{KEY}/{key}", list[str]())
        kept = [known[word] if word in known else _own(key, word) for word in words]
        values = [value for value in kept if value is not None]
        if not values:
            return Values(list(offered), set(chosen))
        own = [value for value in values if value not in offered]
        return Values(_in_order([*offered, *own]) if own else list(offered), set(values))


class ValueChip(QAbstractButton):
    """Checked: the sheet has a column, or a row, of this value."""

    def __init__(self, theme: Theme, words: str, name: str, note: str = "") -> None:
        super().__init__()
        self._theme = theme
        self.setText(words + ("  ★" if note else ""))
        self.setObjectName(name)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        explain(self, words, f"★ {note}" if note else "Click to take it in or out.")
        self.setFont(small(self.font()))
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(words + 2 * CHIP_SIDE, CHIP_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        palette, is_on = self._theme.palette, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = palette.accent if is_on else palette.outline
        is_ringed = has_ring(self)
        edge = palette.text if is_ringed else edge
        painter.setPen(QPen(QColor(edge), 2 if is_ringed else 1))
        ground = palette.selected if is_on else palette.surface
        painter.setBrush(QColor(palette.hover if self.underMouse() and not is_on else ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.setPen(QColor(palette.text if is_on else palette.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class AxisEditor(QWidget):
    """`changed` says that the axis is another one now. Numbers of one's own can be added."""

    changed = Signal()

    def __init__(
        self, theme: Theme, values: AxisValues, settings: Settings, side: str, name: str, key: str
    ) -> None:
        """side: "Across" or "Down". name: of the controls. key: the axis chosen at first."""
        super().__init__()
        self._theme, self._values, self._name = theme, values, name
        self._shown: dict[Value, ValueChip] = {}
        self._notes: Mapping[Value, str] = {}
        self._label = label(side, "label")
        self._label.setFixedSize(LABEL_WIDTH, 32)
        self._axis = choice(names.item(name, "axis"), AXIS_NAMES, key)
        self._axis.setFixedWidth(COMBO_WIDTH)
        explain(self._axis, side, f"The setting that changes {side.lower()} the sheet.")
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips, spacing=6)
        self._make_adding(side)
        self._lay_out()
        settings.remember(self._axis, f"{name.replace('.', '/')}_axis")
        self._axis.currentIndexChanged.connect(self._on_axis_changed)
        values.changed.connect(self._on_values_changed)
        self._show_values()

    # what is set

    @property
    def key(self) -> str:
        """Which setting, one of AXES."""
        return str(self._axis.currentData())

    @property
    def problem(self) -> str:
        """Why it is no axis yet; "" if it is one."""
        count, words = len(self._values.chosen(self.key)), self._label.text().lower()
        if not count:
            return f"Choose at least one value {words}."
        return f"Up to {MOST_VALUES} values fit {words}." if count > MOST_VALUES else ""

    def axis(self) -> Axis:
        """Raises ConfigError while there is a problem."""
        return Axis(self.key, self._values.chosen(self.key))

    # what the dialog tells

    def set_axis(self, key: str) -> None:
        self._axis.setCurrentIndex(AXES.index(key))

    def set_taken(self, key: str) -> None:
        """The other axis has this one."""
        model = self._axis.model()
        assert isinstance(model, QStandardItemModel)
        for index, other in enumerate(AXES):
            model.item(index).setEnabled(other != key)

    # building

    def _make_adding(self, side: str) -> None:
        self._whole = SpinBox(0, MOST_TYPED)
        self._whole.setValue(USUAL_NUMBER)
        self._part = DoubleSpinBox(0, 1)
        self._part.setValue(0.3)
        self._part.setSingleStep(0.05)
        for number, kind in ((self._whole, "number"), (self._part, "part")):
            number.setObjectName(names.item(self._name, kind))
            explain(number, f"Another value {side.lower()}", "A value of your own; Enter adds it.")
            number.setFixedWidth(NUMBER_WIDTH)
            number.lineEdit().returnPressed.connect(self._on_add)
        self._number = QStackedWidget()
        self._number.addWidget(self._whole)
        self._number.addWidget(self._part)
        self._number.setFixedSize(NUMBER_WIDTH, 32)
        add = names.item(self._name, "add")
        self._add = IconButton(self._theme, "plus", add, "Add this value", size=16)
        self._add.setFixedSize(32, 32)
        self._add.clicked.connect(self._on_add)
        keep_room(self._number)  # the chips stay where they are
        keep_room(self._add)

    def _lay_out(self) -> None:
        name, axis, number, add = (
            Placed(one, align=Qt.AlignmentFlag.AlignTop)
            for one in (self._label, self._axis, self._number, self._add)
        )
        chips = row(self._chips, margins=(0, 3, 0, 0))
        row(name, axis, Gap(4), wide(chips), number, add, of=self)

    def _show_values(self) -> None:
        key, values = self.key, self._values.of(self.key)
        for chip in self._shown.values():
            self._flow.removeWidget(chip)
            chip.hide()
            chip.setObjectName("")  # the names are for those that take its place
            chip.deleteLater()
        self._shown, self._notes = {}, values.notes
        for value in values.offered:
            words = value_words(key, value).removeprefix("eta ").removeprefix("seed ")
            words = words.removesuffix(" steps").removesuffix(" step")
            name = names.item(self._name, f"{key}_{value}")
            chip = ValueChip(self._theme, words, name, values.notes.get(value, ""))
            chip.setChecked(value in values.chosen)
            chip.toggled.connect(partial(self._on_toggled, value))
            self._flow.addWidget(chip)
            self._shown[value] = chip
            chip.show()
        self._chips.updateGeometry()
        is_steps, has_numbers = key == "steps", key in ("steps", "eta", "seed")
        self._number.setVisible(has_numbers)
        self._add.setVisible(has_numbers)
        self._number.setCurrentWidget(self._part if key == "eta" else self._whole)
        self._whole.setRange(int(is_steps), self._values.most_steps if is_steps else MOST_TYPED)
        self._axis.setToolTip(tooltip("The setting that changes along this side.", TERMS[key]))

    # what happens

    def _on_axis_changed(self) -> None:
        self._show_values()
        self._whole.setValue(self._next_number())
        self.changed.emit()

    def _next_number(self) -> int:
        """What a person may want to add: the seed after those that are offered."""
        offered = [value for value in self._shown if isinstance(value, int)]
        return max(offered) + 1 if self.key == "seed" and offered else USUAL_NUMBER

    def _on_values_changed(self, key: str) -> None:
        if key != self.key:
            return
        values = self._values.of(key)
        if list(self._shown) != values.offered or self._notes != values.notes:
            self._show_values()
        for value, chip in self._shown.items():  # the one that was clicked keeps the focus
            chip.blockSignals(True)
            chip.setChecked(value in values.chosen)
            chip.blockSignals(False)
        self.changed.emit()

    def _on_toggled(self, value: Value, is_on: bool) -> None:
        self._values.choose(self.key, value, is_on)

    def _on_add(self) -> None:
        value = round(self._part.value(), 2) if self.key == "eta" else self._whole.value()
        self._values.choose(self.key, value, True)


def _in_order(values: list[Value]) -> list[Value]:
    """Numbers by size; words stay as they are."""
    numbers = [value for value in values if not isinstance(value, str)]
    return list[Value](sorted(numbers)) if len(numbers) == len(values) else values


def _own(key: str, word: str) -> Value | None:
    """A number of a person's own, as it was kept; None if it is odd."""
    try:
        return Axis(key, (float(word) if key == "eta" else int(word),)).values[0]
    except (ValueError, ConfigError):
        return None
