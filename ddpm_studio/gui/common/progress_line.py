"""How far something is, as a bar without words."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QWidget

from ddpm_studio.gui.common.layout import keep_room

PARTS = 1000  # of the whole


class ProgressLine(QProgressBar):
    """A bar from 0 to PARTS; see `set_fraction`."""

    def __init__(
        self, name: str, words: str, *, keeps_place: bool = False, parent: QWidget | None = None
    ) -> None:
        """words: what it tells, for who cannot see it. keeps_place: nothing jumps when it hides."""
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setTextVisible(False)
        self.setRange(0, PARTS)
        if keeps_place:
            keep_room(self)

    def set_fraction(self, fraction: float | None, *, is_waiting: bool = False) -> None:
        """None: nothing is known, and it is empty. is_waiting: then it moves to and fro."""
        self.setRange(0, 0 if is_waiting and fraction is None else PARTS)
        self.setValue(round(PARTS * (fraction or 0)))
