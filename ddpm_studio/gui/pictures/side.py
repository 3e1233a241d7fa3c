"""Around the wall: the folder and the way on over it, and beside it what is known and set."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.control_row import tooltip
from ddpm_studio.gui.common.fade import Fade
from ddpm_studio.gui.common.layout import STRETCH, column, row, scrolled, wide
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.entries import WallEntry
from ddpm_studio.gui.pictures.folder_summary import FolderPanel
from ddpm_studio.gui.pictures.left_out import LeftOutPanel
from ddpm_studio.gui.pictures.settings_panel import PictureSettings

WIDTH, LEAST_WIDTH = 320, 280
# the button that leads on: text, icon and tooltip
START = (
    "Start training",
    "play",
    "Go to the Train page and start, as it is set there. To change something first, choose "
    "Train on the left (Ctrl+Enter)",
)
GO_ON = ("Go to training", "train", "See how it trains, or let it go on (Ctrl+Enter)")
LONGEST_NAME = 28  # letters of the folder's name in its button


class FolderHeader(QWidget):
    """Three buttons, which the page hears."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.folder = Button(
            theme, "", "pictures.folder", "Open this folder", icon="folder", kind="quiet"
        )
        self.refresh = IconButton(
            theme, "loop", "pictures.refresh", "Look at the folder again (F5)"
        )
        self.way_on = Button(theme, "", "pictures.continue", "", kind="primary")
        row(self.folder, self.refresh, self.way_on, spacing=12, of=self)

    def show_folder(self, folder: Path) -> None:
        name = folder.name
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME - 1]}…"
        self.folder.setText(name.replace("&", "&&"))  # one alone would be a mnemonic
        self.folder.setToolTip(tooltip(f"Open {escape(str(folder))}"))

    def show_way_on(self, *, is_start: bool) -> None:
        """is_start: the first training is still to come, and begins there."""
        self.way_on.set_face(*(START if is_start else GO_ON))
        self.way_on.setAccessibleName(self.way_on.text())


class PictureSide(QWidget):
    """Three panels, one below the other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.settings = PictureSettings(theme)
        self.folder = FolderPanel(theme)
        self.left_out = LeftOutPanel(theme)
        self.left_out.hide()
        # the settings first, or they would jump when the others come
        parts = (self.settings, self.folder, wide(self.left_out, 1000), STRETCH)
        whole = scrolled(column(*parts, spacing=16))
        column(whole, of=self)
        Fade(whole)
        self.setMinimumWidth(LEAST_WIDTH)

    def show_known(self, is_known: bool) -> None:
        """Whether the folder was read; until then nobody can tell what it says."""
        self.left_out.setVisible(is_known)
        self.folder.setVisible(is_known)

    def show_left_out(self, entries: Sequence[WallEntry]) -> None:
        """List those of all files that are not taken."""
        lost = [entry for entry in entries if not entry.is_taken]
        self.folder.show_counts(len(entries) - len(lost), len(lost))
        self.left_out.set_files([(one.name, one.reason, one.can_be_taken) for one in lost])

    def clear(self) -> None:
        """Nothing of a folder is known."""
        self.left_out.set_files(())
        self.folder.clear()
        self.settings.show_transparent(None, 0)

    def show_locked(self, reason: str) -> None:
        """Fix what shapes the model, and say why; '' frees it again."""
        self.settings.show_locked(reason)
        self.folder.set_locked(bool(reason))
