"""One axis of a sheet: which setting, and a chip for each value that can be taken in or out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QStandardItemModel
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QStackedWidget, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.flow_layout import FlowLayout
from ddpm_studio.gui.common.inputs import ComboBox, DoubleSpinBox, SpinBox
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.sheet.axis_values import AxisValues
from ddpm_studio.sheets import AXES, AXIS_NAMES, MOST_VALUES, Axis, Value, value_words

CHIP_HEIGHT, CHIP_SIDE = 26, 11
LABEL_WIDTH, COMBO_WIDTH, NUMBER_WIDTH = 56, 232, 84
MOST_TYPED = 2**31 - 1
TERMS = {
    "steps": "num_inference_steps",
    "eta": "eta",
    "sampler": "sampler",
    "seed": "seed",
    "checkpoint": "checkpoint",
    "weights": "ema / model",
}


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
        font = self.font()
        font.setPixelSize(12)
        self.setFont(font)
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
        edge = palette.text if self.hasFocus() else edge
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1))
        ground = palette.selected if is_on else palette.surface
        painter.setBrush(QColor(palette.hover if self.underMouse() and not is_on else ground))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        painter.setPen(QColor(palette.text if is_on else palette.muted))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class AxisEditor(QWidget):
    """`changed` says that the axis is another one now. Numbers of one's own can be added."""

    changed = Signal()

    def __init__(
        self, theme: Theme, values: AxisValues, settings: Settings, label: str, name: str, key: str
    ) -> None:
        """label: "Across" or "Down". name: of the controls. key: the axis chosen at first."""
        super().__init__()
        self._theme, self._values, self._name = theme, values, name
        self._shown: dict[Value, ValueChip] = {}
        self._notes: Mapping[Value, str] = {}
        self._label = QLabel(label)
        self._label.setProperty("kind", "label")
        self._label.setFixedWidth(LABEL_WIDTH)
        self._axis = ComboBox()
        self._axis.setObjectName(names.item(name, "axis"))
        self._axis.setFixedWidth(COMBO_WIDTH)
        for each in AXES:
            self._axis.addItem(AXIS_NAMES[each], each)
        self._axis.setCurrentIndex(AXES.index(key))
        explain(self._axis, label, f"The setting that changes {label.lower()} the sheet.")
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips, spacing=6)
        self._make_adding(label)
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

    def _make_adding(self, label: str) -> None:
        self._whole = SpinBox(0, MOST_TYPED)
        self._whole.setValue(30)
        self._part = DoubleSpinBox(0, 1)
        self._part.setValue(0.3)
        self._part.setSingleStep(0.05)
        for number, kind in ((self._whole, "number"), (self._part, "part")):
            number.setObjectName(names.item(self._name, kind))
            explain(number, f"Another value {label.lower()}", "A value of your own; Enter adds it.")
            number.setFixedWidth(NUMBER_WIDTH)
            number.lineEdit().returnPressed.connect(self._on_add)
        self._number = QStackedWidget()
        self._number.addWidget(self._whole)
        self._number.addWidget(self._part)
        self._number.setFixedSize(NUMBER_WIDTH, 32)
        self._add = IconButton(
            self._theme, "plus", names.item(self._name, "add"), "Add this value", size=16
        )
        self._add.setFixedSize(32, 32)
        self._add.clicked.connect(self._on_add)
        for widget in (self._number, self._add):
            policy = widget.sizePolicy()
            policy.setRetainSizeWhenHidden(True)  # the chips stay where they are
            widget.setSizePolicy(policy)

    def _lay_out(self) -> None:
        top = Qt.AlignmentFlag.AlignTop
        self._label.setFixedHeight(32)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._label, self._axis):
            row.addWidget(widget, 0, top)
        row.addSpacing(4)
        holder = QHBoxLayout()
        holder.setContentsMargins(0, 3, 0, 0)
        holder.addWidget(self._chips)
        row.addLayout(holder, 1)
        row.addWidget(self._number, 0, top)
        row.addWidget(self._add, 0, top)

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
        self.changed.emit()

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
