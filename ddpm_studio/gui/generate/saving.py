"""Saving what is on the stage: finished pictures, and frames on the way, become files."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.common.history import History
from ddpm_studio.gui.common.jobs import SAVE, SAVE_REST
from ddpm_studio.gui.frames.store import X_T
from ddpm_studio.gui.generate import saving_work as work
from ddpm_studio.gui.generate.stage import Seen, Stage
from ddpm_studio.gui.session import Session

if TYPE_CHECKING:
    import numpy as np

MOST_UNDO = 50

NOT_OWN = (
    "This is your own picture on its way into the noise. To make a work of it, press "
    "“Paint on from here” first."
)

Steps = Callable[[], Generator[Any, None, list[Path]]]


@dataclass(frozen=True)
class _Writing:
    steps: Steps  # of a generator that returns the paths that it wrote
    borrows: bool = False  # it needs the device


@dataclass(frozen=True)
class _Saved:
    writing: _Writing  # does it again
    files: tuple[work.Written, ...]


class Saving(QObject):
    """Writes pictures of the stage into files, says on the stage where they are, takes them back.

    What is wanted while files are written waits for its turn, so that no press of a key is lost.
    """

    def __init__(self, session: Session, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._stage, self._window = session, stage, parent
        self._waiting: list[_Writing | Callable[[], None]] = []
        self._history = History[_Saved](MOST_UNDO)
        stage.keep_wanted.connect(self.keep)
        stage.saved.undo_wanted.connect(self.undo)
        stage.saved.redo_wanted.connect(self.redo)
        session.jobs.ended.connect(self._next)
        session.leaving.connect(self._write_rest)

    def forget(self) -> None:
        """Another project: what was saved in the last one stays there."""
        self._waiting.clear()
        self._history.clear()
        self._stage.saved.hide()

    # saving

    def save_here(self) -> None:
        """The finished pictures that are wanted, into the project's gallery."""
        if self._session.project is not None:
            self.save_into(self._session.project.gallery)

    def save_without_recipe(self) -> None:
        """The same, and nothing in the files says how they were made."""
        if self._session.project is not None:
            self.save_into(self._session.project.gallery, with_recipe=False)

    def choose_folder(self) -> None:
        """Ask for another folder to save into."""
        project = self._session.project
        if project is not None:
            title = "Save the pictures in"
            choose_folder(self._window, title, project.path, self.save_into)

    def save_into(self, folder: Path, with_recipe: bool = True) -> None:
        """The finished pictures that are wanted, into a folder."""
        trajectory = self._stage.trajectory
        if trajectory is not None and trajectory.is_complete:
            last = len(trajectory) - 1
            self._save(Seen(trajectory, last, X_T, self._stage.wanted), folder, with_recipe)

    def keep(self, seen: Seen) -> None:
        """Make works of pictures as they are seen: on the way, or finished."""
        if seen.trajectory.is_forward:
            self._session.notice(NOT_OWN)
        elif self._session.project is not None:
            self._save(seen, self._session.project.gallery)

    def _save(self, seen: Seen, folder: Path, with_recipe: bool = True) -> None:
        trajectory, recipe = seen.trajectory, seen.trajectory.recipe
        if recipe is None or not seen.indices or trajectory.is_forward:
            return
        moment = trajectory.moments[seen.position]
        frame, show = (None, X_T) if moment.t < 0 else (moment.index, seen.show)
        seeds = [trajectory.seeds[index] for index in seen.indices]
        pictures = _pictures(seen, show)

        def write() -> Generator[Any, None, list[Path]]:
            to = recipe, folder, frame, show, with_recipe
            return work.save_pictures(pictures(), seeds, *to)

        # what is not in memory is computed again, which needs the device
        self._in_turn(_Writing(write, borrows=not _is_there(seen)))

    # taking back

    def undo(self) -> None:
        """Take back what was saved last."""
        self._in_turn(self._take_back)

    def redo(self) -> None:
        """Save again what was taken back."""
        self._in_turn(self._write_again)

    def _write(self, writing: _Writing, again: _Saved | None = None) -> None:
        """again: what it was, if it had been taken back."""
        start = self._session.start_borrowing if writing.borrows else self._session.jobs.start
        job = start(SAVE, lambda: work.noted(writing.steps()), title="Saving pictures")

        def on_written(files: list[work.Written]) -> None:
            saved = _Saved(writing, tuple(files))
            if again is None:
                self._history.add(saved)
            else:
                self._history.redone(saved)
            self._stage.saved.show_saved([file.path for file in files])

        job.succeeded.connect(on_written)

    def _write_again(self) -> None:
        """What there is to save again shows only now: others may have had their turn before."""
        again = self._history.to_redo
        if again is not None:
            self._write(again.writing, again)

    def _write_rest(self) -> None:
        """The project is left: what still waits for its turn is written by one job after this."""
        rest = [writing for writing in self._waiting if isinstance(writing, _Writing)]
        self._waiting.clear()
        if rest:

            def write() -> Iterator[Any]:
                for writing in rest:
                    yield from writing.steps()

            running = self._session.jobs.get(SAVE)
            self._session.device.start_borrowing(
                SAVE_REST, write, title="Saving pictures", after=running
            )

    def _take_back(self) -> None:
        saved = self._history.to_undo
        if saved is None:
            return

        def on_gone(paths: list[Path]) -> None:
            if paths:
                self._history.undone()
                self._stage.saved.show_undone(paths)
            else:
                self._history.drop_undo()
                self._stage.saved.hide()

        take_back = partial(work.take_back, saved.files)
        job = self._session.jobs.start(SAVE, take_back, title="Taking back")
        job.succeeded.connect(on_gone)

    # one after the other

    def _in_turn(self, action: _Writing | Callable[[], None]) -> None:
        self._waiting.append(action)
        if self._session.jobs.get(SAVE) is None:
            self._next()

    def _next(self) -> None:
        if self._session.is_closing:
            self._waiting.clear()
        while self._waiting and self._session.jobs.get(SAVE) is None:
            action = self._waiting.pop(0)
            if isinstance(action, _Writing):
                self._history.forget_undone()  # something new is done, so nothing can be done again
                self._write(action)
            else:
                action()


def _is_there(seen: Seen) -> bool:
    """Whether all the pictures are in memory as they are."""
    return all(seen.trajectory.is_exact(seen.position, index) for index in seen.indices)


def _pictures(seen: Seen, show: str) -> Callable[[], list[np.ndarray]]:
    """Gives the pictures, uint8 (H, W, C) each, in a thread of its own.

    It holds copies, so that what can be undone does not keep whole denoisings in memory.
    """
    trajectory, position, indices = seen.trajectory, seen.position, seen.indices
    if _is_there(seen):
        there = [trajectory.pixels_to_draw(position, index, show)[0].copy() for index in indices]
        return lambda: there
    frames, computed = [trajectory.frames(show)], list["np.ndarray"]()  # computes what is not kept

    def compute() -> list[np.ndarray]:
        if frames:
            computed.extend(frames[0][position][index].copy() for index in indices)
            frames.clear()
        return computed

    return compute
