"""Export an animation: what is in it, how it plays, where it goes; with a preview that moves."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.export.places import free_path
from ddpm_studio.gui import names
from ddpm_studio.gui.errors import describe_failure
from ddpm_studio.gui.jobs import Job, JobState
from ddpm_studio.gui.session import EXPORT, Session
from ddpm_studio.gui.widgets.button import Button, IconButton
from ddpm_studio.gui.widgets.control_row import ControlRow
from ddpm_studio.gui.widgets.export_options import ExportOptions, Filmed
from ddpm_studio.gui.widgets.film_preview import FilmPreview
from ddpm_studio.gui.widgets.trajectory import X_T, Trajectory
from ddpm_studio.gui.work import export as work

PREVIEW_SIDE = 360


class ExportDialog(QDialog):
    """Nothing has to be typed. While it writes, Cancel stops it and leaves nothing behind."""

    def __init__(
        self,
        session: Session,
        trajectory: Trajectory,
        *,
        folder: Path,
        name: str,
        chosen: tuple[int, ...] = (),
        current: int | None = None,
        show: str = X_T,
        parent: QWidget | None = None,
    ) -> None:
        """folder, name: what is proposed, without an ending. current: which one is seen large."""
        super().__init__(parent)
        self._session = session
        project = session.project
        background = project.config.pictures.background if project else "#ffffff"
        filmed = Filmed(trajectory, chosen, current, show, background)
        self._options = ExportOptions(filmed, session.settings)
        self._folder, self._name = folder, name
        self._named_by_hand = False
        self._job: Job | None = None
        self._saved: Path | None = None
        self.setObjectName(names.EXPORT)
        self.setWindowTitle("Export animation")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make_fields()
        self._make_foot()
        self._lay_out()
        self._connect()
        self._propose_path()
        self._on_plan_changed()
        self._export.setFocus()  # Enter is enough

    def plan(self) -> work.FilmPlan:
        """What is set."""
        return self._options.plan()

    def reject(self) -> None:
        """Cancel and Esc: first what is being written, then the dialog."""
        if self._job is not None:
            self._job.stop()
        else:
            super().reject()

    # building

    def _make_fields(self) -> None:
        self._preview = FilmPreview(names.EXPORT_PREVIEW, PREVIEW_SIDE)
        self._path = QLineEdit()
        self._path.setObjectName(names.EXPORT_PATH)
        self._browse = IconButton(
            self._session.theme, "folder", names.EXPORT_BROWSE, "Choose where to save it"
        )
        self._facts = QLabel()
        self._facts.setObjectName(names.EXPORT_FACTS)
        self._facts.setProperty("kind", "caption")
        self._facts.setWordWrap(True)

    def _make_foot(self) -> None:
        theme = self._session.theme
        self._progress = QProgressBar()
        self._progress.setObjectName(names.EXPORT_PROGRESS)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("Progress of the export")
        self._message = QLabel()
        self._message.setObjectName(names.EXPORT_MESSAGE)
        self._message.setWordWrap(True)
        self._show_folder = Button(
            theme,
            "Show in folder",
            names.EXPORT_SHOW_IN_FOLDER,
            "Open the folder that the animation is in",
            icon="folder-open",
        )
        self._cancel = Button(theme, "Cancel", names.EXPORT_CANCEL, "Export nothing (Esc)")
        self._export = Button(
            theme,
            "Export",
            names.EXPORT_SAVE,
            "Write the animation",
            icon="film",
            kind="primary",
        )
        self._export.setDefault(True)
        self._progress.hide()
        self._show_folder.hide()

    def _lay_out(self) -> None:
        heading = QLabel("Export animation")
        heading.setProperty("kind", "heading")
        where = QWidget()
        line = QHBoxLayout(where)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        line.addWidget(self._path, 1)
        line.addWidget(self._browse)
        fields = QVBoxLayout()
        fields.setSpacing(12)
        fields.addWidget(self._options)
        fields.addWidget(
            ControlRow("Saved as", self._path, "A name that is still free.", holder=where)
        )
        fields.addWidget(self._facts)
        fields.addStretch()
        both = QHBoxLayout()
        both.setSpacing(24)
        both.addWidget(self._preview)
        both.addLayout(fields, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self._message, 1)
        for button in (self._show_folder, self._cancel, self._export):
            foot.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 16)
        layout.setSpacing(16)
        layout.addWidget(heading)
        layout.addLayout(both, 1)
        layout.addWidget(self._progress)
        layout.addLayout(foot)
        self.setMinimumWidth(PREVIEW_SIDE + 24 + 400 + 48)

    def _connect(self) -> None:
        self._options.changed.connect(self._on_plan_changed)
        self._options.format_changed.connect(self._propose_path)
        self._path.textEdited.connect(self._on_path_edited)
        self._path.textChanged.connect(self._check)
        self._browse.clicked.connect(self._on_browse)
        self._cancel.clicked.connect(self.reject)
        self._export.clicked.connect(self._on_export)
        self._show_folder.clicked.connect(self._on_show_folder)

    # what is proposed

    def _propose_path(self) -> None:
        suffix = self._options.suffix
        if self._named_by_hand:
            self._path.setText(str(Path(self._path.text()).with_suffix(suffix)))
        else:
            self._path.setText(str(free_path(self._folder / f"{self._name}{suffix}")))

    def _on_path_edited(self) -> None:
        self._named_by_hand = True

    def _on_plan_changed(self) -> None:
        plan, ground = self.plan(), self._options.ground
        self._preview.set_plan(plan, ground)
        width, height = plan.size
        facts = [f"{width} × {height} pixels", f"{len(plan.order)} frames", f"{plan.seconds:.1f} s"]
        if ground is not None:
            facts.append(f"opaque, on {ground}")
        self._facts.setText("  ·  ".join(facts))
        self._check()

    def _problem(self) -> str:
        """Why it cannot be written yet; '' if it can."""
        text, suffix = self._path.text().strip(), self._options.suffix
        path = Path(text).expanduser()
        if not text or not path.stem or path.suffix.lower() != suffix:
            return f"The file needs a name that ends in {suffix}"
        if not path.is_absolute():
            return "The place must begin with a folder; choose one with the button beside it."
        if path.is_dir():
            return "There is a folder of that name."
        return ""

    def _check(self) -> None:
        try:
            problem = self._problem()
            replaced = not problem and Path(self._path.text().strip()).expanduser().exists()
        except (OSError, RuntimeError, ValueError) as error:  # odd paths
            problem, replaced = f"This place cannot be used: {error}", False
        if replaced and not self._session.jobs.get(EXPORT):
            self._say("A file of that name is there already and will be replaced.", "warning")
        else:
            self._say(problem, "danger")
        self._export.setEnabled(not problem and self._job is None)

    def _say(self, words: str, kind: str = "muted") -> None:
        self._message.setText(words)
        self._message.setProperty("kind", kind)
        self._message.style().unpolish(self._message)
        self._message.style().polish(self._message)

    # what happens

    def _on_browse(self) -> None:
        suffix = self._options.suffix
        start = Path(self._path.text() or self._folder)
        folder = next((one for one in start.parents if one.is_dir()), Path.home())
        chooser = QFileDialog(self, "Save the animation as", str(folder), f"Films (*{suffix})")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setDefaultSuffix(suffix)
        chooser.selectFile(start.name)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._on_browsed)
        chooser.open()

    def _on_browsed(self, path: str) -> None:
        self._named_by_hand = True
        self._path.setText(path)

    def _on_export(self) -> None:
        self._check()
        if not self._export.isEnabled():
            return
        path, plan = Path(self._path.text().strip()).expanduser(), self.plan()
        job = self._job = self._session.jobs.start(
            EXPORT, lambda: work.write_film(path, plan), title="Exporting", replace=True
        )
        job.tells_failure = True
        job.changed.connect(self._on_job_changed)
        job.succeeded.connect(self._on_saved)
        job.stopped.connect(self._on_stopped)
        job.failed.connect(self._on_failed)
        self._set_busy(True)
        self._on_job_changed()

    def _set_busy(self, is_busy: bool) -> None:
        self._progress.setVisible(is_busy)
        self._progress.setRange(0, 1000)
        self._progress.setValue(0)
        self._export.setEnabled(not is_busy)
        self._cancel.setEnabled(True)
        self._cancel.setText("Cancel" if is_busy else "Close")
        self._cancel.setToolTip("Stop; nothing is left behind (Esc)" if is_busy else "Close (Esc)")
        self._show_folder.setVisible(self._saved is not None and not is_busy)

    def _on_job_changed(self) -> None:
        job = self._job
        if job is None:
            return
        self._progress.setValue(round(1000 * (job.progress.fraction or 0)))
        is_stopping = job.state is JobState.STOPPING
        self._say("Stopping…" if is_stopping else job.progress.text or "Writing…")
        self._cancel.setEnabled(not is_stopping)

    def _on_saved(self, path: Path) -> None:
        self._job, self._saved = None, path
        self._set_busy(False)
        self._folder = path.parent
        self._say(f"Saved {path.name}")
        self._show_folder.setFocus()

    def _on_stopped(self) -> None:
        self._job = None
        self._set_busy(False)
        self._say("Cancelled; nothing was written.")

    def _on_failed(self, error: Exception) -> None:
        self._job = None
        self._set_busy(False)
        self._say(describe_failure(error).sentence, "danger")

    def _on_show_folder(self) -> None:
        if self._saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved.parent)))
