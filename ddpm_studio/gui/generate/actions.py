"""What can be done with pictures on the stage by right click and by the usual keys."""

from collections.abc import Generator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, QTemporaryDir, QUrl
from PySide6.QtGui import QGuiApplication, QImage

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.generate.saving import Saving, Writing
from ddpm_studio.gui.generate.stage import Seen, Stage
from ddpm_studio.gui.session import Session
from ddpm_studio.words import several

COPY = "generate.copy"  # the name of a job
NONE_SEEN = "Point at a picture, or choose some, to copy them"


class StageActions(QObject):
    """Acts on what is pointed at or chosen."""

    def __init__(self, session: Session, stage: Stage, saving: Saving, export: Button) -> None:
        """export: the button that opens the export of a film."""
        super().__init__(stage)
        self._session, self._stage, self._saving, self._export = session, stage, saving, export
        self._copies: QTemporaryDir | None = None  # the files that are on the clipboard
        stage.menu_wanted.connect(self.show_menu)

    def copy(self) -> None:
        """What is pointed at, the large one, or the chosen ones."""
        seen = self._stage.seen
        if seen is None:
            self._saving.say(NONE_SEEN)
        else:
            self._copy(seen)

    def show_menu(self, seen: Seen, where: QPoint) -> None:
        """seen: what the menu is about."""
        stage, count = self._stage, len(seen.indices)
        menu = Menu(self._session.theme, stage)
        if not stage.is_single:
            menu.add("See it large\tEnter", "zoom-in", lambda: stage.open(stage.current))
            menu.addSeparator()
        menu.add("Copy\tCtrl+C", "copy", lambda: self._copy(seen))
        run, is_own = seen.trajectory, seen.trajectory.is_forward
        words = "Save picture" if count == 1 else f"Save {several(count, 'picture')}"
        save = menu.add(words, "export", lambda: self._saving.save_finished(run, seen.indices))
        save.setEnabled(run.is_complete and not is_own)
        words = "Keep" if count == 1 else f"Keep {several(count, 'picture')}"
        keep = menu.add(f"{words}\tK", "keep", lambda: self._saving.keep(seen))
        keep.setEnabled(not is_own)
        menu.addSeparator()
        compare = stage.head.compare
        words = "Leave compare" if stage.compare.is_on else "Compare"
        menu.add(f"{words}\tV", "compare", compare.click).setEnabled(compare.isEnabled())
        export = menu.add("Export film…", "film", self._export.click)
        export.setEnabled(self._export.isEnabled())
        file = self._saving.file_of(seen)
        folder = menu.add("Show in folder", "folder-open", lambda: self._show_folder(file))
        folder.setEnabled(file is not None)
        menu.popup(where)

    def _show_folder(self, file: Path | None) -> None:
        if file is not None:
            self._session.show_outside(file.parent)

    def _copy(self, seen: Seen) -> None:
        """As files with their recipes, for Ctrl+V here and in a file manager; one as pixels, too.

        They were saved nowhere yet, so they lie in a folder that goes with the window.
        """
        copies = QTemporaryDir()
        writing = self._saving.writing_of(seen, Path(copies.path()))
        if writing is None or not copies.isValid():
            return
        session, title = self._session, "Copying pictures"
        steps = partial(_copied, writing)
        if writing.borrows:
            job = session.start_borrowing(COPY, steps, title)
        else:
            job = session.jobs.start(COPY, steps, title=title, replace=True)

        def on_written(paths: list[Path]) -> None:
            mime = QMimeData()
            mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
            if len(paths) == 1:
                mime.setImageData(QImage(str(paths[0])))
            QGuiApplication.clipboard().setMimeData(mime)
            self._copies = copies  # the files before these are removed
            self._saving.say(f"{several(len(paths), 'picture')} copied")

        job.succeeded.connect(on_written)


def _copied(writing: Writing) -> Generator[None, None, list[Path]]:
    """Writes; nobody hears of the files, which are not in the gallery."""
    steps = writing.steps()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            paths: list[Path] = end.value
            return paths
        yield
