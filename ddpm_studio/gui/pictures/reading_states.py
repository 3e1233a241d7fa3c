"""The wall, or what stands in its place: being read, stopped, or nothing that can be read."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QStackedWidget, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.progress import Standing
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.words import time_left

BAR_WIDTH = 320
SHORT_MS = 150  # a folder that is read in less does not make the window flicker


class PictureStates(QStackedWidget):
    """Shows the wall or one of its stand-ins, and says what their buttons want."""

    cancelled = Signal()
    reading_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, theme: Theme, wall: QWidget) -> None:
        super().__init__()
        self._theme, self._wall = theme, wall
        self._blank = QWidget()
        self._preparing = Preparing(theme)
        self._stopped = self._build_stopped()
        self._failed = self._build_failed()
        for state in (self._blank, wall, self._preparing, self._stopped, self._failed):
            self.addWidget(state)
        self._preparing.cancelled.connect(self.cancelled)
        self._soon = QTimer(self, singleShot=True, interval=SHORT_MS)
        self._soon.timeout.connect(lambda: self.setCurrentWidget(self._preparing))

    def show_blank(self) -> None:
        self._show(self._blank)

    def show_wall(self) -> None:
        self._show(self._wall)

    def show_stopped(self) -> None:
        self._show(self._stopped)

    def show_failed(self, sentence: str) -> None:
        self._failed.set_words("These pictures cannot be used", sentence)
        self._show(self._failed)

    def show_preparing_soon(self) -> None:
        """What is shown now stays for a moment, and for good if the reading takes no longer."""
        self._preparing.show_progress(Standing())
        self._soon.start()

    def show_progress(self, progress: Standing) -> None:
        self._preparing.show_progress(progress)

    @property
    def is_wall(self) -> bool:
        return self.currentWidget() is self._wall

    def _show(self, state: QWidget) -> None:
        self._soon.stop()
        self.setCurrentWidget(state)

    def _build_stopped(self) -> EmptyState:
        tip = "Read the pictures now, from the first one on"
        again = Button(self._theme, "Prepare them", "pictures.again", tip, kind="primary")
        again.clicked.connect(self.reading_wanted)
        return EmptyState(
            self._theme,
            "pictures",
            "Not prepared yet",
            "Reading the pictures was stopped. You can change the settings first; training reads "
            "the pictures, too, when it begins.",
            again,
            name="pictures.stopped",
        )

    def _build_failed(self) -> EmptyState:
        tip = "Let this project learn from the pictures of another folder"
        choose = Button(
            self._theme,
            "Choose another folder…",
            "pictures.choose_folder",
            tip,
            icon="folder",
            kind="primary",
        )
        retry = Button(
            self._theme, "Look again", "pictures.retry", "Read the same folder again (F5)"
        )
        choose.clicked.connect(self.folder_wanted)
        retry.clicked.connect(self.reading_wanted)
        name = "pictures.failed"
        return EmptyState(self._theme, "warning", "", "", choose, retry, name=name)


class Preparing(EmptyState):
    """How far the reading is; says when it is to be cancelled."""

    cancelled = Signal()

    def __init__(self, theme: Theme) -> None:
        self._bar = QProgressBar()
        self._bar.setObjectName("pictures.progress")
        self._bar.setAccessibleName("Progress of preparing the pictures")
        self._bar.setFixedWidth(BAR_WIDTH)
        self._bar.setTextVisible(False)
        self._words = label(kind="caption")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cancel = Button(
            theme, "Cancel", "pictures.cancel", "Stop reading; what you have chosen stays"
        )
        super().__init__(
            theme,
            "pictures",
            "Preparing your pictures",
            "Each one is turned upright, cropped to its centre and scaled. Your files are only "
            "read, and next time this is quick.",
            *(self._bar, self._words, cancel),
            name="pictures.preparing",
        )
        cancel.clicked.connect(self.cancelled)

    def show_progress(self, progress: Standing) -> None:
        self._bar.setRange(0, 0 if progress.fraction is None else 1000)
        self._bar.setValue(round(1000 * (progress.fraction or 0)))
        parts = [progress.text or "Looking at the folder…"]
        if progress.remaining is not None:
            parts.append(time_left(progress.remaining))
        self._words.setText("  ·  ".join(parts))
