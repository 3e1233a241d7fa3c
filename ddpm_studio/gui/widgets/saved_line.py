"""One line that says what was saved and where, with the way there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.theme import Theme
from ddpm_studio.gui.widgets.button import Button, IconButton
from ddpm_studio.gui.widgets.elided_label import ElidedLabel

UNDO = ("Undo", "undo", "Take back what was saved last (Ctrl+Z)")  # words, icon, tooltip


class SavedLine(QFrame):
    """Hidden until something was saved; says which folder is to be shown, or what to take back."""

    folder_wanted = Signal(object)  # QUrl
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "panel")
        self._theme = theme
        self._folder: Path | None = None
        self._icon = QLabel()
        self._words = ElidedLabel()
        self._words.setObjectName(names.GENERATE_SAVED)
        self._show = Button(
            theme,
            "Show in folder",
            names.GENERATE_SHOW_IN_FOLDER,
            "Open the folder that the files are in",
            icon="folder-open",
            kind="quiet",
        )
        self._is_undone = False
        self._undo = Button(theme, "", names.GENERATE_UNDO, "", kind="quiet")
        self._undo.set_face(*UNDO)
        close = IconButton(theme, "close", names.GENERATE_SAVED_CLOSE, "Close this line")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._undo)
        row.addWidget(self._show)
        row.addWidget(close)
        self._undo.clicked.connect(self._on_undo)
        self._show.clicked.connect(self._on_show)
        close.clicked.connect(self.hide)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text()

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
        self._words.setText(sentence.format(what=what, where=self._folder))
        self.setAccessibleName(self.text)
        self.show()

    def _on_undo(self) -> None:
        (self.redo_wanted if self._is_undone else self.undo_wanted).emit()

    def _on_show(self) -> None:
        if self._folder is not None:
            self.folder_wanted.emit(QUrl.fromLocalFile(str(self._folder)))

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap("check", 20, "accent_text", ratio))
