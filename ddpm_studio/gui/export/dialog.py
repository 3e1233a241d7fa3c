"""Export a film: what is in it, how it plays, where it goes; with a preview that moves."""

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QBoxLayout, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import Dialog
from ddpm_studio.gui.common.dialog_job import DialogJob
from ddpm_studio.gui.common.jobs import EXPORT, Job
from ddpm_studio.gui.common.label import label, set_kind
from ddpm_studio.gui.common.layout import REST, column, holder, row, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.export import work
from ddpm_studio.gui.export.estimate import ExportForesight, facts_of, start_film_job
from ddpm_studio.gui.export.options import ExportOptions
from ddpm_studio.gui.export.preview import FilmPreview
from ddpm_studio.gui.export.sources import Filmed
from ddpm_studio.gui.export.target import ExportTarget
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project
from ddpm_studio.words import size_in_words

PREVIEW_SIDE, PREVIEW_HEIGHT = 400, 480  # with room for a caption below a square picture
OPTIONS_WIDTH = 620
BROAD = 2.5  # so many times as broad as high


class FilmWriting(DialogJob):
    """Says how far the film is."""

    def words(self, job: Job) -> str:
        return job.progress.words("Writing…")


class ExportDialog(Dialog):
    """Nothing has to be typed. While it writes, Cancel stops it and leaves nothing behind."""

    def __init__(
        self,
        session: Session,
        filmed: Filmed,
        *,
        folder: Path,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        """folder, name: what is proposed, without an ending."""
        super().__init__("export", filmed.title, parent)
        self._session, self._filmed = session, filmed
        self._path_of_project = session.project.path if session.project is not None else None
        self._options = ExportOptions(filmed, session.settings)
        self._target = ExportTarget(session.theme, folder, name, self._options.kind)
        self._foresight = ExportForesight(session, self, filmed.needs_device)
        self._foreseen: work.Foreseen | None = None
        self._unwritable = ""  # why a film like this cannot be written
        self._writing = FilmWriting(session.jobs, self)
        self._saved: Path | None = None
        self._is_broad, self._usual_height = False, 0
        self._make_parts()
        self._lay_out()
        self._connect()
        self._on_changed()
        self._export.setFocus()  # Enter is enough

    def request(self) -> work.FilmRequest:
        """What is set."""
        return self._options.request()

    def reject(self) -> None:
        """Cancel and Esc: first what is being written, then the dialog."""
        if self._writing.is_running:
            self._writing.stop()
        else:
            super().reject()

    def done(self, result: int) -> None:
        self._foresight.stop()
        super().done(result)

    # building

    def _make_parts(self) -> None:
        theme = self._session.theme
        self._preview = FilmPreview("export.preview", PREVIEW_SIDE, PREVIEW_HEIGHT)
        self._facts = label(kind="caption", name="export.facts", wrap=True)
        self._facts.setToolTip("How large and how long it becomes; its bytes are an estimate")
        progress = "export.progress", "Progress of the export"
        self._progress = ProgressLine(*progress, keeps_place=True)
        self._progress.hide()
        self.message.setObjectName("export.message")
        self.message.show()  # even without words: it keeps the buttons on their side
        words = "Show in folder", "export.show_in_folder", "Open the folder that it was saved in"
        self._show_folder = Button(theme, *words, icon="folder-open")
        self._show_folder.hide()
        self._cancel = Button(theme, "Cancel", "export.cancel", "Export nothing (Esc)")
        self._cancel.ensurePolished()
        self._cancel.setMinimumWidth(self._cancel.sizeHint().width())  # "Close" is shorter
        tip = "Write it (Enter)"
        self._export = Button(theme, "Export", "export.save", tip, icon="film", kind="primary")
        self.set_buttons(self._cancel, self._export)

    def _lay_out(self) -> None:
        fields = column(self._options, self._target, self._facts, REST, spacing=12)
        self._fields = holder(fields)
        self._both = row(self._preview, wide(self._fields), spacing=24)
        self.fill(
            wide(self._both),
            self._progress,
            foot=(wide(self.message), self._show_folder, self._cancel, self._export),
            heading=self._filmed.title,
        )
        broad = PREVIEW_SIDE + 24 + OPTIONS_WIDTH + 48
        self.setMinimumWidth(min(broad, self.room.width()))

    def _connect(self) -> None:
        self._options.changed.connect(self._on_changed)
        self._options.kind_changed.connect(lambda: self._target.set_kind(self._options.kind))
        self._target.changed.connect(self._check)
        self._foresight.foreseen.connect(self._on_foreseen)
        self._foresight.failed.connect(self._on_unwritable)
        self._writing.said.connect(self._say)
        self._writing.changed.connect(self._on_writing)
        self._export.clicked.connect(self._on_export)
        self._show_folder.clicked.connect(self._on_show_folder)
        self._session.project_changed.connect(self._on_project_changed)

    # what is set

    def _set_broad(self, is_broad: bool) -> None:
        """What is broad, such as a film strip, is seen above the options, else beside them."""
        if is_broad == self._is_broad:
            return
        self._is_broad = is_broad
        if is_broad:
            self._usual_height = self.height()
        ways = QBoxLayout.Direction
        self._both.setDirection(ways.TopToBottom if is_broad else ways.LeftToRight)
        self._preview.set_broad(is_broad)
        if is_broad:
            self.fit()
        else:
            self.resize(self.width(), self._usual_height)

    def _on_changed(self) -> None:
        self._unwritable = ""
        self._foreseen = None
        self._foresight.look_at(self.request(), self._options.seen_film)
        self._check()

    def _on_foreseen(self, foreseen: work.Foreseen) -> None:
        request, ground, known = self.request(), self._options.ground, self._foreseen
        self._facts.setText(facts_of(request, foreseen, ground))
        self._foreseen = foreseen
        width, height = foreseen.size
        self._set_broad(request.stages > 0 and width > BROAD * height)
        if foreseen.page is not None:
            self._preview.show_page(foreseen.page, ground)
        elif not request.stages and (known is None or known.order != foreseen.order):
            self._preview.play(self._options.seen_film, request.options, foreseen.order, ground)

    def _on_unwritable(self, sentence: str) -> None:
        self._unwritable = sentence
        self._facts.setText("")
        self._check()

    def _check(self) -> None:
        """Whether it can be written; if not, why not."""
        if self._writing.is_running:
            return
        problem = self._unwritable or self._target.problem()
        if not problem and self._target.will_replace:
            self._say("A file of that name is there already and will be replaced.", "warning")
        else:
            self._say(problem, "danger")
        self._export.setEnabled(not problem)

    def _say(self, words: str, kind: str = "muted") -> None:
        self.message.setText(words)
        set_kind(self.message, kind)

    # what happens

    def _on_export(self) -> None:
        self._check()
        if not self._export.isEnabled():
            return
        self._foresight.stop()
        path, request = self._target.path, self.request()
        self._afterwards: QWidget = self._export  # has the focus then
        self._set_busy(True)
        write, needs_device = (lambda: work.write(path, request)), self._filmed.needs_device
        job = start_film_job(self._session, EXPORT, write, "Exporting", needs_device)
        self._writing.follow(job, self._on_saved, "Cancelled; nothing was written.")

    def _set_busy(self, is_busy: bool) -> None:
        self._fields.setEnabled(not is_busy)
        self._progress.setVisible(is_busy)
        self._progress.set_fraction(0)
        self._export.setEnabled(not is_busy)
        self._cancel.setEnabled(True)
        self._cancel.setText("Cancel" if is_busy else "Close")
        self._cancel.setToolTip("Stop; nothing is left behind (Esc)" if is_busy else "Close (Esc)")
        self._show_folder.setVisible(self._saved is not None and not is_busy)
        if is_busy:
            self.setFocus()  # what stops it has to be meant: neither Enter nor Space reaches it
        elif self._foreseen is None or self._foreseen.nbytes is None:
            # the export came before it was known how large the film gets
            self._foresight.look_at(self.request(), self._options.seen_film)

    def _on_writing(self) -> None:
        if self._writing.is_running:
            self._progress.set_fraction(self._writing.fraction)
            self._cancel.setEnabled(not self._writing.is_stopping)
        else:
            self._set_busy(False)
            self._afterwards.setFocus()

    def _on_saved(self, saved: work.Saved) -> str:
        self._saved, self._afterwards = saved.path, self._show_folder
        self._options.keep()
        self._target.propose()  # what was proposed is written: the next one gets a name of its own
        return f"Saved {saved.path.name}, {size_in_words(saved.nbytes)}"

    def _on_project_changed(self, project: Project | None) -> None:
        """What is being written goes on without the dialog, which is of the old project."""
        is_other = project is None or project.path != self._path_of_project
        if self._writing.is_left or is_other:
            super().reject()

    def _on_show_folder(self) -> None:
        if self._saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved.parent)))
