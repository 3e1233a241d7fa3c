"""Everything that has no control of its own on the page, behind one heading that opens."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.train.setting_row import SettingRow, setting_paths
from ddpm_studio.gui.train.setting_words import SECTIONS
from ddpm_studio.project import LOCKED_FIELDS, LOCKED_SECTIONS

HINT = "Changes hold from the next start of training on."


class AdvancedSettings(QWidget):
    """Built from the fields of the config; it emits `changed` with another config."""

    changed = Signal(object)  # StudioConfig
    opened = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._config = self._default = StudioConfig()
        self._is_trained = False
        self._rows: list[SettingRow] = []
        self._body: QWidget | None = None  # built when it is first opened
        self._toggle = Button(
            theme,
            "Advanced",
            "train.advanced",
            "All other settings of model, noise and training",
            icon="chevron-right",
            kind="quiet",
        )
        self._toggle.setCheckable(True)
        self._toggle.toggled.connect(self._on_toggled)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._toggle.setProperty("kind", "section")
        self._layout.addWidget(self._toggle)

    @property
    def is_open(self) -> bool:
        return self._toggle.isChecked()

    def set_config(self, config: StudioConfig, default: StudioConfig, is_trained: bool) -> None:
        """default: what the present size and effort mean. is_trained: some are locked."""
        self._config, self._default, self._is_trained = config, default, is_trained
        if self._body is not None:  # else it is shown when it is opened
            for row in self._rows:
                row.set_config(config, default, is_trained and is_locked(row.path))

    def _build(self) -> QWidget:
        body = QWidget()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(12)
        hint = QLabel(HINT)
        hint.setProperty("kind", "caption")
        hint.setWordWrap(True)
        layout.addWidget(hint)
        for section, words in SECTIONS.items():
            heading = QLabel(words)
            heading.setProperty("kind", "heading")
            layout.addSpacing(8)
            layout.addWidget(heading)
            for path in setting_paths(section):
                row = SettingRow(self._theme, path, self._config)
                row.changed.connect(self.changed)
                self._rows.append(row)
                layout.addWidget(row)
        return body

    def _on_toggled(self, is_open: bool) -> None:
        if self._body is None and is_open:
            self._body = self._build()
            self._layout.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(is_open)
            self.set_config(self._config, self._default, self._is_trained)
        icon = "chevron-down" if is_open else "chevron-right"
        self._toggle.set_face("Advanced", icon, self._toggle.toolTip())
        self.opened.emit(is_open)


def is_locked(path: str) -> bool:
    """Whether a setting no longer changes once there is a checkpoint."""
    section, _, name = path.partition(".")
    return section in LOCKED_SECTIONS or name in LOCKED_FIELDS.get(section, ())
