"""Where an export goes: a free name that is proposed, another one that is typed or looked for."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ddpm_studio.export.places import free_path
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.dialog import choose_new_file
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.export.kinds import KINDS, STRIP, Kind

SUFFIXES = {kind.suffix for kind in KINDS if kind.suffix}


class ExportTarget(QWidget):
    """Follows the kind of file, whoever has given the name."""

    changed = Signal()

    def __init__(self, theme: Theme, folder: Path, name: str, kind: Kind) -> None:
        """folder, name: what is proposed, without an ending."""
        super().__init__()
        self._folder, self._name, self._kind = folder, name, kind
        self._is_named_by_hand = False
        self._field = QLineEdit()
        self._field.setObjectName("export.path")
        self._browse = IconButton(theme, "folder", "export.browse", "Choose where to save it")
        self._lay_out()
        self._field.textEdited.connect(self._on_edited)
        self._field.textChanged.connect(self.changed)
        self._browse.clicked.connect(self._on_browse)
        self.propose()

    @property
    def path(self) -> Path:
        return Path(self._field.text().strip()).expanduser()

    def set_kind(self, kind: Kind) -> None:
        self._kind = kind
        self.propose()

    def propose(self) -> None:
        """A name that is free; one that was given by hand only gets another ending."""
        if not self._is_named_by_hand:
            self._field.setText(str(free_path(self._folder / self._proposed_name())))
        elif self._field.text().strip():
            path = Path(self._field.text().strip())
            plain = path.with_suffix("") if path.suffix.lower() in SUFFIXES else path
            self._field.setText(f"{plain}{self._kind.suffix}")

    def problem(self) -> str:
        """Why nothing can be written there, in a sentence; '' if it can."""
        try:
            return self._problem()
        except (OSError, RuntimeError, ValueError) as error:  # odd paths
            return f"This place cannot be used: {error}"

    @property
    def will_replace(self) -> bool:
        """Whether there is a file of that name already."""
        return not self.problem() and self.path.exists()

    def _problem(self) -> str:
        text, suffix, path = self._field.text().strip(), self._kind.suffix, self.path
        if not text or not path.stem or (suffix and path.suffix.lower() != suffix):
            return f"The file needs a name that ends in {suffix}" if suffix else "Give it a name."
        if not path.is_absolute():
            return "The place must begin with a folder; choose one with the button beside it."
        if self._kind.is_folder and path.exists():
            return "There is something of that name already; the frames need a folder of their own."
        return "There is a folder of that name." if path.is_dir() else ""

    def _proposed_name(self) -> str:
        if self._kind.is_folder:
            return f"{self._name}_frames"
        return f"{self._name}{'_strip' if self._kind.key == STRIP else ''}{self._kind.suffix}"

    def _lay_out(self) -> None:
        where = holder(row(wide(self._field), self._browse))
        tip = "The file, or the folder of frames. The name that is proposed is still free."
        column(ControlRow("Saved as", self._field, tip, holder=where), of=self)

    def _on_edited(self) -> None:
        self._is_named_by_hand = True

    def _on_browse(self) -> None:
        suffix = self._kind.suffix
        path = Path(self._field.text() or self._folder)
        folder = next((one for one in path.parents if one.is_dir()), Path.home())
        kinds = {suffix: f"Films (*{suffix})" if suffix else "A new folder (*)"}
        choose_new_file(self, "Save it as", folder / path.name, kinds, self._on_browsed)

    def _on_browsed(self, path: Path) -> None:
        self._is_named_by_hand = True
        self._field.setText(str(path))
