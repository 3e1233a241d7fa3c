"""What the artist chose of pictures and set for them: every step of it can be taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ddpm_studio.choices import FILE_NAME, Choices, write_choices
from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.gui.common.history import History
from ddpm_studio.gui.session import Session
from ddpm_studio.project import FILE_NAME as SETTINGS_NAME

MOST_UNDO = 200
MakeConfig = Callable[[StudioConfig], StudioConfig]


@dataclass(frozen=True)
class _Step:
    """Of choices, or of settings."""

    words: str
    before: Choices | StudioConfig
    after: Choices | StudioConfig


class ChoiceHistory(QObject):
    """Says when the choices are others; raises nothing: what cannot be is `failed`.

    They are others at once. If the disk does not take them, they are as they were before.
    Settings of the project are steps between them; what they are is the session's affair.
    """

    changed = Signal()  # the choices
    stepped = Signal()  # something else can be undone or redone
    failed = Signal(Exception)

    def __init__(self, parent: QObject, session: Session) -> None:
        super().__init__(parent)
        self._session, self._writes = session, session.small_writes
        self._folder: Path | None = None
        self.choices = Choices()
        self._steps = History[_Step](MOST_UNDO)
        self._saved = self.choices, self._steps.copy()  # as the disk has them
        self._unsaved: list[_Step] = []  # of settings
        self._writes.saved.connect(self._on_saved)
        self._writes.failed.connect(self._on_not_saved)

    def open(self, folder: Path | None, read: Choices | StudioError) -> None:
        """Those of another project, as they were read, or why they cannot be; None: of none."""
        self._folder, self.choices = folder, Choices()
        self._steps = History(MOST_UNDO)
        self._unsaved.clear()
        if folder is not None and isinstance(read, Choices):
            self.choices = read
        elif folder is not None and isinstance(read, StudioError):
            self.failed.emit(read)
        self._saved = self.choices, self._steps.copy()
        waiting = None if folder is None else self._writes.waiting(folder / FILE_NAME)
        if isinstance(waiting, tuple):  # of when it was open before
            self.choices = waiting[0]
        self.stepped.emit()

    @property
    def undo_words(self) -> str:
        """What would be undone; "" if nothing can be."""
        return self._steps.to_undo.words if self._steps.to_undo else ""

    @property
    def redo_words(self) -> str:
        return self._steps.to_redo.words if self._steps.to_redo else ""

    def change(self, names: Sequence[str], words: str, **values: Any) -> None:
        """Choose for some files: `change(names, "Leave out 3", state="out")`."""
        self._choose(self.choices.changed(list(names), **values), words)

    def turn(self, names: Sequence[str], degrees: int, words: str) -> None:
        """Turn some files by so much more, clockwise."""
        self._choose(self.choices.turned(list(names), degrees), words)

    def _choose(self, after: Choices, words: str) -> None:
        if after != self.choices:
            step = _Step(words, self.choices, after)
            self._save(after, lambda: self._steps.add(step))

    def set(self, make: MakeConfig, words: str) -> bool:
        """Other settings; False if they cannot be, which the banner says."""
        before = self._session.project.config if self._session.project is not None else None
        if not self._session.change(make):
            return False
        project = self._session.project
        if project is not None and before is not None and project.config != before:
            step = _Step(words, before, project.config)
            self._steps.add(step)
            self._unsaved.append(step)
            self.stepped.emit()
        return True

    def undo(self) -> None:
        step = self._steps.to_undo
        if step is not None:
            self._go(step.after, step.before, self._steps.undone)

    def redo(self) -> None:
        step = self._steps.to_redo
        if step is not None:
            self._go(step.before, step.after, self._steps.redone)

    def _go(
        self, start: Choices | StudioConfig, end: Choices | StudioConfig, move: Callable[[], None]
    ) -> None:
        if isinstance(end, Choices):
            self._save(end, move)
        elif isinstance(start, StudioConfig):
            begin, wanted = start, end
            if self._session.change(lambda config: _carried(config, begin, wanted)):
                move()
                self.stepped.emit()

    def _save(self, choices: Choices, move: Callable[[], None]) -> None:
        """move: what that means for the steps."""
        folder = self._folder
        assert folder is not None
        try:
            self._session.check_writable()
        except StudioError as error:
            self.failed.emit(error)
            return
        move()
        self.choices = choices
        saved = choices, self._steps.copy()
        self._writes.write(folder / FILE_NAME, saved, lambda: write_choices(folder, choices))
        self.changed.emit()
        self.stepped.emit()

    def _is_mine(self, path: Path) -> bool:
        return self._folder is not None and path == self._folder / FILE_NAME

    def _on_saved(self, path: Path, saved: Any) -> None:
        if self._is_mine(path):
            self._saved = saved
        elif self._are_my_settings(path):
            self._unsaved.clear()

    def _on_not_saved(self, path: Path, _error: Exception) -> None:
        if self._is_mine(path):
            self.choices, steps = self._saved
            self._steps = steps.copy()
            self.changed.emit()
            self.stepped.emit()
        elif self._are_my_settings(path):  # they are as they were
            self._steps.forget(self._unsaved)
            self._unsaved.clear()
            self.stepped.emit()

    def _are_my_settings(self, path: Path) -> bool:
        return self._folder is not None and path == self._folder / SETTINGS_NAME


def _carried(config: StudioConfig, start: StudioConfig, end: StudioConfig) -> StudioConfig:
    """The settings with all that differs between start and end; whatever else was set stays."""
    sections = {}
    for section in fields(config):
        mine, old, new = (getattr(one, section.name) for one in (config, start, end))
        others = {
            one.name: getattr(new, one.name)
            for one in fields(new)
            if getattr(old, one.name, None) != getattr(new, one.name)
        }
        sections[section.name] = replace(mine, **others)
    return replace(config, **sections)
