"""Saving a sheet as one labelled page: asks where to, writes it in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from ddpm_studio.export.places import free_path
from ddpm_studio.gui.common.dialog import choose_new_file
from ddpm_studio.gui.common.dialog_job import DialogJob
from ddpm_studio.gui.common.jobs import SHEET_EXPORT, Job
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.sheet import work
from ddpm_studio.project import Project

if TYPE_CHECKING:
    from ddpm_studio.export.sheet_page import SheetPage

FILTERS = {".png": "PNG picture (*.png)", ".webp": "WebP picture (*.webp)"}


class SheetExport(DialogJob):
    """One page at a time."""

    def __init__(self, session: Session, project: Project, parent: QWidget) -> None:
        super().__init__(session.jobs, parent)
        self._session, self._project, self._widget = session, project, parent
        self.saved: Path | None = None

    def ask(self, page: Callable[[], SheetPage]) -> None:
        """Ask for a place, then write. page: what, asked for once the place is known."""
        project = self._project
        if self.is_running:
            return
        name = free_path(project.gallery / f"{project.name}_sheet.png")
        folder = project.gallery if project.gallery.is_dir() else project.path
        title, start = "Export the sheet as", folder / name.name
        choose_new_file(self._widget, title, start, FILTERS, lambda path: self.write(path, page()))

    def write(self, path: Path, page: SheetPage) -> None:
        """Write the page; it is PNG or WebP by the ending."""
        project, title = self._project, "Exporting the sheet"
        job = self._session.jobs.start(
            SHEET_EXPORT, lambda: work.write(path, project, page), title=title, replace=True
        )
        self.follow(job, self._outcome, "Cancelled; nothing was written.")

    def words(self, _job: Job) -> str:
        return "Writing the page…"

    def stop(self) -> None:
        """Not one whose project was left meanwhile: that one ends well in the background."""
        if not self.is_left:
            super().stop()

    def _outcome(self, path: Path) -> str:
        self.saved = path
        return f"Saved {path.name}"
