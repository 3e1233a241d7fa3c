"""Asks for the name of a project: a new one, or that of its copy."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ddpm_studio.file_names import name_problem
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.theme import Theme

WIDTH = 420


class NameDialog(Dialog):
    """Emits `named`. What is wrong with a name is said while one types; the disk is asked later."""

    named = Signal(str)

    def __init__(
        self, theme: Theme, title: str, act: str, proposed: str, path: Path, parent: QWidget
    ) -> None:
        """act: the word on the button. path: of the project."""
        super().__init__("project_name", title, parent)
        self._path = path
        self._name = QLineEdit(proposed)
        self._name.setObjectName("project_name.name")
        self._name.selectAll()
        cancel = Button(theme, "Cancel", "project_name.cancel", "Change nothing (Esc)")
        self._go = Button(theme, act, "project_name.go", f"{act} (Enter)", kind="primary")
        self.set_buttons(cancel, self._go)
        tip = "The name of the project, and of its folder"
        row = ControlRow("Name", self._name, tip)
        self.fill(row, self.message, foot=(cancel, self._go), heading=title)
        self.setMinimumWidth(WIDTH)
        self._name.textChanged.connect(self._check)
        self._go.clicked.connect(self._on_go)
        self._check()

    def _check(self) -> None:
        problem = name_problem(self._name.text())
        self.say(problem or f"It will be at {self._path.with_name(self._name.text())}", "caption")
        self._go.setEnabled(not problem and self._name.text() != self._path.name)

    def _on_go(self) -> None:
        self.named.emit(self._name.text())
        self.accept()
