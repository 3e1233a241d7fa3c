"""Beside the title of the Pictures page: the folder, looking at it again, and the way on."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.theme import Theme

# the button that leads on: text, icon and tooltip
START = (
    "Start training",
    "play",
    "Go to the Train page and start, as it is set there. To change something first, choose "
    "Train on the left (Ctrl+Enter)",
)
GO_ON = ("Continue to training", "train", "Go on to the next step (Ctrl+Enter)")
LONGEST_NAME = 28  # letters of the folder's name in its button


class FolderHeader(QWidget):
    """Three buttons."""

    folder_wanted = Signal()
    refresh_wanted = Signal()
    way_on_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = Button(
            theme, "", "pictures.folder", "Open this folder", icon="folder", kind="quiet"
        )
        self._refresh = IconButton(
            theme, "loop", "pictures.refresh", "Look at the folder again (F5)"
        )
        self._continue = Button(theme, "", "pictures.continue", "", kind="primary")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for widget in (self._folder, self._refresh, self._continue):
            row.addWidget(widget)
        self._folder.clicked.connect(self.folder_wanted)
        self._refresh.clicked.connect(self.refresh_wanted)
        self._continue.clicked.connect(self.way_on_wanted)

    @property
    def can_go_on(self) -> bool:
        return self._continue.isEnabled()

    @can_go_on.setter
    def can_go_on(self, can: bool) -> None:
        self._continue.setEnabled(can)

    def show_folder(self, folder: Path) -> None:
        name = folder.name
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME - 1]}…"
        self._folder.setText(name.replace("&", "&&"))  # one alone would be a mnemonic
        self._folder.setToolTip(tooltip(f"Open {escape(str(folder))}"))

    def show_way_on(self, *, is_start: bool) -> None:
        """is_start: the first training is still to come, and begins there."""
        self._continue.set_face(*(START if is_start else GO_ON))
        self._continue.setAccessibleName(self._continue.text())
