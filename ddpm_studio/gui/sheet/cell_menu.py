"""What can be done with a painted cell of a sheet, by right click and by the usual keys."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.full_screen import FullScreenPicture
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.common.picture_menu import Act, add_acts
from ddpm_studio.gui.common.theme import Theme


class CellMenu:
    """Acts on one cell. image: its picture; use: sets the page to its settings."""

    def __init__(self, view: QWidget, image: QImage, use: Callable[[], object]) -> None:
        self._view, self._image, self._use = view, image, use

    def show(self, theme: Theme, where: QPoint) -> None:
        menu = Menu(theme, self._view)
        menu.add("Use these settings\tEnter", "check", self._use)
        menu.addSeparator()
        acts = {"copy": Act(self._copy), "full_screen": Act(self._show_full)}
        add_acts(menu, acts)
        menu.popup(where)

    def press(self, event: QKeyEvent) -> bool:
        """False if the key means nothing here."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() == Qt.Key.Key_F11:
            self._show_full()
        else:
            return False
        return True

    def _copy(self) -> None:
        QGuiApplication.clipboard().setImage(self._image)

    def _show_full(self) -> None:
        FullScreenPicture(lambda: self._image, self._view)
