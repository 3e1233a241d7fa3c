"""The menu bar: what holds everywhere, with its key, and what the page in view can do."""

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from ddpm_studio.gui.common.menu import shown_keys

Act = Callable[[], object]


class MenuBar(QMenuBar):
    """Filled once by the window; `show_page` brings what belongs to a page.

    It may be hidden: the keys hold all the same, since the acts belong to the window as well.
    """

    def __init__(self, window: QMainWindow, titles: Sequence[str], page: str) -> None:
        """titles: of the menus, from the left. page: the one that a page names and fills."""
        super().__init__(window)
        self.setObjectName("window.menus")
        self.setAccessibleName("Menus")
        self._window = window
        self._menus = {title: self.addMenu(title) for title in titles}
        for title, menu in self._menus.items():
            menu.setObjectName(f"window.menus.{title.replace('&', '').lower()}")
            menu.setToolTipsVisible(True)
        self._page = self._menus[page]
        self._of_page: list[tuple[QMenu, QAction]] = []

    def hear_opening(
        self, menu: str, opens: Callable[[], object], closes: Callable[[], object]
    ) -> None:
        """Call these when a menu is about to be opened, and when it is closed."""
        self._menus[menu].aboutToShow.connect(opens)
        self._menus[menu].aboutToHide.connect(closes)

    def add(self, menu: str, words: str, act: Act, *keys: str, name: str = "") -> QAction:
        """One act. keys: the first is shown in the menu. name: the object name."""
        action = QAction(words, self._window)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(one) for one in keys])
        action.triggered.connect(lambda _=False: act())
        self._menus[menu].addAction(action)
        self._window.addAction(action)  # its keys are heard while the bar is hidden, too
        return action

    def add_switch(
        self, menu: str, words: str, is_on: bool, turn: Callable[[bool], object], *keys: str
    ) -> QAction:
        """One that is on or off."""
        action = self.add(menu, words, lambda: turn(action.isChecked()), *keys)
        action.setCheckable(True)
        action.setChecked(is_on)
        return action

    def add_line(self, menu: str) -> None:
        self._menus[menu].addSeparator()

    def add_menu(self, menu: str, words: str, fill: Callable[[QMenu], object]) -> QMenu:
        """A menu in a menu, filled anew whenever it is opened."""
        inner = self._menus[menu].addMenu(words)

        def fill_anew() -> None:
            inner.clear()
            fill(inner)

        inner.aboutToShow.connect(fill_anew)
        return inner

    def show_page(self, title: str, acts: Sequence[QAction], edits: Sequence[QAction]) -> None:
        """What the page in view can do. edits: those of them that every program has under Edit."""
        for menu, action in self._of_page:
            menu.removeAction(action)
        self._page.setTitle(title)
        self._page.menuAction().setVisible(bool(acts))
        edit = self._menus["&Edit"]
        self._of_page = [(self._page, action) for action in acts]
        self._of_page += [(edit, action) for action in edits]
        first = next(iter(edit.actions()), None)
        for menu, action in self._of_page:
            if menu is edit and first is not None:
                menu.insertAction(first, action)
            else:
                menu.addAction(action)

    def keys(self) -> Iterator[tuple[str, str]]:
        """Each act of the window that has keys: the keys, and what it does."""
        mine = {action for _, action in self._of_page}
        for menu in self._menus.values():
            for action in menu.actions():
                if action.shortcuts() and action not in mine:
                    yield shown_keys(action), action.text().replace("&", "").rstrip("…")
