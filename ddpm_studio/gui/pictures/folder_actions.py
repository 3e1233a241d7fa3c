"""The folder of a project's pictures: shown in the file manager, or another one chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.session import Session


class PictureFolders(QObject):
    """Acts on the open project of the session."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._window = session, parent

    def show(self, name: str = "") -> None:
        """Open the folder of a file, given by its path below the pictures folder."""
        project = self._session.project
        assert project is not None
        folder = (project.pictures / name).parent if name else project.pictures
        self._session.show_outside(folder)

    def choose(self) -> None:
        """Let the project learn from the pictures of another folder."""
        project = self._session.project
        assert project is not None
        title = "The folder that holds your pictures"
        choose_folder(self._window, title, project.pictures, self._on_chosen)

    def _on_chosen(self, folder: Path) -> None:
        project = self._session.project
        assert project is not None
        try:
            work.with_pictures(project, folder)
        except StudioError as error:
            self._session.report(error)
            return
        self._session.open_project(project.path)
