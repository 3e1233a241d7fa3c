"""The slim bar on the left: a step for each page, and below them theme and shortcuts."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QToolButton

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.layout import STRETCH, Gap, Placed, column
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.common.theme import Theme

WIDTH = 92
STEP_WIDTH, STEP_HEIGHT = 76, 64
ICON, LEAST_STEP = 24, 40  # the least holds only the icon
AROUND = 8 + 6 + 4  # points that the style leaves above, below and between icon and word
THEMES = (
    ("system", "As the system", "system"),
    ("dark", "Dark", "moon"),
    ("light", "Light", "sun"),
)


class Rail(QFrame):
    """Says which step was chosen; the window decides."""

    step_chosen = Signal(str)
    theme_chosen = Signal(str)
    shortcuts_wanted = Signal()

    def __init__(self, theme: Theme, steps: Sequence[StepButton]) -> None:
        """steps: from above; the first, the start screen, stands apart."""
        super().__init__()
        self.setProperty("kind", "rail")
        self.setFixedWidth(WIDTH)
        self._theme, self._steps = theme, steps
        self._theme_button = IconButton(
            theme, "system", "nav.theme", "Dark or light", "Dark, light, or as the system"
        )
        keys = IconButton(
            theme, "keyboard", "nav.shortcuts", "Shortcuts", "Keyboard shortcuts (F1)"
        )
        first, *others = (_centred(step) for step in steps)
        foot = map(_centred, (self._theme_button, keys))
        column(first, Gap(16), *others, STRETCH, *foot, margins=(0, 16, 0, 8), of=self)
        for step in steps:
            step.clicked.connect(self._on_clicked)
        self._theme_button.clicked.connect(self._on_theme_clicked)
        keys.clicked.connect(self.shortcuts_wanted)

    def set_current(self, name: str) -> None:
        for step in self._steps:
            step.setChecked(step.objectName() == name)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is too low for all words, there are none: a word is never sliced."""
        super().resizeEvent(event)
        layout = self.layout()
        assert layout is not None
        spare = self.height() - layout.minimumSize().height()
        has_room = spare >= sum(step.height_with_word - LEAST_STEP for step in self._steps)
        for step in self._steps:
            step.show_word(has_room)

    def _on_clicked(self) -> None:
        name = self.sender().objectName()
        self.set_current(name)
        self.step_chosen.emit(name)

    def _on_theme_clicked(self) -> None:
        """A menu beside its button."""
        theme, button = self._theme, self._theme_button
        menu = Menu(theme, self)
        for choice, text, icon in THEMES:
            role = "accent_text" if choice == theme.choice else "muted"
            is_chosen = "✓ " if choice == theme.choice else ""  # an icon leaves no room for a tick
            menu.addAction(theme.icon(icon, 20, role, role), is_chosen + text).setData(choice)
        menu.triggered.connect(lambda action: self.theme_chosen.emit(action.data()))
        height = menu.sizeHint().height()
        menu.popup(button.mapToGlobal(QPoint(button.width() + 8, button.height() - height)))


class StepButton(QToolButton):
    """A step of the rail: an icon with a word under it."""

    def __init__(self, theme: Theme, icon: str, text: str, name: str, tip: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setText(text)
        self.setToolTip(tip)
        self.setProperty("kind", "step")
        self.setCheckable(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(QSize(ICON, ICON))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._has_word = True
        self._theme, self._icon = theme, icon
        theme.follow(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(STEP_WIDTH, STEP_HEIGHT if self._has_word else LEAST_STEP)

    def minimumSizeHint(self) -> QSize:
        return QSize(STEP_WIDTH, LEAST_STEP)

    @property
    def height_with_word(self) -> int:
        """The least at which all of the word is seen, in points."""
        return ICON + AROUND + self.fontMetrics().height()

    def show_word(self, is_shown: bool) -> None:
        """Else the icon alone, which its tooltip explains."""
        if is_shown != self._has_word:
            self._has_word = is_shown
            style = Qt.ToolButtonStyle
            under, alone = style.ToolButtonTextUnderIcon, style.ToolButtonIconOnly
            self.setToolButtonStyle(under if is_shown else alone)
            self.updateGeometry()

    def _on_theme_changed(self) -> None:
        self.setIcon(self._theme.icon(self._icon, ICON, "muted", "accent_text"))


def _centred(widget: QToolButton) -> Placed:
    return Placed(widget, align=Qt.AlignmentFlag.AlignHCenter)
