"""Numbers with their units, and rows whose words stand at a field of a film's options."""

from PySide6.QtWidgets import QWidget

from ddpm_studio.config.fields import settings_of
from ddpm_studio.export.film.options import FilmOptions
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.inputs import SpinBox


def number(name: str, least: int, most: int, value: int, suffix: str = "") -> SpinBox:
    """A whole number with its unit."""
    spin = SpinBox(least, most)
    spin.setObjectName(name)
    spin.setSuffix(suffix)
    spin.setValue(value)
    return spin


def row_of(field: str, control: QWidget) -> ControlRow:
    """A control with the words that stand at a field of FilmOptions."""
    about = settings_of(FilmOptions)[field]
    return ControlRow(about.words, control, about.tip, about.term)
