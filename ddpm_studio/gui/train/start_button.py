"""The one large button of training: Start, Pause, Continue."""

from __future__ import annotations

from ddpm_studio.gui.common.button import ROLES, Button
from ddpm_studio.gui.common.theme import Theme

FACES = {
    "Start": ("play", "Begin to learn from the pictures (Ctrl+Enter)"),
    "Pause": (
        "pause",
        "Hold after the present step; the model stays in memory (Ctrl+Enter)",
    ),
    "Continue": ("play", "Go on where it was left (Ctrl+Enter)"),
}


class BigButton(Button):
    """One button with three faces; it is the main one of the page unless something else is."""

    def __init__(self, theme: Theme) -> None:
        icon, tip = FACES["Start"]
        super().__init__(theme, "Start", "train.start", tip, icon=icon, kind="primary", large=True)

    def show_face(self, face: str, *, is_main: bool) -> None:
        """face: "Start", "Pause" or "Continue"."""
        kind = "primary" if is_main else "plain"
        if face == self.text() and kind == self.property("kind"):
            return
        if kind != self.property("kind"):
            self._role = ROLES[kind]
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
        self.set_face(face, *FACES[face])
