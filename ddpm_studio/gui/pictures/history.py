"""The artist's choices of a project: saved soon, and every one can be taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.choices import FILE_NAME, Choices, write_choices
from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.history import History
from ddpm_studio.gui.common.small_writes import SmallWrites

MOST_UNDO = 200


@dataclass(frozen=True)
class _Step:
    before: Choices
    after: Choices
    words: str


class ChoiceHistory(QObject):
    """Says when the choices are others; raises nothing: what cannot be is `failed`.

    They are others at once. If the disk does not take them, they are as they were before.
    """

    changed = Signal()
    failed = Signal(Exception)

    def __init__(
        self, parent: QObject, writes: SmallWrites, check_writable: Callable[[], None]
    ) -> None:
        """check_writable: raises a StudioError while nothing may be changed."""
        super().__init__(parent)
        self._writes, self._check_writable = writes, check_writable
        self._folder: Path | None = None
        self.choices = Choices()
        self._steps = History[_Step](MOST_UNDO)
        self._saved = self.choices, self._steps.copy()  # as the disk has them
        writes.saved.connect(self._on_saved)
        writes.failed.connect(self._on_not_saved)

    def open(self, folder: Path | None, read: Choices | StudioError) -> None:
        """Those of another project, as they were read, or why they cannot be; None: of none."""
        self._folder, self.choices = folder, Choices()
        self._steps = History(MOST_UNDO)
        if folder is not None and isinstance(read, Choices):
            self.choices = read
        elif folder is not None and isinstance(read, StudioError):
            self.failed.emit(read)
        self._saved = self.choices, self._steps.copy()
        waiting = None if folder is None else self._writes.waiting(folder / FILE_NAME)
        if isinstance(waiting, tuple):  # of when it was open before
            self.choices = waiting[0]

    @property
    def undo_words(self) -> str:
        """What would be undone; "" if nothing can be."""
        return self._steps.to_undo.words if self._steps.to_undo else ""

    @property
    def redo_words(self) -> str:
        return self._steps.to_redo.words if self._steps.to_redo else ""

    def change(self, names: Sequence[str], words: str, **values: Any) -> None:
        """Choose for some files: `change(names, "Leave out 3", state="out")`."""
        after = self.choices.changed(list(names), **values)
        if after != self.choices:
            step = _Step(self.choices, after, words)
            self._save(after, lambda: self._steps.add(step))

    def undo(self) -> None:
        if self._steps.to_undo is not None:
            self._save(self._steps.to_undo.before, self._steps.undone)

    def redo(self) -> None:
        if self._steps.to_redo is not None:
            self._save(self._steps.to_redo.after, self._steps.redone)

    def _save(self, choices: Choices, move: Callable[[], None]) -> None:
        """move: what that means for the steps."""
        folder = self._folder
        assert folder is not None
        try:
            self._check_writable()
        except StudioError as error:
            self.failed.emit(error)
            return
        move()
        self.choices = choices
        saved = choices, self._steps.copy()
        self._writes.write(folder / FILE_NAME, saved, lambda: write_choices(folder, choices))
        self.changed.emit()

    def _is_mine(self, path: Path) -> bool:
        return self._folder is not None and path == self._folder / FILE_NAME

    def _on_saved(self, path: Path, saved: tuple[Choices, History[_Step]]) -> None:
        if self._is_mine(path):
            self._saved = saved

    def _on_not_saved(self, path: Path, _error: Exception) -> None:
        if self._is_mine(path):
            self.choices, steps = self._saved
            self._steps = steps.copy()
            self.changed.emit()
