"""What can be done with a project from its card: the menu, the questions, the jobs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.common.jobs import PROJECT_CARE, Job, MakeSteps
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.start import care
from ddpm_studio.gui.start.name_dialog import NameDialog


class CardActions(QObject):
    """`changed` says that the list of recent projects is another one."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._window = session, parent
        self._taken_off: tuple[Path, int] | None = None

    def show_menu(self, path: Path, is_lost: bool, place: QPoint) -> None:
        """At a place of the screen."""
        menu = Menu(self._session.theme, self._window)
        menu.setObjectName("start.menu")
        if is_lost:
            menu.add("Find it…", "search", lambda: self.find(path))
            menu.add("Take it off the list", "hidden", lambda: self.take_off(path))
            menu.popup(place)
            return
        menu.add("Open", "folder-open", lambda: self._session.open_project(path))
        menu.add("Show its folder", "folder", lambda: self._session.show_outside(path))
        menu.addSeparator()
        can_move = not self._is_in_use(path)
        rename = menu.add("Rename…", "settings", lambda: self.rename(path))
        menu.add("Duplicate…", "copy", lambda: self.duplicate(path))
        menu.addSeparator()
        menu.add("Take it off the list", "hidden", lambda: self.take_off(path))
        trash = menu.add("Move to the trash…", "trash", lambda: self.trash(path))
        for act in (rename, trash):
            act.setEnabled(can_move)
            act.setToolTip("" if can_move else "It is open or at work: close it first")
        menu.setToolTipsVisible(True)
        menu.popup(place)

    def find(self, path: Path) -> None:
        """One that is no longer where it was: the person knows where it is now."""

        def found(folder: Path) -> None:
            job = self._start(lambda: care.look_for_project(folder), "Looking")
            job.succeeded.connect(lambda here: self._on_found(path, here))

        choose_folder(self._window, f"Where is {path.name} now?", path.parent, found)

    def take_off(self, path: Path) -> None:
        """Off the list; nothing of it changes on the disk."""
        self._session.settings.forget_recent_project(path)
        self._session.notice(
            f"{path.name} is off the list; it is still at {path}, and Open… brings it back."
        )
        self.changed.emit()

    def rename(self, path: Path) -> None:
        self._ask(path, f"Rename {path.name}", "Rename", path.name, care.rename_project)

    def duplicate(self, path: Path) -> None:
        title = f"Duplicate {path.name}"
        self._ask(path, title, "Duplicate", f"{path.name} copy", care.duplicate_project)

    def trash(self, path: Path) -> None:
        """Asks, with what it holds."""
        job = self._start(lambda: care.weigh(path), "Looking at what it holds")
        job.succeeded.connect(lambda weight: self._ask_trash(path, weight))

    def _ask_trash(self, path: Path, weight: care.Weight) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("start.trash")
        box.setWindowTitle("Move a project to the trash")
        box.setText(f"Move {path.name} to the trash?")
        box.setInformativeText(care.words_of(weight, path.name))
        go = box.addButton("Move to the trash", QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton("Keep it", QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        go.clicked.connect(lambda: self._throw(path))
        box.finished.connect(box.deleteLater)
        box.open()

    def _throw(self, path: Path) -> None:
        job = self._start(lambda: care.trash_project(path), f"Moving {path.name} to the trash")
        job.succeeded.connect(self._on_gone)

    def _on_gone(self, path: Path) -> None:
        self._session.settings.forget_recent_project(path)
        self._session.notice(
            f"{path.name} is in the trash of the system; it can be put back there."
        )
        self.changed.emit()

    def _ask(
        self, path: Path, title: str, act: str, proposed: str, do: Callable[[Path, str], Any]
    ) -> None:
        dialog = NameDialog(self._session.theme, title, act, proposed, path, self._window)

        def named(name: str) -> None:
            job = self._start(lambda: do(path, name), f"{act} {path.name}")
            is_moved = do is care.rename_project
            job.succeeded.connect(lambda here: self._on_there(path if is_moved else None, here))

        dialog.named.connect(named)
        dialog.open()

    def _on_found(self, path: Path, here: Path) -> None:
        self._on_there(path, here)
        self._session.open_project(here)

    def _on_there(self, before: Path | None, here: Path) -> None:
        """before: where it was, if it is not there any more."""
        settings = self._session.settings
        if before is None:
            settings.add_recent_project(here)
        else:
            settings.replace_recent_project(before, here)
        self.changed.emit()

    def _start(self, make_steps: MakeSteps, title: str) -> Job:
        return self._session.jobs.start(PROJECT_CARE, make_steps, title=title, replace=True)

    def _is_in_use(self, path: Path) -> bool:
        project = self._session.project
        is_open = project is not None and project.path == path
        return is_open or self._session.left.is_at_work(path)
