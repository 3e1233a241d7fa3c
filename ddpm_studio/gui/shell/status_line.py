"""The thin line at the bottom: what runs in the background, how far it is, and how to stop it."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.device_turns import DeviceTurns
from ddpm_studio.gui.common.job_runner import JobRunner
from ddpm_studio.gui.common.jobs import HOMES, LASTING, Job, JobState
from ddpm_studio.gui.common.label import label, plain_tip
from ddpm_studio.gui.common.layout import Placed, row, wide
from ddpm_studio.gui.common.progress import ProgressLine
from ddpm_studio.gui.common.theme import Theme

LEAST_BAR, BAR_WIDTH = 40, 120
LEAST_TITLE, MOST_TITLE, TITLE_PADDING = 64, 280, 16
TITLE_SHARE = 0.55  # of the room of a job, that its title may take before words are cut
WORDS_FROM, BAR_FROM = 270, 190  # points for each job, from which on these are seen
WIDE_FROM = 420  # ... and a long bar
MOST_PLACES, BETWEEN = 3, 24  # for jobs, where there is room; points from one to the next
AWAKE = {None: "", True: "Stays awake", False: "May fall asleep"}
NOW_TIP = "Go on with this one now; the other one waits, and goes on by itself when this one ends"
HEIGHT = 36
REFRESH_MS = 500
ASK_MS = 4000  # so long a second press of a key stops
PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Select, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class StatusLine(QFrame):
    """One part for each job, of whichever project; on the right, what computes, and whether the
    machine stays awake.

    A job keeps its place while others come and go: somebody may be about to click there.
    """

    device_wanted = Signal()  # the person wants to choose another one

    wanted = Signal(object)  # Job: a person wants to see it

    def __init__(
        self, theme: Theme, jobs: JobRunner, device: DeviceTurns, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("status.jobs")
        self.setProperty("kind", "status")
        self.setAccessibleName("Background work")
        self.setFixedHeight(HEIGHT)
        self._theme, self._turns = theme, device
        self._parts: dict[Job, JobPart] = {}
        self._places: list[Job | None] = []
        self._idle = label("Nothing runs in the background", "caption")
        tip = "What computes on this machine (device); press to choose"
        self._device = Button(theme, "", "status.device", tip, kind="quiet")
        self._device.clicked.connect(self.device_wanted)
        self._device.hide()  # until it is known
        self._awake = label(kind="caption", name="status.awake")
        self._awake.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # its room is there before its words, so that nothing beside it moves
        room = max(map(self._awake.fontMetrics().horizontalAdvance, AWAKE.values()))
        self._awake.setMinimumWidth(room)
        self._room = Resized()
        self._room.resized.connect(self._fit)
        row(self._idle, of=self._room)
        right = row(self._awake, self._device, spacing=12)
        row(wide(self._room), right, spacing=BETWEEN, margins=(16, 0, 8, 0), of=self)
        jobs.started.connect(self._on_started)
        jobs.ended.connect(self._remove)

    def set_device(self, description: str) -> None:
        self._device.setText(description)
        self._device.setAccessibleName(f"Computes on: {description}")
        self._device.show()

    def show_awake(self, holds: bool | None) -> None:
        """Whether the system agreed to stay awake; None if it is not asked to."""
        tip = "The machine does not fall asleep while this runs. Another choice: menu Work"
        if holds is False:
            tip = "The system cannot be asked to stay awake: see that it does not fall asleep"
        self._awake.setText(AWAKE[holds])
        self._awake.setToolTip(tip)

    def go_last(self) -> None:
        """Tab comes to its buttons after all else; the newest widgets are at the end else."""
        stops: list[QWidget] = [self._device] if self._device.isVisible() else []
        stops += [one for part in self._parts.values() for one in part.buttons]
        last = self.window().previousInFocusChain()
        while last is not None and not last.focusPolicy() & Qt.FocusPolicy.TabFocus:
            last = None if last is self.window() else last.previousInFocusChain()
        if last is None or not stops or last is stops[-1]:
            return
        for stop in stops:
            QWidget.setTabOrder(last, stop)
            last = stop

    def _fit(self) -> None:
        """Where there is little room for each, names count more than numbers."""
        width, height = self._room.width(), self._room.height()
        fitting = max(1, min(MOST_PLACES, width // WORDS_FROM))
        each = width // max(fitting, len(self._places))
        between = BETWEEN if each >= BAR_FROM else 4
        for place, job in enumerate(self._places):
            if job is not None:
                part = self._parts[job]
                part.setGeometry(place * each, 0, each - between, height)
                part.fit(each - between)

    def text(self) -> str:
        """All that it says at the moment."""
        parts = [part.text() for part in self._parts.values()]
        return "; ".join(parts) or self._idle.text()

    def _on_started(self, job: Job) -> None:
        for old in [other for other in self._parts if other.is_muted and not other.is_left]:
            self._remove(old)
        if job.is_quiet:
            return
        part = JobPart(self._theme, job, self._turns, self._room)
        part.wanted.connect(lambda: self.wanted.emit(job))
        self._parts[job] = part
        if None in self._places:
            self._places[self._places.index(None)] = job
        else:
            self._places.append(job)
        self._fit()
        part.show()
        self._idle.hide()

    def _remove(self, job: Job) -> None:
        part = self._parts.pop(job, None)
        if part is not None:
            part.hide()
            part.deleteLater()
            self._places[self._places.index(job)] = None
            while self._places and self._places[-1] is None:
                self._places.pop()
        self._idle.setVisible(not self._parts)
        self._fit()


class Resized(QWidget):
    """Says when it has another size."""

    resized = Signal()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


class StopButton(IconButton):
    """A click stops at once. By key a second press is needed: one lands here without a look."""

    asked = Signal()  # whether to press again, or it is no longer asked

    def __init__(self, theme: Theme, name: str, title: str) -> None:
        """title: of the job that it stops."""
        super().__init__(theme, "stop", name, f"Stop {title}", size=16)
        self._title = title
        self._asking = QTimer(self, singleShot=True, interval=ASK_MS)
        self._asking.timeout.connect(self._show_asking)

    def set_title(self, title: str) -> None:
        """The job is called so now."""
        self._title = title
        self._show_asking()

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


class JobTitle(QPushButton):
    """It leads to where the job is at home; its words are cut where there is no room."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("kind", "status")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._title = ""
        self._least = LEAST_TITLE

    def set_room(self, room: int) -> None:
        """How many points of it may not be cut."""
        self._least = max(LEAST_TITLE, room)
        self.updateGeometry()

    def set_title(self, title: str) -> None:
        if title != self._title:
            self._title = title
            self.setAccessibleName(title)
            self.set_words("")
            self.updateGeometry()
            self._cut()

    def set_words(self, words: str) -> None:
        """How the job stands: in the tooltip, for where there is no room for it."""
        tip = f"{self._title}: {words}" if words else self._title
        self.setToolTip(plain_tip(f"{tip}. Press to go there" if self.isEnabled() else tip))

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._title) + TITLE_PADDING
        return QSize(min(width, MOST_TITLE), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._least, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    def _cut(self) -> None:
        room = self.width() - TITLE_PADDING + 1
        words = self.fontMetrics().elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        self.setText(words.replace("&", "&&"))


class JobPart(QWidget):
    """Name, bar, words and buttons of one job. The name leads to where the job is at home."""

    wanted = Signal()

    def __init__(self, theme: Theme, job: Job, device: DeviceTurns, parent: QWidget) -> None:
        super().__init__(parent)
        self._job, self._device = job, device
        key = job.objectName()
        self._name = JobTitle(names.item("status.show", key))
        self._bar = ProgressLine("", f"Progress of {job.title}", keeps_place=True)
        self._words = label(kind="caption", elided=True)
        self._pause = IconButton(theme, "pause", names.item("status.pause", key), "Pause", size=16)
        self.stop = StopButton(theme, names.item("status.stop", key), job.title)
        self.buttons = self._name, self._pause, self.stop
        # the buttons stand at its end, whatever the words are
        parts = self._name, self._bar, self._words, self._pause, self.stop
        middle = Qt.AlignmentFlag.AlignVCenter
        row(*(Placed(one, int(one is self._words), middle) for one in parts), of=self)
        self._pause.setVisible(key in LASTING)  # not before it is in here: it would be a window
        self._name.setEnabled(key in HOMES)
        self._name.clicked.connect(self.wanted)
        self._pause.clicked.connect(self._on_pause)
        self.stop.clicked.connect(job.stop)
        self.stop.asked.connect(self._show_progress)
        self._refresh = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._show_progress)
        self._room = WORDS_FROM
        self._shown: tuple[object, ...] = ()
        job.changed.connect(self._on_changed)
        device.changed.connect(self._on_changed)
        self._on_changed()

    def fit(self, room: int) -> None:
        """How many points it may take."""
        self._room = room
        self._name.set_room(round(TITLE_SHARE * room))
        self._bar.setFixedWidth(BAR_WIDTH if room >= WIDE_FROM else LEAST_BAR)
        self._show_progress()

    def text(self) -> str:
        words = self._words.text()
        return f"{self._job.title}, {words}" if words else self._job.title

    def _on_changed(self) -> None:
        """A new state is shown at once, progress a few times a second: laying out is not free."""
        job = self._job
        state = job.state, job.is_paused, job.title, self._device.waits_for(job)
        if state != self._shown:
            self._shown = state
            self._show_title()
            self._show_progress()
        elif not self._refresh.isActive():
            self._refresh.start()

    def _show_title(self) -> None:
        """Whose it is, and what its buttons do."""
        job = self._job
        key = job.objectName()
        if job.is_left and job.owner is not None:  # the open project may have one of that name
            key = names.item(key, job.owner.name)
        self.setObjectName(names.item("status.job", key))
        for button, base in zip(self.buttons, ("show", "pause", "stop"), strict=True):
            button.setObjectName(names.item(f"status.{base}", key))
        self._name.set_title(job.title)
        self._bar.setAccessibleName(f"Progress of {job.title}")
        self.stop.set_title(job.title)
        if self._device.waits_for(job) is not None:
            self._pause.set_face("play", f"{job.title}: this one now", NOW_TIP)
        elif job.is_paused:
            self._pause.set_face("play", f"Continue {job.title}")
        else:
            self._pause.set_face("pause", f"Pause {job.title}")
        for one in (self._pause, self.stop):
            one.setEnabled(job.state is not JobState.STOPPING)

    def _show_progress(self) -> None:
        progress = self._job.progress
        self._bar.setVisible(progress.fraction is not None and self._room >= BAR_FROM)
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
                parts.append(self._device.waiting_words(self._job))
            case _:
                parts = [progress.words()]
        words = "  ·  ".join(part for part in parts if part)
        self._words.setText(words)
        self._words.setVisible(self._room >= WORDS_FROM)
        self._name.set_words(words)

    def _on_pause(self) -> None:
        if self._device.waits_for(self._job) is not None:
            self._device.put_first(self._job)
        else:
            self._job.set_paused(not self._job.is_paused)
