"""The one window: the rail, the pages, the status line, and what is common to all pages."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QPaintEvent,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QMenu,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.gui import names
from ddpm_studio.gui.batch.batch import Batching
from ddpm_studio.gui.common.errors import Failure
from ddpm_studio.gui.pages.generate_page import GeneratePage
from ddpm_studio.gui.pages.made_page import MadePage
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.pages.pictures_page import PicturesPage
from ddpm_studio.gui.pages.start_page import StartPage
from ddpm_studio.gui.pages.train_page import TrainPage
from ddpm_studio.gui.recipes.drop import RecipeDrop, local_file
from ddpm_studio.gui.session import Session, project_or_pictures
from ddpm_studio.gui.shell.banner import Banner
from ddpm_studio.gui.shell.overlay import Overlay
from ddpm_studio.gui.shell.rail import Rail
from ddpm_studio.gui.shell.shortcuts import ShortcutsDialog
from ddpm_studio.gui.shell.status_line import StatusLine
from ddpm_studio.gui.start.new_project import NewProjectDialog
from ddpm_studio.project import Project

SMALLEST, FIRST_SIZE = (960, 640), (1280, 800)
GENERAL_KEYS = (
    ("Ctrl+1 to Ctrl+4", "Pictures, Train, Generate, Made"),
    ("Ctrl+0", "Start screen"),
    ("Ctrl+N", "New project from a folder"),
    ("Ctrl+O", "Open a project"),
    ("Ctrl+V", "Use the recipe in a file that was copied"),
    ("Ctrl+Enter", "The main action of the page"),
    ("F1 or ?", "This list"),
)


class MainWindow(QMainWindow):
    """Owns the pages and dialogs; pages and session say what they want by signals."""

    painted = Signal()  # once, after the window was on the screen for the first time
    closed = Signal()

    def __init__(self, session: Session, batching: Batching) -> None:
        super().__init__()
        self.session, self.batching = session, batching
        self._closing = False
        self._was_painted = False
        self.setObjectName("window")
        self.setWindowTitle("DDPM Studio")
        self.setAcceptDrops(True)
        self.setMinimumSize(*SMALLEST)
        self.resize(*FIRST_SIZE)
        self._build()
        self._connect()
        self._add_shortcuts()
        geometry = session.settings.get_bytes("window/geometry")
        if not geometry.isEmpty():
            self.restoreGeometry(geometry)
        self.show_page(names.NAV_START)
        self.setFocus()  # no ring anywhere until Tab is pressed
        self.start_page.refresh()

    # pages

    def show_page(self, nav_name: str) -> None:
        """Go to a page by the name of its step in the rail."""
        page = self._pages[nav_name]
        self._stack.setCurrentWidget(page)
        self._rail.set_current(nav_name)

    @property
    def current_page(self) -> Page:
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    # dialogs

    def show_new_project(self, pictures: Path | None = None) -> NewProjectDialog:
        self.session.pictures_expected.emit()
        dialog = NewProjectDialog(self.session, self, pictures)
        dialog.wanted.connect(self.session.create_project)
        dialog.open()
        return dialog

    def show_open_project(self) -> None:
        chooser = QFileDialog(
            self, "Open a project (its folder)", str(self.session.settings.projects_folder)
        )
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self.session.open_project)
        chooser.open()

    def show_shortcuts(self) -> ShortcutsDialog:
        page = self.current_page
        keys = list(page.shortcuts)
        if page.action_text:
            keys.insert(0, ("Ctrl+Enter", page.action_text))
        groups = [("Everywhere", GENERAL_KEYS), (page.title, keys)]
        dialog = ShortcutsDialog(self.session.theme, groups, self)
        dialog.open()
        return dialog

    # building

    def _build(self) -> None:
        session, theme = self.session, self.session.theme
        self.start_page = StartPage(session, self)
        self.pictures_page = PicturesPage(session, self)
        self.train_page = TrainPage(session, self)
        self.generate_page = GeneratePage(session, self.batching, self)
        self.train_page.best_changed.connect(self.generate_page.show_best)
        self.train_page.checkpoint_chosen.connect(self.generate_page.choose_checkpoint)
        self.made_page = MadePage(session, self.batching, self)
        pages = (
            self.start_page,
            self.pictures_page,
            self.train_page,
            self.generate_page,
            self.made_page,
        )
        self._pages: dict[str, Page] = {page.nav_name: page for page in pages}
        self._stack = QStackedWidget()
        for page in pages:
            self._stack.addWidget(page)
        self.recipes = RecipeDrop(session, self)
        self._rail = Rail(theme)
        self._banner = Banner(theme)
        self._status = StatusLine(theme, session.jobs)
        banner_holder = QWidget()
        banner_row = QHBoxLayout(banner_holder)
        banner_row.setContentsMargins(24, 0, 24, 0)
        banner_row.addWidget(self._banner)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.setContentsMargins(0, 12, 0, 0)
        right.addWidget(banner_holder)
        right.addWidget(self._stack, 1)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._rail)
        middle.addLayout(right, 1)
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addWidget(self._status)
        self.setCentralWidget(central)
        self._saving = Overlay(theme, "export", "Saving…", "window.saving", self, dashed=False)
        self._drop = Overlay(theme, "drop", "Drop the folder", "window.drop", self, dashed=True)

    def _connect(self) -> None:
        session = self.session
        self._rail.step_chosen.connect(self.show_page)
        self._rail.theme_wanted.connect(self._on_theme_wanted)
        self._rail.shortcuts_wanted.connect(self.show_shortcuts)
        self.start_page.new_wanted.connect(self.show_new_project)
        self.start_page.open_wanted.connect(self.show_open_project)
        self.pictures_page.new_wanted.connect(self.show_new_project)
        self.generate_page.recipe_file_wanted.connect(self.recipes.choose)
        session.project_changed.connect(self._on_project_changed)
        session.page_wanted.connect(self.show_page)
        session.failed.connect(self._on_failed)
        session.noticed.connect(self._banner.show_notice)
        session.warmed_up.connect(self._status.set_device)
        session.jobs.became_idle.connect(self._on_idle)
        # queued: the paint event itself is not on the screen yet
        self.painted.connect(session.warm_up, Qt.ConnectionType.QueuedConnection)

    def _add_shortcuts(self) -> None:
        for keys, action in (
            ("Ctrl+1", lambda: self.show_page(names.NAV_PICTURES)),
            ("Ctrl+2", lambda: self.show_page(names.NAV_TRAIN)),
            ("Ctrl+3", lambda: self.show_page(names.NAV_GENERATE)),
            ("Ctrl+4", lambda: self.show_page(names.NAV_MADE)),
            ("Ctrl+0", lambda: self.show_page(names.NAV_START)),
            ("Ctrl+N", self.show_new_project),
            ("Ctrl+O", self.show_open_project),
            ("Ctrl+V", self.recipes.paste),
            ("Ctrl+Return", self._on_main_action),
            ("Ctrl+Enter", self._on_main_action),
            ("F1", self.show_shortcuts),
            ("?", self.show_shortcuts),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    # what happens

    def _on_main_action(self) -> None:
        if not self._closing:
            self.current_page.main_action()

    def _on_project_changed(self, project: Project | None) -> None:
        self.setWindowTitle(f"{project.name} – DDPM Studio" if project else "DDPM Studio")
        self._banner.hide()
        self.show_page(names.NAV_PICTURES if project else names.NAV_START)

    def _on_failed(self, failure: Failure) -> None:
        self._banner.show_failure(failure)

    def _on_theme_wanted(self) -> None:
        theme = self.session.theme
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for choice, text, icon in (
            ("system", "As the system", "system"),
            ("dark", "Dark", "moon"),
            ("light", "Light", "sun"),
        ):
            role = "accent_text" if choice == theme.choice else "muted"
            action = menu.addAction(theme.icon(icon, 20, role, role), text)
            action.setCheckable(False)
            action.setData(choice)
            group.addAction(action)
        group.triggered.connect(lambda action: self.set_theme(action.data()))
        menu.popup(self._rail.theme_menu_position(menu.sizeHint()))

    def set_theme(self, choice: str) -> None:
        """ "system", "dark" or "light", at once and next time."""
        self.session.theme.set_choice(choice)
        self.session.settings.set("theme", choice)

    # dropping a folder, or a file with a recipe

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        path = local_file(event.mimeData())
        project, pictures = project_or_pictures(path) if path is not None else (None, None)
        is_file = path is not None and path.is_file()
        if self._closing or (project is None and pictures is None and not is_file):
            return
        event.acceptProposedAction()
        self._drop.heading.setText("Drop the folder" if pictures is not None else "Drop it")
        if project is not None or pictures is not None:
            self.session.pictures_expected.emit()
        if project is not None:
            self._drop.appear(f"to open the project “{project.name}”")
        elif pictures is not None:
            self._drop.appear(f"to make a project of the pictures in “{pictures.name}”")
        elif path is not None:
            self._drop.appear(f"to use the recipe in “{path.name}”")

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._drop.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drop.hide()
        path = local_file(event.mimeData())
        if path is None:
            return
        event.acceptProposedAction()
        project, pictures = project_or_pictures(path)
        # after the drop has ended: until then the file manager waits for us
        if project is not None:
            QTimer.singleShot(0, self, lambda: self.session.open_project(project))
        elif pictures is not None:
            QTimer.singleShot(0, self, lambda: self.show_new_project(pictures))
        else:
            QTimer.singleShot(0, self, lambda: self.recipes.open(path))

    # closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks nothing, loses nothing: stops what runs, waits for it without blocking, closes."""
        if not self._closing:
            self._closing = True
            self._remember()
            self.session.close()
        if self.session.jobs.is_busy():
            words = "What was learned so far is kept. The window closes by itself."
            left = self.session.left.titles
            self._saving.appear(f"{words}\nFirst this ends: {', '.join(left)}." if left else words)
            event.ignore()
            return
        event.accept()
        self.pictures_page.release()
        self.made_page.release()
        self.closed.emit()

    def _remember(self) -> None:
        settings = self.session.settings
        settings.set_bytes("window/geometry", self.saveGeometry())
        for page in self._pages.values():
            page.save_settings()
        settings.save()

    def _on_idle(self) -> None:
        if self._closing:
            self.close()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def event(self, event: QEvent) -> bool:
        # a window that is closing takes no more keys; clicks already end at the overlay
        if self._closing and event.type() in (QEvent.Type.KeyPress, QEvent.Type.Shortcut):
            return True
        return super().event(event)
