"""What a person did and may take back: the one list behind every undo of the window."""

from __future__ import annotations

from collections.abc import Collection
from typing import Generic, TypeVar

T = TypeVar("T")


class History(Generic[T]):
    """Deeds in order. A deed moves only once it is really taken back, or really done again.

    Qt's own QUndoStack moves a command before it is known whether the disk took it; here that is
    often known only when a job has ended.
    """

    def __init__(self, most: int) -> None:
        """most: so many deeds are kept; older ones stay done."""
        self._most = most
        self._done: list[T] = []
        self._undone: list[T] = []

    @property
    def to_undo(self) -> T | None:
        """What would be taken back next."""
        return self._done[-1] if self._done else None

    @property
    def to_redo(self) -> T | None:
        """What would be done again next."""
        return self._undone[-1] if self._undone else None

    def add(self, deed: T) -> None:
        """Something new was done: what had been taken back is forgotten."""
        self._undone.clear()
        self._done = [*self._done, deed][-self._most :]

    def undone(self) -> None:
        """What was to be undone has been taken back."""
        self._undone.append(self._done.pop())

    def redone(self, deed: T | None = None) -> None:
        """What was to be redone is done again. deed: as what, if not as before."""
        before = self._undone.pop()
        self._done.append(before if deed is None else deed)

    def drop_undo(self) -> None:
        """What was to be undone is gone by itself."""
        self._done.pop()

    def forget_undone(self) -> None:
        """A new deed begins: nothing can be done again any more."""
        self._undone.clear()

    def forget(self, deeds: Collection[T]) -> None:
        """These were not done after all."""
        self._done = [deed for deed in self._done if deed not in deeds]

    def copy(self) -> History[T]:
        """What is added to the one is not added to the other."""
        copy = History[T](self._most)
        copy._done, copy._undone = list(self._done), list(self._undone)
        return copy

    def clear(self) -> None:
        self._done.clear()
        self._undone.clear()
