"""The window as a program: `main` for the command line, `create_window` for everybody else.

The order of the start, and why:

1. On Windows, torch's first library, before Qt (startup.py says why).
2. Qt, the theme, the session and the window. Nothing that these import brings torch, PIL, av or
   pyqtgraph along; a test holds that.
3. The window is painted.
4. Only then torch and the engine are imported, by a job on a thread (common/warm_up.py).
"""

import locale
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ddpm_studio.gui.shell.startup import (
    dead_display,
    load_runtime_before_qt,
    missing_display,
    missing_library,
)

load_runtime_before_qt()  # before the next imports, whoever imports this module

from PySide6.QtCore import QLocale, QRect  # noqa: E402
from PySide6.QtGui import QIcon  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from ddpm_studio import __version__  # noqa: E402
from ddpm_studio.gui.common.errors import UncaughtErrors, start_log  # noqa: E402
from ddpm_studio.gui.common.resources import resource_path  # noqa: E402
from ddpm_studio.gui.common.settings import Settings  # noqa: E402
from ddpm_studio.gui.common.theme import Theme, studio_font  # noqa: E402
from ddpm_studio.gui.main_window import MainWindow  # noqa: E402
from ddpm_studio.gui.session import Session  # noqa: E402
from ddpm_studio.gui.shell.interrupts import Interrupts  # noqa: E402
from ddpm_studio.project import Project  # noqa: E402

DONE, FAILED, INTERRUPTED = 0, 1, 130  # as the commands end


def main(arguments: Sequence[str] = ()) -> int:
    """Show the window until it is closed. arguments: at most one, a project's folder."""
    environment = dict(os.environ)
    problem = (
        missing_display(environment) or missing_library(environment) or dead_display(environment)
    )
    if problem:
        print(problem, file=sys.stderr)
        return FAILED
    application = QApplication([sys.argv[0]])
    start_log()
    window = create_window(arguments[0] if arguments else None)
    errors = UncaughtErrors()
    errors.caught.connect(window.session.failed)
    errors.install()
    interrupts = Interrupts()
    interrupted: list[bool] = []
    interrupts.came.connect(lambda: interrupted.append(True))
    interrupts.came.connect(window.close)  # which saves first
    # not Qt's own rule: while it saves, the window may be the last one and still be needed
    application.setQuitOnLastWindowClosed(False)
    window.closed.connect(application.quit)
    window.show()
    application.exec()
    interrupts.uninstall()
    errors.uninstall()
    return INTERRUPTED if interrupted else DONE


def create_window(
    project: Project | Path | str | None = None,
    *,
    settings: Settings | Path | str | None = None,
    available: QRect | None = None,
) -> MainWindow:
    """The window, not shown yet; a QApplication must be running.

    project: what to open, a Project or its folder; a folder that is none gives the start screen
    with a sentence. settings: where to remember things, by default the user's own place.
    available: the part of the screen that the window may cover, by default as the screen says.
    """
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("create_window needs a QApplication")
    if not isinstance(settings, Settings):
        settings = Settings(settings)
    prepare_application(application)
    theme = Theme(application, settings.get("theme", "system"))
    session = Session(settings, theme)
    with theme.undressed():
        window = MainWindow(session, available)
    session.setParent(window)
    theme.setParent(window)
    if project is not None:
        session.open_project(project.path if isinstance(project, Project) else project)
    return window


def prepare_application(application: QApplication) -> None:
    """Name, icon, font and numbers; may be called again."""
    # QApplication takes the user's locale over, and then "0.5" is not a number to C libraries
    locale.setlocale(locale.LC_NUMERIC, "C")
    QLocale.setDefault(QLocale.c())  # numbers are typed and read with a point
    application.setApplicationName("ddpm-studio")
    application.setApplicationDisplayName("DDPM Studio")
    application.setApplicationVersion(__version__)
    application.setOrganizationName("DDPM Studio")
    application.setDesktopFileName("ddpm-studio")
    application.setFont(studio_font())
    application.setWindowIcon(QIcon(str(resource_path("icons", "app.svg"))))
