"""How much memory the frames of a denoising take, and how much they may take."""

from PySide6.QtCore import QPoint, QSize, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from ddpm_studio.gui.common.label import use_tabular_figures
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.words import MB, size_in_words

BUDGETS = (256, 512, 1024, 2048, 4096)  # megabytes
USUAL = 1024
KEY = "scrubber/memory"
TIP = (
    "Memory for the frames between noise and picture: what they take, and what they may take. "
    "Where they need more, only every few frames are kept, and the others are computed again "
    "when you go there. Click to choose."
)


def memory_budget(settings: Settings) -> int:
    """The chosen number of bytes."""
    chosen = settings.get(KEY, USUAL)
    return MB * (chosen if chosen in BUDGETS else USUAL)


class MemoryChoice(QPushButton):
    """A small figure, such as "384 MB of 1 GB"; a click offers other limits."""

    budget_changed = Signal(object)  # bytes: an int of Python's, since those of C end at 2 GB

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._nbytes = 0
        self.setObjectName("scrubber.memory")
        self.setProperty("kind", "quiet")
        self.setStyleSheet("padding-left: 4px; padding-right: 4px")
        self.setToolTip(TIP)
        use_tabular_figures(self)
        self._menu = QMenu(self)
        self._group = QActionGroup(self)
        for budget in BUDGETS:
            action = QAction(size_in_words(budget * MB), self._group)
            action.setCheckable(True)
            action.setData(budget)
            action.setChecked(budget * MB == self.budget)
            self._menu.addAction(action)
        self._group.triggered.connect(self._on_chosen)
        self.clicked.connect(self._on_clicked)
        self.set_used(0)

    @property
    def budget(self) -> int:
        """Bytes."""
        return memory_budget(self._settings)

    def set_used(self, nbytes: int) -> None:
        """So much is taken now."""
        self._nbytes = nbytes
        text = f"{size_in_words(nbytes)} of {size_in_words(self.budget)}"
        if text != self.text():
            self.setText(text)
            self.setAccessibleName(f"Memory for frames: {text}")

    def sizeHint(self) -> QSize:
        """As wide as its longest words, so that nothing beside it moves."""
        hint = super().sizeHint()
        longest = self.fontMetrics().horizontalAdvance("999 MB of 512 MB")
        return QSize(longest + 8, hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _on_clicked(self) -> None:
        above = QPoint(0, self._menu.sizeHint().height())
        self._menu.popup(self.mapToGlobal(self.rect().topLeft()) - above)

    def _on_chosen(self, action: QAction) -> None:
        self._settings.set(KEY, int(action.data()))
        self.set_used(self._nbytes)
        self.budget_changed.emit(self.budget)
