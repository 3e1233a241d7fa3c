"""A new project: a folder is enough, everything else is proposed and can be changed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.config import StudioConfig
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.inputs import ComboBox
from ddpm_studio.gui.session import Session
from ddpm_studio.presets import PRESETS
from ddpm_studio.project import FILE_NAME

WORDS = {
    "sketch": "minutes on any computer",
    "small": "an evening, minutes on a GPU",
    "standard": "hours on a GPU",
    "large": "a night on a large GPU",
}
WIDTH = 520


class NewProjectDialog(QDialog):
    """Emits `wanted` with (place, pictures folder, config) when Create is pressed."""

    wanted = Signal(object, object, object)

    def __init__(self, session: Session, parent: QWidget, pictures: Path | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._named_by_hand = False
        self.setObjectName("new_project")
        self.setWindowTitle("New project")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields()
        self._lay_out()
        self._pictures.textChanged.connect(self._on_pictures_changed)
        self._name.textEdited.connect(self._on_name_edited)
        self._name.textChanged.connect(self._check)
        self._place.textChanged.connect(self._check)
        if pictures is not None:
            self.set_pictures(pictures)
            self._create.setFocus()
        self._check()

    def set_pictures(self, folder: Path) -> None:
        """Take a folder, as if it had been chosen by hand."""
        self._pictures.setText(str(folder))

    def _make_fields(self) -> None:
        theme = self._session.theme
        self._pictures = QLineEdit()
        self._pictures.setObjectName("new_project.pictures")
        self._pictures.setPlaceholderText("Choose a folder, or drop one here")
        self._browse = Button(
            theme,
            "Choose…",
            "new_project.browse_pictures",
            "Choose the folder that holds your pictures",
            icon="folder",
        )
        self._browse.clicked.connect(self._on_browse_pictures)
        self._name = QLineEdit()
        self._name.setObjectName("new_project.name")
        self._place = QLineEdit(str(self._session.settings.projects_folder))
        self._place.setObjectName("new_project.place")
        self._browse_place = IconButton(
            theme, "folder", "new_project.browse_place", "Choose where projects are kept"
        )
        self._browse_place.clicked.connect(self._on_browse_place)
        self._preset = ComboBox()
        self._preset.setObjectName("new_project.preset")
        for name, config in PRESETS.items():
            self._preset.addItem(f"{config.pictures.size} pixels: {WORDS[name]}", name)
        self._preset.setCurrentIndex(list(PRESETS).index(self._session.suggested_preset()))
        self._problem = QLabel()
        self._problem.setObjectName("new_project.problem")
        self._problem.setProperty("kind", "caption")
        self._problem.setWordWrap(True)
        self._create = Button(
            theme,
            "Create project",
            "new_project.create",
            "Make the project and look at the pictures",
            kind="primary",
        )
        self._create.setDefault(True)
        self._create.clicked.connect(self._on_create)

    def _lay_out(self) -> None:
        cancel = Button(
            self._session.theme, "Cancel", "new_project.cancel", "Make no project (Esc)"
        )
        cancel.clicked.connect(self.reject)
        heading = QLabel("New project")
        heading.setProperty("kind", "heading")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(heading)
        for row in (
            _row(
                "Your pictures",
                self._pictures,
                "The folder that holds them, with all folders inside it. They are only read.",
                beside=self._browse,
            ),
            _row("Name", self._name, "The name of the project, and of its folder."),
            _row(
                "Kept in",
                self._place,
                "Where the project's own folder is made.",
                beside=self._browse_place,
            ),
            _row(
                "Picture size",
                self._preset,
                "Larger pictures show more and take much longer to learn.",
                "preset",
            ),
        ):
            layout.addWidget(row)
        layout.addWidget(self._problem)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self._create)
        layout.addLayout(buttons)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self.setMinimumWidth(WIDTH)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(WIDTH, 0))

    def _problem_text(self) -> str:
        """Why there can be no project yet; '' if there can."""
        text, name = self._pictures.text().strip(), self._name.text().strip()
        if not text:
            return "Choose the folder that holds your pictures."
        if not Path(text).expanduser().is_dir():
            return "This pictures folder does not exist."
        if not name or name in (".", "..") or any(sign in name for sign in '/\\:*?"<>|'):
            return 'The project needs a name without / \\ : * ? " < > |'
        place = self._target()
        if not place.is_absolute():
            return "Projects are kept in a folder; choose it with the button beside its name."
        if (place / FILE_NAME).exists():
            return f"There already is a project {name}; choose another name."
        if place.exists() and (not place.is_dir() or any(place.iterdir())):
            return f"There already is something at {place}; choose another name."
        return ""

    def _target(self) -> Path:
        return Path(self._place.text().strip()).expanduser() / self._name.text().strip()

    def _check(self) -> None:
        try:
            problem = self._problem_text()
        except (OSError, RuntimeError, ValueError) as error:  # odd paths
            problem = f"This place cannot be used: {error}"
        self._problem.setText(problem or f"The project will be at {self._target()}")
        self._create.setEnabled(not problem)

    def _on_pictures_changed(self, text: str) -> None:
        if not self._named_by_hand:
            folder = Path(text.strip()).expanduser().name
            self._name.setText(self._session.free_place(folder).name if folder else "")
        self._check()

    def _on_name_edited(self, text: str) -> None:
        self._named_by_hand = bool(text)

    def _on_browse_pictures(self) -> None:
        self._choose_folder("The folder that holds your pictures", self._pictures)

    def _on_browse_place(self) -> None:
        self._choose_folder("Where projects are kept", self._place)

    def _choose_folder(self, title: str, field: QLineEdit) -> None:
        chooser = QFileDialog(self, title, field.text())
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(field.setText)
        chooser.open()

    def _on_create(self) -> None:
        self._check()
        if not self._create.isEnabled():
            return
        place = Path(self._place.text().strip()).expanduser()
        self._session.settings.set_projects_folder(place)
        config: StudioConfig = PRESETS[self._preset.currentData()]
        pictures = Path(self._pictures.text().strip()).expanduser()
        self.wanted.emit(self._target(), pictures, config)
        self.accept()


def _row(
    label: str, field: QWidget, tip: str, term: str = "", *, beside: QWidget | None = None
) -> QWidget:
    if beside is None:
        return ControlRow(label, field, tip, term)
    both = QWidget()
    line = QHBoxLayout(both)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(field, 1)
    line.addWidget(beside)
    return ControlRow(label, field, tip, term, holder=both)
