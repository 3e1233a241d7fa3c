"""The thin line at the bottom: what runs in the background, how far it is, and how to stop it."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.jobs import Job, JobRunner, JobState
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import STRETCH, Placed, row
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.theme import Theme

BAR_WIDTH = 120
HEIGHT = 36
REFRESH_MS = 500


class StatusLine(QFrame):
    """One part for each job; on the right, what computes."""

    def __init__(self, theme: Theme, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("status.jobs")
        self.setProperty("kind", "status")
        self.setAccessibleName("Background work")
        self.setFixedHeight(HEIGHT)
        self._theme = theme
        self._parts: dict[Job, JobPart] = {}
        self._idle = label("Nothing runs in the background", "caption")
        self._device = label(kind="caption", name="status.device")
        self._device.setToolTip("What computes on this machine (device)")
        self._row = row(self._idle, spacing=24)
        row(self._row, STRETCH, self._device, spacing=24, margins=(16, 0, 16, 0), of=self)
        jobs.started.connect(self._on_started)
        jobs.ended.connect(self._remove)

    def set_device(self, description: str) -> None:
        self._device.setText(description)

    def text(self) -> str:
        """All that it says at the moment."""
        parts = [part.text() for part in self._parts.values()]
        return "; ".join(parts) or self._idle.text()

    def _on_started(self, job: Job) -> None:
        for old in [other for other in self._parts if other.is_muted and not other.is_left]:
            self._remove(old)
        if job.is_quiet:
            return
        part = JobPart(self._theme, job)
        self._parts[job] = part
        self._row.addWidget(part)
        part.show()  # now, and not when the layout gets to it
        self._idle.hide()

    def _remove(self, job: Job) -> None:
        part = self._parts.pop(job, None)
        if part is not None:
            part.hide()
            self._row.removeWidget(part)
            part.deleteLater()
        self._idle.setVisible(not self._parts)


class JobPart(QWidget):
    """Name, bar, words and a stop button of one job."""

    def __init__(self, theme: Theme, job: Job) -> None:
        super().__init__()
        self.setObjectName(names.item("status.job", job.objectName()))
        self._job = job
        self._name = QLabel(job.title)
        self._bar = ProgressLine("", f"Progress of {job.title}")
        self._bar.setFixedWidth(BAR_WIDTH)
        self._words = label(kind="caption")
        stop_name = names.item("status.stop", job.objectName())
        self._stop = IconButton(theme, "stop", stop_name, f"Stop {job.title}", size=16)
        parts = self._name, self._bar, self._words, self._stop
        row(*(Placed(one, align=Qt.AlignmentFlag.AlignVCenter) for one in parts), of=self)
        self._stop.clicked.connect(job.stop)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._show_progress)
        self._shown = job.state, job.is_paused, job.title
        job.changed.connect(self._on_changed)
        self._show_progress()

    def text(self) -> str:
        words = self._words.text()
        return f"{self._name.text()}, {words}" if words else self._name.text()

    def _on_changed(self) -> None:
        """A new state is shown at once, progress a few times a second: laying out is not free."""
        state = self._job.state, self._job.is_paused, self._job.title
        if state != self._shown:
            self._shown = state
            self._show_progress()
        elif not self._refresh.isActive():
            self._refresh.start()

    def _show_progress(self) -> None:
        progress = self._job.progress
        self._name.setText(self._job.title)
        self._bar.setVisible(progress.fraction is not None)
        self._bar.set_fraction(progress.fraction)
        parts = [progress.text]
        match self._job.state:
            case JobState.STOPPING:
                parts = ["stopping…"]
            case JobState.PAUSED if self._job.is_paused:
                parts.append("paused")
            case JobState.PAUSED | JobState.WAITING:
                parts.append("waiting for its turn")
            case _:
                parts = [progress.words()]
        self._words.setText("  ·  ".join(part for part in parts if part))
        self._words.setVisible(bool(self._words.text()))
        self._stop.setEnabled(self._job.state is not JobState.STOPPING)
