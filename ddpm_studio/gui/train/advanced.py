"""Everything that has no control of its own on the page, behind one heading that opens."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.fields import settings_of
from ddpm_studio.config.methods import with_method
from ddpm_studio.gui.common.control_row import explain
from ddpm_studio.gui.common.fold import Fold
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import column
from ddpm_studio.gui.common.method_choice import MethodChoice
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.train.setting_row import SECTIONS, SettingRow, paths_of
from ddpm_studio.project import is_locked

HINT = "Used the next time you press Start."
NOTHING = "No setting is called that."


class Group:
    """The settings of one section under a heading that folds."""

    def __init__(self, heading: Fold, rows: list[SettingRow]) -> None:
        self.heading, self.rows = heading, rows
        self.body = QWidget()
        column(*rows, spacing=12, margins=(0, 0, 0, 8), of=self.body)

    def show_found(self, wanted: str) -> bool:
        """Show what a search means, all of it where nothing is searched; whether there is any."""
        found = [row for row in self.rows if row.fits(wanted)]
        for row in self.rows:
            row.setVisible(row in found)
        self.heading.setVisible(bool(found))
        self.body.setVisible(bool(found) and (bool(wanted) or self.heading.isChecked()))
        return bool(found)


class AdvancedSettings(QWidget):
    """Built from the fields of the config; it emits `changed` with another config."""

    changed = Signal(object)  # StudioConfig
    opened = Signal(bool)

    def __init__(self, theme: Theme, settings: Settings, jobs: JobRunner) -> None:
        super().__init__()
        self._theme, self._settings, self._jobs = theme, settings, jobs
        self._config = self._default = StudioConfig()
        self._is_trained = False
        self._groups: list[Group] = []
        self._body: QWidget | None = None  # built when it is first opened
        words = "Advanced", "train.advanced", "All other settings of model, noise and training"
        self._toggle = Fold(theme, *words, is_open=False)
        self._toggle.toggled.connect(self._on_toggled)
        self._layout = column(self._toggle, of=self)

    @property
    def is_open(self) -> bool:
        return self._toggle.isChecked()

    def set_config(self, config: StudioConfig, default: StudioConfig, is_trained: bool) -> None:
        """default: what the present size and effort mean. is_trained: some are locked."""
        is_other = type(config.model) is not type(self._config.model)
        self._config, self._default, self._is_trained = config, default, is_trained
        if is_other and self._body is not None:  # another kind of model has other settings
            self._groups.clear()
            self._body.hide()
            self._body.deleteLater()
            self._body = None
            self._show_body()
            return
        if self._body is not None:
            is_locked_here = is_trained and is_locked("diffusion.schedule")
            self._method.show_settings(config.diffusion, is_locked=is_locked_here)
        for row in [row for group in self._groups for row in group.rows]:  # none before it opens
            row.set_config(config, default, is_trained and is_locked(row.path))

    def _build(self) -> QWidget:
        body = QWidget()
        self._search = QLineEdit(clearButtonEnabled=True, placeholderText="Find a setting")
        self._search.setObjectName("train.find_setting")
        tip = "Words, the usual term or the name of an option, such as “batch” or “save”."
        explain(self._search, "Find a setting", tip)
        self._search.textChanged.connect(self._show_found)
        self._nothing = label(NOTHING, "caption", "train.no_setting")
        self._method = MethodChoice(self._theme, self._jobs, "train.method")
        self._method.chosen.connect(lambda name: self.changed.emit(with_method(self._config, name)))
        rows = column(
            *(self._method, label(HINT, "caption", wrap=True), self._search, self._nothing),
            spacing=8,
            margins=(0, 0, 0, 8),
            of=body,
        )
        for section in SECTIONS:
            group = self._group(section)
            self._groups.append(group)
            rows.addWidget(group.heading)
            rows.addWidget(group.body)
        self._show_found()
        return body

    def _group(self, section: str) -> Group:
        words, name = settings_of(StudioConfig)[section].words, f"train.group_{section}"
        heading = Fold(self._theme, words, name, f"Show or hide: {words}", is_open=True)
        self._settings.remember(heading, f"train/group_{section}")
        rows = [
            SettingRow(self._theme, path, self._config) for path in paths_of(section, self._config)
        ]
        for row in rows:
            row.changed.connect(self.changed)
        group = Group(heading, rows)
        heading.toggled.connect(lambda _: self._show_found())
        return group

    def _show_found(self) -> None:
        found = [group.show_found(self._search.text()) for group in self._groups]
        self._nothing.setVisible(not any(found))

    def _show_body(self) -> None:
        """If it is open; then it is built, and says what is set."""
        if self._body is None and self.is_open:
            self._body = self._build()
            self._layout.addWidget(self._body)
        if self._body is not None:
            self._body.setVisible(self.is_open)
            self.set_config(self._config, self._default, self._is_trained)

    def _on_toggled(self, is_open: bool) -> None:
        self._show_body()
        self.opened.emit(is_open)
