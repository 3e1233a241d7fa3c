"""What the window remembers between two starts: typed values in one small ini file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from platformdirs import user_config_path, user_documents_path
from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QSpinBox,
    QSplitter,
    QWidget,
)

T = TypeVar("T", bool, int, float, str, list[str])

RECENT, PAGES = "recent_projects", "recent_pages"
MOST_RECENT = 12


class Settings:
    """Values by key, such as "generate/steps". A file that is damaged counts as empty."""

    def __init__(self, path: Path | str | None = None) -> None:
        """path: the ini file; by default the user's own."""
        self.path = Path(path or user_config_path("ddpm-studio") / "window.ini")
        self._store = QSettings(str(self.path), QSettings.Format.IniFormat)

    def get(self, key: str, default: T) -> T:
        """The value of a key, of the default's type; the default if it is missing or odd."""
        value = self._store.value(key)
        if value is None:
            return default
        try:
            return _as_type(value, default)
        except (TypeError, ValueError):
            return default

    def set(self, key: str, value: T) -> None:
        """Keep a value; Qt writes it to disk a moment later."""
        self._store.setValue(key, repr(value) if isinstance(value, bool | float) else value)

    def get_bytes(self, key: str) -> QByteArray:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_bytes(self, key: str, value: QByteArray) -> None:
        self._store.setValue(key, value)

    def save(self) -> None:
        """Write what is not on disk yet."""
        self._store.sync()

    @property
    def recent_projects(self) -> list[Path]:
        """The project folders that were open, the latest first; some may be gone."""
        return [Path(text) for text in self.get(RECENT, list[str]())]

    def add_recent_project(self, path: Path) -> None:
        others = [other for other in self.recent_projects if other != path]
        self.set(RECENT, [str(entry) for entry in [path, *others][:MOST_RECENT]])

    def forget_recent_project(self, path: Path) -> None:
        self.set(RECENT, [str(entry) for entry in self.recent_projects if entry != path])

    def replace_recent_project(self, path: Path, here: Path) -> None:
        """It is somewhere else now, at the same place of the list."""
        paths = [here if entry == path else entry for entry in self.recent_projects]
        self.set(RECENT, [str(entry) for entry in dict.fromkeys(paths)])
        self.set_page(here, self.page_of(path))

    def page_of(self, path: Path) -> str:
        """The page on which a project was left; "" if that is not known."""
        pages = (line.partition(" ") for line in self.get(PAGES, list[str]()))
        return next((page for page, _, noted in pages if noted == str(path)), "")

    def set_page(self, path: Path, page: str) -> None:
        lines = [one for one in self.get(PAGES, list[str]()) if one.partition(" ")[2] != str(path)]
        self.set(PAGES, [f"{page} {path}", *lines][:MOST_RECENT])

    @property
    def projects_folder(self) -> Path:
        """Where new projects are proposed."""
        chosen = self.get("projects_folder", "")
        return Path(chosen) if chosen else user_documents_path() / "DDPM Studio"

    def set_projects_folder(self, folder: Path) -> None:
        self.set("projects_folder", str(folder))

    def remember(self, control: QWidget, key: str) -> None:
        """Give a control the value it had last time, and keep every change of it.

        Call it when the control has its range and its default, before connecting to it. Knows
        spin boxes, sliders, check boxes and other checkable buttons, combo boxes (by the data of
        the item, else its text) and line edits.
        """
        keep = self.recall(control, key)
        accessors(control)[2].connect(lambda *_: keep())

    def recall(self, control: QWidget, key: str) -> Callable[[], None]:
        """Give a control the value it had last time; what is returned keeps its present one."""
        read, write, _ = accessors(control)
        write(self.get(key, read()))
        return lambda: self.set(key, read())

    def remember_splitter(self, splitter: QSplitter, key: str) -> None:
        """Give a splitter the position it had last time, and keep every change of it."""
        state = self.get_bytes(key)
        if not state.isEmpty():
            splitter.restoreState(state)
        splitter.splitterMoved.connect(lambda *_: self.set_bytes(key, splitter.saveState()))


def _as_type(value: Any, default: Any) -> Any:
    """An ini file gives text back; a list of one entry comes back as that entry."""
    if isinstance(default, bool):
        text = str(value).lower()
        if text not in ("true", "false"):
            raise ValueError(text)
        return text == "true"
    if isinstance(default, list):
        entries = value if isinstance(value, list) else [value] if value else []
        return [str(entry) for entry in entries]
    return type(default)(value)


def accessors(control: QWidget) -> tuple[Callable[[], Any], Callable[[Any], None], Any]:
    """How to read and write a control, and its signal of change."""
    match control:
        case QSpinBox() | QDoubleSpinBox() | QAbstractSlider():
            return control.value, control.setValue, control.valueChanged
        case QAbstractButton():
            return control.isChecked, control.setChecked, control.toggled
        case QLineEdit():
            return control.text, control.setText, control.textChanged
        case QComboBox():
            return _combo_accessors(control)
    raise TypeError(f"No way to remember a {type(control).__name__}")


def _combo_accessors(combo: QComboBox) -> tuple[Callable[[], str], Callable[[str], None], Any]:
    def key_of(index: int) -> str:
        data = combo.itemData(index)
        return str(combo.itemText(index) if data is None else data)

    def read() -> str:
        return key_of(combo.currentIndex())

    def write(key: str) -> None:
        keys = [key_of(index) for index in range(combo.count())]
        if key in keys:
            combo.setCurrentIndex(keys.index(key))

    return read, write, combo.currentIndexChanged
