"""What is looked at: the one that is chosen, beside the wall or large, and a film that plays."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, QTimer
from PySide6.QtGui import QImage

from ddpm_studio.gui.common.images import image_on
from ddpm_studio.gui.common.motion import is_motion_welcome
from ddpm_studio.gui.common.settings import Settings
from ddpm_studio.gui.made import work
from ddpm_studio.gui.made.actions import PLAYS_KEY, MadeActions
from ddpm_studio.gui.made.details import MadeDetails
from ddpm_studio.gui.made.entries import MadeEntry
from ddpm_studio.gui.made.files import MadeFiles
from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.panel import MadePanel
from ddpm_studio.gui.made.tiles import MadeTiles
from ddpm_studio.gui.made.viewer import MadeViewer

LOOK_MS = 80  # on a picture, before its file is read


def do_films_play(settings: Settings) -> bool:
    """Whether films begin by themselves: unless the system or a person wants it otherwise."""
    return is_motion_welcome() and settings.get(PLAYS_KEY, True)


class MadeLooking(QObject):
    """Shows it, first as its thumbnail; two that are chosen stand side by side when seen large."""

    def __init__(
        self,
        files: MadeFiles,
        tiles: MadeTiles,
        panel: MadePanel,
        details: MadeDetails,
        viewer: MadeViewer,
        actions: MadeActions,
        player: FilmPlayer,
        settings: Settings,
    ) -> None:
        super().__init__(panel)
        self._files, self._tiles, self._panel = files, tiles, panel
        self._details, self._viewer, self._actions = details, viewer, actions
        self._player, self._settings = player, settings
        self._shown = ""  # the name of the one that details and viewer show
        self._pair: list[str] = []  # names of those that the viewer shows
        self._seen = set[str]()  # of them, those of which more is shown than a thumbnail
        self.soon = QTimer(self, singleShot=True, interval=LOOK_MS)
        self.soon.timeout.connect(self._look)
        tiles.large_seen.connect(self._on_large)
        player.shown.connect(self._on_frame)
        viewer.appeared.connect(self._on_viewer)

    def forget(self) -> None:
        """Another project is shown."""
        self.soon.stop()
        self._player.open(None)

    def on_tiles(self) -> None:
        """Some thumbnails have come."""
        if self._shown:
            self._show_thumbnails()

    def on_chosen(self) -> None:
        """Others are chosen, or something of them is another now."""
        panel, current = self._panel, self._panel.current
        selected = panel.selected
        one = selected[0] if len(selected) == 1 else None
        name = current.name if current is not None and selected else ""
        pair = [entry.name for entry in selected] if len(selected) == 2 else [name]
        has_recipe = one is not None and name == self._shown and self._details.recipe is not None
        if has_recipe:
            self._details.show_star(one is not None and one.is_starred)
        else:
            self._details.show_entries(selected, current)
        is_other = (name, pair) != (self._shown, self._pair)
        if is_other:
            self._shown, self._pair = name, pair
            self._actions.forget()
            self._player.open(None)
            self._tiles.read_recipe(None)
            self._seen.clear()
            self._show_thumbnails()
        if current is not None and name:
            self._show_titles(current, selected)
            if is_other or not has_recipe or self._actions.image is None:
                self.soon.start()

    def on_titled(self) -> None:
        """Some say now what they are called."""
        current, selected = self._panel.current, self._panel.selected
        if current is not None and current.name == self._shown:
            self._show_titles(current, selected)
            if len(selected) == 1:
                self._details.show_names(current)

    def is_about(self, told: work.Told) -> bool:
        return told.name == self._shown

    # private

    def _show_titles(self, current: MadeEntry, selected: list[MadeEntry]) -> None:
        panel, is_pair = self._panel, len(self._pair) == 2
        shown = selected if is_pair else [current]
        titles = [("★  " if one.is_starred else "") + one.title for one in shown]
        words = "  and  ".join(titles) if is_pair else f"{titles[0]}  ·  {panel.place_words()}"
        before, after = panel.neighbour(-1) is not None, panel.neighbour(1) is not None
        self._viewer.show_titles(titles, words, before, after)

    def _show_thumbnails(self) -> None:
        """Of those whose file is not read yet: no other picture stands under its name."""
        known = self._panel.current, *self._panel.selected
        entries = {entry.name: entry for entry in known if entry is not None}
        for name in dict.fromkeys((self._shown, *self._pair)):
            if name in self._seen:
                continue
            entry, thumbnails = entries.get(name), self._files.thumbnails
            image = self._panel.thumbnail(name) if entry is not None else None
            record = thumbnails.record(entry.file) if thumbnails and entry is not None else None
            size = QSize(record.width, record.height) if record and record.is_read else None
            is_whole = image is not None and size is not None and _is_like(image.size(), size)
            self._show(name, image if is_whole else None, size)

    def _show(self, name: str, image: QImage | None, size: QSize | None) -> None:
        """One picture, wherever it is seen."""
        if name == self._shown:
            self._details.show_image(image, size)
        if name in self._pair:
            self._viewer.show_image(image, size, self._pair.index(name))

    def _look(self) -> None:
        current, selected = self._panel.current, self._panel.selected
        if current is None:
            return
        self._tiles.look_large(current.file)
        if len(self._pair) == 2:
            other = next(one for one in selected if one.name != current.name)
            self._tiles.look_beside(other.file)
        is_one = len(selected) == 1
        self._tiles.read_recipe(current.file if is_one else None)
        if is_one and current.is_film and self._panel.window().isVisible():
            self._player.open(current.file, do_films_play(self._settings))

    def _on_large(self, large: work.Large | None) -> None:
        if large is None:
            self._files.refresh()  # it is gone, or another one now
            return
        image = image_on(large.pixels, premultiplied=True).copy()
        size = QSize(large.width, large.height)
        if large.name == self._shown:
            self._actions.image = image
        if large.name != self._shown or self._player.position < 0:
            self._show(large.name, image, size)
        if large.name in (self._shown, *self._pair):
            self._seen.add(large.name)

    def _on_frame(self, image: QImage, size: QSize) -> None:
        self._seen.add(self._shown)
        self._show(self._shown, image, size)

    def _on_viewer(self, is_there: bool) -> None:
        """What is large is not seen once more at its side."""
        self._details.show_picture(not is_there)


def _is_like(small: QSize, large: QSize) -> bool:
    """Whether a thumbnail shows all of a picture, not only its middle."""
    return abs(small.width() * large.height() - small.height() * large.width()) <= max(
        large.width(), large.height()
    )
