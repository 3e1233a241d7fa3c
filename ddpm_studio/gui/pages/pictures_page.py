"""Pictures: the wall of the folder's pictures, each as the network will see it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSplitter, QWidget

from ddpm_studio.config import StudioConfig
from ddpm_studio.config.text import with_settings
from ddpm_studio.events import PicturesFound, PicturesSeen
from ddpm_studio.gui.common import names
from ddpm_studio.gui.common.button import Button
from ddpm_studio.gui.common.dialog import choose_folder
from ddpm_studio.gui.common.empty_state import EmptyState
from ddpm_studio.gui.common.folder_watcher import FolderWatcher
from ddpm_studio.gui.common.jobs import TRAIN, Job
from ddpm_studio.gui.common.progress import Standing
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.pictures import work
from ddpm_studio.gui.pictures.choosing import PictureChoosing
from ddpm_studio.gui.pictures.entries import WallEntry, foreseen
from ddpm_studio.gui.pictures.history import ChoiceHistory
from ddpm_studio.gui.pictures.panel import PicturesPanel
from ddpm_studio.gui.pictures.query import LEFT_OUT, TAKEN
from ddpm_studio.gui.pictures.reading import FolderRequest, PictureJobs
from ddpm_studio.gui.pictures.reading_states import PictureStates
from ddpm_studio.gui.pictures.side import WIDTH, FolderHeader, PictureSide
from ddpm_studio.gui.session import Session
from ddpm_studio.project import Project

PATIENCE_MS = 300  # after a change, before everything is read again
LOOK_MS = 120  # on a picture, before its file is read
NO_PICTURES = (
    "Drop a folder of your pictures anywhere on this window, or open a project from the start "
    "screen."
)


class PicturesPage(Page):
    """Shows what was taken and what was left out, and how pictures are prepared.

    A change is saved at once; the pictures are read again a moment after the last one, by the
    job PICTURES. What is on the wall always is what the settings say, or it is not shown.
    """

    name = "pictures"
    title = "Pictures"
    icon = "pictures"
    tip = "What the model will learn from"
    keys = "Ctrl+1"
    action_text = "Start training, or go on to it"
    shortcuts = (
        ("Arrows, Page Up, Page Down", "Go from picture to picture"),
        ("Del", "Leave out the chosen pictures, or take them back"),
        ("Space, Esc", "See the whole file large, and back to the wall"),
        ("Enter", "Choose the crop of a picture"),
    )

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._jobs = PictureJobs(session, self)
        self._history = ChoiceHistory(self, session)
        self._watcher = FolderWatcher(self)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._prepare)
        self._original_soon = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._original_soon.timeout.connect(self._look_at_original)
        self._build()
        self._connect()
        self.show_empty()

    # what the page says and does

    def main_action(self) -> None:
        if self.session.project is None:
            self.session.new_project_wanted.emit(None)
        elif self._header.way_on.isEnabled():
            starts = self._is_untrained
            self.session.want_page(names.NAV_TRAIN)
            if starts:
                self.session.want_training()

    def main_things(self) -> Sequence[QWidget]:
        return self._wall.viewer, self._wall.wall

    def show_full_screen(self) -> bool:
        is_large_seen = self._wall.viewer.isVisible()
        if is_large_seen:
            self._wall.viewer.show_full()
        return is_large_seen

    def save_settings(self) -> None:
        self._patience.stop()  # the window closes: nothing new is begun
        self._original_soon.stop()
        self._watcher.watch(())

    def release(self) -> None:
        """The window has closed."""
        self._jobs.release()

    def show_project(self, project: Project | None) -> None:
        self._patience.stop()
        self._jobs.forget()
        self._clear()
        self._history.open(None if project is None else project.path, self.session.choices)
        self._watcher.watch(() if project is None else (project.pictures,))
        self._header.setVisible(project is not None)
        if project is None:
            self.show_empty()
            return
        self.show_content()
        self._states.show_blank()
        self._show_settings(project)
        self._prepare()

    def show_config(self, project: Project) -> None:
        self._show_settings(project)
        self._side.folder.set_current(project.config)
        wanted = FolderRequest.by(project, self._history.choices)
        if wanted == self._jobs.preparing_for:
            return
        self._patience.stop()
        self._jobs.stop_preparing()
        if wanted == self._jobs.prepared_for:  # back to what the wall shows already
            self._wall.show_progress(None)
            self._states.show_wall()
        else:
            self._patience.start()

    # building

    def _build(self) -> None:
        self._header = FolderHeader(self.theme)
        self.header_row.addWidget(self._header)
        self._header.hide()
        tip = "Choose a folder of your pictures and make a project of it (Ctrl+N)"
        self._new = Button(
            self.theme, "New from a folder…", "pictures.new", tip, icon="plus", kind="primary"
        )
        nothing = EmptyState(
            self.theme, "pictures", "No pictures yet", NO_PICTURES, self._new, name="pictures.empty"
        )
        self.set_empty(nothing)
        self._wall = PicturesPanel(self.theme, self.session.settings)
        self._states = PictureStates(self.theme, self._wall)
        self._side = PictureSide(self.theme)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(16)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._states)
        splitter.addWidget(self._side)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([1000, WIDTH])
        self.session.settings.remember_splitter(splitter, "pictures/splitter")
        self.set_content(splitter)

    def _connect(self) -> None:
        session, settings = self.session, self._side.settings
        self._new.clicked.connect(self.main_action)
        self._header.way_on.clicked.connect(self.main_action)
        self._header.folder.clicked.connect(lambda: self._show_outside())
        self._header.refresh.clicked.connect(self._prepare)
        self._states.cancel.clicked.connect(self._jobs.cancel)
        for again in (self._states.again, self._states.retry):
            again.clicked.connect(self._prepare)
        self._states.choose.clicked.connect(self._choose_folder)
        self._wall.tiles_wanted.connect(self._on_tiles_wanted)
        self._wall.picked.connect(self._on_picked)
        self._wall.show_wanted.connect(self._show_outside)
        self._connect_choices()
        jobs = self._jobs
        jobs.progressed.connect(self._on_progress)
        jobs.found.connect(self._on_found)
        jobs.seen.connect(self._on_seen)
        jobs.prepared.connect(self._on_prepared)
        jobs.failed.connect(self._on_failed)
        jobs.stopped.connect(self._on_stopped)
        jobs.tiles_loaded.connect(self._wall.add_tiles)
        jobs.tiles_done.connect(self._wall.wall.refresh)
        jobs.original_seen.connect(self._wall.show_original)
        jobs.large_seen.connect(self._wall.show_large)
        self._wall.large_wanted.connect(self._on_large_wanted)
        self._watcher.changed.connect(self._prepare)
        self._side.left_out.show_wanted.connect(self._show_outside)
        session.pictures_expected.connect(jobs.prewarm)
        self._states.currentChanged.connect(self._on_state_changed)
        settings.chosen.connect(self._change)
        self._side.folder.settings_wanted.connect(self._on_advice)
        settings.other_settings_wanted.connect(self._on_other_settings)
        session.checkpoints.changed.connect(self._show_locked)
        session.jobs.started.connect(self._on_job)
        session.jobs.ended.connect(self._on_job)
        self._add_acts()

    def _add_acts(self) -> None:
        choosing, history = self._choosing, self._history
        again = "Ctrl+Shift+Z", "Ctrl+Y"
        self.add_act(
            "Undo", history.undo, "Ctrl+Z", edits=True, can=lambda: bool(history.undo_words)
        )
        self.add_act("Redo", history.redo, *again, edits=True, can=lambda: bool(history.redo_words))
        self.add_act("Leave out, or take", choosing.toggle)
        self.add_act("See it large", self._wall.look_large)
        self.add_act("Crop…", choosing.want_crop)
        self.add_act("Turn left", choosing.turn_left, "Ctrl+[")
        self.add_act("Turn right", choosing.turn_right, "Ctrl+]")
        for words, act, *keys in self._wall.acts:
            self.add_act(words, act, *keys)
        self.add_act("Show taken ones", lambda: self._wall.show_only(TAKEN))
        self.add_act("Show what is left out", lambda: self._wall.show_only(LEFT_OUT))
        self.add_act("Look at the folder again", self._prepare, "F5")

    def _connect_choices(self) -> None:
        self._choosing = PictureChoosing(self.theme, self._wall, self._history, self)
        self._choosing.crop_wanted.connect(self._on_crop_wanted)
        self._choosing.folder_wanted.connect(self._show_outside)
        self._side.left_out.take_wanted.connect(self._choosing.take)
        self._jobs.crop_seen.connect(self._on_crop_seen)
        self._history.changed.connect(self._on_choices)
        self._history.failed.connect(self.session.report)

    # preparing

    def _prepare(self, *, is_silent: bool = False) -> None:
        """Read the folder, or what was prepared before; the wall shows it when it is there."""
        project = self.session.project
        if project is None:
            return
        self._patience.stop()
        self._jobs.prepare(project, self._history.choices, is_silent=is_silent)
        if self._jobs.folder is None:
            self._states.show_preparing_soon()
            self._header.way_on.setEnabled(True)  # training reads the folder, too

    def _clear(self) -> None:
        """Show nothing of another project or of other settings."""
        self._original_soon.stop()
        self._wall.clear()
        self._side.clear()

    def _on_progress(self, progress: Standing) -> None:
        self._states.show_progress(progress)
        if self._states.is_wall and self._jobs.preparing_for is not None:
            self._wall.show_progress(progress)

    def _on_found(self, found: PicturesFound) -> None:
        """Places for all pictures, where there is no wall yet; they fill while it is read."""
        project = self.session.project
        if self._jobs.folder is None and project is not None and found.names:
            channels, height, width = project.config.pictures.shape
            self._wall.show_found(found.names, (height, width, channels))

    def _on_seen(self, seen: PicturesSeen) -> None:
        if self._jobs.folder is None and seen.rows:
            self._wall.place(seen.rows)
            self._states.show_wall()

    def _on_prepared(self, folder: work.Folder) -> None:
        project = self.session.project
        assert project is not None
        self._show_entries(folder, folder.entries)
        self._side.settings.show_transparent(folder.summary.transparent, folder.summary.count)
        self._side.folder.set_summary(folder.summary)
        self._side.folder.set_current(project.config)
        self._show_settings(project)
        self._watcher.watch(folder.folders)
        self._states.show_wall()
        self._on_state_changed()
        is_open = self._is_untrained and not project.config.pictures.channels
        if folder.is_first and is_open and folder.summary.is_transparent:
            self._side.settings.keep_transparency()

    def _show_entries(self, folder: work.Folder, entries: Sequence[WallEntry]) -> None:
        self._wall.set_entries(entries, folder.pictures.records.shape[1:], folder.source)
        self._side.show_left_out(entries)
        self._header.way_on.setEnabled(any(entry.is_taken for entry in entries))

    def _on_choices(self) -> None:
        """Show at once what was chosen; the verdicts, when they are there, confirm it."""
        folder, shown = self._jobs.folder, self._jobs.prepared_for
        if folder is not None and shown is not None:
            choices = self._history.choices
            entries = foreseen(folder.entries, shown.choices, choices, shown.config)
            self._show_entries(folder, entries)
        self._prepare(is_silent=True)

    def _on_state_changed(self) -> None:
        self._side.show_known(self._jobs.folder is not None)

    def _on_failed(self, sentence: str) -> None:
        self._clear()
        self._header.way_on.setEnabled(False)
        self._states.show_failed(sentence)

    def _on_stopped(self) -> None:
        self._clear()
        self._states.show_stopped()

    # the wall

    def _on_tiles_wanted(self, chunks: list[int]) -> None:
        model = self._wall.wall.wall_model
        self._jobs.load_tiles(model.rows, chunks, model.chunk_size)

    def _on_picked(self, entry: WallEntry | None) -> None:
        self._jobs.forget_original()
        if entry is not None and entry.facts is not None:
            self._original_soon.start()

    def _look_at_original(self) -> None:
        project, entry = self.session.project, self._wall.current
        if project is not None and entry is not None:
            self._jobs.look_at_original(project, entry)

    def _on_large_wanted(self, entry: WallEntry) -> None:
        if self.session.project is not None:
            self._jobs.look_large(self.session.project, entry)

    def _on_crop_wanted(self, entry: WallEntry) -> None:
        if self.session.project is not None:
            self._jobs.look_for_crop(self.session.project, entry)

    def _on_crop_seen(self, entry: WallEntry, original: work.Original | None) -> None:
        project, folder = self.session.project, self._jobs.folder
        if original is None or project is None or folder is None:
            self.session.notice(f"{entry.name} cannot be read any more.")
        else:
            channels = folder.pictures.channels  # settled, where the settings leave it open
            config = replace(project.config.pictures, channels=channels)
            self._choosing.edit_crop(entry, original, config)

    # the folder

    def _show_outside(self, name: str = "") -> None:
        """Open the folder of a file, given by its path below the pictures folder."""
        project = self.session.project
        assert project is not None
        self.session.show_outside((project.pictures / name).parent if name else project.pictures)

    def _choose_folder(self) -> None:
        """Let the project learn from the pictures of another folder."""
        project = self.session.project
        assert project is not None
        choose_folder(
            self, "The folder that holds your pictures", project.pictures, self._on_folder
        )

    def _on_folder(self, folder: Path) -> None:
        project = self.session.project
        assert project is not None
        self.session.open_by(lambda: project.with_pictures(folder), f"Looking at {folder.name}")

    # settings

    def _show_settings(self, project: Project) -> None:
        folder = self._jobs.folder
        proposed = None if folder is None else folder.summary.shape_for
        shapes = work.shapes_for(project.config, proposed)
        self._side.settings.show_config(project.config.pictures, shapes)
        self._header.show_folder(project.pictures)
        self._show_locked()

    def _change(self, make: Callable[[StudioConfig], StudioConfig], words: str) -> None:
        """Save other settings at once; what cannot be is said in the banner. words: for undo."""
        project = self.session.project
        if not self._history.set(make, words) and project is not None:
            self._show_settings(project)  # as they still are

    def _on_advice(self, settings: Sequence[tuple[str, object]]) -> None:
        values = [f"{name}={value}" for name, value in settings]
        self._change(lambda config: with_settings(config, values), "What the folder advises")

    def _show_locked(self) -> None:
        """What shapes the model is fixed once it is trained, and while it is."""
        reason = ""
        if self.session.is_trained_here:
            reason = "Size and colours are fixed while the model is trained."
        elif self.session.checkpoints:
            reason = "Size and colours are fixed: the model has learned with them."
        self._side.show_locked(reason)
        self._header.show_way_on(is_start=self._is_untrained)

    @property
    def _is_untrained(self) -> bool:
        """Whether the first training is still to come: then the way on is to start it."""
        session = self.session
        has_begun = session.is_trained_here or bool(session.checkpoints)
        return session.project is not None and not has_begun

    def _on_job(self, job: Job) -> None:
        if job.objectName() == TRAIN:
            self._show_locked()

    def _on_other_settings(self) -> None:
        project = self.session.project
        pictures = None if project is None else project.pictures
        self.session.new_project_wanted.emit(pictures)
