"""The wall, or what stands in its place: being read, stopped, or nothing that can be read."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QStackedWidget, QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.label import label
from ddpm_studio.gui.common.progress import ProgressLine, Standing
from ddpm_studio.gui.common.theme import Theme

BAR_WIDTH = 320
SHORT_MS = 150  # a folder that is read in less does not make the window flicker


class PictureStates(QStackedWidget):
    """Shows the wall or one of its stand-ins, with buttons that the page hears."""

    def __init__(self, theme: Theme, wall: QWidget) -> None:
        super().__init__()
        self._wall = wall
        self._blank = QWidget()
        self._make_buttons(theme)
        self._preparing = Preparing(theme, self.cancel)
        sentence = (
            "Reading the pictures was stopped. You can change the settings first; training reads "
            "the pictures, too, when it begins."
        )
        heading, name = "Not prepared yet", "pictures.stopped"
        self._stopped = EmptyState(theme, "pictures", heading, sentence, self.again, name=name)
        ways_on = self.choose, self.retry
        self._failed = EmptyState(theme, "warning", "", "", *ways_on, name="pictures.failed")
        for state in (self._blank, wall, self._preparing, self._stopped, self._failed):
            self.addWidget(state)
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

    def _make_buttons(self, theme: Theme) -> None:
        tip = "Stop reading; what you have chosen stays"
        self.cancel = Button(theme, "Cancel", "pictures.cancel", tip)
        tip = "Read the pictures now, from the first one on"
        self.again = Button(theme, "Prepare them", "pictures.again", tip, kind="primary")
        words, tip = "Look again", "Read the same folder again (F5)"
        self.retry = Button(theme, words, "pictures.retry", tip)
        words = "Choose another folder…"
        tip = "Let this project learn from the pictures of another folder"
        self.choose = Button(
            theme, words, "pictures.choose_folder", tip, icon="folder", kind="primary"
        )


class Preparing(EmptyState):
    """How far the reading is."""

    def __init__(self, theme: Theme, cancel: Button) -> None:
        self._bar = ProgressLine("pictures.progress", "Progress of preparing the pictures")
        self._bar.setFixedWidth(BAR_WIDTH)
        self._words = label(kind="caption")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        sentence = (
            "Each one is turned upright, cropped to its centre and scaled. Your files are only "
            "read, and next time this is quick."
        )
        parts = self._bar, self._words, cancel
        heading, name = "Preparing your pictures", "pictures.preparing"
        super().__init__(theme, "pictures", heading, sentence, *parts, name=name)

    def show_progress(self, progress: Standing) -> None:
        self._bar.set_fraction(progress.fraction, is_waiting=True)
        self._words.setText(progress.words("Looking at the folder…"))
