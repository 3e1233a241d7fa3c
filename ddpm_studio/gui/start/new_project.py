"""A new project: a folder is enough, everything else is proposed and can be changed."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLayout, QLineEdit, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.kinds import KINDS
from ddpm_studio.config.methods import with_method
from ddpm_studio.config.presets import PRESETS
from ddpm_studio.config.text import KIND_PATH, with_settings
from ddpm_studio.errors import ConfigError
from ddpm_studio.file_names import name_problem
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import ControlRow
from ddpm_studio.gui.common.dialog import Dialog, choose_folder
from ddpm_studio.gui.common.fold import Fold
from ddpm_studio.gui.common.inputs import choice
from ddpm_studio.gui.common.layout import holder, row, wide
from ddpm_studio.gui.common.method_choice import MethodChoice
from ddpm_studio.gui.session import Session
from ddpm_studio.project import FILE_NAME

WORDS = {
    "sketch": "minutes on any computer",
    "small": "an evening, minutes on a GPU",
    "standard": "hours on a GPU",
    "large": "a night on a large GPU",
}
WIDTH = 520
# names that say nothing about what is in a folder
COMMON = {
    *("images", "image", "imgs", "img", "pictures", "photos", "data", "dataset", "train"),
    *("training", "test", "all", "raw", "jpg", "jpeg", "png", "files", "download", "downloads"),
}
PICTURES_TIP = "The folder that holds them, with all folders inside it. They are only read."
PLACE_TIP = "Where the project's own folder is made."
MORE_TIP = "What rarely needs another choice"
SIZE_TIP = "Larger pictures show more and take much longer to learn."


def proposed_name(pictures: Path) -> str:
    """That of the folder; of the one around it if it is called as many are."""
    for folder in (pictures, *pictures.parents):
        if folder.name and folder.name.lower() not in COMMON:
            return folder.name
    return pictures.name


class NewProjectDialog(Dialog):
    """Emits `wanted` with (place, pictures folder, config) when Create is pressed."""

    wanted = Signal(object, object, object)

    def __init__(self, session: Session, parent: QWidget, pictures: Path | None = None) -> None:
        super().__init__("new_project", "New project", parent)
        self._session = session
        self._named_by_hand = False
        self._make_fields()
        self._lay_out()
        self._pictures.textChanged.connect(self._on_pictures_changed)
        self._name.textEdited.connect(self._on_name_edited)
        self._name.textChanged.connect(self._check)
        self._place.textChanged.connect(self._check)
        self._preset.currentIndexChanged.connect(self._check)
        self._kind.currentIndexChanged.connect(self._check)
        self._method.chosen.connect(self._on_method)
        if pictures is not None:
            self._pictures.setText(str(pictures))
            self._create.setFocus()
        self._check()

    def _make_fields(self) -> None:
        theme = self._session.theme
        self._pictures = QLineEdit()
        self._pictures.setObjectName("new_project.pictures")
        self._pictures.setPlaceholderText("Choose a folder, or drop one here")
        tip = "Choose the folder that holds your pictures"
        self._browse = Button(theme, "Choose…", "new_project.browse_pictures", tip, icon="folder")
        what = "The folder that holds your pictures"
        self._browse.clicked.connect(lambda: self._choose_folder(what, self._pictures))
        self._name = QLineEdit()
        self._name.setObjectName("new_project.name")
        self._place = QLineEdit(str(self._session.settings.projects_folder))
        self._place.setObjectName("new_project.place")
        tip = "Choose where projects are kept"
        self._browse_place = IconButton(theme, "folder", "new_project.browse_place", tip)
        where = "Where projects are kept"
        self._browse_place.clicked.connect(lambda: self._choose_folder(where, self._place))
        sizes = {name: config.pictures.size for name, config in PRESETS.items()}
        presets = {name: f"{size} pixels: {WORDS[name]}" for name, size in sizes.items()}
        self._preset = choice("new_project.preset", presets, self._session.suggested_preset())
        kinds = {name: row.title for name, row in KINDS.items()}
        self._kind = choice("new_project.kind", kinds)
        self._method = MethodChoice(theme, self._session.jobs, "new_project.method")
        self._method.hide()
        self._more = Fold(theme, "More", "new_project.more", MORE_TIP, is_open=False)
        self._more.toggled.connect(self._method.setVisible)
        self.message.setObjectName("new_project.problem")
        tip = "Make the project and look at the pictures"
        self._create = Button(theme, "Create project", "new_project.create", tip, kind="primary")
        self._create.clicked.connect(self._on_create)

    def _lay_out(self) -> None:
        tip = "Make no project (Esc)"
        cancel = Button(self._session.theme, "Cancel", "new_project.cancel", tip)
        pictures = row(wide(self._pictures), self._browse)
        place = row(wide(self._place), self._browse_place)
        self.set_buttons(cancel, self._create)
        layout = self.fill(
            ControlRow("Your pictures", self._pictures, PICTURES_TIP, holder=holder(pictures)),
            ControlRow("Name", self._name, "The name of the project, and of its folder."),
            ControlRow("Kept in", self._place, PLACE_TIP, holder=holder(place)),
            ControlRow("Picture size", self._preset, SIZE_TIP, "preset"),
            *self._kind_rows(),
            self._more,
            self._method,
            self.message,
            foot=(cancel, self._create),
            heading="New project",
        )
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        self.setMinimumWidth(WIDTH)

    def _kind_rows(self) -> list[QWidget]:
        """Nothing while there is nothing to choose."""
        if len(KINDS) == 1:
            return []
        tip = " ".join(f"{row.title}: {row.tip}" for row in KINDS.values())
        return [ControlRow("Kind of model", self._kind, tip, KIND_PATH)]

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(WIDTH, 0))

    def _problem_text(self) -> str:
        """Why there can be no project yet; '' if there can."""
        text, name = self._pictures.text().strip(), self._name.text().strip()
        if not text:
            return "Choose the folder that holds your pictures."
        if not Path(text).expanduser().is_dir():
            return "This pictures folder does not exist."
        if problem := name_problem(name):
            needs = "The project needs a name"
            return f"{needs} that every disk takes. {problem}" if name else f"{needs}."
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
            self._config()
        except ConfigError as error:  # this kind of model cannot be made for this size
            problem = str(error)
        except (OSError, RuntimeError, ValueError) as error:  # odd paths
            problem = f"This place cannot be used: {error}"
        is_begun = bool(self._pictures.text().strip())  # before that nothing is wrong yet
        kind = "danger" if problem and is_begun else "caption"
        self.say(problem or f"The project will be at {self._target()}.", kind)
        self._create.setEnabled(not problem)

    def _on_pictures_changed(self, text: str) -> None:
        if not self._named_by_hand:
            folder = proposed_name(Path(text.strip()).expanduser())
            self._name.setText(self._session.free_place(folder).name if folder else "")
        self._check()

    def _on_name_edited(self, text: str) -> None:
        self._named_by_hand = bool(text)

    def _config(self) -> StudioConfig:
        """Raises ConfigError."""
        kind = self._kind.currentData()
        config = with_settings(PRESETS[self._preset.currentData()], [f"{KIND_PATH}={kind}"])
        return with_method(config, self._method.method)

    def _on_method(self, name: str) -> None:
        self._method.show_settings(with_method(StudioConfig(), name).diffusion)
        self._check()

    def _choose_folder(self, title: str, field: QLineEdit) -> None:
        choose_folder(self, title, field.text(), lambda folder: field.setText(str(folder)))

    def _on_create(self) -> None:
        self._check()
        if not self._create.isEnabled():
            return
        place = Path(self._place.text().strip()).expanduser()
        self._session.settings.set_projects_folder(place)
        pictures = Path(self._pictures.text().strip()).expanduser()
        self.wanted.emit(self._target(), pictures, self._config())
        self.accept()
