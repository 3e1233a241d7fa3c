"""Export the film of the training: reads the previews of a project, then opens the dialog."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.export.dialog import ExportDialog
from ddpm_studio.gui.export.training_film import FilmedTraining, PreviewFrames, read_previews
from ddpm_studio.gui.session import Session

JOB = "training_film"  # its name


class TrainingExport(QObject):
    """Training goes on meanwhile; the film ends with the newest preview of the moment."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self._session, self._page = session, page

    def open(self, steps: Sequence[int]) -> None:
        """steps: of the previews, rising. A failure is said in the banner."""
        project = self._session.project
        if project is None:
            return
        job = self._session.jobs.start(
            JOB, lambda: read_previews(project, steps), title="Reading previews", replace=True
        )
        job.succeeded.connect(self._on_read)

    def _on_read(self, frames: PreviewFrames) -> None:
        project = self._session.project
        if project is None or self._session.is_closing:
            return
        ExportDialog(
            self._session,
            FilmedTraining(project, frames, has_recipe=bool(self._session.checkpoints)),
            folder=project.gallery,
            name=f"{project.name}_training",
            parent=self._page.window(),
        ).open()
