"""Buttons that say less where there is little room."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

ICON_ONLY = "padding: 0 6px"


def set_words(button: QPushButton, words: str, *, has_room: bool = True) -> None:
    """Show its words, or only its icon; who cannot see it hears the words in any case."""
    shown, sheet = (words, "") if has_room else ("", ICON_ONLY)
    button.setAccessibleName(words)
    if button.text() != shown or button.styleSheet() != sheet:
        button.setText(shown)
        button.setStyleSheet(sheet)
