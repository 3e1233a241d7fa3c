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


class SavedLine(QFrame):
    """Hidden until something was saved; says which folder is to be shown."""

    folder_wanted = Signal(object)  # QUrl

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
        close = IconButton(theme, "close", names.GENERATE_SAVED_CLOSE, "Close this line")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._words, 1, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self._show)
        row.addWidget(close)
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
        self._folder = paths[0].parent
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} pictures"
        self._words.setText(f"Saved {what} in {self._folder}")
        self.setAccessibleName(self.text)
        self.show()

    def _on_show(self) -> None:
        if self._folder is not None:
            self.folder_wanted.emit(QUrl.fromLocalFile(str(self._folder)))

    def _on_theme_changed(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(self._theme.pixmap("check", 20, "accent_text", ratio))
