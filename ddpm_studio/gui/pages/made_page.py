"""Made: the wall of all pictures and films of this project, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from ddpm_studio.events import FileWritten
from ddpm_studio.gui.batch.batch import batching_of
from ddpm_studio.gui.batch.batches import MadeBatches
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button, IconButton
from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.folder_watcher import FolderWatcher
from ddpm_studio.gui.common.jobs import Job
from ddpm_studio.gui.common.layout import column, holder, row, wide
from ddpm_studio.gui.common.notice_line import UndoNotice
from ddpm_studio.gui.common.recipe_words import ALL, WITHOUT_SEED
from ddpm_studio.gui.made import work
from ddpm_studio.gui.made.actions import MadeActions
from ddpm_studio.gui.made.details import MadeDetails
from ddpm_studio.gui.made.entries import MadeEntry
from ddpm_studio.gui.made.files import MadeFiles
from ddpm_studio.gui.made.film import FilmPlayer
from ddpm_studio.gui.made.hover import HoverPlay
from ddpm_studio.gui.made.looking import MadeLooking
from ddpm_studio.gui.made.panel import MadePanel
from ddpm_studio.gui.made.tiles import MadeTiles
from ddpm_studio.gui.made.viewer import MadeViewer
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project

if TYPE_CHECKING:
    import numpy as np

FILM = "made.film"  # the name of the jobs that read the film that is looked at
NO_PROJECT = (
    "No project open",
    "Drop a folder of your pictures anywhere on this window, or open a project; all that is "
    "painted with its model is collected here.",
)
NOTHING_MADE = (
    "Nothing made yet",
    "Pictures that you save on the page Generate, films that you export, and batches of many "
    "pictures come together here.",
)


class MadePage(Page):
    """The wall, one of them large, what is known of it, and the batches."""

    name = "made"
    title = "Made"
    icon = "made"
    tip = "All that was made in this project"
    keys = "Ctrl+4"
    action_text = "Go on to Generate"
    shortcuts = (
        ("Arrows, Page Up, Page Down", "Go from picture to picture"),
        ("Shift or Ctrl with a click, Ctrl+A", "Choose several, or all"),
        ("Enter, Esc", "See one large or two side by side, and back to the wall"),
        ("F11, Space, P", "Full screen, play or pause a film, slide show"),
        ("+, -, 0, 1", "Nearer, further away, as large as fits, 100 %"),
    )

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._batching = batching_of(session)
        self._files = MadeFiles(session, self)
        self._tiles = MadeTiles(session, self._files, self)
        self._watcher = FolderWatcher(self)
        self._is_stale = True  # something has changed while the page was not seen
        self._player = FilmPlayer(session, FILM, work.FILM_SIDE, self)
        self._build()
        self._actions = MadeActions(session, self._files, self._panel, self._details)
        self._looking = MadeLooking(
            *(self._files, self._tiles, self._panel, self._details, self._viewer),
            *(self._actions, self._player, session.settings),
        )
        self._hover = HoverPlay(session, self._panel)
        self._connect()
        self._show_empty_words()
        self.show_empty()

    # what a page is asked for

    def main_action(self) -> None:
        is_open = self.session.project is not None
        self.session.want_page(names.NAV_GENERATE if is_open else names.NAV_START)

    def show_project(self, project: Project | None) -> None:
        self._looking.forget()
        self._hover.stop()
        self._tiles.open(project)
        self._watcher.watch(())
        self._notice.hide()
        self._panel.filter.show_all()
        self._files.open(project)
        self._show_wall()
        self._show_empty_words()
        self._refresh()

    def show_full_screen(self) -> bool:
        is_large_seen = self._viewer.isVisible()
        if is_large_seen:
            self._viewer.show_full()
        return is_large_seen

    def main_things(self) -> Sequence[QWidget]:
        return self._viewer, self._panel.wall

    def save_settings(self) -> None:
        self._looking.forget()
        self._hover.stop()
        self._watcher.watch(())

    def release(self) -> None:
        """The window has closed."""
        self._tiles.release()
        for player in (self._player, self._hover.player):
            player.release()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._refresh()
        if self._files.has_looked:
            self._files.refresh()  # others may have been here

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._player.pause()
        self._hover.stop()

    # building

    def _build(self) -> None:
        theme, session = self.theme, self.session
        tip = "Open the project's gallery, where all of this lies"
        self._open_folder = Button(
            theme, "Open folder", "made.open_folder", tip, icon="folder-open", kind="quiet"
        )
        self._look_again = IconButton(
            theme, "refresh", "made.refresh", "Look again", "Look at the folder again (F5)"
        )
        self.header_row.addWidget(self._open_folder)
        self.header_row.addWidget(self._look_again)
        self._panel = MadePanel(theme, session.settings)
        self._viewer = MadeViewer(theme, session.settings, self._player)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._panel)
        self._stack.addWidget(self._viewer)
        self._batches = MadeBatches(theme, self._batching)
        self._details = MadeDetails(theme, self._player)
        self._notice = UndoNotice(theme, "made.notice", "made.undo")
        left = column(self._batches, wide(self._stack), self._notice)
        self.set_content(holder(row(wide(left), self._details, spacing=16)))
        tip = "The page where pictures are painted (Ctrl+3)"
        self._go_generate = Button(
            theme, "Go to Generate", "made.go_generate", tip, icon="generate", kind="primary"
        )
        tip = "Recent projects and new ones (Ctrl+0)"
        self._go_start = Button(
            theme, "Start screen", "made.go_start", tip, icon="home", kind="primary"
        )
        self._nothing = EmptyState(
            theme, "made", *NO_PROJECT, self._go_start, self._go_generate, name="made.empty"
        )
        self.set_empty(self._nothing)

    def _connect(self) -> None:
        files, tiles, panel, actions = self._files, self._tiles, self._panel, self._actions
        details, viewer = self._details, self._viewer
        self.session.jobs.started.connect(self._on_job)
        self._batching.changed.connect(self._show_batches)
        self._batching.ended.connect(files.refresh)
        self.session.left_work_ended.connect(files.refresh)
        self._watcher.changed.connect(files.refresh)
        files.changed.connect(self._on_changed)
        files.arrived.connect(self._on_arrived)
        files.looked.connect(self._on_looked)
        for found in (files.renamed, files.came_back):
            found.connect(panel.choose)
        for source in (files.said, actions.said):
            source.connect(self._notice.say)
        tiles.tiles_loaded.connect(self._on_tiles)
        tiles.tiles_done.connect(panel.wall.refresh)
        tiles.learned.connect(self._on_changed)
        tiles.titled.connect(self._on_titled)
        tiles.told.connect(self._on_told)
        panel.tiles_wanted.connect(self._on_tiles_wanted)
        panel.chosen.connect(self._on_chosen)
        panel.wall.opened.connect(self._show_large)
        panel.menu_wanted.connect(actions.show_menu)
        for dragged in (panel.wall.dragged, viewer.dragged, details.picture.dragged):
            dragged.connect(actions.drag)
        for trash in (panel.wall.toggled, viewer.trash_wanted, details.trash.clicked):
            trash.connect(actions.throw_away)
        viewer.back_wanted.connect(self._show_wall)
        viewer.step_wanted.connect(self._on_step)
        details.star.clicked.connect(actions.star)
        details.copy.clicked.connect(actions.copy)
        details.folder.clicked.connect(actions.show_folder)
        details.save.clicked.connect(lambda: actions.show_save_menu(details.save))
        details.again.clicked.connect(lambda: actions.use(ALL))
        details.settings.clicked.connect(lambda: actions.use(WITHOUT_SEED))
        self._notice.undo_wanted.connect(self._on_undo)
        self._open_folder.clicked.connect(actions.show_gallery)
        self._look_again.clicked.connect(files.refresh)
        self._go_generate.clicked.connect(self.main_action)
        self._go_start.clicked.connect(self.main_action)
        keys = {"S": actions.star, "Ctrl+Z": self._on_undo, "Ctrl+C": actions.copy}
        keys |= {"Ctrl+S": lambda: actions.choose_place(True), "F2": actions.rename}
        viewer.set_keys({**keys, "F11": viewer.show_full})
        self._add_acts()

    def _add_acts(self) -> None:
        actions, panel, details = self._actions, self._panel, self._details

        def has_one() -> bool:
            return panel.current is not None

        self.add_act("Undo", self._on_undo, "Ctrl+Z", edits=True)
        self.add_act("Copy", actions.copy, "Ctrl+C", edits=True, can=has_one)
        self.add_act("Star", actions.star, "S", can=has_one)
        self.add_act("Rename…", actions.rename, "F2", can=has_one)
        self.add_act("Save copies…", lambda: actions.choose_place(True), "Ctrl+S", can=has_one)
        self.add_act("Move to the trash", actions.throw_away, shown="Del", can=has_one)
        self.add_button("Paint it again", details.again)
        self.add_button("Use its settings", details.settings)
        self.add_act("Show in folder", actions.show_folder, can=has_one)
        for words, act, *keys in panel.acts:
            self.add_act(words, act, *keys)
        self.add_act("Look at the folder again", self._files.refresh, "F5")

    # what is there

    def _on_changed(self) -> None:
        if self.isVisible():
            self._refresh()
        else:
            self._is_stale = True

    def _on_arrived(self, entries: list[MadeEntry]) -> None:
        """Some more; the many that are there already are not shown all over again."""
        if self.isVisible() and not self._is_stale and self._panel.files:
            self._panel.add_entries(entries)
        else:
            self._on_changed()

    def _refresh(self) -> None:
        files = self._files
        self._is_stale = False
        entries = files.entries()
        thumbnails = files.thumbnails
        if thumbnails is not None:
            shape, detail = thumbnails.shape, thumbnails.detail
            self._panel.set_entries(entries, shape, thumbnails, detail)
            self._panel.set_left_out(files.broken, files.others)
        self._show_batches()
        self._open_folder.setVisible(bool(entries))
        self._look_again.setVisible(thumbnails is not None)
        is_waiting = thumbnails is not None and not files.has_looked
        if entries or self._batches.is_needed or is_waiting or self._notice.isVisibleTo(self):
            self.show_content()
        else:
            self._show_wall()
            self.show_empty()

    def _show_batches(self) -> None:
        self._batches.set_batches(self._files.batches)
        if self._batches.is_needed and self.session.project is not None:
            self.show_content()

    def _show_empty_words(self) -> None:
        is_open = self.session.project is not None
        self._nothing.set_words(*(NOTHING_MADE if is_open else NO_PROJECT))
        self._go_start.setVisible(not is_open)
        self._go_generate.setVisible(is_open)

    def _on_looked(self) -> None:
        project = self.session.project
        if project is not None:
            below = [project.gallery / one for one in self._files.folders[: work.MOST_FOLDERS]]
            self._watcher.watch([project.gallery, *below])
        self._show_batches()

    def _on_job(self, job: Job) -> None:
        job.events.connect(self._on_events)

    def _on_events(self, events: list[object]) -> None:
        """Whatever is saved by whichever job is seen here at once."""
        written = [event.path for event in events if isinstance(event, FileWritten)]
        if written:
            self._files.add(written)

    # the wall, and one of it

    def _on_tiles_wanted(self, chunks: list[int]) -> None:
        self._tiles.load(self._panel.files, chunks, self._panel.wall.wall_model.chunk_size)

    def _on_tiles(self, chunk: int, pixels: np.ndarray, rows: np.ndarray) -> None:
        self._panel.add_tiles(chunk, pixels, rows)
        self._looking.on_tiles()

    def _on_titled(self) -> None:
        self._panel.search_again()
        self._looking.on_titled()

    def _on_chosen(self) -> None:
        self._looking.on_chosen()
        if self._panel.current is None:
            self._show_wall()

    def _on_told(self, told: work.Told) -> None:
        project = self.session.project
        if self._looking.is_about(told) and project is not None:
            self._details.show_recipe(told.recipe, told.sentence, project.name)
            self._actions.on_recipe()

    def _show_large(self) -> None:
        if self._panel.current is not None:
            self._stack.setCurrentWidget(self._viewer)
            self._viewer.setFocus()

    def _show_wall(self) -> None:
        if self._stack.currentWidget() is self._viewer:
            self._stack.setCurrentWidget(self._panel)
            self._panel.wall.setFocus(Qt.FocusReason.OtherFocusReason)
            self._panel.wall.scrollTo(self._panel.wall.currentIndex())

    def _on_step(self, by: int) -> None:
        entry = self._panel.neighbour(by)
        if entry is not None:
            self._panel.choose(entry.name)

    # what is done

    def _on_undo(self) -> None:
        if self._files.undo_words:
            self._notice.hide()
            self._files.undo()
