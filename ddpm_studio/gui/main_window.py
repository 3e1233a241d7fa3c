"""The one window: the rail, the pages, the status line, and what is common to all pages."""

from functools import partial

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QActionGroup,
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QPaintEvent,
)
from PySide6.QtWidgets import QMainWindow, QMenu, QStackedWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.drop_in import local_file
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.common.rings import Rings
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pages import PAGES
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.recipes.drop import RecipeDrop
from ddpm_studio.gui.session import Session, project_or_pictures
from ddpm_studio.gui.shell.about import AboutDialog
from ddpm_studio.gui.shell.awake import Awake
from ddpm_studio.gui.shell.banner import Banner
from ddpm_studio.gui.shell.computer import ComputerDialog
from ddpm_studio.gui.shell.help import HelpDialog
from ddpm_studio.gui.shell.menu_bar import MenuBar
from ddpm_studio.gui.shell.notices import Notices
from ddpm_studio.gui.shell.overlay import Overlay
from ddpm_studio.gui.shell.placement import place
from ddpm_studio.gui.shell.rail import THEMES, Rail, StepButton
from ddpm_studio.gui.shell.report import ReportDialog
from ddpm_studio.gui.shell.shortcuts import ShortcutsDialog
from ddpm_studio.gui.shell.status_line import StatusLine
from ddpm_studio.gui.shell.taskbar import Taskbar
from ddpm_studio.project import Project

MENUS = "&File", "&Edit", "&View", "&Page", "&Work", "&Help"


class MainWindow(QMainWindow):
    """Owns the pages; they and the session say what they want by signals.

    Attributes: pages, by the name of their step in the rail; recipes, for files that are dropped;
    notices, of the desktop.
    """

    painted = Signal()  # once, after the window was on the screen for the first time
    closed = Signal()

    def __init__(self, session: Session, available: QRect | None = None) -> None:
        """available: the part of the screen that windows may cover, if Qt is not to be asked."""
        super().__init__()
        self.session = session
        self._closing = False
        self._was_painted = False
        self.setObjectName("window")
        self.setWindowTitle("DDPM Studio")
        self.setAcceptDrops(True)
        self._rings = Rings(self)
        self._awake = Awake(session.jobs, session.settings, self)
        self.notices = Notices(session, self)
        self._taskbar = Taskbar(session.jobs, self)
        self._build()
        self._fill_menus()
        self._connect()
        place(self, session.settings.get_bytes("window/geometry"), available)
        self.show_page(names.NAV_START)
        self.setFocus()  # no ring anywhere until Tab is pressed

    # pages

    def show_page(self, nav_name: str) -> None:
        """Go to a page by the name of its step in the rail."""
        if self.pages[nav_name] is not self.current_page:
            self._banner.leave_page()
        self._stack.setCurrentWidget(self.pages[nav_name])
        self._rail.set_current(nav_name)
        page = self.current_page
        words = page.word or page.title
        self._menus.show_page(words, page.acts, page.edits, page.action_text, page.conditions)
        if self.session.project is not None and nav_name != names.NAV_START:
            self.session.settings.set_page(self.session.project.path, nav_name)
        page.take_focus()

    @property
    def current_page(self) -> Page:
        page = self._stack.currentWidget()
        assert isinstance(page, Page)
        return page

    def show_shortcuts(self) -> ShortcutsDialog:
        page = self.current_page
        groups = [("Everywhere", list(self._menus.keys())), (page.title, page.all_keys())]
        dialog = ShortcutsDialog(self.session.theme, groups, self)
        dialog.open()
        return dialog

    def show_help(self) -> None:
        HelpDialog(self.session.theme, self.session.jobs, self).show()

    def show_about(self) -> None:
        session = self.session
        AboutDialog(session.theme, session.jobs, session.device_name, self).open()

    def show_report(self) -> None:
        """Of a fault, to be copied."""
        session, screen = self.session, self.screen()
        size = screen.size()
        seen = f"{size.width()} x {size.height()} at {round(100 * screen.devicePixelRatio())} %"
        words = f"{seen}, {QGuiApplication.platformName()}, window {self.width()} x {self.height()}"
        ReportDialog(session.theme, session.jobs, words, session.device_name, self).open()

    def show_computer(self) -> None:
        """What computes, and what could."""
        if self.session.computer.known is not None:
            ComputerDialog(self.session.theme, self.session.computer, self).open()

    # building

    def _build(self) -> None:
        session, theme = self.session, self.session.theme
        self.pages: dict[str, Page] = {page.nav_name(): page(session, self) for page in PAGES}
        self._stack = QStackedWidget()
        for page in self.pages.values():
            self._stack.addWidget(page)
        self.recipes = RecipeDrop(session, self)
        self._rail = Rail(theme, [_step(page, theme) for page in PAGES])
        self._menus = MenuBar(self, MENUS, page="&Page")
        self.setMenuBar(self._menus)
        self._banner = Banner(theme)
        self._status = StatusLine(theme, session.jobs, session.device)
        banner = holder(row(self._banner, margins=(24, 0, 24, 0)))
        right = column(banner, wide(self._stack), spacing=0, margins=(0, 12, 0, 0))
        middle = row(self._rail, wide(right), spacing=0)
        self.setCentralWidget(holder(column(wide(middle), self._status, spacing=0)))
        self._saving = Overlay(theme, "export", "Saving…", "window.saving", self, dashed=False)
        self._drop = Overlay(theme, "drop", "Drop the folder", "window.drop", self, dashed=True)

    def _connect(self) -> None:
        session = self.session
        self._rail.step_chosen.connect(self.show_page)
        self._rail.theme_chosen.connect(self.set_theme)
        self._rail.shortcuts_wanted.connect(self.show_shortcuts)
        session.recipe_file_wanted.connect(self.recipes.choose)
        session.project_changed.connect(self._on_project_changed)
        session.page_wanted.connect(self.show_page)
        session.failed.connect(self._banner.show_failure)
        session.noticed.connect(self._banner.show_notice)
        self._status.wanted.connect(session.show_job)
        session.computer.changed.connect(lambda known: self._status.set_device(known.words))
        self._status.device_wanted.connect(self.show_computer)
        self._awake.changed.connect(lambda: self._status.show_awake(self._awake.holds))
        self._awake.became_idle.connect(self._on_idle)
        self._taskbar.changed.connect(self._show_title)
        session.jobs.became_idle.connect(self._on_idle)
        # queued: the paint event itself is not on the screen yet
        self.painted.connect(session.warm_up, Qt.ConnectionType.QueuedConnection)

    def _fill_menus(self) -> None:
        session, menus, settings = self.session, self._menus, self.session.settings
        file, edit, view, _, work, helping = MENUS
        menus.add(
            file,
            "New project from a folder…",
            partial(session.new_project_wanted.emit, None),
            "Ctrl+N",
        )
        menus.add(file, "Open a project…", session.open_project_wanted.emit, "Ctrl+O")
        menus.add_menu(file, "Open recent", self._fill_recent)
        menus.add(file, "Open a picture’s recipe…", session.recipe_file_wanted.emit)
        menus.add_line(file)
        menus.add(file, "Show the project's folder", self._show_folder, can=self._has_project)
        menus.add(file, "Close the project", session.close_project, "Ctrl+W", can=self._has_project)
        menus.add(file, "Quit", self.close, "Ctrl+Q")
        menus.add(edit, "Paste a picture’s recipe", self.recipes.paste, "Ctrl+V")
        for page in PAGES:
            menus.add(
                view, page.word or page.title, partial(self.show_page, page.nav_name()), page.keys
            )
        menus.add_line(view)
        menus.add_menu(view, "Dark or light", self._fill_themes)
        menus.add(view, "Full screen", self._turn_full_screen, "F11")
        is_shown = settings.get("menu_bar", True)
        self._menus.setVisible(is_shown)
        menus.add_switch(view, "Menu bar", is_shown, self._show_menu_bar, "Ctrl+Shift+M")
        menus.add_main(work, self._on_main_action, "Ctrl+Return", "Ctrl+Enter")
        menus.add(work, "What computes…", self.show_computer, name="window.computer")
        menus.add_line(work)
        menus.add_switch(
            work, "Stay awake while work goes on", self._awake.is_on, self._awake.set_on
        )
        menus.add_switch(work, "Tell me when work ends", self.notices.is_on, self.notices.set_on)
        menus.add(helping, "Guide", self.show_help, name="window.guide")
        menus.add(helping, "Keyboard shortcuts", self.show_shortcuts, "F1", "?")
        menus.add(helping, "Copy a report…", self.show_report, name="window.report")
        menus.add(helping, "About DDPM Studio", self.show_about, name="window.about")

    def _fill_recent(self, menu: QMenu) -> None:
        for path in self.session.settings.recent_projects:
            action = menu.addAction(path.name)
            action.triggered.connect(lambda _=False, path=path: self.session.open_project(path))
        if menu.isEmpty():
            menu.addAction("None yet").setEnabled(False)

    def _fill_themes(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        for choice, words, _icon in THEMES:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(choice == self.session.theme.choice)
            action.triggered.connect(partial(self.set_theme, choice))
            group.addAction(action)

    # what happens

    def _on_main_action(self) -> None:
        if not self._closing:
            self.current_page.main_action()

    def _on_project_changed(self, project: Project | None) -> None:
        self._show_title()
        self._banner.hide()
        self.show_page(names.NAV_START if project is None else self._page_of(project))

    def _page_of(self, project: Project) -> str:
        """That of the work that goes on, or where it was left; the first time what comes next: to
        paint, if it has learned.
        """
        at_work = self.session.home_of_work
        if at_work:
            return at_work
        left_on = self.session.settings.page_of(project.path)
        if left_on in self.pages and left_on != names.NAV_START:
            return left_on
        return names.NAV_GENERATE if self.session.checkpoints else names.NAV_PICTURES

    def _show_title(self) -> None:
        """The desktop shows it on its taskbar: how far work is stands first, and whose it is."""
        project, taskbar = self.session.project, self._taskbar
        title = f"{project.name} — DDPM Studio" if project else "DDPM Studio"  # Qt's own dash
        owner = taskbar.owner
        is_other = owner is not None and (project is None or project.path != owner)
        whose = f" of {owner.name}" if owner is not None and is_other else ""
        percent = "" if taskbar.percent is None else f"{taskbar.percent} %{whose} · "
        self.setWindowTitle(f"{percent}{title}")

    def _has_project(self) -> bool:
        return self.session.project is not None

    def _show_folder(self) -> None:
        if self.session.project is not None:
            self.session.show_outside(self.session.project.path)

    def _turn_full_screen(self) -> None:
        if self.current_page.show_full_screen():
            return
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_menu_bar(self, is_shown: bool) -> None:
        self._menus.setVisible(is_shown)
        self.session.settings.set("menu_bar", is_shown)

    def set_theme(self, choice: str, *_: object) -> None:
        """ "system", "dark" or "light", at once and next time."""
        self.session.theme.set_choice(choice)
        self.session.settings.set("theme", choice)

    # dropping a folder, or a file with a recipe

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is not None:
            return  # a picture of this window, on its way to another program
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
            QTimer.singleShot(0, self, lambda: self.session.new_project_wanted.emit(pictures))
        else:
            QTimer.singleShot(0, self, lambda: self.recipes.open(path))

    # closing

    def closeEvent(self, event: QCloseEvent) -> None:
        """Asks nothing, loses nothing: stops what runs, waits for it without blocking, closes."""
        if not self._closing:
            self._closing = True
            self._remember()
            self.session.close()
        if self.session.jobs.is_busy() or self._awake.is_busy:
            words = "What was learned so far is kept. The window closes by itself."
            left = self.session.left.titles
            self._saving.appear(f"{words}\nFirst this ends: {', '.join(left)}." if left else words)
            event.ignore()
            return
        event.accept()
        self.notices.hide()
        for page in self.pages.values():
            page.release()
        self.closed.emit()

    def _remember(self) -> None:
        settings = self.session.settings
        settings.set_bytes("window/geometry", self.saveGeometry())
        for page in self.pages.values():
            page.save_settings()
        settings.save()

    def _on_idle(self) -> None:
        if self._closing:
            self.close()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab; or what had the focus is hidden or disabled now, and Qt looks for another place."""
        focused = self.focusWidget()
        if focused is not None and not (focused.isVisible() and focused.isEnabled()):
            self.current_page.take_focus()  # what is next could be a button that stops work
            return True
        self._status.go_last()
        return super().focusNextPrevChild(forward)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def event(self, event: QEvent) -> bool:
        # a window that is closing takes no more keys; clicks already end at the overlay
        if self._closing and event.type() in (QEvent.Type.KeyPress, QEvent.Type.Shortcut):
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:  # it is on another screen now
            self.session.theme.show_on(self.devicePixelRatio())
        return super().event(event)


def _step(page: type[Page], theme: Theme) -> StepButton:
    words, tip = page.word or page.title, f"{page.tip} ({page.keys})"
    return StepButton(theme, page.icon, words, page.nav_name(), tip)
