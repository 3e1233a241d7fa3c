"""What every page is: a header, a body, and an empty state for when there is nothing to show."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QPushButton, QStackedWidget, QWidget

from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import InView, column, row, wide
from ddpm_studio.gui.common.menu import shown_keys
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project

Shortcuts = tuple[tuple[str, str], ...]


class Page(QWidget):
    """The base of all pages: `Page(session, parent)`.

    A page fills `self.header_row` (buttons on the right of its title), gives its widgets with
    `set_content` and `set_empty`, and chooses between them with `show_content` and `show_empty`.
    It overrides what it needs of `show_project`, `show_config`, `main_action` and
    `save_settings`, says with `main_things` where the keys go, and builds everything in its
    constructor, without torch, PIL or pyqtgraph.
    """

    name = ""  # "train": its own is "page.train", that of its step in the rail "nav.train"
    title = ""
    word = ""  # under the icon of its step, if the title says it not as well
    icon = ""
    tip = ""  # of its step: what it is for
    keys = ""  # that lead to it
    action_text = ""  # what Ctrl+Enter does here, for the list of shortcuts
    shortcuts: Shortcuts = ()  # (keys, what they do) that hold on this page only

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.theme = session.theme
        self.setObjectName(f"page.{self.name}")
        self.setProperty("kind", "page")
        # a long project name gives way to the buttons
        self.subtitle = label(kind="muted", elided=True)
        self.header_row = row(label(self.title, "title"), wide(self.subtitle), spacing=12)
        self.body = Body()
        self._content: QWidget = self.body  # until `set_content` and `set_empty`
        self._empty: QWidget = self.body
        whole = InView(self.body)  # all can be reached on a small screen, too
        self.acts: list[QAction] = []  # for the menu of the page
        self.edits: list[QAction] = []  # for that menu which every program has
        self.conditions: dict[QAction, Callable[[], bool]] = {}  # whether there is anything to do
        column(self.header_row, wide(whole), spacing=16, margins=(24, 16, 24, 16), of=self)
        session.project_changed.connect(self._on_project_changed)
        session.config_changed.connect(self.show_config)

    @classmethod
    def nav_name(cls) -> str:
        """The name of its step in the rail, by which others ask for it: `names.NAV_TRAIN`."""
        return f"nav.{cls.name}"

    # what a page overrides

    def show_project(self, project: Project | None) -> None:
        """Another project is open now, or none."""

    def show_config(self, project: Project) -> None:
        """The open project has other settings now, perhaps by this very page."""

    def main_action(self) -> None:
        """What Ctrl+Enter does."""

    def show_full_screen(self) -> bool:
        """F11, for what is looked at on the page alone; False: the whole window is meant."""
        return False

    def main_things(self) -> Sequence[QWidget]:
        """What takes the focus when the page is shown: the first that is seen and can be used.

        Nothing of it stops work: Space is pressed there without a look.
        """
        return ()

    def save_settings(self) -> None:
        """The window closes: keep what `settings.remember` does not keep by itself."""

    def release(self) -> None:
        """The window has closed: end what lives beside it, such as processes."""

    # what a page uses

    def add_act(
        self,
        words: str,
        act: Callable[[], object],
        *keys: str,
        edits: bool = False,
        shown: str = "",
        can: Callable[[], bool] = lambda: True,
    ) -> QAction:
        """What can be done here, by key and by the menu. edits: it belongs to the menu Edit.

        Qt hears its keys only while the page is visible. shown: a key that the widget with the
        focus hears by itself. can: whether it can be done now; the menu asks when it is opened.
        """
        action = QAction(f"{words}\t{shown}" if shown else words, self)
        action.setShortcuts([QKeySequence(one) for one in keys])
        self.conditions[action] = lambda: can() and not self.is_empty
        action.triggered.connect(lambda _=False: act())
        self.addAction(action)
        (self.edits if edits else self.acts).append(action)
        return action

    def add_button(self, words: str, button: QAbstractButton, *keys: str, shown: str = "") -> None:
        """The same as a click on a button, as long as that can be clicked."""
        self.add_act(words, button.click, *keys, shown=shown, can=button.isEnabled)

    def all_keys(self) -> list[tuple[str, str]]:
        """(keys, what they do) of all that has keys here."""
        parts = [(one, *one.text().partition("\t")[::2]) for one in (*self.edits, *self.acts)]
        acts = [(shown_keys(one) or shown, words) for one, words, shown in parts]
        first = [("Ctrl+Enter", self.action_text)] if self.action_text else []
        return [
            *first,
            *((keys, words.rstrip("…")) for keys, words in acts if keys),
            *self.shortcuts,
        ]

    def set_content(self, content: QWidget) -> None:
        self._content = content
        self.body.addWidget(content)

    def set_empty(self, empty: QWidget) -> None:
        self._empty = empty
        self.body.addWidget(empty)

    def show_content(self) -> None:
        self._turn_to(self._content)

    def show_empty(self) -> None:
        self._turn_to(self._empty)

    def take_focus(self) -> None:
        """The keys go to the main thing of the page from now on."""
        buttons = self._empty.findChildren(QPushButton)
        things = buttons if self.is_empty else self.main_things()
        usable = (one for one in things if one.isVisibleTo(self) and one.isEnabled())
        next(usable, self).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def is_empty(self) -> bool:
        return self.body.currentWidget() is self._empty

    def _turn_to(self, what: QWidget) -> None:
        if self.body.currentWidget() is what:
            return
        focused = self.window().focusWidget()
        has_focus = focused is not None and (focused is self or self.isAncestorOf(focused))
        self.body.setCurrentWidget(what)
        if has_focus:
            self.take_focus()

    def _on_project_changed(self, project: Project | None) -> None:
        self.subtitle.setText(project.name if project else "")
        self.show_project(project)


class Body(QStackedWidget):
    """As small as what is seen allows: what is not has no say, and was not fitted yet."""

    def minimumSizeHint(self) -> QSize:
        shown = self.currentWidget()
        return super().minimumSizeHint() if shown is None else shown.minimumSizeHint()
