"""How the options of the export dialog stand: lists by key, and controls side by side."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.fields import settings_of
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.inputs import ComboBox, DoubleSpinBox, SpinBox

GAP = 12
HEIGHT = 32  # pixels, of every control: they stand beside each other
FIELDS = settings_of(FilmOptions)


def row_of(field: str, control: QWidget) -> ControlRow:
    """A control with the words that stand at a field of FilmOptions."""
    about = FIELDS[field]
    return ControlRow(about.words, control, about.tip, about.term)


def combo(name: str, entries: Mapping[str, str]) -> ComboBox:
    """A list to choose from. entries: what is chosen, and its words."""
    made = ComboBox()
    made.setObjectName(name)
    made.setFixedHeight(HEIGHT)
    made.setMinimumContentsLength(8)  # it may be narrower than its longest entry
    made.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    for key, words in entries.items():
        made.addItem(words, key)
    return made


def number(name: str, spin: SpinBox, value: int, suffix: str = "") -> SpinBox:
    """A whole number with its unit."""
    _prepare(spin, name, suffix)
    spin.setValue(value)
    return spin


def decimal(name: str, spin: DoubleSpinBox, value: float, suffix: str = "") -> DoubleSpinBox:
    """A number with a fraction, with its unit."""
    _prepare(spin, name, suffix)
    spin.setValue(value)
    return spin


def _prepare(spin: SpinBox | DoubleSpinBox, name: str, suffix: str) -> None:
    spin.setObjectName(name)
    spin.setFixedHeight(HEIGHT)
    spin.setSuffix(suffix)


def line(*widgets: tuple[QWidget, int]) -> QHBoxLayout:
    """Widgets beside each other, each with its share of the room."""
    layout = QHBoxLayout()
    layout.setSpacing(GAP)
    for widget, stretch in widgets:
        layout.addWidget(widget, stretch)
    return layout
