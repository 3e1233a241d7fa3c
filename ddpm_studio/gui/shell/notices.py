"""A word from the desktop when something long has ended while one is elsewhere."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMainWindow, QSystemTrayIcon

from ddpm_studio.gui.common.jobs import COPIES, Job, JobEnd
from ddpm_studio.gui.session import Session
from ddpm_studio.gui.shell.awake import LONG

KEY = "night/notices"
SHOWN_MS = 20_000


class Notices(QObject):
    """Speaks only while no window of the program is in use; a click on it brings the window.

    Attributes: is_on (whether a person wants it), said (the last sentence).
    """

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._settings, self._window = session.settings, window
        self.is_on = session.settings.get(KEY, True)
        self.said = ""
        self._tray: QSystemTrayIcon | None = None
        session.jobs.ended.connect(self._on_ended)

    def set_on(self, is_on: bool) -> None:
        """From now on, and next time."""
        self.is_on = is_on
        self._settings.set(KEY, is_on)

    def hide(self) -> None:
        """The window closes, or one has come back to it."""
        if self._tray is not None:
            self._tray.hide()

    def _on_ended(self, job: Job) -> None:
        if job.objectName() not in (*LONG, COPIES) or not self.is_on:
            return
        if QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive:
            return
        if job.end is JobEnd.FAILED and job.failure is not None:
            self._say(f"{job.title} has failed", job.failure.sentence, is_bad=True)
        elif job.end is JobEnd.SUCCEEDED:
            self._say(f"{job.title} is done", "All of it is saved.", is_bad=False)

    def _say(self, title: str, sentence: str, is_bad: bool) -> None:
        self.said = f"{title}. {sentence}"
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return  # the mark on the taskbar has to do
        if self._tray is None:
            self._tray = QSystemTrayIcon(self._window.windowIcon(), self)
            self._tray.setToolTip("DDPM Studio")
            for touched in (self._tray.messageClicked, self._tray.activated):
                touched.connect(self._come_back)
        self._tray.show()
        icon = QSystemTrayIcon.MessageIcon
        self._tray.showMessage(
            title, sentence, icon.Warning if is_bad else icon.Information, SHOWN_MS
        )

    def _come_back(self) -> None:
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self.hide()
