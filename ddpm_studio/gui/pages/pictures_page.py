"""Pictures: the wall of the folder's pictures, each as the network will see it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ddpm_studio.config import StudioConfig
from ddpm_studio.errors import StudioError
from ddpm_studio.gui import names
from ddpm_studio.gui.jobs import Job
from ddpm_studio.gui.pages.page import Page
from ddpm_studio.gui.picture_jobs import PictureJobs, Wanted
from ddpm_studio.gui.session import TRAIN, Session
from ddpm_studio.gui.widgets.button import Button, IconButton
from ddpm_studio.gui.widgets.control_row import tooltip
from ddpm_studio.gui.widgets.empty_state import EmptyState
from ddpm_studio.gui.widgets.left_out_panel import LeftOutPanel
from ddpm_studio.gui.widgets.picture_settings import PictureSettings
from ddpm_studio.gui.widgets.picture_states import PictureStates
from ddpm_studio.gui.widgets.wall_panel import WallPanel
from ddpm_studio.gui.work import pictures as work
from ddpm_studio.project import Project

if TYPE_CHECKING:
    from ddpm_studio.data import PictureSet

# the button that leads on: text, icon and tooltip
START = (
    "Start training",
    "play",
    "Go to the Train page and start, as it is set there. To change something first, choose "
    "Train on the left (Ctrl+Enter)",
)
GO_ON = ("Continue to training", "train", "Go on to the next step (Ctrl+Enter)")
PATIENCE_MS = 300  # after a change, before everything is read again
LOOK_MS = 120  # on a picture, before its file is read
SIDE_WIDTH = 320
LONGEST_NAME = 28  # letters of the folder's name in its button
TILE_POINTS = 128  # the longer side of a tile, at first


class PicturesPage(Page):
    """Shows what was taken and what was left out, and how pictures are prepared.

    A change is saved at once; the pictures are read again a moment after the last one, by the
    job PICTURES. What is on the wall always is what the settings say, or it is not shown.
    """

    new_wanted = Signal(object)  # a folder of pictures, or None: a new project of it

    nav_name = names.NAV_PICTURES
    page_name = names.PAGE_PICTURES
    title = "Pictures"
    action_text = "Start training, or go on to it"
    shortcuts = (
        ("Arrows, Page Up, Page Down", "Go from picture to picture"),
        ("Ctrl++, Ctrl+-", "Larger and smaller tiles"),
        ("F5", "Look at the folder again"),
    )

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._jobs = PictureJobs(session, self)
        self._patience = _timer(self, PATIENCE_MS, self._prepare)
        self._original_soon = _timer(self, LOOK_MS, self._look_at_original)
        self._build_header()
        self._build_body()
        self._connect()
        self.show_empty()

    # what the page says and does

    def main_action(self) -> None:
        if self.session.project is None:
            self.new_wanted.emit(None)
        elif self._continue.isEnabled():
            starts = self._is_untrained
            self.session.want_page(names.NAV_TRAIN)
            if starts:
                self.session.want_training()

    def save_settings(self) -> None:
        self._patience.stop()  # the window closes: nothing new is begun

    def show_project(self, project: Project | None) -> None:
        self._patience.stop()
        self._jobs.forget()
        self._clear()
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
        wanted = Wanted.by(project)
        if wanted == self._jobs.preparing_for:
            return
        self._patience.stop()
        self._jobs.stop_preparing()
        if wanted == self._jobs.prepared_for:  # back to what the wall shows already
            self._states.show_wall()
        else:
            self._patience.start()

    # building

    def _build_header(self) -> None:
        self._folder = Button(
            self.theme, "", names.PICTURES_FOLDER, "Open this folder", icon="folder", kind="quiet"
        )
        self._refresh = IconButton(
            self.theme, "loop", names.PICTURES_REFRESH, "Look at the folder again (F5)"
        )
        self._continue = Button(self.theme, "", names.PICTURES_CONTINUE, "", kind="primary")
        self._header = QWidget()
        row = QHBoxLayout(self._header)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        for widget in (self._folder, self._refresh, self._continue):
            row.addWidget(widget)
        self.header_row.addWidget(self._header)
        self._header.hide()

    def _build_body(self) -> None:
        self._new = Button(
            self.theme,
            "New from a folder…",
            names.PICTURES_NEW,
            "Choose a folder of your pictures and make a project of it (Ctrl+N)",
            icon="plus",
            kind="primary",
        )
        self.set_empty(
            EmptyState(
                self.theme,
                "pictures",
                "No pictures yet",
                "Drop a folder of your pictures anywhere on this window, or open a project from "
                "the start screen.",
                self._new,
                name=names.PICTURES_EMPTY,
            )
        )
        tile_points = self.session.settings.get("pictures/tile", TILE_POINTS)
        self._wall = WallPanel(self.theme, tile_points)
        self._states = PictureStates(self.theme, self._wall)
        self._settings = PictureSettings(self.theme)
        self._left_out = LeftOutPanel(self.theme)
        self._left_out.hide()
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setHandleWidth(16)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._states)
        splitter.addWidget(self._build_side())
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([1000, SIDE_WIDTH])
        self.session.settings.remember_splitter(splitter, "pictures/splitter")
        self.set_content(splitter)

    def _build_side(self) -> QWidget:
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        holder.setProperty("kind", "scrolled")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(16)
        layout.addWidget(self._settings)
        layout.addWidget(self._left_out)
        layout.addStretch()
        layout.setStretchFactor(self._left_out, 1000)  # as far as it wants to grow
        scroll.setWidget(holder)
        scroll.setMinimumWidth(SIDE_WIDTH)
        return scroll

    def _connect(self) -> None:
        session, settings = self.session, self._settings
        self._new.clicked.connect(self.main_action)
        self._continue.clicked.connect(self.main_action)
        self._folder.clicked.connect(lambda: self._show_in_folder(""))
        self._refresh.clicked.connect(self._prepare)
        self._states.cancelled.connect(self._jobs.cancel)
        self._states.reading_wanted.connect(self._prepare)
        self._states.folder_wanted.connect(self._on_choose_folder)
        self._wall.tile_chosen.connect(self._on_tile_chosen)
        self._wall.chunks_wanted.connect(self._on_chunks_wanted)
        self._wall.picked.connect(self._on_picked)
        self._wall.show_wanted.connect(self._show_in_folder)
        jobs = self._jobs
        jobs.progressed.connect(self._states.show_progress)
        jobs.prepared.connect(self._on_prepared)
        jobs.failed.connect(self._on_failed)
        jobs.stopped.connect(self._on_stopped)
        jobs.chunk_loaded.connect(self._wall.add_chunk)
        jobs.chunks_done.connect(self._wall.wall.refresh)
        jobs.original_seen.connect(self._on_original)
        self._left_out.show_wanted.connect(self._show_in_folder)
        self._states.currentChanged.connect(self._on_state_changed)
        settings.size_chosen.connect(self._on_size)
        settings.channels_chosen.connect(self._on_channels)
        settings.crop_chosen.connect(lambda crop: self._set(crop=crop))
        settings.copies_chosen.connect(lambda copies: self._set(copies=copies))
        settings.background_chosen.connect(self._on_background)
        settings.flip_chosen.connect(self._on_flip)
        settings.other_settings_wanted.connect(self._on_other_settings)
        session.checkpoint_saved.connect(self._show_locked)
        session.jobs.started.connect(self._on_job)
        session.jobs.ended.connect(self._on_job)
        for keys, action in (
            ("F5", self._prepare),
            ("Ctrl++", lambda: self._wall.zoom(1)),
            ("Ctrl+=", lambda: self._wall.zoom(1)),
            ("Ctrl+-", lambda: self._wall.zoom(-1)),
        ):
            # of the whole window, but Qt hears it only while this page is visible
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    # preparing

    def _prepare(self) -> None:
        """Read the folder, or what was prepared before; the wall shows it when it is there."""
        project = self.session.project
        if project is not None:
            self._patience.stop()
            self._jobs.prepare(project)
            self._states.show_preparing_soon()
            self._continue.setEnabled(True)

    def _clear(self) -> None:
        """Show nothing of another project or of other settings."""
        self._original_soon.stop()
        self._wall.clear()
        self._left_out.set_files(())
        self._settings.show_transparent(None)

    def _on_prepared(self, pictures: PictureSet) -> None:
        self._wall.set_pictures(pictures.taken, pictures.records.shape[1:])
        self._left_out.set_files([(file.name, file.reason) for file in pictures.left_out])
        self._settings.show_transparent(sum(one.facts.has_alpha for one in pictures.taken))
        self._states.show_wall()

    def _on_state_changed(self) -> None:
        self._left_out.setVisible(self._states.is_wall)  # until then nobody knows

    def _on_failed(self, sentence: str) -> None:
        self._clear()
        self._continue.setEnabled(False)
        self._states.show_failed(sentence)

    def _on_stopped(self) -> None:
        self._clear()
        self._states.show_stopped()

    # the wall

    def _on_chunks_wanted(self, chunks: list[int]) -> None:
        self._jobs.load_chunks(chunks, self._wall.wall.wall_model.chunk_size)

    def _on_tile_chosen(self, points: int) -> None:
        self.session.settings.set("pictures/tile", points)

    def _on_picked(self, row: int) -> None:
        self._jobs.forget_original()
        if row >= 0:
            self._original_soon.start()

    def _look_at_original(self) -> None:
        if self.session.project is not None and self._wall.row >= 0:
            self._jobs.look_at_original(self.session.project, self._wall.row)

    def _on_original(self, original: work.Original | None) -> None:
        if original is None:
            self._wall.show_original(None, (0, 0))
        else:
            self._wall.show_original(original.pixels, (original.width, original.height))

    # settings

    def _show_settings(self, project: Project) -> None:
        self._settings.show_config(project.config.pictures, work.shapes_for(project.config))
        name = project.pictures.name
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME - 1]}…"
        self._folder.setText(name.replace("&", "&&"))  # one alone would be a mnemonic
        self._folder.setToolTip(tooltip(f"Open {escape(str(project.pictures))}"))
        self._show_locked()

    def _show_locked(self) -> None:
        """What shapes the model is fixed once it is trained, and while it is."""
        project = self.session.project
        reason = ""
        if self.session.jobs.get(TRAIN) is not None:
            reason = "Size and colours are fixed while the model is trained."
        elif project is not None and project.checkpoint_paths():
            reason = "Size and colours are fixed: the model has learned with them."
        self._settings.show_locked(reason)
        self._continue.set_face(*(START if self._is_untrained else GO_ON))
        self._continue.setAccessibleName(self._continue.text())

    @property
    def _is_untrained(self) -> bool:
        """Whether the first training is still to come: then the way on is to start it."""
        project = self.session.project
        has_begun = self.session.jobs.get(TRAIN) is not None
        return project is not None and not has_begun and not project.checkpoint_paths()

    def _on_job(self, job: Job) -> None:
        if job.objectName() == TRAIN:
            self._show_locked()

    def _on_size(self, size: int) -> None:
        self._change(lambda config: work.with_size(config, size))

    def _on_channels(self, channels: int) -> None:
        self._set(channels=channels)

    def _on_background(self, colour: str) -> None:
        self._set(background=colour)

    def _on_flip(self, flips: bool) -> None:
        self._set(flip_horizontal=flips)

    def _set(self, **values: object) -> None:
        self._change(lambda config: work.with_pictures_setting(config, **values))

    def _change(self, change: Callable[[StudioConfig], StudioConfig]) -> None:
        """Save other settings; show those that hold if that cannot be."""
        project = self.session.project
        assert project is not None
        try:
            is_saved = self.session.change_config(change(project.config))
        except StudioError as error:
            self.session.report(error)
            is_saved = False
        if not is_saved:
            self._show_settings(project)

    def _on_other_settings(self) -> None:
        project = self.session.project
        self.new_wanted.emit(None if project is None else project.pictures)

    # folders

    def _show_in_folder(self, name: str) -> None:
        """Open the folder of a file, given by its path below the pictures folder."""
        project = self.session.project
        assert project is not None
        folder = (project.pictures / name).parent if name else project.pictures
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.session.notice(f"No program here shows folders; this one is {folder}")

    def _on_choose_folder(self) -> None:
        project = self.session.project
        assert project is not None
        chooser = QFileDialog(self, "The folder that holds your pictures", str(project.pictures))
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._on_folder_chosen)
        chooser.open()

    def _on_folder_chosen(self, folder: str) -> None:
        project = self.session.project
        assert project is not None
        try:
            work.with_pictures(project, Path(folder))
        except StudioError as error:
            self.session.report(error)
            return
        self.session.open_project(project.path)


def _timer(page: PicturesPage, milliseconds: int, action: Callable[[], None]) -> QTimer:
    timer = QTimer(page)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(action)
    return timer
