"""One setting under Advanced: its name, its field, its default, and what is wrong with it."""

from __future__ import annotations

import dataclasses
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.config_text import with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui import names
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.inputs import ComboBox, Switch
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.train.setting_words import CHOICES, WORDS, called_as_people_do

FIELD_WIDTH = 120
LOCKED = "The model is already trained with this; make a new project to change it."


class SettingRow(QWidget):
    """Emits `changed` with the whole config when its field holds another value that is allowed."""

    changed = Signal(object)  # StudioConfig

    def __init__(self, theme: Theme, path: str, config: StudioConfig) -> None:
        super().__init__()
        self.path = path
        self._config = self._default = config
        self._field = self._make_field()
        self._field.setObjectName(names.item("train.setting", path))
        self._field.setFixedWidth(FIELD_WIDTH)
        words, tip = WORDS[path]
        self._label = QLabel(words)
        self._label.setWordWrap(True)
        self._label.setBuddy(self._field)
        self._label.setToolTip(tooltip(tip, path))
        explain(self._field, words, tip, path)
        self._caption = QLabel()
        self._caption.setProperty("kind", "caption")
        self._reset = IconButton(
            theme,
            "undo",
            names.item("train.reset", path),
            f"Reset {words}",
            "Back to the default",
            size=16,
        )
        self._reset.clicked.connect(self._on_reset)
        self._problem = QLabel()
        self._problem.setObjectName(names.item("train.problem", path))
        self._problem.setProperty("kind", "danger")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._lay_out()
        self.set_config(config, config, is_locked=False)

    @property
    def problem(self) -> str:
        """What is wrong with what the field says; '' if nothing is."""
        return self._problem.text()

    def set_config(self, config: StudioConfig, default: StudioConfig, is_locked: bool) -> None:
        """Show a project's value, unless a person is in the middle of writing another one."""
        self._config, self._default = config, default
        if self.problem and self._field.hasFocus():
            return
        self._write(text_of(config, self.path))
        self._say("")
        is_default = value_of(config, self.path) == value_of(default, self.path)
        self._caption.setText(f"default {described(default, self.path)}")
        self._reset.setVisible(not is_default and not is_locked)
        self._field.setEnabled(not is_locked)
        words, tip = WORDS[self.path]
        explain(self._field, words, LOCKED if is_locked else tip, self.path)

    def _make_field(self) -> QWidget:
        if self.path in CHOICES:
            combo = ComboBox()
            combo.addItems(CHOICES[self.path])
            combo.currentIndexChanged.connect(self._on_chosen)
            return combo
        if isinstance(value_of(self._config, self.path), bool):
            switch = Switch()
            switch.toggled.connect(self._on_chosen)
            return switch
        edit = QLineEdit()
        edit.setAlignment(Qt.AlignmentFlag.AlignRight)
        edit.textEdited.connect(self._on_edited)
        edit.editingFinished.connect(self._on_finished)
        return edit

    def _lay_out(self) -> None:
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(0)
        layout.setColumnStretch(0, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        layout.addWidget(self._label, 0, 0)
        layout.addWidget(self._caption, 1, 0)
        layout.addWidget(self._reset, 0, 1, 2, 1, middle)
        layout.addWidget(self._field, 0, 2, 2, 1, middle)
        layout.addWidget(self._problem, 2, 0, 1, 3)

    def _read(self) -> str:
        match self._field:
            case ComboBox():
                return self._field.currentText()
            case Switch():
                return "true" if self._field.isChecked() else "false"
            case QLineEdit():
                return self._field.text()
        raise TypeError(type(self._field))

    def _write(self, text: str) -> None:
        blocked = self._field.blockSignals(True)  # only a person's choice counts
        match self._field:
            case ComboBox():
                self._field.setCurrentText(text)
            case Switch():
                self._field.setChecked(text == "true")
            case QLineEdit() if self._field.text() != text:
                self._field.setText(text)
        self._field.blockSignals(blocked)

    def _tried(self) -> StudioConfig | None:
        """The config with what the field says, or None and a sentence under it."""
        try:
            config = with_settings(self._config, [f"{self.path}={self._read()}"])
        except ConfigError as error:
            self._say(called_as_people_do(str(error)))
            return None
        self._say("")
        return config

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def _on_chosen(self, _choice: object) -> None:
        self._on_finished()

    def _on_edited(self, _text: str) -> None:
        self._tried()

    def _on_finished(self) -> None:
        config = self._tried()
        if config is None:
            return
        if config != self._config:
            self.changed.emit(config)
        else:
            self._write(text_of(self._config, self.path))  # "016" becomes 16

    def _on_reset(self) -> None:
        self._write(text_of(self._default, self.path))
        self._on_finished()


def value_of(config: StudioConfig, path: str) -> Any:
    section, _, name = path.partition(".")
    return getattr(getattr(config, section), name)


def text_of(config: StudioConfig, path: str) -> str:
    """A value as people write it, and as `with_settings` reads it."""
    value = value_of(config, path)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def described(config: StudioConfig, path: str) -> str:
    """A default in words, with what is found out where it says "by itself"."""
    value = value_of(config, path)
    if path == "model.norm_groups" and not value:
        return f"0 ({config.model.groups})"
    if isinstance(value, bool):
        return "on" if value else "off"
    return text_of(config, path) or "none"


def setting_paths(section: str) -> list[str]:
    """All settings of a section that can be set by hand, in order."""
    fields = dataclasses.fields(getattr(StudioConfig(), section))
    return [f"{section}.{field.name}" for field in fields if "derived_from" not in field.metadata]
