"""What can be done with pictures on the stage by right click and by the usual keys."""

from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTemporaryDir
from PySide6.QtGui import QGuiApplication, QImage

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.drag_out import drag_out, mime_of
from ddpm_studio.gui.common.full_screen import FullScreenPicture
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.common.picture_menu import Act, add_acts
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
        self._dragged: QTemporaryDir | None = None  # those that were dragged out last
        stage.menu_wanted.connect(self.show_menu)
        stage.drag_wanted.connect(self.drag)

    def copy(self) -> None:
        """What is pointed at, the large one, or the chosen ones."""
        seen = self._stage.seen
        if seen is None:
            self._saving.say(NONE_SEEN)
        else:
            self._copy(seen)

    def show_menu(self, seen: Seen, where: QPoint) -> None:
        """seen: what the menu is about."""
        stage, saving, compare = self._stage, self._saving, self._stage.head.compare
        menu = Menu(self._session.theme, stage)
        if not stage.is_single:
            menu.add("See it large\tEnter", "zoom-in", lambda: stage.open(stage.current))
        is_chosen = stage.current in stage.chosen
        choose, keys = "Choose no more" if is_chosen else "Choose", "C"
        menu.add(f"{choose}\t{keys}", "check", lambda: stage.toggle_chosen(stage.current))
        menu.addSeparator()
        finished, file = seen.finished, saving.file_of(seen)
        many = f" {several(len(seen.indices), 'picture')}" if len(seen.indices) > 1 else ""
        leave = "Leave compare" * stage.compare.is_on
        acts = {
            "copy": Act(lambda: self._copy(seen), seen.is_painted),
            "save": Act(
                lambda: saving.save_finished(finished), finished is not None, f"Save{many}"
            ),
            "keep": Act(lambda: saving.keep(seen), seen.is_painted, f"Keep{many}"),
            "compare": Act(compare.click, compare.isEnabled(), leave),
            "export": Act(self._export.click, self._export.isEnabled()),
            "folder": Act(lambda: self._show_folder(file), file is not None),
            "full_screen": Act(self.show_full_screen),
        }
        add_acts(menu, acts)
        menu.popup(where)

    def show_full_screen(self) -> None:
        """The picture that is seen large, or the current one; the timeline goes on to move it."""
        stage = self._stage
        if stage.trajectory is None:
            return
        if not stage.is_single:
            stage.open(stage.current)
        viewer, _ = stage.pictures
        keys = {"Ctrl+C": self.copy}
        full = FullScreenPicture(lambda: stage.image(stage.current), viewer, keys)
        stage.frame_shown.connect(full.refresh)

    def drag(self, seen: Seen) -> None:
        """Out to another program, in the chosen size, as soon as the files are written."""
        folder = QTemporaryDir()
        image = self._stage.image(seen.indices[0])

        def on_written(paths: list[Path]) -> None:
            self._dragged = folder  # the files before these are removed
            alone = QImage(str(paths[0])) if len(paths) == 1 else None
            drag_out(self._stage, paths, alone, image)

        self._write(seen, folder, "Dragging pictures", on_written)

    def _show_folder(self, file: Path | None) -> None:
        if file is not None:
            self._session.show_outside(file.parent)

    def _copy(self, seen: Seen) -> None:
        """As files with their recipes, for Ctrl+V here and in a file manager; one as pixels, too.

        They were saved nowhere yet, so they lie in a folder that goes with the window.
        """
        copies = QTemporaryDir()

        def on_written(paths: list[Path]) -> None:
            alone = QImage(str(paths[0])) if len(paths) == 1 else None
            QGuiApplication.clipboard().setMimeData(mime_of(paths, alone))
            self._copies = copies  # the files before these are removed
            self._saving.say(f"{several(len(paths), 'picture')} copied")

        self._write(seen, copies, "Copying pictures", on_written)

    def _write(
        self,
        seen: Seen,
        folder: QTemporaryDir,
        title: str,
        on_written: Callable[[list[Path]], object],
    ) -> None:
        """Into a folder that goes with the window, by a job."""
        writing, session = self._saving.writing_of(seen, Path(folder.path())), self._session
        if writing is None or not folder.isValid():
            return
        steps = partial(_copied, writing)
        if writing.borrows:
            job = session.start_borrowing(COPY, steps, title)
        else:
            job = session.jobs.start(COPY, steps, title=title, replace=True)
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
