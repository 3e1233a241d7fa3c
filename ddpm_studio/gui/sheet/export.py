"""Saving a sheet as one labelled page: asks where to, writes it in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.export.places import free_path
from ddpm_studio.gui.common.dialog import choose_new_file
from ddpm_studio.gui.common.errors import describe_failure
from ddpm_studio.gui.common.jobs import SHEET_EXPORT, Job
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.sheet import work

FILTERS = {".png": "PNG picture (*.png)", ".webp": "WebP picture (*.webp)"}


class SheetExport(QObject):
    """One page at a time. `said` gives a sentence and its kind; `changed`: it began or ended."""

    said = Signal(str, str)
    changed = Signal()

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._widget = session, parent
        self._job: Job | None = None
        self.saved: Path | None = None

    @property
    def is_running(self) -> bool:
        return self._job is not None

    def ask(self, wish: Callable[[], work.PageWish]) -> None:
        """Ask for a place, then write. wish: what is written, asked for once the place is known."""
        project = self._session.project
        if project is None or self.is_running:
            return
        name = free_path(project.gallery / f"{project.name}_sheet.png")
        folder = project.gallery if project.gallery.is_dir() else project.path
        title, start = "Export the sheet as", folder / name.name
        choose_new_file(self._widget, title, start, FILTERS, lambda path: self.write(path, wish()))

    def write(self, path: Path, wish: work.PageWish) -> None:
        """Write the page; it is PNG or WebP by the ending."""
        job = self._session.jobs.start(
            SHEET_EXPORT, lambda: work.write(path, wish), title="Exporting the sheet", replace=True
        )
        self._job = job
        job.tells_failure = True
        job.succeeded.connect(self._on_saved)
        job.stopped.connect(lambda: self._end("Cancelled; nothing was written.", "muted"))
        job.failed.connect(lambda error: self._end(describe_failure(error).sentence, "danger"))
        self.said.emit("Writing the page…", "muted")
        self.changed.emit()

    def stop(self) -> None:
        """Not one whose project was left meanwhile: that one ends well in the background."""
        if self._job is not None and not self._job.is_left:
            self._job.stop()

    def _on_saved(self, path: Path) -> None:
        self.saved = path
        self._end(f"Saved {path.name}", "muted")

    def _end(self, words: str, kind: str) -> None:
        self._job = None
        self.said.emit(words, kind)
        self.changed.emit()
