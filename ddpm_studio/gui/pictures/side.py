"""Beside the wall: how pictures are prepared, what the folder says, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.pictures.folder_summary import FolderPanel
from ddpm_studio.gui.pictures.left_out_panel import LeftOutPanel
from ddpm_studio.gui.pictures.settings_panel import PictureSettings

WIDTH = 320


class PictureSide(QScrollArea):
    """Three panels, one below the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = PictureSettings(theme)
        self.folder = FolderPanel(theme)
        self.left_out = LeftOutPanel(theme)
        self.left_out.hide()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setProperty("kind", "scrolled")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self.settings)  # first, or it would jump when the others come
        layout.addWidget(self.folder)
        layout.addWidget(self.left_out)
        layout.addStretch()
        layout.setStretchFactor(self.left_out, 1000)  # as far as it wants to grow
        self.setWidget(holder)
        self.setMinimumWidth(WIDTH)

    def show_known(self, is_known: bool) -> None:
        """Whether the folder was read; until then nobody can tell what it says."""
        self.left_out.setVisible(is_known)
        self.folder.setVisible(is_known)

    def show_left_out(self, entries: Iterable[WallEntry]) -> None:
        """List those of all files that are not taken."""
        self.left_out.set_files(
            [
                (entry.name, entry.reason, entry.can_be_taken)
                for entry in entries
                if not entry.is_taken
            ]
        )

    def clear(self) -> None:
        """Nothing of a folder is known."""
        self.left_out.set_files(())
        self.folder.clear()
        self.settings.show_transparent(None)

    def show_locked(self, reason: str) -> None:
        """Fix what shapes the model, and say why; '' frees it again."""
        self.settings.show_locked(reason)
        self.folder.set_locked(bool(reason))
