"""One setting of *Advanced*: its words and its term, its field with the unit, what is wrong."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from ddpm_studio.config import ModelConfig, StudioConfig
from ddpm_studio.config.fields import to_text
from ddpm_studio.config.text import all_settings, value_of, with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import explain, tooltip
from ddpm_studio.gui.common.form import make_editor
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import row
from ddpm_studio.gui.common.theme import Theme

SECTIONS = ("model", "diffusion", "train")  # the others have pages of their own
FIELD_WIDTH = 128
LOCKED = "The model is already trained with this; make a new project to change it."


class UnitInside:
    """The unit of a number, inside the right end of its field."""

    def __init__(self, field: QWidget) -> None:
        self._field = field
        self._label: QLabel = label(kind="caption")
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._label.setAlignment(middle)
        row(self._label, margins=(0, 0, 10, 0), of=field)

    def say(self, unit: str) -> None:
        self._label.setText(unit)
        if isinstance(self._field, QLineEdit):
            self._field.setTextMargins(0, 0, self._label.sizeHint().width() + 4, 0)


class SettingRow(QWidget):
    """One setting: its name, its field, its default, and what is wrong with it.

    Emits `changed` with the whole config when its field holds another value that is allowed.
    """

    changed = Signal(object)  # StudioConfig

    def __init__(self, theme: Theme, path: str, config: StudioConfig) -> None:
        super().__init__()
        self.path = path
        self._config = self._default = config
        self._about = all_settings(config)[path]
        section, _, name = path.partition(".")
        self._editor = make_editor(type(getattr(config, section)), name, typed=True)
        self._field = self._editor.control
        self._field.setObjectName(names.item("train.setting", path))
        self._field.setFixedWidth(FIELD_WIDTH)
        self._unit = UnitInside(self._field) if self._about.unit else None
        self._caption = label(kind="caption")
        reset = names.item("train.reset", path), f"Reset {self._about.title}"
        self._reset = IconButton(theme, "undo", *reset, "Back to the default", size=16)
        self._problem = label("", "danger", names.item("train.problem", path), wrap=True)
        self._problem.hide()
        self._lay_out()
        self.set_config(config, config, is_locked=False)
        self._reset.clicked.connect(self._on_reset)
        if isinstance(self._field, QLineEdit):
            self._field.textEdited.connect(self._tried)
            self._field.editingFinished.connect(self._on_finished)
        else:
            self._editor.changed.connect(self._on_finished)

    @property
    def problem(self) -> str:
        """What is wrong with what the field says; '' if nothing is."""
        return self._problem.text()

    def set_config(self, config: StudioConfig, default: StudioConfig, is_locked: bool) -> None:
        """Show a project's value, unless a person is in the middle of writing another one."""
        self._config, self._default = config, default
        if self.problem and self._field.hasFocus():
            return
        self._show(config)
        self._say("")
        is_default = value_of(config, self.path) == value_of(default, self.path)
        self._caption.setText(f"default {described(default, self.path)}")
        self._reset.setVisible(not is_default and not is_locked)
        self._field.setEnabled(not is_locked)
        tip = LOCKED if is_locked else self._about.tip
        explain(
            self._field, self._about.title, tip, f"{self._about.term}, {self.path}".lstrip(", ")
        )
        if self._unit is not None:
            self._unit.say(self._about.unit_of(value_of(config, self.path)))

    def fits(self, wanted: str) -> bool:
        """Whether a search means this setting: its words, its term, or its option's name."""
        said = f"{self._about.both} {self._about.tip} {self.path} {self.path.replace('_', ' ')}"
        return all(word in said.casefold() for word in wanted.casefold().split())

    def _lay_out(self) -> None:
        words = label(self._about.both, wrap=True)
        words.setBuddy(self._field)
        words.setToolTip(tooltip(self._about.tip, self.path))
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(4)
        layout.setVerticalSpacing(0)
        layout.setColumnStretch(0, 1)
        middle = Qt.AlignmentFlag.AlignVCenter
        layout.addWidget(words, 0, 0)
        layout.addWidget(self._caption, 1, 0)
        layout.addWidget(self._reset, 0, 1, 2, 1, middle)
        layout.addWidget(self._field, 0, 2, 2, 1, middle)
        layout.addWidget(self._problem, 2, 0, 1, 3)

    def _said(self) -> str:
        """What stands in the field."""
        if isinstance(self._field, QLineEdit):
            return self._field.text()
        return to_text(self._editor.read())

    def _show(self, config: StudioConfig) -> None:
        value = value_of(config, self.path)
        if self._said() != to_text(value):
            with QSignalBlocker(self._field):  # only a person's choice counts
                self._editor.write(value)

    def _tried(self) -> StudioConfig | None:
        """The config with what the field says, or None and a sentence under it."""
        try:
            config = with_settings(self._config, [f"{self.path}={self._said()}"])
        except ConfigError as error:
            self._say(as_people_call_it(str(error), self._config))
            return None
        self._say("")
        return config

    def _say(self, problem: str) -> None:
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))

    def _on_finished(self) -> None:
        config = self._tried()
        if config is None:
            return
        if config != self._config:
            self.changed.emit(config)
        else:
            self._show(config)  # "016" becomes 16

    def _on_reset(self) -> None:
        self._show(self._default)
        self._on_finished()


def described(config: StudioConfig, path: str) -> str:
    """A default in words, with what is found out where it says "by itself"."""
    value = value_of(config, path)
    model = config.model
    if path == "model.norm_groups" and not value and isinstance(model, ModelConfig):
        return f"0 ({model.groups})"
    if isinstance(value, bool):
        return "on" if value else "off"
    return to_text(value) or "none"


def as_people_call_it(sentence: str, config: StudioConfig) -> str:
    """A sentence of the engine with each setting under the name that it has here."""
    about = all_settings(config)
    here = [path for section in SECTIONS for path in paths_of(section, config)]
    for path in sorted(here, key=len, reverse=True):  # one path may begin as another one
        sentence = sentence.replace(path, f"“{about[path].title}”")
    return sentence


def paths_of(section: str, config: StudioConfig) -> list[str]:
    settings = all_settings(config)
    return [path for path in settings if path.startswith(f"{section}.")]
