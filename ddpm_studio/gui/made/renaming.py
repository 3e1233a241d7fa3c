"""Asks for another name of what was made."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ddpm_studio.gallery.made import MadeFile
from ddpm_studio.gallery.rename import own_name, rename_problem
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.layout import REST
from ddpm_studio.gui.common.theme import Theme

ABOUT = "Its recipe is inside, and goes along."
WIDTH = 460  # points


class RenameDialog(Dialog):
    """Says what is wrong with a name while it is typed."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, gallery: Path, file: MadeFile, parent: QWidget) -> None:
        super().__init__("made.rename", "Rename", parent)
        self._gallery, self._file = gallery, file
        self._name = QLineEdit(own_name(file))
        self._name.setObjectName("made.new_name")
        self._name.selectAll()
        cancel = Button(theme, "Cancel", "made.rename.cancel", "Keep the name (Esc)")
        tip = "Call it so (Enter)"
        self._go = Button(theme, "Rename", "made.rename.go", tip, icon="rename", kind="primary")
        self.set_buttons(cancel, self._go)
        ending = Path(file.moved_name).suffix
        tip = f"Its ending, {ending}, stays." if ending else "Of the folder that holds its frames."
        name = ControlRow("Name", self._name, tip)
        foot = cancel, self._go
        self.fill(name, self.message, REST, foot=foot, heading="Rename", about=ABOUT)
        self.setMinimumWidth(WIDTH)
        self._name.textChanged.connect(self._check)
        self._go.clicked.connect(self._on_go)
        self._check()

    def _check(self) -> None:
        problem = rename_problem(self._gallery, self._file, self._name.text())
        is_other = self._name.text() != own_name(self._file)
        self.say(problem, "danger")
        self._go.setEnabled(is_other and not problem)

    def _on_go(self) -> None:
        self.chosen.emit(self._name.text())
        self.accept()
