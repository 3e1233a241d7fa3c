"""One line that says what was saved and where, with the way there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.notice_line import NoticeLine
from ddpm_studio.gui.common.theme import Theme

UNDO = ("Undo", "undo", "Take back what was saved last (Ctrl+Z)")  # words, icon, tooltip


class SavedLine(NoticeLine):
    """Says which folder is to be shown, or what to take back."""

    folder_wanted = Signal(object)  # QUrl
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        undo = Button(theme, "", "generate.undo", "", kind="quiet")
        undo.set_face(*UNDO)
        words = "Show in folder", "generate.show_in_folder", "Open the folder that the files are in"
        show = Button(theme, *words, icon="folder-open", kind="quiet")
        names = "generate.saved", "generate.saved.close"
        super().__init__(theme, *names, undo, show, parent=parent)
        self._undo, self._show = undo, show
        self._folder: Path | None = None
        self._is_undone = False
        self._undo.clicked.connect(self._on_undo)
        self._show.clicked.connect(self._on_show)

    def show_saved(self, paths: Sequence[Path]) -> None:
        """Say that these files are there now; all of one folder."""
        self._undo.set_face(*UNDO)
        self._say(paths, "Saved {what} in {where}", is_undone=False)

    def show_undone(self, paths: Sequence[Path]) -> None:
        """Say that these files, all of one folder, are not there any more."""
        self._undo.set_face("Save again", "redo", "Save once more what was taken back")
        self._say(paths, "Took {what} out of {where} again", is_undone=True)

    def _say(self, paths: Sequence[Path], sentence: str, *, is_undone: bool) -> None:
        self._folder, self._is_undone = paths[0].parent, is_undone
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} pictures"
        self.show_words(sentence.format(what=what, where=self._folder))

    def _on_undo(self) -> None:
        (self.redo_wanted if self._is_undone else self.undo_wanted).emit()

    def _on_show(self) -> None:
        if self._folder is not None:
            self.folder_wanted.emit(QUrl.fromLocalFile(str(self._folder)))
