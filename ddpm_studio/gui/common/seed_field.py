"""The seed: a number, a dice that throws another one, and a lock that keeps it."""

import random

from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import IconButton
from ddpm_studio.gui.common.inputs import SpinBox
from ddpm_studio.gui.common.layout import Gap, row, wide
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.common.theme import Theme

MOST_TYPED = 2**31 - 1
MOST_THROWN = 999_999  # six digits are easy to tell a friend


class SeedField(QWidget):
    """`take` gives the seed for the next pictures.

    Locked, it is always the one that is shown. Unlocked, every taking throws a new one, unless
    a person has just thrown or typed one: that one is used first.
    """

    def __init__(self, theme: Theme, settings: Settings, dice: random.Random, name: str) -> None:
        """name: of the form that it belongs to, which remembers the seed."""
        super().__init__()
        self._dice = dice
        self._is_fresh = False  # shown, but not used yet
        self.number = SpinBox(0, MOST_TYPED)
        self.number.setObjectName(f"{name}.seed")
        self._throw = IconButton(
            theme, "dice", f"{name}.dice", "Throw the dice", "Another seed, by chance"
        )
        self._lock = IconButton(theme, "unlock", f"{name}.lock", "Lock", checkable=True)
        row(wide(self.number), Gap(4), self._throw, self._lock, spacing=4, of=self)
        settings.remember(self._lock, f"{name}/seed_locked")
        self.number.valueChanged.connect(self._on_changed)
        self._throw.clicked.connect(self.throw)
        self._lock.toggled.connect(self._on_locked)
        self._on_locked(self._lock.isChecked())

    @property
    def is_locked(self) -> bool:
        return self._lock.isChecked()

    def shown_as(self, seed: int) -> int:
        """What the field shows of a seed, which may be too large for it."""
        return min(seed, self.number.maximum())

    def throw(self) -> None:
        """Another seed, which the next pictures will use."""
        before = self.number.value()
        while self.number.value() == before:
            self.number.setValue(self._dice.randint(0, MOST_THROWN))

    def take(self) -> int:
        """The seed for the next pictures."""
        if not self.is_locked and not self._is_fresh:
            self.throw()
        return self.take_shown()

    def take_shown(self) -> int:
        """The seed that is shown, whatever the lock says."""
        self._is_fresh = False
        return self.number.value()

    def _on_changed(self) -> None:
        self._is_fresh = True

    def _on_locked(self, is_locked: bool) -> None:
        if is_locked:
            self._lock.set_face("lock", "Unlock the seed", "Locked: the same pictures every time")
        else:
            self._lock.set_face("unlock", "Lock the seed", "Unlocked: a new seed at each Generate")
