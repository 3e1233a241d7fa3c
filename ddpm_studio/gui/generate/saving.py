"""Saving what is on the stage: finished pictures, and frames on the way, become files."""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.common.floating_notice import FloatingNotice
from ddpm_studio.gui.common.history import History
from ddpm_studio.gui.common.jobs import SAVE, SAVE_REST
from ddpm_studio.gui.common.size_choice import SizeChoice
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.frames.store import FINISHED, X_T
from ddpm_studio.gui.generate import saving_work as work
from ddpm_studio.gui.generate.stage import Seen, Stage
from ddpm_studio.gui.session import Session

if TYPE_CHECKING:
    import numpy as np

    from ddpm_studio.recipe import Recipe

MOST_UNDO = 50
UNDO = "Undo", "undo", "Take back what was saved last (Ctrl+Z)"  # words, icon, tooltip
REDO = "Save again", "redo", "Save once more what was taken back"
NONE_CHOSEN = "Choose pictures first"
NOT_OWN = (
    "This is your own picture on its way into the noise, which is a file already. To keep what the "
    "model makes of it, see “Believed” or “Finished”, or press “Paint on from here”."
)
NOT_YET = "This is not painted to the end yet. “Paint on from here” paints it, and others like it."

Steps = Callable[[], Generator[Any, None, list[Path]]]


@dataclass(frozen=True)
class Writing:
    """What puts pictures into files."""

    steps: Steps  # of a generator that returns the paths that it wrote
    borrows: bool = False  # it needs the device
    keys: tuple[str, ...] = ()  # of the pictures
    note_kept: Callable[[bool], None] = lambda _: None  # they are files now, or no more


@dataclass(frozen=True)
class _Saved:
    writing: Writing  # does it again
    files: tuple[work.Written, ...]


class SavedLine(FloatingNotice):
    """Says what was saved and where, with the way there and the way back."""

    def __init__(self, theme: Theme, over: QWidget) -> None:
        self.undo = Button(theme, "", "generate.undo", "", kind="quiet")
        self.undo.set_face(*UNDO)
        words = "Show in folder", "generate.show_in_folder", "Open the folder that the files are in"
        show = Button(theme, *words, icon="folder-open", kind="quiet")
        names = "generate.saved", "generate.saved.close"
        super().__init__(theme, *names, self.undo, show, over=over)
        self._folder, self.is_undone = Path(), False
        show.clicked.connect(self._on_show)

    def say(self, paths: Sequence[Path], *, is_undone: bool) -> None:
        """These files, all of one folder, are there now; or are not there any more."""
        self._folder, self.is_undone = paths[0].parent, is_undone
        self.undo.set_face(*(REDO if is_undone else UNDO))
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} pictures"
        said = "Took {} out of {} again" if is_undone else "Saved {} in {}"
        self.show_words(said.format(what, self._folder))

    def _on_show(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))


class Saving(QObject):
    """Writes pictures of the stage into files, says on the stage where they are, takes them back.

    What is wanted while files are written waits for its turn, so that no press of a key is lost.
    Attributes: size, which is that of all pictures that are saved from here.
    """

    def __init__(self, session: Session, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._stage, self._window = session, stage, parent
        self._waiting: list[Writing | Callable[[], None]] = []
        self._history = History[_Saved](MOST_UNDO)
        self.size = SizeChoice(session.settings, "generate.size", "generate/size")
        self._files: dict[str, Path] = {}  # by what `_keys` gives
        self._line = SavedLine(session.theme, stage.canvas)
        stage.keep_wanted.connect(self.keep)
        self._line.undo.clicked.connect(self._on_line)
        session.jobs.ended.connect(self._next)
        session.leaving.connect(self._write_rest)

    def forget(self) -> None:
        """Another project: what was saved in the last one stays there."""
        self._waiting.clear()
        self._history.clear()
        self._line.hide()

    # saving

    def save_here(self, *, with_recipe: bool = True) -> None:
        """The finished pictures that are wanted, into the project's gallery.

        with_recipe: whether something in the files says how they were made.
        """
        if self._session.project is not None:
            self.save_into(self._session.project.gallery, with_recipe)

    def choose_folder(self) -> None:
        """Ask for another folder to save into."""
        project = self._session.project
        if project is not None:
            title = "Save the pictures in"
            choose_folder(self._window, title, project.path, self.save_into)

    def save_into(self, folder: Path, with_recipe: bool = True) -> None:
        """The finished pictures that are wanted, into a folder."""
        seen = self._stage.to_save
        if seen is not None:
            self._save(seen, folder, with_recipe)

    def save_finished(self, seen: Seen | None) -> None:
        """`Seen.finished` of some pictures, into the project's gallery."""
        if self._session.project is not None and seen is not None:
            self._save(seen, self._session.project.gallery)

    def say(self, words: str) -> None:
        """Over the pictures, for some seconds."""
        self._line.show_words(words, with_buttons=False)

    def keep(self, seen: Seen | None) -> None:
        """Keep pictures as they are seen: on the way, or finished. None: no one was meant."""
        if seen is None:
            self.say(NONE_CHOSEN)
            return
        if not seen.is_painted:
            self.say(NOT_YET if seen.show == FINISHED else NOT_OWN)
        elif self._session.project is not None:
            self._save(seen, self._session.project.gallery)

    def file_of(self, seen: Seen) -> Path | None:
        """Where the first of these pictures was saved by this window, if it is still there."""
        file = next((self._files[key] for key in _keys(seen) if key in self._files), None)
        return file if file is not None and file.exists() else None

    def _save(self, seen: Seen, folder: Path, with_recipe: bool = True) -> None:
        writing = self.writing_of(seen, folder, with_recipe)
        if writing is not None:
            self._in_turn(writing)

    def writing_of(self, seen: Seen, folder: Path, with_recipe: bool = True) -> Writing | None:
        """What writes these pictures; None for what is a file already."""
        recipe = _recipe_of(seen)
        if recipe is None or not seen.indices or not seen.is_painted:
            return None
        seeds = [seen.trajectory.seeds[index] for index in seen.indices]
        pictures, sizing = _pictures(seen), self.size.sizing

        def write() -> Generator[Any, None, list[Path]]:
            return work.save_pictures(pictures(), seeds, recipe, folder, with_recipe, sizing)

        # what is not in memory is computed again, which needs the device
        return Writing(write, not _is_there(seen), tuple(_keys(seen)), _noting(seen))

    # taking back

    def undo(self) -> None:
        """Take back what was saved last."""
        self._in_turn(self._take_back)

    def redo(self) -> None:
        """Save again what was taken back."""
        self._in_turn(self._write_again)

    def _on_line(self) -> None:
        (self.redo if self._line.is_undone else self.undo)()

    def _write(self, writing: Writing, again: _Saved | None = None) -> None:
        """again: what it was, if it had been taken back."""
        start = self._session.start_borrowing if writing.borrows else self._session.jobs.start
        job = start(SAVE, lambda: work.noted(writing.steps()), title="Saving pictures")

        def on_written(files: list[work.Written]) -> None:
            saved = _Saved(writing, tuple(files))
            if len(files) == len(writing.keys):
                self._files.update(zip(writing.keys, (file.path for file in files), strict=True))
            if again is None:
                self._history.add(saved)
            else:
                self._history.redone(saved)
            writing.note_kept(True)
            self._line.say([file.path for file in files], is_undone=False)

        job.succeeded.connect(on_written)

    def _write_again(self) -> None:
        """What there is to save again shows only now: others may have had their turn before."""
        again = self._history.to_redo
        if again is not None:
            self._write(again.writing, again)

    def _write_rest(self) -> None:
        """The project is left: what still waits for its turn is written by one job after this."""
        rest = [writing for writing in self._waiting if isinstance(writing, Writing)]
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
                saved.writing.note_kept(False)
                self._line.say(paths, is_undone=True)
            else:
                self._history.drop_undo()
                self._line.hide()

        take_back = partial(work.take_back, saved.files)
        job = self._session.jobs.start(SAVE, take_back, title="Taking back")
        job.succeeded.connect(on_gone)

    # one after the other

    def _in_turn(self, action: Writing | Callable[[], None]) -> None:
        self._waiting.append(action)
        if self._session.jobs.get(SAVE) is None:
            self._next()

    def _next(self) -> None:
        if self._session.is_closing:
            self._waiting.clear()
        while self._waiting and self._session.jobs.get(SAVE) is None:
            action = self._waiting.pop(0)
            if isinstance(action, Writing):
                self._history.forget_undone()  # something new is done, so nothing can be done again
                self._write(action)
            else:
                action()


def save_words(wanted: int, is_chosen: bool, letter: str) -> str:
    """On the button. letter: of the run that is saved, while two are compared."""
    if letter:
        return f"Save {wanted} of {letter}" if is_chosen else f"Save {letter}"
    if wanted < 2:
        return "Save"
    return f"Save {wanted}" if is_chosen else "Save all"


def _keys(seen: Seen) -> list[str]:
    """What each picture is known by: the same recipe and the same frame give the same pixels."""
    recipe, seeds = _recipe_of(seen), seen.trajectory.seeds
    if recipe is None:
        return []
    return [dataclasses.replace(recipe, seed=seeds[index]).to_text() for index in seen.indices]


def _recipe_of(seen: Seen) -> Recipe | None:
    """Of the first picture of its run, as it is seen."""
    recipe, moment = seen.trajectory.recipe, seen.trajectory.moments[seen.position]
    if recipe is None or moment.t < 0:
        return recipe
    if seen.show == FINISHED and recipe.start is not None:  # as if it were painted on from there
        return dataclasses.replace(recipe, start=recipe.start | {"index": moment.index})
    return dataclasses.replace(recipe, frame=moment.index, show=seen.show)


def _noting(seen: Seen) -> Callable[[bool], None]:
    """Marks the pictures as kept, or not, while their run is there."""
    run, position, show, indices = (
        weakref.ref(seen.trajectory),
        seen.position,
        seen.show,
        seen.indices,
    )

    def note(is_kept: bool) -> None:
        trajectory = run()
        if trajectory is not None:
            trajectory.note_kept(position, show, indices, is_kept=is_kept)

    return note


def _is_there(seen: Seen) -> bool:
    """Whether all the pictures are in memory as they are."""
    return all(seen.trajectory.is_exact(seen.position, index) for index in seen.indices)


def _pictures(seen: Seen) -> Callable[[], list[np.ndarray]]:
    """Gives the pictures, uint8 (H, W, C) each, in a thread of its own.

    It holds copies, so that what can be undone does not keep whole denoisings in memory.
    """
    trajectory, position, indices = seen.trajectory, seen.position, seen.indices
    show = X_T if trajectory.moments[position].t < 0 else seen.show
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
