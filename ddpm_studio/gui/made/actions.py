"""What can be done with the chosen ones among all that was made."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QActionGroup, QGuiApplication, QImage
from PySide6.QtWidgets import QMenu, QWidget

from ddpm_studio.config.enlargement import Sizing
from ddpm_studio.gallery.copies import copy_files
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.common.drag_out import drag_out, mime_of
from ddpm_studio.gui.common.jobs import COPIES
from ddpm_studio.gui.common.menu import Menu
from ddpm_studio.gui.common.recipe_words import ALL, SEED, USE_WORDS, WITHOUT_SEED
from ddpm_studio.gui.common.size_choice import PAINTED, WORDS, sizing_of
from ddpm_studio.gui.made.copying import copy_to_cache
from ddpm_studio.gui.made.details import MadeDetails
from ddpm_studio.gui.made.entries import MadeEntry
from ddpm_studio.gui.made.files import MadeFiles
from ddpm_studio.gui.made.panel import MadePanel
from ddpm_studio.gui.made.renaming import RenameDialog
from ddpm_studio.gui.session import Session
from ddpm_studio.words import several

MOST_COPIED = 1000  # files that the clipboard takes at once
COPY = "made.copy_enlarged"  # the name of a job
SIZE_KEY = "made/size"
PLAYS_KEY = "made/plays"  # whether films begin by themselves
SIZES = WORDS | {PAINTED: "as they are"}
SIZE_TIP = (
    "For the pictures among them, saved or pasted. Films, pages and what was saved smooth already "
    "stay as they are, and so does everything here."
)


class MadeActions(QObject):
    """Acts on what is chosen on the wall."""

    said = Signal(str, bool)  # what was done, and whether Undo takes it back

    def __init__(
        self, session: Session, files: MadeFiles, panel: MadePanel, details: MadeDetails
    ) -> None:
        super().__init__(panel)
        self._session, self._files = session, files
        self._panel, self._details = panel, details
        self._wanted = ""  # of a recipe that is still being read
        self.image: QImage | None = None  # the whole of the current one, once it is read

    def star(self) -> None:
        self._files.star([entry.name for entry in self._panel.selected])

    def rename(self) -> None:
        """Ask for another name of a single one."""
        project, chosen = self._session.project, self._panel.selected
        if project is not None and len(chosen) == 1:
            file, window = chosen[0].file, self._panel.window()
            dialog = RenameDialog(self._session.theme, project.gallery, file, window)
            dialog.chosen.connect(lambda name: self._files.rename(file, name))
            dialog.open()

    def throw_away(self) -> None:
        self._files.throw_away([entry.file for entry in self._panel.selected])

    def copy(self) -> None:
        """Files for the file manager; of a single picture also its pixels."""
        self._with_files("Copying", self._put)

    def drag(self) -> None:
        """The same into another program, while the mouse is held."""
        wall, current = self._panel.wall, self._panel.current
        seen = None if current is None else self._panel.thumbnail(current.name)

        def begin(paths: Sequence[Path], image: QImage | None) -> None:
            # not within what a job tells: a drag has an event loop of its own
            QTimer.singleShot(0, wall, lambda: drag_out(wall, paths, image, image or seen))

        self._with_files("Copying what is dragged", begin)

    def _with_files(self, title: str, use: Callable[[Sequence[Path], QImage | None], None]) -> None:
        """The chosen ones in the size of copies, which may have to be written first."""
        project, chosen = self._session.project, self._panel.selected[:MOST_COPIED]
        if project is None or not chosen:
            return
        is_picture = len(chosen) == 1 and not chosen[0].is_film
        files, sizing = [entry.file for entry in chosen], self._sizing
        if sizing is None:
            paths = [project.gallery / file.moved_name for file in files]
            use(paths, self.image if is_picture else None)
            return
        job = self._session.jobs.start(
            COPY, lambda: copy_to_cache(project, files, sizing), title=title, replace=True
        )
        job.succeeded.connect(lambda copied: use(copied.paths, copied.image))

    def _put(self, paths: Sequence[Path], image: QImage | None) -> None:
        """Into the clipboard."""
        QGuiApplication.clipboard().setMimeData(mime_of(paths, image))
        self.said.emit(f"{several(len(paths), 'file')} copied{self._size_words}.", False)

    # how large copies are

    @property
    def _size(self) -> str:
        """One of `SIZES`, as it was chosen last."""
        chosen = self._session.settings.get(SIZE_KEY, PAINTED)
        return chosen if chosen in SIZES else PAINTED

    @property
    def _sizing(self) -> Sizing | None:
        """None: as they are."""
        return None if self._size == PAINTED else sizing_of(self._size)

    @property
    def _size_words(self) -> str:
        return "" if self._sizing is None else f", {SIZES[self._size]}"

    def show_folder(self) -> None:
        """That of the current one."""
        project, current = self._session.project, self._panel.current
        if project is not None and current is not None:
            self._session.show_outside((project.gallery / current.name).parent)

    def show_gallery(self) -> None:
        if self._session.project is not None:
            self._session.show_outside(self._session.project.gallery)

    def play(self) -> None:
        """A film, in the system's own program; of one in frames, its folder."""
        project, current = self._session.project, self._panel.current
        if project is not None and current is not None:
            film = project.gallery / current.file.moved_name
            self._session.show_outside(film, "shows films of this kind")

    def use(self, how: str) -> None:
        """Take the recipe of the current one to the Generate page, as soon as it is known."""
        recipe = self._details.recipe
        if recipe is None:
            self._wanted = how
        else:
            self._wanted = ""
            self._session.want_page(names.NAV_GENERATE)
            self._session.recipe_wanted.emit(recipe, how)

    def on_recipe(self) -> None:
        """The recipe of the current one is known now, or it is known that there is none."""
        wanted, self._wanted = self._wanted, ""
        if wanted and self._details.recipe is not None:
            self.use(wanted)

    def forget(self) -> None:
        """Another one is the current one."""
        self._wanted, self.image = "", None

    def choose_place(self, with_recipe: bool) -> None:
        """Save copies of the chosen ones in a folder that a person chooses."""
        project = self._session.project
        if project is None or not self._panel.selected:
            return
        chosen = [entry.file for entry in self._panel.selected]
        gallery, settings, sizing = project.gallery, self._session.settings, self._sizing

        def save(folder: Path) -> None:
            settings.set("made/copies", str(folder))
            if self._session.jobs.get(COPIES) is not None:
                return
            job = self._session.jobs.start(
                COPIES,
                lambda: copy_files(gallery, chosen, folder, with_recipe, sizing),
                title="Saving copies",
            )
            without = self._size_words + ("" if with_recipe else ", without recipes")
            job.succeeded.connect(
                lambda paths: self.said.emit(
                    f"Saved {several(len(paths), 'copy', 'copies')} in {folder}{without}.", False
                )
            )

        choose_folder(self._panel, "Save the copies in", settings.get("made/copies", ""), save)

    def _choose_size(self, key: str, _is_checked: bool = True) -> None:
        self._session.settings.set(SIZE_KEY, key)

    # menus

    def show_save_menu(self, button: QWidget) -> None:
        menu = Menu(self._session.theme, self._panel)
        self._add_saving(menu)
        menu.popup(button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def show_menu(self, where: QPoint) -> None:
        """Over the wall; all that the chosen ones can be used for."""
        chosen = self._panel.selected
        if not chosen:
            return
        menu = Menu(self._session.theme, self._panel)
        large = "Compare the two" if len(chosen) == 2 else "See it large"
        icon = "compare" if len(chosen) == 2 else "zoom-in"
        menu.add(f"{large}\tEnter", icon, self._panel.wall.opened.emit)
        if len(chosen) == 1:
            self._add_single(menu, chosen[0])
        menu.addSeparator()
        all_starred = all(entry.is_starred for entry in chosen)
        star = ("Take the star away\tS", "star-filled") if all_starred else ("Star\tS", "star")
        menu.add(*star, self.star)
        menu.add("Copy\tCtrl+C", "copy", self.copy)
        if len(chosen) == 1:
            menu.add("Rename…\tF2", "rename", self.rename)
        menu.add("Show in folder", "folder-open", self.show_folder)
        self._add_saving(menu)
        menu.addSeparator()
        menu.add("Move to the trash\tDel", "trash", self.throw_away)
        menu.popup(where)

    def _add_single(self, menu: Menu, entry: MadeEntry) -> None:
        if entry.is_film:
            menu.add("Play in another program", "play", self.play)
            by_itself = menu.addAction("Films play by themselves")
            by_itself.setCheckable(True)
            by_itself.setChecked(self._session.settings.get(PLAYS_KEY, True))
            by_itself.triggered.connect(lambda is_on: self._session.settings.set(PLAYS_KEY, is_on))
        menu.addSeparator()
        menu.add(USE_WORDS[ALL], "generate", lambda: self.use(ALL))
        menu.add(USE_WORDS[WITHOUT_SEED], "settings", lambda: self.use(WITHOUT_SEED))
        menu.add(USE_WORDS[SEED], "dice", lambda: self.use(SEED))

    def _add_saving(self, menu: Menu) -> None:
        size = self._size_words
        menu.add(f"Save copies{size}…\tCtrl+S", "export", lambda: self.choose_place(True))
        words = f"Save copies without recipes{size}…"
        menu.add(words, "hidden", lambda: self.choose_place(False))
        menu.addMenu(self._size_menu(menu))

    def _size_menu(self, parent: QMenu) -> QMenu:
        """Those copies that are saved or pasted become so large; what is here stays as it is."""
        menu = QMenu(f"Size of copies: {SIZES[self._size]}", parent)
        menu.setIcon(self._session.theme.icon("zoom-in", 20))
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for key, words in SIZES.items():
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(key == self._size)
            action.setToolTip(SIZE_TIP)
            action.triggered.connect(partial(self._choose_size, key))
            group.addAction(action)
        return menu
