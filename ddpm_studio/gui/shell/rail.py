"""The slim bar on the left: the steps, and below them theme and shortcuts."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from ddpm_studio.gui import names
from ddpm_studio.gui.common.button import IconButton, StepButton
from ddpm_studio.gui.common.theme import Theme

WIDTH = 92
STEPS = (
    (names.NAV_START, "home", "Start", "Recent projects and new ones (Ctrl+0)"),
    (names.NAV_PICTURES, "pictures", "Pictures", "What the model will learn from (Ctrl+1)"),
    (names.NAV_TRAIN, "train", "Train", "Let the model learn (Ctrl+2)"),
    (names.NAV_GENERATE, "generate", "Generate", "New pictures from noise (Ctrl+3)"),
    (names.NAV_MADE, "made", "Made", "All that was made in this project (Ctrl+4)"),
)


class Rail(QFrame):
    """Says which step was chosen; the window decides."""

    step_chosen = Signal(str)
    theme_wanted = Signal()
    shortcuts_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "rail")
        self.setFixedWidth(WIDTH)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 8)
        layout.setSpacing(8)
        centre = Qt.AlignmentFlag.AlignHCenter
        self._steps: dict[str, StepButton] = {}
        for name, icon, text, tip in STEPS:
            button = StepButton(theme, icon, text, name, tip)
            button.clicked.connect(self._on_clicked)
            self._steps[name] = button
            layout.addWidget(button, 0, centre)
            if name == names.NAV_START:
                layout.addSpacing(16)
        layout.addStretch()
        self._theme_button = IconButton(
            theme, "system", "nav.theme", "Dark or light", "Dark, light, or as the system"
        )
        self._theme_button.clicked.connect(self.theme_wanted)
        keys = IconButton(
            theme, "keyboard", "nav.shortcuts", "Shortcuts", "Keyboard shortcuts (F1)"
        )
        keys.clicked.connect(self.shortcuts_wanted)
        layout.addWidget(self._theme_button, 0, centre)
        layout.addWidget(keys, 0, centre)

    def set_current(self, name: str) -> None:
        for step, button in self._steps.items():
            button.setChecked(step == name)

    def theme_menu_position(self, menu: QSize) -> QPoint:
        """Where the theme menu opens: beside its button."""
        button = self._theme_button
        return button.mapToGlobal(QPoint(button.width() + 8, button.height() - menu.height()))

    def _on_clicked(self) -> None:
        name = self.sender().objectName()
        self.set_current(name)
        self.step_chosen.emit(name)
