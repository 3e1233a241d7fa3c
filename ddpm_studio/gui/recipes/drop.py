"""A file is dropped, pasted or chosen: its recipe is read and offered in a dialog."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ddpm_studio.errors import StudioError
from ddpm_studio.export.film.kinds import BY_ENDING
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.dialog import choose_file
from ddpm_studio.gui.common.drop_in import local_file
from ddpm_studio.gui.recipes import work
from ddpm_studio.gui.recipes.dialog import RecipeDialog
from ddpm_studio.gui.session import Session
from ddpm_studio.recipe import Recipe

READ, PICTURE = "recipe.read", "recipe.picture"  # names of jobs
FOLDER = "recipe/folder"  # the key of a setting
ENDINGS = " ".join(f"*{ending}" for ending in (*BY_ENDING, ".json"))
FILES = f"Pictures and films ({ENDINGS});;All files (*)"
NO_FILE = "What was copied is no file; copy the picture’s file, and paste it here."


class RecipeDrop(QObject):
    """Shows the dialog over a window, and hands on what was chosen in it through the session."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def open(self, path: Path) -> None:
        """Read a file in the background; its recipe is shown, or a sentence why there is none."""
        session = self._session
        if session.is_closing or self._window.findChild(RecipeDialog, names.RECIPE) is not None:
            return
        project, recent = session.project, session.settings.recent_projects
        job = session.jobs.start(
            READ,
            lambda: work.look_up(path, project, recent),
            title="Reading the recipe",
            replace=True,
        )
        job.tells_failure = True
        job.succeeded.connect(self._on_found)
        job.failed.connect(self._on_failed)

    def paste(self) -> None:
        """Open the file that was copied in a file manager."""
        data = QGuiApplication.clipboard().mimeData()
        path = local_file(data)
        if path is not None and not path.is_dir():
            self.open(path)
        elif path is not None or data.hasImage():
            self._session.notice(NO_FILE)

    def choose(self) -> None:
        """Ask for a file."""
        project, settings = self._session.project, self._session.settings
        usual = project.gallery if project is not None and project.gallery.is_dir() else Path.home()
        chosen = Path(settings.get(FOLDER, str(usual)))
        folder = chosen if chosen.is_dir() else usual
        choose_file(self._window, "Open a picture’s recipe", folder, FILES, self._on_chosen)

    def _on_chosen(self, path: Path) -> None:
        self._session.settings.set(FOLDER, str(path.parent))
        self.open(path)

    def _on_found(self, found: work.FoundRecipe) -> None:
        session, path = self._session, found.path
        if session.is_closing:
            return
        dialog = RecipeDialog(session.theme, found, self._window)
        dialog.use_wanted.connect(self._on_use)
        job = session.jobs.start(
            PICTURE, lambda: work.small_picture(path), quiet=True, replace=True
        )
        job.tells_failure = True  # a dialog without its picture is as good
        job.succeeded.connect(dialog.show_picture)
        dialog.finished.connect(lambda: session.jobs.discard(PICTURE))
        dialog.open()

    def _on_failed(self, error: Exception) -> None:
        if isinstance(error, StudioError):
            self._session.notice(str(error))  # that a file has no recipe is nobody's fault
        else:
            self._session.report(error)

    def _on_use(self, recipe: Recipe, use: str, other: Path | None) -> None:
        use_it = partial(self._session.recipe_wanted.emit, recipe, use)
        if other is None:
            use_it()
        else:
            self._session.open_project(other, then=use_it)
