"""The artist's choices on the wall: what Del, the buttons, the menu and the crop editor do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from ddpm_studio.config import PicturesConfig
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.common.theme import Theme
from ddpm_studio.gui.pictures.actions import FRAME_SECONDS, WEIGHTS
from ddpm_studio.gui.pictures.entries import OFFERED, VIDEO, WallEntry
from ddpm_studio.gui.pictures.history import ChoiceHistory
from ddpm_studio.gui.pictures.panel import PicturesPanel
from ddpm_studio.gui.pictures.work import Original

if TYPE_CHECKING:
    from ddpm_studio.choices import Crop
    from ddpm_studio.gui.pictures.crop_editor import CropEditor

EVERY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # between two frames of a video


class PictureChoosing(QObject):
    """Turns what is wanted of pictures on the wall into steps of the history."""

    crop_wanted = Signal(object)  # WallEntry: its file is needed for the crop editor
    folder_wanted = Signal(str)  # name: to be shown in its folder

    def __init__(
        self, theme: Theme, wall: PicturesPanel, history: ChoiceHistory, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme, self._wall, self._history, self._window = theme, wall, history, parent
        self._editor: CropEditor | None = None  # while it is open
        self._cropped = ""  # whose crop is edited there
        wall.wall.toggled.connect(self.toggle)
        wall.viewer.toggled.connect(self.toggle)
        wall.viewer.turn_wanted.connect(self.turn)
        wall.wall.opened.connect(self.want_crop)
        wall.menu_wanted.connect(self._show_menu)
        actions = wall.choosing
        actions.toggle.clicked.connect(self.toggle)
        actions.weight_wanted.connect(self.set_weight)
        actions.crop.clicked.connect(self.want_crop)
        actions.turn_left.clicked.connect(self.turn_left)
        actions.turn_right.clicked.connect(self.turn_right)
        actions.undo.clicked.connect(history.undo)
        actions.redo.clicked.connect(history.redo)
        history.stepped.connect(self._on_stepped)

    def toggle(self) -> None:
        """Leave out what is selected; if all of it is out already, take it back."""
        offered = [entry for entry in self._wall.selected if entry.can_be_taken]
        entries = [entry for entry in offered if entry.kind != VIDEO]
        videos = [entry.name for entry in offered if entry.kind == VIDEO]
        taken = _names(entry for entry in entries if entry.is_taken)
        if taken:
            self._history.change(taken, f"Leave out {_words(taken)}", state="out")
        elif entries:
            self._take(entries)
        elif videos:
            self._take_frames(videos)

    def take(self, name: str) -> None:
        """Take one file that was left out, from the list of them."""
        entry = self._wall.entry_named(name)
        if entry is not None and entry.kind == VIDEO:
            self._take_frames([name])
        elif entry is not None and entry.kind in OFFERED:
            self._take([entry])

    def set_weight(self, weight: float) -> None:
        taken = _names(entry for entry in self._wall.selected if entry.is_taken)
        if taken:
            words = f"{_words(taken)}: {dict(WEIGHTS)[weight].lower()}"
            self._history.change(taken, words, weight=weight)

    def turn_left(self) -> None:
        self.turn(-90)

    def turn_right(self) -> None:
        self.turn(90)

    def turn(self, degrees: int) -> None:
        """What is selected, clockwise by 90 or -90; frames of a video stay as they are."""
        found = _names(entry for entry in self._wall.selected if entry.has_file)
        if found:
            where = "right" if degrees > 0 else "left"
            self._history.turn(found, degrees, f"Turn {_words(found)} to the {where}")

    def edit_crop(self, entry: WallEntry, original: Original, config: PicturesConfig) -> None:
        """Open the crop editor on a picture whose file was read.

        config: with the channels that the network sees.
        """
        from ddpm_studio.gui.pictures.crop_editor import CropEditor

        focus = entry.facts.focus if entry.facts is not None else (0.5, 0.5)
        crops = self._history.choices.of(entry.name).crops
        shown, self._cropped = (entry.name, original, crops), entry.name
        editor = self._editor
        if editor is None:
            editor = CropEditor(self._theme, *shown, config, self._window, focus=focus)
            editor.chosen.connect(self._on_crops)
            editor.step_wanted.connect(self._on_step)
            editor.finished.connect(self._on_editor_closed)
            self._editor = editor
            editor.open()
        before, after = (self._wall.file_beside(by) is not None for by in (-1, 1))
        editor.show_picture(*shown, focus, (before, after))

    def _on_crops(self, crops: tuple[Crop, ...]) -> None:
        name = self._cropped
        self._history.change([name], f"Crop {_words([name])}", crops=crops)

    def _on_step(self, by: int) -> None:
        """From the crop of one picture to that of its neighbour on the wall."""
        place = self._wall.file_beside(by)
        if place is not None:
            self._wall.wall.setCurrentIndex(self._wall.wall.wall_model.index(place))
            self.want_crop()

    def _on_editor_closed(self) -> None:
        self._editor = None

    def _take(self, entries: Sequence[WallEntry]) -> None:
        """Back in; what was left out by hand only needs that word taken back."""
        chosen = [entry.name for entry in entries if entry.kind == "chosen"]
        others = [entry.name for entry in entries if entry.kind != "chosen"]
        if others:
            self._history.change([*others, *chosen], f"Take {_words(others)}", state="in")
        else:
            self._history.change(chosen, f"Take back {_words(chosen)}", state="auto")

    def _take_frames(self, videos: Sequence[str], seconds: float = FRAME_SECONDS) -> None:
        words = f"Take a frame of {_words(videos)} every {seconds:g} s"
        self._history.change(videos, words, seconds=seconds)

    def want_crop(self) -> None:
        """Of the current picture, if it has a file of its own."""
        entry = self._wall.current
        if entry is not None and entry.has_file:
            self.crop_wanted.emit(entry)

    def _on_stepped(self) -> None:
        self._wall.choosing.show_undo(self._history.undo_words, self._history.redo_words)

    def _show_menu(self, place: QPoint) -> None:
        entries, entry = self._wall.selected, self._wall.current
        if not entries or entry is None:
            return
        menu = Menu(self._theme, self._window)
        is_taken = any(one.is_taken for one in entries)
        face = ("Leave out", "hidden") if is_taken else ("Take", "visible")
        menu.add(*face, self.toggle).setEnabled(any(one.can_be_taken for one in entries))
        video = entry.video or (entry.name if entry.kind == VIDEO else "")
        if video:
            frames = menu.addMenu("A picture every")
            for seconds in EVERY_SECONDS:
                action = frames.addAction(f"{seconds:g} s")
                action.triggered.connect(lambda _=False, s=seconds: self._take_frames([video], s))
        if entry.video:
            words = f"Leave out {_words([video])}"
            leave_out = partial(self._history.change, [video], words, seconds=0.0)
            menu.add("Leave out the whole video", "film", leave_out)
        elif len(entries) == 1 and entry.facts is not None:
            menu.add("See it large", "zoom-in", self._wall.look_large)
            menu.add("Crop…", "crop", self.want_crop)
        if any(one.has_file for one in entries):
            menu.add("Turn left", "turn-left", self.turn_left)
            menu.add("Turn right", "turn-right", self.turn_right)
        if is_taken:
            often = menu.addMenu("How often it is seen")
            for weight, label in WEIGHTS:
                action = often.addAction(label)
                action.triggered.connect(lambda _=False, w=weight: self.set_weight(w))
        menu.addSeparator()
        menu.add("Show in folder", "folder-open", partial(self.folder_wanted.emit, entry.name))
        menu.popup(place)


def _names(entries: Iterable[WallEntry]) -> list[str]:
    """Each file once, however many parts of it there are."""
    return list(dict.fromkeys(entry.name for entry in entries))


def _words(found: Sequence[str]) -> str:
    """ "rose.png" or "12 pictures"."""
    return PurePath(found[0]).name if len(found) == 1 else f"{len(found):,} pictures"
