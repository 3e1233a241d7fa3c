"""How far the longest work is, where the desktop shows it: the window's title and the taskbar."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import Job, JobState
from ddpm_studio.gui.shell.awake import LONG

REFRESH_MS = 1000
ENTRY = "com.canonical.Unity.LauncherEntry"  # which KDE, Ubuntu and several docks listen to


class Taskbar(QObject):
    """Follows the jobs; `changed` says that there is another percentage.

    Attributes: percent (None if nothing long runs, or its end is not known), owner (the project
    whose work that is).
    """

    changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._long: list[Job] = []
        self.percent: int | None = None
        self.owner: Path | None = None
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self._look)
        jobs.started.connect(self._on_started)
        jobs.ended.connect(self._on_ended)

    def _on_started(self, job: Job) -> None:
        if job.objectName() in LONG:
            self._long.append(job)
            job.changed.connect(self._look_soon)

    def _on_ended(self, job: Job) -> None:
        if job in self._long:
            self._long.remove(job)
            self._look()

    def _look_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _look(self) -> None:
        """Of several, the one that began first; none that waits or is paused before others."""
        known = [job for job in self._long if job.progress.fraction is not None]
        known.sort(key=lambda job: job.state is not JobState.RUNNING)
        fraction = known[0].progress.fraction if known else None
        percent = None if fraction is None else int(100 * fraction)
        owner = known[0].owner if known else None
        if (percent, owner) != (self.percent, self.owner):
            self.percent, self.owner = percent, owner
            _tell_launcher(percent)
            self.changed.emit()


def _tell_launcher(percent: int | None) -> None:
    """A signal on the session's bus; nobody answers it."""
    if QGuiApplication.platformName() not in ("xcb", "wayland"):
        return
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage
    except ImportError:  # a Qt without it
        return
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return
    message = QDBusMessage.createSignal("/ddpm_studio", ENTRY, "Update")
    shown = {"progress-visible": percent is not None, "progress": (percent or 0) / 100}
    message.setArguments(["application://ddpm-studio.desktop", shown])
    bus.send(message)
