"""Buttons with an icon that follows the theme."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ddpm_studio.gui.common.theme import Theme

ICON_PIXELS = 20
GAP = 6  # between icon and words; style sheets cannot set it
ROLES = {"primary": "on_accent", "plain": "text", "quiet": "muted", "section": "muted"}
ROLES["link"] = "accent_text"
ICON_ONLY = "padding: 0 6px"


class Button(QPushButton):
    """A button with words. kind: "primary" (one on a page), "plain", "quiet", "section", "link"."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        name: str,
        tip: str,
        *,
        icon: str = "",
        kind: str = "plain",
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setToolTip(tip)
        self.setProperty("kind", kind)
        self.setProperty("scale", "large" if large else "")  # "size" is Qt's own
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(ICON_PIXELS + GAP, ICON_PIXELS))
        self._theme, self._icon, self._role = theme, icon, ROLES[kind]
        theme.follow(self._on_theme_changed)

    def set_face(self, text: str, icon: str, tip: str) -> None:
        """Another action under the same button: Start, Pause, Continue."""
        self._icon = icon
        self.setText(text)
        self.setToolTip(tip)
        self._on_theme_changed()

    def set_words(self, words: str, *, has_room: bool = True) -> None:
        """Show its words, or only its icon; who cannot see it hears the words in any case."""
        shown, sheet = (words, "") if has_room else ("", ICON_ONLY)
        self.setAccessibleName(words)
        if self.text() != shown or self.styleSheet() != sheet:
            self.setText(shown)
            self.setStyleSheet(sheet)

    def _on_theme_changed(self) -> None:
        if self._icon:
            icon = self._theme.icon(self._icon, ICON_PIXELS, self._role, self._role, GAP)
            self.setIcon(icon)


class IconButton(QToolButton):
    """A button that is only an icon; its words are the tooltip and the accessible name."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        label: str,
        tip: str = "",
        *,
        checkable: bool = False,
        size: int = ICON_PIXELS,
        role: str = "muted",
        parent: QWidget | None = None,
    ) -> None:
        """label: what it does, in a word or two. tip: a sentence, if the label is not enough."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setCheckable(checkable)
        self.setIconSize(QSize(size, size))
        self.setFixedSize(size + 12, size + 12)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self._icon, self._size, self._role = theme, icon, size, role
        theme.changed.connect(self._on_theme_changed)
        self.set_face(icon, label, tip)

    def set_face(self, icon: str, label: str, tip: str = "") -> None:
        """Another icon and other words: play and pause."""
        self._icon = icon
        self.setAccessibleName(label)
        self.setToolTip(tip or label)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        self.setIcon(self._theme.icon(self._icon, self._size, self._role, "text"))
