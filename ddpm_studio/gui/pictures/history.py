"""The artist's choices of a project: saved at once, and every one can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.choices import Choices, read_choices, write_choices
from ddpm_studio.errors import StudioError

MOST_UNDO = 200


@dataclass(frozen=True)
class _Step:
    before: Choices
    after: Choices
    words: str


class ChoiceHistory(QObject):
    """Says when the choices are others; raises nothing: what cannot be saved is `failed`."""

    changed = Signal()
    failed = Signal(Exception)

    def __init__(self, parent: QObject, check_writable: Callable[[], None]) -> None:
        """check_writable: raises a StudioError while nothing may be changed."""
        super().__init__(parent)
        self._check_writable = check_writable
        self._folder: Path | None = None
        self.choices = Choices()
        self._done: list[_Step] = []
        self._undone: list[_Step] = []

    def open(self, folder: Path | None) -> None:
        """Those of another project; None: of none."""
        self._folder, self.choices = folder, Choices()
        self._done.clear()
        self._undone.clear()
        if folder is not None:
            try:
                self.choices = read_choices(folder)
            except StudioError as error:
                self.failed.emit(error)

    @property
    def undo_words(self) -> str:
        """What would be undone; "" if nothing can be."""
        return self._done[-1].words if self._done else ""

    @property
    def redo_words(self) -> str:
        return self._undone[-1].words if self._undone else ""

    def change(self, names: Sequence[str], words: str, **values: Any) -> None:
        """Choose for some files: `change(names, "Leave out 3", state="out")`."""
        after = self.choices.changed(list(names), **values)
        if after != self.choices:
            step = _Step(self.choices, after, words)
            if self._save(after):
                self._done = [*self._done, step][-MOST_UNDO:]
                self._undone.clear()
                self.changed.emit()

    def undo(self) -> None:
        self._move(self._done, self._undone, back=True)

    def redo(self) -> None:
        self._move(self._undone, self._done, back=False)

    def _move(self, source: list[_Step], target: list[_Step], *, back: bool) -> None:
        if source and self._save(source[-1].before if back else source[-1].after):
            target.append(source.pop())
            self.changed.emit()

    def _save(self, choices: Choices) -> bool:
        assert self._folder is not None
        try:
            self._check_writable()
            write_choices(self._folder, choices)
        except StudioError as error:
            self.failed.emit(error)
            return False
        self.choices = choices
        return True
