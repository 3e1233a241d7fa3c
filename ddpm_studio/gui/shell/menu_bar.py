"""The menu bar: what holds everywhere, with its key, and what the page in view can do."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from ddpm_studio.gui.common.menu import shown_keys

Act = Callable[[], object]
Can = Callable[[], bool]


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
            menu.aboutToShow.connect(partial(self._show_what_can_be_done, menu))
            menu.aboutToHide.connect(partial(self._hear_all_keys, menu))
        self._page = self._menus[page]
        self._of_page: list[tuple[QMenu, QAction]] = []
        self._conditions: dict[QAction, Can] = {}
        self._main: QAction | None = None

    def add(
        self, menu: str, words: str, act: Act, *keys: str, name: str = "", can: Can | None = None
    ) -> QAction:
        """One act. keys: the first is shown in the menu. name: the object name.

        can: whether there is something to do; asked when the menu opens, which greys it if not.
        """
        action = QAction(words, self._window)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(one) for one in keys])
        action.triggered.connect(lambda _=False: act())
        self._menus[menu].addAction(action)
        if can is not None:
            self._conditions[action] = can
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

    def add_main(self, menu: str, act: Act, *keys: str) -> None:
        """The main act of the page in view, which `show_page` names."""
        self._main = self.add(menu, "The main action of the page", act, *keys)

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

    def show_page(
        self,
        title: str,
        acts: Sequence[QAction],
        edits: Sequence[QAction],
        main: str = "",
        conditions: Mapping[QAction, Can] | None = None,
    ) -> None:
        """What the page in view can do. edits: those of them that every program has under Edit.

        main: what its main act does. conditions: as `can` of `add`, of acts that have one.
        """
        self._conditions.update(conditions or {})
        if self._main is not None and main:
            self._main.setText(main)
        for menu, action in self._of_page:
            menu.removeAction(action)
        self._page.setTitle(title)
        self._page.menuAction().setEnabled(bool(acts))  # never hidden: the others would move
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
        """Each act of the window that has keys: the keys, and what it does.

        Not the main act, which is another one on each page.
        """
        mine = {action for _, action in self._of_page}
        for menu in self._menus.values():
            for action in menu.actions():
                if action.shortcuts() and action not in mine and action is not self._main:
                    yield shown_keys(action), action.text().replace("&", "").rstrip("…")

    def _show_what_can_be_done(self, menu: QMenu) -> None:
        for action in menu.actions():
            if can := self._conditions.get(action):
                action.setEnabled(can())

    def _hear_all_keys(self, menu: QMenu) -> None:
        """Qt hears no key of what is grey, and nobody says when it can be done again."""
        for action in menu.actions():
            if action in self._conditions:
                action.setEnabled(True)
