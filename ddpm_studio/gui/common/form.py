"""A form from the fields of a frozen dataclass: words, range and choices stand at the field."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from ddpm_studio.config.fields import (
    Setting,
    field_types,
    from_text,
    plain_type,
    settings_of,
    to_text,
)
from ddpm_studio.gui.common.control_row import ControlRow, explain
from ddpm_studio.gui.common.inputs import DoubleSpinBox, SliderNumber, SpinBox, Switch, choice
from ddpm_studio.gui.common.seed_field import SeedField
from ddpm_studio.gui.common.settings import Settings, accessors

HIGHEST = 2**31 - 1  # that a field for whole numbers can hold


@dataclass(frozen=True)
class Editor:
    """What edits one field. whole: what stands on the page, such as a number with its slider.

    control: the part that holds the value. changed: its signal.
    """

    control: QWidget
    whole: QWidget
    read: Callable[[], Any]
    write: Callable[[Any], None]
    changed: Any


class Form(QObject):
    """An editor for each field that has words; the page says where each stands.

        form = Form(SampleConfig(), "generate", special={"eta": SliderNumber(...)})
        form.remember(settings)
        column(form.row("sampler"), form.row("eta"), *form.rest(), of=self)

    `changed` names the field that a control has another value of; `set_value` says nothing.
    Every editor is called by the form's name and its own: "generate.eta".
    """

    changed = Signal(str)

    def __init__(
        self,
        value: Any,
        name: str,
        *,
        special: Mapping[str, QWidget | Editor] | None = None,
        called: Mapping[str, str] | None = None,
        without: Collection[str] = (),
        parent: QObject | None = None,
    ) -> None:
        """value: a dataclass of settings, as it is shown at first.

        special: an editor of its own for a field, as one that may be None needs it. called: the
        last part of an editor's name, where it is not the field's. without: fields that the page
        sets in its own way.
        """
        super().__init__(parent)
        self._shown = value
        self._is_showing = False
        self._name, self._called = name, called or {}
        self._about = {
            key: about
            for key, about in settings_of(value.__class__).items()
            if about.words and key not in without
        }
        self._rows: dict[str, QWidget] = {}
        self._editors: dict[str, Editor] = {}
        for key, about in self._about.items():
            made = (special or {}).get(key) or make_editor(value.__class__, key)
            editor = made if isinstance(made, Editor) else editor_of(made)
            self._editors[key] = editor
            self._introduce(key, about, editor)
            editor.changed.connect(lambda *_, key=key: self._on_changed(key))
        self.set_value(value)

    def editor(self, key: str) -> Editor:
        return self._editors[key]

    def row(self, key: str) -> QWidget:
        """The editor of a field under its words; a switch has them beside it."""
        if key not in self._rows:
            about, editor = self._about[key], self._editors[key]
            self._rows[key] = editor.control
            if not isinstance(editor.control, Switch):
                words, term = about.words, about.term or key
                self._rows[key] = ControlRow(
                    words, editor.control, about.tip, term, holder=editor.whole
                )
        return self._rows[key]

    def rest(self) -> list[QWidget]:
        """The rows of all fields whose row nobody has asked for, in their order."""
        return [self.row(key) for key in self._editors if key not in self._rows]

    def value(self) -> Any:
        """What is set, with all that has no editor as it was; raises a ConfigError."""
        return dataclasses.replace(self._shown, **{key: self._read(key) for key in self._editors})

    def set_value(self, value: Any) -> None:
        """Show other settings."""
        self._shown = value
        self._is_showing = True
        for key, editor in self._editors.items():
            if getattr(value, key) is not None:
                editor.write(getattr(value, key))
        self._is_showing = False

    def remember(self, settings: Settings) -> None:
        """Every field as it was last time, and keep what changes; call it before connecting."""
        for key, editor in self._editors.items():
            settings.remember(editor.control, f"{self._name}/{self._short(key)}")

    def recall(self, settings: Settings) -> list[Callable[[], None]]:
        """Every field as it was last time; what is returned keeps the present ones."""
        return [
            settings.recall(editor.control, f"{self._name}/{self._short(key)}")
            for key, editor in self._editors.items()
        ]

    def _short(self, key: str) -> str:
        return self._called.get(key, key)

    def _introduce(self, key: str, about: Setting, editor: Editor) -> None:
        control, words = editor.control, about.title
        control.setObjectName(f"{self._name}.{self._short(key)}")
        if isinstance(control, Switch):
            words = control.text() or words
            control.setText(words)
        if about.unit and isinstance(control, QSpinBox | QDoubleSpinBox):
            control.setSuffix(f" {about.unit}")
        if isinstance(editor.whole, SliderNumber):
            editor.whole.set_words(words, about.tip)
        explain(control, words, about.tip, about.term or key)

    def _read(self, key: str) -> Any:
        """Of a number a few digits are seen, but all of them count."""
        editor, exact = self._editors[key], getattr(self._shown, key)
        value = editor.read()
        if isinstance(editor.control, QDoubleSpinBox):
            digits = editor.control.decimals()
            value = round(value, digits)
            return exact if round(exact, digits) == value else value
        return value

    def _on_changed(self, key: str) -> None:
        if not self._is_showing:
            self.changed.emit(key)


def editor_of(widget: QWidget) -> Editor:
    """How to read and write a widget of the usual kinds."""
    control = widget.number if isinstance(widget, SliderNumber | SeedField) else widget
    if isinstance(control, QComboBox):
        combo = control
        return Editor(
            combo,
            combo,
            combo.currentData,
            lambda value: combo.setCurrentIndex(combo.findData(value)),
            combo.currentIndexChanged,
        )
    if isinstance(control, QSpinBox):
        spin = control
        return Editor(
            spin, widget, spin.value, lambda value: spin.setValue(round(value)), spin.valueChanged
        )
    return Editor(control, widget, *accessors(control))


def make_editor(config_class: type, key: str, *, typed: bool = False) -> Editor:
    """What a person sets a field with. typed: numbers are written, and may be anything."""
    about, kind = settings_of(config_class)[key], plain_type(field_types(config_class)[key])
    if about.choices:
        return editor_of(choice("", about.choices))
    if kind is bool:
        return editor_of(Switch())
    if kind is int and not typed:
        lowest, highest = _range(about)
        return editor_of(SpinBox(int(lowest), int(highest)))
    if kind is float and not typed:
        return editor_of(DoubleSpinBox(*_range(about)))
    line = QLineEdit()
    if kind is not str:
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
    return Editor(
        line,
        line,
        lambda: from_text(about.title or key, kind, line.text()),
        lambda value: line.setText(to_text(value)),
        line.textChanged,
    )


def _range(about: Setting) -> tuple[float, float]:
    """The widest range in which all is that is allowed."""
    lows = [end for end in (about.least, about.above) if end is not None]
    highs = [end for end in (about.most, about.below) if end is not None]
    beside = [value for value in about.also if isinstance(value, int | float)]
    lowest, highest = min([*lows, *beside], default=-HIGHEST), max([*highs, *beside], default=0)
    return lowest, min(HIGHEST, highest) if highs else HIGHEST
