"""The thin line at the bottom: what runs in the background, how far it is, and how to stop it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import Job, JobState
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.layout import STRETCH, Placed, row
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.theme import Theme

BAR_WIDTH = 120
HEIGHT = 36
REFRESH_MS = 500
ASK_MS = 4000  # so long a second press of a key stops
PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Select, Qt.Key.Key_Return, Qt.Key.Key_Enter)


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

    def go_last(self) -> None:
        """Tab comes to its buttons after all else; the newest widgets are at the end else."""
        stops = [part.stop for part in self._parts.values()]
        last = self.window().previousInFocusChain()
        while last is not None and not last.focusPolicy() & Qt.FocusPolicy.TabFocus:
            last = None if last is self.window() else last.previousInFocusChain()
        if last is None or not stops or last is stops[-1]:
            return
        for stop in stops:
            QWidget.setTabOrder(last, stop)
            last = stop

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


class StopButton(IconButton):
    """A click stops at once. By key a second press is needed: one lands here without a look."""

    asked = Signal()  # whether to press again, or it is no longer asked

    def __init__(self, theme: Theme, name: str, title: str) -> None:
        """title: of the job that it stops."""
        super().__init__(theme, "stop", name, f"Stop {title}", size=16)
        self._title = title
        self._asking = QTimer(self, singleShot=True, interval=ASK_MS)
        self._asking.timeout.connect(self._show_asking)

    @property
    def is_asking(self) -> bool:
        """Whether the next press of a key stops."""
        return self._asking.isActive()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in PRESSES:
            super().keyPressEvent(event)
        elif event.isAutoRepeat():  # a key that is held is pressed once
            return
        elif self.is_asking:
            self._take_back()
            self.click()
        else:
            self._asking.start()
            self._show_asking()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._take_back()

    def _take_back(self) -> None:
        if self.is_asking:
            self._asking.stop()
            self._show_asking()

    def _show_asking(self) -> None:
        words = f"Press again to stop {self._title}" if self.is_asking else f"Stop {self._title}"
        self.set_face("stop", words)
        self.asked.emit()


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
        self.stop = StopButton(theme, stop_name, job.title)
        parts = self._name, self._bar, self._words, self.stop
        row(*(Placed(one, align=Qt.AlignmentFlag.AlignVCenter) for one in parts), of=self)
        self.stop.clicked.connect(job.stop)
        self.stop.asked.connect(self._show_progress)
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
            case _ if self.stop.is_asking:
                parts = [self.stop.accessibleName()]
            case JobState.PAUSED if self._job.is_paused:
                parts.append("paused")
            case JobState.PAUSED | JobState.WAITING:
                parts.append("waiting for its turn")
            case _:
                parts = [progress.words()]
        self._words.setText("  ·  ".join(part for part in parts if part))
        self._words.setVisible(bool(self._words.text()))
        self.stop.setEnabled(self._job.state is not JobState.STOPPING)
